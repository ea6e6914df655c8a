"""The month's roster as a workbook: one sheet across, real numbers, sums as formulas, no name that is a formula."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from reports.month_roster import Cell, Day, MonthRoster, Row, workbook
from tests.reports.reading import opened

FIRST = date(2026, 6, 1)
DAYS = tuple(
    Day(
        FIRST + timedelta(number),
        "土曜日" if number % 7 == 5 else "日曜日" if number % 7 == 6 else "",
        None if number % 7 > 4 else 1 if number == 2 else 2,
        None if number % 7 > 4 else 2,
        60 if number == 2 else 0,
    )
    for number in range(30)
)
WORKS = tuple(Cell("日\n12:00") if number % 7 < 5 else Cell("") for number in range(30))
LEAVE = (Cell("", "休", off=True), *WORKS[1:])
ROSTER = MonthRoster(
    contract="みなと架空市 コールセンター運営業務",
    month=FIRST,
    state="第2版",
    published_at=datetime(2026, 5, 25, 1, tzinfo=UTC),
    built_at=datetime(2026, 5, 25, 2, tzinfo=UTC),
    days=DAYS,
    rows=(
        Row("見本 花子", "オペレーター", WORKS, 22, 10_230, 1, 0),
        Row("=例田", "オペレーター", LEAVE, 21, 9_765, 0, 2),
    ),
    legend=("日　8:30～17:15（休憩12:00～13:00）",),
)


def _sheet(roster: MonthRoster = ROSTER, *, values: bool = False) -> Any:
    return opened(workbook(roster), values=values)["シフト表"]


def _texts(sheet: Any) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_the_same_roster_gives_the_same_bytes() -> None:
    assert workbook(ROSTER) == workbook(ROSTER)


def test_the_sheet_prints_on_one_page_across() -> None:
    sheet = _sheet()
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$5"


def test_title_version_and_boxes_stand_above() -> None:
    texts = _texts(_sheet())
    assert texts[0] == "シフト表　令和8年6月"
    assert any("第2版　公開 令和8年5月25日（月）10:00" in text for text in texts)
    assert [text for text in texts if text in ("起案", "確認", "承認")] == ["起案", "確認", "承認"]


def test_people_stand_in_rows_and_days_in_columns() -> None:
    sheet = _sheet()
    assert [sheet.cell(4, column).value for column in (3, 4, 32)] == [1, 2, 30]
    assert [sheet.cell(5, column).value for column in (3, 9)] == ["月", "日"]
    assert [sheet.cell(6, column).value for column in (1, 3, 33)] == ["見本 花子", "日\n12:00", 22]
    assert sheet.cell(7, 3).value == "休"


def test_hours_are_durations_and_their_sum_is_a_formula_with_its_value() -> None:
    sheet, values = _sheet(), _sheet(values=True)
    assert sheet.cell(6, 34).number_format.startswith("[h]:mm")
    assert sheet.cell(8, 34).value == "=SUM(AH6:AH7)"
    assert values.cell(8, 33).value == 43
    total = values.cell(8, 34).value
    hours = total.total_seconds() / 3600 if isinstance(total, timedelta) else total * 24
    assert round(hours, 2) == round((10_230 + 9_765) / 60, 2)


def test_the_fewest_and_the_minutes_below_stand_under_each_day() -> None:
    sheet = _sheet()
    assert sheet.cell(8, 1).value == "オペレーター最少（基準2名）"
    assert [sheet.cell(8, column).value for column in (3, 5, 8)] == [2, 1, None]
    assert [sheet.cell(9, column).value for column in (3, 5)] == [None, 60]
    assert "下回る分 計60分" in _texts(sheet)


def test_a_name_that_looks_like_a_formula_stays_a_text() -> None:
    cell = _sheet().cell(7, 1)
    assert (cell.value, cell.data_type) == ("=例田", "s")


def test_an_empty_month_is_still_a_sheet() -> None:
    sheet = _sheet(replace(ROSTER, rows=(), published_at=None, state="第1版の案（未公開）"))
    assert sheet.cell(6, 33).value == 0
