from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.rosters.codes import AgreementKind
from callcenter.rosters.papers.rules import (
    IMPOSSIBLE_WITHOUT,
    AgreementTerms,
    Period,
    Standing,
    agreement_faults,
    covered,
    covered_until,
    standing,
)

ON = date(2026, 6, 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def day(offset: int) -> date:
    return ON + timedelta(days=offset)


def period(first: int, last: int | None) -> Period:
    return Period(day(first), None if last is None else day(last))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    from_on = draw(DAYS)
    length = draw(st.none() | st.integers(0, 90))
    return Period(from_on, None if length is None else from_on + timedelta(days=length))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], Standing.NONE),
        ([period(1, None)], Standing.NONE),
        ([period(0, None)], Standing.VALID),
        ([period(-5, 31)], Standing.VALID),
        ([period(-5, 30)], Standing.ENDING),
        ([period(-5, 0)], Standing.ENDING),
        ([period(-5, -1)], Standing.EXPIRED),
        ([period(-5, 10), period(11, None)], Standing.VALID),
        ([period(-5, 10), period(12, None)], Standing.ENDING),
        ([period(-50, -10), period(-5, 90)], Standing.VALID),
        ([period(-50, -10), period(3, 90)], Standing.EXPIRED),
    ],
)
def test_a_paper_stands_as_its_days_say(found: list[Period], expected: Standing) -> None:
    assert standing(found, ON) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([period(-5, 10)], day(10)),
        ([period(5, 20), period(-5, 10)], day(20)),
        ([period(-5, 10), period(-3, 4)], day(10)),
        ([period(-5, 10), period(0, None)], None),
    ],
)
def test_the_cover_lasts_until_its_first_gap(found: list[Period], expected: date | None) -> None:
    assert covered_until(found, ON) == expected


def test_where_nothing_covers_no_end_is_told() -> None:
    with pytest.raises(ValueError, match="nothing covers"):
        covered_until([period(1, 5)], ON)


@given(st.lists(periods(), max_size=5), DAYS)
def test_every_day_until_the_end_of_the_cover_is_covered_and_the_next_is_not(found: list[Period], on: date) -> None:
    if not covered(found, on):
        assert standing(found, on) in (Standing.NONE, Standing.EXPIRED)
        return
    last = covered_until(found, on)
    end = last or date(2027, 6, 30)
    assert all(covered(found, on + timedelta(days=step)) for step in range((end - on).days + 1))
    assert last is None or not covered(found, last + timedelta(days=1))


# --- agreements ---

OVERTIME = AgreementTerms(AgreementKind.OVERTIME, (day(0), day(364)), day(-10))
SPECIAL = replace(OVERTIME, kind=AgreementKind.OVERTIME_SPECIAL)
BREAKS = replace(OVERTIME, kind=AgreementKind.STAGGERED_BREAKS)


@pytest.mark.parametrize(
    ("terms", "overtime", "fields"),
    [
        (OVERTIME, [], []),
        (replace(OVERTIME, period=(day(0), day(0))), [], []),
        (replace(OVERTIME, period=(day(0), day(-1))), [], ["to_on"]),
        (replace(OVERTIME, concluded_on=day(0)), [], []),
        (replace(OVERTIME, concluded_on=day(1)), [], ["concluded_on"]),
        (replace(OVERTIME, period=(day(10), day(20)), concluded_on=day(1)), [], ["concluded_on"]),
        (replace(OVERTIME, period=(day(-20), day(20))), [], ["concluded_on"]),
        (replace(OVERTIME, month_limit=45 * 60, year_limit=360 * 60), [], []),
        (replace(OVERTIME, month_limit=45 * 60 + 1), [], ["month_limit"]),
        (replace(OVERTIME, year_limit=360 * 60 + 1), [], ["year_limit"]),
        (SPECIAL, [], ["from_on"]),
        (SPECIAL, [period(0, 364)], []),
        (SPECIAL, [period(0, 363)], ["from_on"]),
        (SPECIAL, [period(0, 100), period(101, 364)], []),
        (SPECIAL, [period(1, 364)], ["from_on"]),
        (replace(SPECIAL, month_limit=100 * 60 - 1, year_limit=720 * 60), [period(0, None)], []),
        (replace(SPECIAL, month_limit=100 * 60), [period(0, None)], ["month_limit"]),
        (replace(SPECIAL, year_limit=720 * 60 + 1), [period(0, None)], ["year_limit"]),
        (BREAKS, [], []),
        (replace(BREAKS, month_limit=60), [], ["month_limit"]),
    ],
)
def test_an_agreement_keeps_to_the_law(terms: AgreementTerms, overtime: list[Period], fields: list[str]) -> None:
    assert list(agreement_faults(terms, overtime, ON)) == fields


def test_what_each_agreement_makes_possible_is_known() -> None:
    assert set(IMPOSSIBLE_WITHOUT) == set(AgreementKind)
