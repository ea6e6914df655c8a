"""The rules behind the sheets of a period: places, what rose quickly, where a chart may stand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.daily import Category
from reports.figures import Unit
from reports.period import CategoryLine, Target
from reports.sheets.period.comparing import target_text
from reports.sheets.period.lists import short_date
from reports.sheets.period.paper import chart_row, page_points, pages_wide
from reports.sheets.period.ranking import ranked
from reports.workbook import ROW_POINTS


def line(code: str, now: int, then: int | None = None) -> CategoryLine:
    return CategoryLine(Category("01", "交付申請", code, f"分類{code}"), {date(2026, 6, 1): now} if now else {}, then)


def test_equals_share_a_place_and_the_next_one_is_left_out() -> None:
    found = ranked([line("a", 5), line("b", 9), line("c", 5), line("d", 1)])
    assert [(one.rank, one.line.category.code) for one in found] == [(1, "b"), (2, "a"), (2, "c"), (4, "d")]


def test_a_category_without_records_in_both_periods_is_left_out() -> None:
    assert [one.line.category.code for one in ranked([line("a", 0, 0), line("b", 0, 3), line("c", 0)])] == ["b"]


@pytest.mark.parametrize(
    ("now", "then", "word"),
    [
        (15, 5, "急増"),
        (30, 20, "急増"),
        (29, 20, ""),
        (14, 5, ""),
        (44, 30, ""),
        (1, 0, "新規"),
        (0, 0, ""),
        (9, None, ""),
        (0, 20, ""),
    ],
)
def test_what_rose_quickly_or_is_new_is_said_in_a_word(now: int, then: int | None, word: str) -> None:
    found = [one for one in ranked([line("a", now, then), line("z", 999, 999)]) if one.line.category.code == "a"]
    assert [one.word for one in found] == ([word] if now or then else [])


def test_the_place_before_tells_how_far_a_category_moved() -> None:
    found = {one.line.category.code: one.moved for one in ranked([line("a", 9, 1), line("b", 5, 5), line("c", 2, 9)])}
    assert found == {"a": "↑2", "b": "→", "c": "↓2"}
    assert [one.moved for one in ranked([line("a", 9, 0), line("b", 5)])] == ["―", "―"]


@pytest.mark.parametrize(
    ("value", "unit", "least", "text"),
    [
        (0.9, Unit.RATIO, True, "90.0%以上"),
        (0.055, Unit.RATIO, False, "5.5%以下"),
        (0, Unit.MINUTES, False, "0分"),
        (90, Unit.MINUTES, False, "1時間30分以下"),
        (75, Unit.SECONDS, False, "1:15以下"),
        (1500, Unit.COUNT, True, "1,500以上"),
        (2.5, Unit.DECIMAL, False, "2.5以下"),
    ],
)
def test_a_target_is_said_in_its_unit(value: float, unit: Unit, least: bool, text: str) -> None:
    assert target_text(Target("any", value, least), unit) == text


@pytest.mark.parametrize(
    ("on", "text"), [(date(2026, 6, 1), "R8.6.1"), (date(2019, 5, 1), "R1.5.1"), (date(2019, 4, 30), "H31.4.30")]
)
def test_a_short_date_is_written_as_the_date_columns_show_it(on: date, text: str) -> None:
    assert short_date(on) == text


def test_a_wide_table_prints_on_several_pages_side_by_side() -> None:
    assert [pages_wide(room) for room in (0, 205, 206, 411)] == [1, 1, 2, 3]


def cut(rows: int, columns: int, character: float) -> bool:
    """Whether the chart below a table of that size is cut by the end of a page."""
    widths, height, repeated = (11.0,) * columns, 290.0, 60.0
    used = rows * ROW_POINTS + repeated
    top = used + (chart_row(rows, used, widths, height, repeated) - rows) * ROW_POINTS
    page = page_points(widths, character)
    ends = [page * number - repeated * (number - 1) for number in range(1, 9)]
    return any(top + 0.01 < end < top + height - 0.01 for end in ends)


@settings(max_examples=50, deadline=None)
@given(st.integers(31, 35), st.integers(13, 18), st.floats(5.25, 6.5))
def test_the_chart_of_a_month_is_never_cut_whatever_the_font(rows: int, columns: int, character: float) -> None:
    assert not cut(rows, columns, character)


@settings(max_examples=50, deadline=None)
@given(st.integers(4, 60), st.integers(4, 18))
def test_a_chart_is_never_cut_in_the_font_of_the_office(rows: int, columns: int) -> None:
    assert not cut(rows, columns, 6.0)
