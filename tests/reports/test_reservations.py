"""The reservation result report: additive counts, the same bytes, names only in the version for the city hall."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from reports.booking_counts import Counts, Table
from reports.bundle import daily_workbook
from reports.period_book import period_workbook
from reports.reservations import Line, ReservationReport, workbook
from reports.sheets.reservations import height, write_counts
from reports.workbook import Book, BookFacts, Page
from tests.reports import period_sample
from tests.reports.sample import day_of

ON = date(2026, 6, 1)
COUNTS = Counts(
    kinds=("予約", "変更", "取消"),
    tables=(
        Table("手続", (("交付", (3, 1, 0)), ("更新", (1, 0, 1)))),
        Table("会場", (("本庁", (4, 1, 1)),)),
    ),
    days=((ON, (3, 1, 1)), (date(2026, 6, 2), (1, 0, 0))),
    use=(("本庁", 60, 15), ("分室", 0, 0)),
    cancel_reasons=(("体調", 1),),
    lead_days=((3, 2), (8, 2)),
    entries=(6, 1, 2),
)
LINE = Line(
    "000-0013",
    ON,
    540,
    "本庁 窓口A",
    "交付",
    2,
    "架空 太郎\n架空 花子",
    "A12-000001\nA12-000002",
    "090-0000-0001",
    "予約中",
)
REPORT = ReservationReport("見本市", ON, date(2026, 6, 2), datetime(2026, 6, 2, 9, tzinfo=UTC), COUNTS)


def texts(content: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


def test_the_same_report_gives_the_same_bytes() -> None:
    assert workbook(REPORT) == workbook(REPORT)


def test_every_table_has_the_totals_of_the_days() -> None:
    rows = texts(workbook(REPORT))["予約"]
    assert [row[:4] for row in rows if row[0] == "合計"] == [["合計", 4, 1, 1]] * 2
    assert ["本庁", 60, 15, 0.25] in [row[:4] for row in rows]
    assert ["分室", 0, 0, "―"] in [row[:4] for row in rows]
    assert ["平均（開庁日数）", 5.5] in [row[:2] for row in rows]


def test_the_height_is_that_of_the_tables() -> None:
    for counts in (COUNTS, replace(COUNTS, use=(), cancel_reasons=()), Counts(kinds=("予約",))):
        _, row, _ = write_counts(Book(BookFacts("予約", REPORT.built_at)), counts, Page(), "予約")
        assert height(counts) == row


@pytest.mark.parametrize(("procedures", "pages_high"), [(2, None), (40, 0)])
def test_a_period_s_tables_stand_on_one_page_while_they_can_be_read_there(
    procedures: int, pages_high: int | None
) -> None:
    month = period_sample.month()
    assert month.reservations is not None
    whole, none = month.reservations.totals, tuple(0 for _ in month.reservations.kinds)
    table = Table("手続", (("交付", whole), *((f"手続{number}", none) for number in range(1, procedures))))
    found = load_workbook(
        BytesIO(period_workbook(replace(month, reservations=replace(month.reservations, tables=(table,)))))
    )
    assert found["予約"].page_setup.fitToHeight == pages_high


def test_tables_that_disagree_with_the_days_cannot_be_printed() -> None:
    with pytest.raises(ValueError, match="手続"):
        replace(COUNTS, tables=(Table("手続", (("交付", (3, 1, 0)),)),))


def test_names_stand_only_in_the_version_for_the_city_hall() -> None:
    assert "架空" not in repr(texts(workbook(REPORT)))
    named = texts(workbook(replace(REPORT, lines=(LINE,))))
    assert named["予約者一覧"][3][6] == "架空 太郎\n架空 花子"


def test_a_period_without_anything_says_so() -> None:
    empty = replace(REPORT, counts=Counts(kinds=("予約",)), lines=())
    assert "該当する予約はありません。" in repr(texts(workbook(empty)))


def test_the_daily_report_has_the_sheet_once_something_was_reserved() -> None:
    report = day_of(3)
    assert "予約" not in texts(daily_workbook(report))
    assert "予約" in texts(daily_workbook(replace(report, reservations=COUNTS)))
