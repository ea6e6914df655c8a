"""What of reports over a period, mails, jobs and invoices needs a hand. Pure: points in, things to do out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from callcenter.homes.rules import LINKS_SHOWN, Link, Task, Urgency
from reports.wareki import wareki_weekday


class OpenPoint(Struct, frozen=True):
    """Something that waits. `kind`: one of `SEVERAL`, `EACH`, or `due` (with `due_on`); `name`: of which document."""

    kind: str
    name: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    due_on: date | None = None


DUE: Final = "due"
EACH: Final = {
    "refused": (Urgency.NOW, "承認した報告書を提出できませんでした", "確かめて承認する"),
    "sent_back": (Urgency.NOW, "報告書が差し戻されました", "直して提出する"),
    "notice_back": (Urgency.NOW, "履行完了通知書が差し戻されました", "直して提出する"),
    "invoice_back": (Urgency.NOW, "請求書が差し戻されました", "直して提出する"),
    "edition_back": (Urgency.NOW, "マニュアル・FAQが差し戻されました", "直して提出する"),
}
"""A thing to do of its own for each: what stopped it is said."""
SEVERAL: Final = {
    "mail": (Urgency.NOW, "市に届いていないかもしれない電子メールがあります", "送付を確かめる"),
    "edition_asked": (Urgency.NOW, "市が最新のマニュアル・FAQを求めています", "提出する"),
    "overdue": (Urgency.NOW, "入金の期限を過ぎた請求があります", "請求を開く"),
    "job": (Urgency.TODAY, "自動処理が失敗しました", "自動処理を開く"),
    "notice": (Urgency.TODAY, "履行完了通知書を提出してください", "完了通知を開く"),
    "invoice": (Urgency.TODAY, "請求書を提出してください", "請求を開く"),
    "slow": (Urgency.TODAY, "市の判定が5開庁日を過ぎても届いていません", "報告書を開く"),
    "edition_due": (Urgency.TODAY, "マニュアル・FAQをまだ市に提出していません", "提出する"),
    "question": (Urgency.TODAY, "合うFAQがなかった質問が未整理です", "質問を開く"),
    "question_answered": (Urgency.TODAY, "市が質問に回答しました。FAQにしてください", "回答を開く"),
    "version_back": (Urgency.TODAY, "市がマニュアル・FAQの版を差し戻しました", "直して出し直す"),
    "version_approved": (Urgency.TODAY, "市が承認した版を公開してください", "版を開く"),
    "news": (Urgency.TODAY, "国・県等からの通知に未対応のものがあります", "通知を開く"),
    "unread": (Urgency.TODAY, "マニュアル・FAQに未読の職員がいます", "既読の記録を開く"),
}
"""One thing to do for all of them."""
UNITS: Final = {"unread": "人"}
"""What is counted, where it is not things."""
MANAGERS: Final = frozenset({"invoice", "invoice_back", "overdue"})
"""Money is the contract manager's."""


def point_tasks(points: Sequence[OpenPoint], today: date) -> list[Task]:
    """What is to be done about them; not yet in order."""
    return list(_found(points, today))


def _found(points: Sequence[OpenPoint], today: date) -> Iterator[Task]:
    for place, one in enumerate(points):
        if one.kind in EACH:
            urgency, title, label = EACH[one.kind]
            yield _task(f"{one.kind}_{place}", (urgency, title, label), [one], one.name + one.detail)
    for kind, words in SEVERAL.items():
        if found := [one for one in points if one.kind == kind]:
            yield _task(kind, words, found, _listed(found))
    yield from _due([one for one in points if one.kind == DUE], today)


def _due(points: Sequence[OpenPoint], today: date) -> Iterator[Task]:
    """What is late, due today, and due soon, each by itself."""
    for key, words in _DUE.items():
        if found := [one for one in points if one.due_on and _when(one.due_on, today) == key]:
            yield _task(f"period_{key}", words, found, _listed(found))


def _when(due_on: date, today: date) -> str:
    return "today" if due_on == today else "late" if due_on < today else "soon"


_DUE: Final = {
    "late": (Urgency.NOW, "期日を過ぎた報告書があります", "開く"),
    "today": (Urgency.TODAY, "今日が期日の報告書があります", "開く"),
    "soon": (Urgency.SOON, "報告書の期日が近づいています", "開く"),
}


def _task(key: str, words: tuple[Urgency, str, str], found: Sequence[OpenPoint], detail: str) -> Task:
    urgency, title, label = words
    several = len(found) > 1
    shown = found[:LINKS_SHOWN]
    same = {(one.endpoint, one.arguments) for one in found}
    links = [Link(one.name if several and len(same) > 1 else label, one.endpoint, one.arguments) for one in shown]
    return Task(
        key,
        urgency,
        title,
        len(found),
        UNITS.get(found[0].kind, "件"),
        detail,
        tuple(dict.fromkeys(links)),
        for_manager=found[0].kind in MANAGERS,
    )


def _listed(found: Sequence[OpenPoint]) -> str:
    more = f"、ほか{len(found) - LINKS_SHOWN}件" if len(found) > LINKS_SHOWN else ""
    return "、".join(_said(one) for one in found[:LINKS_SHOWN]) + more


def _said(one: OpenPoint) -> str:
    parts = [f"期日は{wareki_weekday(one.due_on)}です。" if one.due_on else "", one.detail]
    known = "".join(parts)
    return f"{one.name}（{known.rstrip('。')}）" if known else one.name
