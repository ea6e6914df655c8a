"""An invented edition of manual and FAQ: every kind of block, confirmed and unconfirmed, public and internal."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from reports.daily import Person
from reports.manual import (
    Confirmation,
    Entry,
    Group,
    Heading,
    Image,
    Issue,
    Item,
    Major,
    Manual,
    Paragraph,
    Span,
    Table,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAAK0lEQVR42u3NMQ0AAAgDsElDGtKQhgw4mvRvqudExGKxWCwWi8Vi"
    "sVj8N15Z9Ahq/weLxgAAAABJRU5ErkJggg=="
)
"""A small blue picture."""
APRIL = date(2026, 4, 1)
CONFIRMED = Confirmation(date(2026, 3, 24), "例田 職員")
ISSUE = Issue(
    contract="マイナンバーカードコールセンター運営業務",
    city="みなと架空市",
    contractor="架空コンタクト株式会社",
    submitted_on=date(2026, 3, 27),
    as_of=APRIL,
    number=1,
    built_at=datetime(2026, 3, 27, 1, tzinfo=UTC),
    approver=Person("業務責任者", "試田 花子"),
)


def words(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def entry(label: str, title: str, **changes: Any) -> Entry:
    """A public FAQ that the city confirmed."""
    given: dict[str, Any] = {
        "label": label,
        "title": title,
        "blocks": (Paragraph(words("届いた通知書と本人確認書類をお持ちください。")),),
        "version": 1,
        "effective_on": APRIL,
        "internal": False,
        "source": "マイナンバーカード総合サイト「受取方法」",
        "confirmed": CONFIRMED,
        "category": "0201 交付通知書",
        "said_as": ("何を持っていくのか", "受取りの持ち物"),
        "law": "番号利用法第17条",
        "verify": "受取窓口の受付時間",
        "review_by_on": date(2026, 9, 30),
    }
    return Entry(**{**given, **changes})


def chapter(number: int, title: str) -> Entry:
    """An internal chapter with every kind of block, not yet confirmed."""
    blocks = (
        Paragraph((Span("受けるときは"), Span("名乗って", bold=True), Span("から用件を聞きます。"))),
        Heading("応対の流れ"),
        *(
            Item(f"{place}.", words(f"{place}番目にすることを、相手の速さに合わせて行います。"))
            for place in range(1, 9)
        ),
        Item("・", words("うまく聞き取れないときは言い直します。"), 1),
        Paragraph(words("お電話ありがとうございます。"), quoted=True),
        Heading("復唱するもの"),
        Heading("日付", 2),
        Table(
            ("もの", "復唱のしかた"), (("日付・時刻", "曜日を付け、24時間で言う"), ("予約番号", "数字を1つずつ読む"))
        ),
        Image("受付の画面", PNG),
        Image("見られない図"),
    )
    return entry(f"第{number}章", title, blocks=blocks, internal=True, confirmed=None, category="", said_as=(), law="")


def manual(**changes: Any) -> Manual:
    """Three chapters and eleven FAQ in two categories; `changes` are the issue's."""
    chapters = tuple(chapter(place, title) for place, title in enumerate(("はじめに", "電話応対の基本", "個人情報"), 1))
    titles = (
        "受取りに必要なもの",
        "代理人が受け取るとき",
        "受取期限を過ぎたとき",
        "予約を変えたいとき",
        "土日の受取り",
    )
    first = tuple(entry(f"FAQ {place}", f"{title}は何ですか") for place, title in enumerate(titles, 1))
    second = tuple(
        entry(f"FAQ {place}", f"{title}（再発行）", confirmed=None, internal=place == 7, category="0601 紛失・盗難")
        for place, title in enumerate(titles, 6)
    )
    old = entry("FAQ 11", "見直し期限を過ぎた項目", category="", review_by_on=date(2026, 3, 31))
    majors = (
        Major("02", "交付・受取", (Group("0201", "交付通知書", first),)),
        Major("06", "紛失・再交付", (Group("0601", "紛失・盗難", second),)),
        Major("", "分類なし", (Group("", "分類なし", (old,)),)),
    )
    return Manual(replace(ISSUE, **changes), chapters, majors)


CHANGES = [f"変更：FAQ {place}　項目{place}" for place in range(1, 31)]
