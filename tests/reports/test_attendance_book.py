"""The attendance book: real times and lengths, totals as formulas with their values, a page a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from reports.attendance_book import AttendanceBook, BookDay, BookPerson, workbook
from tests.reports.reading import cells, opened

BUILT = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
FULL = BookDay(
    on=date(2026, 5, 7),
    planned=(510, 1035),
    planned_minutes=465,
    came=512,
    left=1160,
    break_minutes=60,
    worked_minutes=588,
    overtime_minutes=108,
    remark="遅刻 2分",
)


def month(*worked: BookDay) -> tuple[BookDay, ...]:
    known = {day.on: day for day in worked}
    days = (date(2026, 5, 1) + timedelta(days=n) for n in range(31))
    return tuple(known.get(on, BookDay(on)) for on in days)


PERSON = BookPerson("P01", "見本 花子", "オペレーター", month(FULL, replace(FULL, on=date(2026, 5, 8))), 0.985, 300)
BOOK = AttendanceBook(
    "みなと架空市 マイナンバーカードコールセンター", "架空コンタクト株式会社", date(2026, 5, 1), BUILT, (PERSON,)
)


def row_of(sheet: Any, on: date) -> list[Any]:
    return next([cell.value for cell in row] for row in sheet if getattr(row[0].value, "date", lambda: None)() == on)


def test_the_same_book_gives_the_same_bytes() -> None:
    assert workbook(BOOK) == workbook(BOOK)


def test_a_day_holds_dates_times_and_lengths() -> None:
    found = row_of(opened(workbook(BOOK))["P01 見本 花子"], date(2026, 5, 7))
    assert found[1:4] == ["木", time(8, 30), time(17, 15)]
    assert found[5:7] == [time(8, 32), time(19, 20)]
    assert [found[n].total_seconds() / 60 if isinstance(found[n], timedelta) else found[n] for n in (4, 7, 8, 9)] == [
        465,
        60,
        588,
        108,
    ]
    assert found[11] == "遅刻 2分"


def test_a_day_without_work_is_a_blank_line() -> None:
    found = row_of(opened(workbook(BOOK))["P01 見本 花子"], date(2026, 5, 2))
    assert found[1] == "土"
    assert found[2:11] == [None] * 9


def test_the_totals_are_formulas_whose_values_are_the_sums() -> None:
    content = workbook(BOOK)
    formulas, values = (opened(content, values=known)["P01 見本 花子"] for known in (False, True))
    total = next(row[0].row for row in formulas if row[0].value == "合計")
    assert formulas.cell(total, 9).value == f"=SUM(I7:I{total - 1})"
    lengths = [values.cell(total, column).value for column in (5, 8, 9, 10)]
    assert [one.total_seconds() / 60 for one in lengths] == [930, 120, 1176, 216]
    assert values.cell(total, 12).value == "出勤 2日"


def test_the_summary_adds_up_everybody() -> None:
    second = replace(PERSON, code="P02", name="架空 一郎", kept=None)
    sheet = opened(workbook(replace(BOOK, people=(PERSON, second))), values=True)["集計"]
    assert [sheet.cell(6, column).value for column in (1, 4)] == ["合計", 4]
    assert sheet.cell(6, 6).value.total_seconds() / 60 == 2352
    assert [sheet.cell(4, 10).value, sheet.cell(5, 10).value] == [0.985, "―"]


def test_a_page_is_upright_a4_with_boxes_for_three_seals() -> None:
    sheet = opened(workbook(BOOK))["P01 見本 花子"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
    assert [sheet.cell(1, column).value for column in (9, 11, 13)] == ["起案", "確認", "承認"]


@pytest.mark.parametrize(
    ("closed_at", "said"),
    [(None, "締め前（訂正されることがあります）"), (BUILT, "締め 令和8年6月1日（月）9:30")],
)
def test_each_page_says_whether_the_month_is_closed(closed_at: datetime | None, said: str) -> None:
    texts = [str(cell.value) for cell in cells(opened(workbook(replace(BOOK, closed_at=closed_at))))]
    assert sum(said in text for text in texts) == 2


def test_names_that_no_sheet_can_have_still_give_a_sheet_each() -> None:
    people = tuple(replace(PERSON, code=code, name="架空[/]:*?名" * 5) for code in ("P01", "P02", "P01"))
    names = opened(workbook(replace(BOOK, people=people))).sheetnames
    assert len(names) == len(set(names)) == 4


def test_no_text_becomes_a_formula() -> None:
    day = replace(FULL, remark="=1+1")
    book = replace(BOOK, people=(replace(PERSON, name="=cmd", days=month(day)),))
    found = [
        cell for cell in cells(opened(workbook(book))) if str(cell.value).startswith("=") and cell.data_type == "f"
    ]
    assert all("SUM(" in cell.value or "COUNT(" in cell.value for cell in found)


def test_a_month_of_nobody_is_said() -> None:
    texts = [cell.value for cell in cells(opened(workbook(replace(BOOK, people=()))))]
    assert "この月の従事者はいません。" in texts


def test_a_holiday_is_shaded_as_a_weekend_is_and_a_working_day_is_not() -> None:
    holiday, sunday, working = date(2026, 5, 5), date(2026, 5, 3), date(2026, 5, 12)
    person = replace(PERSON, days=month(FULL, BookDay(holiday, remark="祝日（こどもの日）", closed=True)))
    sheet = opened(workbook(replace(BOOK, people=(person,)))).worksheets[1]
    first = next(row[0].row for row in sheet if getattr(row[0].value, "day", 0) == 1)
    shades = [sheet.cell(first + on.day - 1, 1).fill.fgColor.rgb for on in (holiday, sunday, working)]
    assert shades[0] == shades[1] != shades[2]
