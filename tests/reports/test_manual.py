from __future__ import annotations

from datetime import date

import pytest

from reports import manual as values
from reports.daily import Edition
from reports.manual import Heading, Item, Paragraph, Span, Table
from tests.reports.manual_sample import ISSUE, chapter, entry, manual


def test_what_is_counted_stands_once_and_adds_up() -> None:
    assert manual().counts == {
        "chapters": 3,
        "faq": 11,
        "internal": 4,
        "confirmed": 6,
        "unconfirmed": 8,
        "overdue": 1,
    }
    assert manual().counts.keys() == values.COUNT_LABELS.keys()


@pytest.mark.parametrize(
    ("review_by", "overdue"), [(date(2026, 3, 31), True), (date(2026, 4, 1), False), (None, False)]
)
def test_an_entry_is_overdue_from_the_day_after_its_date(review_by: date | None, overdue: bool) -> None:
    assert entry("FAQ 1", "項目", review_by_on=review_by).is_overdue(date(2026, 4, 1)) is overdue


def test_the_network_edition_withholds_who_approved_and_who_confirmed() -> None:
    shown = values.for_edition(manual(), Edition.NETWORK)
    assert shown.issue.approver.shown == "業務責任者"
    assert {one.confirmation for one in shown.faq} == {"R8.3.24", "確認前"}
    assert {one.confirmation for one in values.for_edition(manual(), Edition.HANDOVER).faq} == {
        "R8.3.24 例田 職員",
        "確認前",
    }


def test_a_chapter_falls_into_its_sections() -> None:
    found = list(values.sections_of(chapter(1, "章")))
    assert [heading for heading, _ in found] == ["", "応対の流れ", "復唱するもの", "日付"]
    assert found[2] == ("復唱するもの", "")
    assert found[3][1].splitlines()[0] == "もの ｜ 復唱のしかた"
    assert found[3][1].splitlines()[-1] == "［図：見られない図］"


def test_an_entry_without_words_has_no_sections() -> None:
    assert list(values.sections_of(entry("FAQ 1", "項目", blocks=()))) == []


def test_words_of_blocks_keep_their_shape() -> None:
    blocks = (
        Heading("見出し"),
        Paragraph((Span("太い", bold=True), Span("字"))),
        Item("・", (Span("内側"),), 1),
        Table(("a",), (("b",),)),
    )
    assert entry("FAQ 1", "項目", blocks=blocks).text == "■ 見出し\n太い字\n　・ 内側\na\nb"


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 4, 1), "R8.4.1"),
        (date(2019, 5, 1), "R1.5.1"),
        (date(2019, 4, 30), "平成31年4月30日"),
    ],
)
def test_short_dates_are_those_of_an_office(on: date, said: str) -> None:
    assert values.short(on) == said


def test_files_are_named_for_their_day_version_and_use() -> None:
    assert values.filename(ISSUE, "docx") == "マニュアル・FAQ_20260327_第1版_手渡し用.docx"
    assert values.ascii_filename(ISSUE, "xlsx") == "manual-faq_20260327_v1_handover.xlsx"
    assert values.filename(manual(draft=True).issue, "docx") == "マニュアル・FAQ_20260327_第1版案_手渡し用.docx"
