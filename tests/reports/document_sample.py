"""Plausible use of an FAQ in a period. Everything is made up."""

from __future__ import annotations

from datetime import timedelta

from reports.period import DocumentUse, EntryDue, EntryUse, Span, Unanswered
from tests.reports.sample import all_categories


def documents(span: Span) -> DocumentUse:
    """42 FAQ, of which 35 were used; one title is long, one entry has no category."""
    kinds = all_categories()
    titles = (
        "通知カードを持っていれば、マイナンバーカードの代わりに本人確認書類として使えますか",
        "受取りに必要な物は何ですか",
        "暗証番号を忘れました",
    )
    entries = tuple(
        EntryUse(
            f"FAQ {number}",
            titles[number % 3],
            "" if number == 9 else f"{kinds[number].code} {kinds[number].name}",
            max(0, 36 - number) * 4,
        )
        for number in range(1, 43)
    )
    return DocumentUse(
        on=span.to_on,
        entries=entries,
        unanswered=(
            Unanswered(f"{kinds[3].code} {kinds[3].name}", 12, 4),
            Unanswered(f"{kinds[30].code} {kinds[30].name}", 1, 1),
        ),
        overdue=(EntryDue("マニュアル 3", "本人確認と個人情報の取扱い", span.to_on - timedelta(days=12), 12),),
    )
