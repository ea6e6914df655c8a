from __future__ import annotations

from datetime import date

import pytest

from callcenter.errors import InvalidInput
from callcenter.web.forms import date_of, id_of, minute_of, whole_of
from callcenter.web.pagination import Page, page_from


@pytest.mark.parametrize(("written", "on"), [("2026-06-01", date(2026, 6, 1)), (" 2026-06-01 ", date(2026, 6, 1))])
def test_a_date_is_read_as_browsers_send_it(written: str, on: date) -> None:
    assert date_of(written, "x") == on


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "2026-06-31",
        "20260601",
        "2026-W01-1",
        "0001-01-01",
        "1899-12-31",
        "2100-01-01",
        "2026/06/01",
        "２０２６-06-01",
    ],
)
def test_anything_else_is_no_date(written: str | None) -> None:
    with pytest.raises(InvalidInput) as refusal:
        date_of(written, "x")
    assert list(refusal.value.errors) == ["x"]


@pytest.mark.parametrize(("written", "minute"), [("00:00", 0), ("08:30", 510), ("23:59", 1439), ("08:30:59", 510)])
def test_a_time_of_day_is_read_in_minutes(written: str, minute: int) -> None:
    assert minute_of(written, "x") == minute


@pytest.mark.parametrize("written", [None, "", "24:00", "8:30", "08:60", "0８:30", "08-30", "08:30:00:00"])
def test_anything_else_is_no_time(written: str | None) -> None:
    with pytest.raises(InvalidInput):
        minute_of(written, "x")


@pytest.mark.parametrize("written", [None, "", "-1", "1.0", "１", "11", "9" * 5000, "٣"])
def test_a_number_outside_its_bounds_is_refused(written: str | None) -> None:
    with pytest.raises(InvalidInput):
        whole_of(written, "x", most=10)


@pytest.mark.parametrize("written", [None, "", "x", "0" * 31, "\x00"])
def test_what_is_no_id_is_refused(written: str | None) -> None:
    with pytest.raises(InvalidInput):
        id_of(written, "x")


def test_pages_are_bounded() -> None:
    assert page_from({}) == Page(1, 50)
    assert page_from({"page": "100000", "size": "200"}) == Page(100_000, 200)
    for query in ({"page": "0"}, {"page": "100001"}, {"size": "201"}, {"page": "１"}, {"page": "9" * 30}):
        with pytest.raises(InvalidInput):
            page_from(query)


@pytest.mark.parametrize(("total", "last"), [(0, 1), (1, 1), (50, 1), (51, 2)])
def test_the_last_page_of_so_many_rows(total: int, last: int) -> None:
    assert Page().last(total) == last
