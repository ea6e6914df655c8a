"""The staff list as a workbook: the same bytes, real dates, defused texts, a page that prints."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from reports.staff_list import Approval, Change, Line, StaffList, workbook

ON = date(2026, 6, 1)
LEADER = Line(
    "S01",
    "見本 あおい",
    "みほん あおい",
    "業務責任者",
    "直接雇用",
    date(2026, 4, 1),
    None,
    date(2026, 3, 18),
    date(2026, 3, 23),
)
OPERATOR = Line(
    "P01", "=仮山 いちか", "かりやま いちか", "オペレーター", "派遣", date(2026, 4, 1), date(2026, 9, 30), note="+81"
)
LIST = StaffList(
    contract="コールセンター運営業務（架空）",
    city="みなと架空市",
    contractor="架空コンタクト株式会社",
    place="市民課内（架空）",
    on=ON,
    built_at=datetime(2026, 6, 1, 0, 30, tzinfo=UTC),
    lines=(LEADER, OPERATOR),
    operators=1,
    approval=Approval(8, date(2026, 4, 1), "市の承認 第1号"),
)


def _sheets(found: StaffList) -> dict[str, Any]:
    return {sheet.title: sheet for sheet in load_workbook(BytesIO(workbook(found)))}


def _rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet]


def test_the_same_list_gives_the_same_bytes() -> None:
    assert workbook(LIST) == workbook(LIST)


def test_a_line_holds_real_dates_and_says_what_is_missing() -> None:
    rows = _rows(_sheets(LIST)["業務従事者名簿"])
    leader, operator = (next(row for row in rows if row[0] == code) for code in ("S01", "P01"))
    assert [_day(cell) for cell in leader[5:9]] == [date(2026, 4, 1), None, date(2026, 3, 18), date(2026, 3, 23)]
    assert [_day(cell) for cell in operator[5:9]] == [date(2026, 4, 1), date(2026, 9, 30), "―", "―"]
    assert operator[9] == "+81"
    assert rows.index(leader) < rows.index(operator)


def _day(cell: object) -> object:
    return cell.date() if isinstance(cell, datetime) else cell


def test_no_text_becomes_a_formula() -> None:
    cells = [cell for row in _sheets(LIST)["業務従事者名簿"] for cell in row]
    assert "=仮山 いちか" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_the_head_says_day_approval_and_headcount_and_has_the_boxes() -> None:
    words = [str(value) for row in _rows(_sheets(LIST)["業務従事者名簿"]) for value in row if value is not None]
    assert {"起案", "確認", "承認", "令和8年6月1日（月）現在"} <= set(words)
    assert "8名（令和8年4月1日（水）から、市の承認 第1号）" in words
    assert any(word.startswith("2名（うちオペレーター 1名）") for word in words)


def test_it_prints_on_a4_landscape_with_its_headings_repeated() -> None:
    sheet = _sheets(LIST)["業務従事者名簿"]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows == "$11:$11"
    assert [cell.value for cell in sheet[11]][:2] == ["番号", "氏名"]


@pytest.mark.parametrize("changes", [(), (Change(True, ON, LEADER), Change(False, ON, OPERATOR))])
def test_the_changes_stand_on_their_own_sheet_when_they_are_wanted(changes: tuple[Change, ...]) -> None:
    assert list(_sheets(LIST)) == ["業務従事者名簿"]
    rows = _rows(_sheets(replace(LIST, since=date(2026, 5, 1), changes=changes))["異動"])
    kinds = [row[0] for row in rows[3:]]
    assert kinds == (["従事開始", "従事終了"] if changes else ["この間に異動はありません。"])


def test_an_empty_list_says_so() -> None:
    rows = _rows(_sheets(replace(LIST, lines=(), operators=0, approval=None))["業務従事者名簿"])
    words = [str(value) for row in rows for value in row if value is not None]
    assert "この日の従事者はいません。" in words
    assert "承認の記録なし" in words
