from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures import EMPTY, NOT_MEASURED, State
from reports.measures import DAILY, MEASURE, Definitions, figures, period_measures
from reports.tally import Tally, over_days, paired

COVERED = next(one for one in period_measures(Definitions()) if one.key == "covered_rate")
counts = st.integers(0, 500)
tallies = st.builds(Tally, offered=counts, answered=counts, abandoned=counts, recorded=counts, completed=counts)


def test_every_key_stands_once() -> None:
    assert len(MEASURE) == len(DAILY)


def test_an_empty_denominator_prints_a_dash() -> None:
    figure = MEASURE["answer_rate"].of(paired(Tally(offered=0, answered=0)))
    assert (figure.state, figure.text, figure.cell) == (State.EMPTY, EMPTY, None)


def test_what_was_not_measured_is_said_and_is_never_zero() -> None:
    for key in ("offered", "answered", "abandoned", "answer_rate", "abandonment_rate", "difference"):
        figure = MEASURE[key].of(Tally(recorded=5))
        assert (figure.state, figure.text, figure.value) == (State.NOT_MEASURED, NOT_MEASURED, None)


def test_a_measured_zero_is_zero() -> None:
    assert MEASURE["offered"].of(Tally(offered=0)).text == "0"


@pytest.mark.parametrize(("answered", "offered", "text"), [(73, 80, "91.3%"), (1, 3, "33.3%"), (2, 3, "66.7%")])
def test_ratios_round_half_up_as_a_spreadsheet_does(answered: int, offered: int, text: str) -> None:
    assert MEASURE["answer_rate"].of(paired(Tally(offered=offered, answered=answered))).text == text


def test_more_records_than_answers_are_marked_with_a_minus() -> None:
    assert MEASURE["difference"].of(paired(Tally(answered=10, recorded_by_phone_in_hours=12))).text == "−2"


def test_handling_time_is_talk_plus_after_call_work() -> None:
    shown = figures(Tally(timed_calls=2, talk_seconds=301, after_seconds=100))
    assert (shown["average_talk"].text, shown["average_after_call"].text) == ("2:31", "0:50")
    assert shown["average_handling"].text == "3:21"


def test_a_times_cell_is_a_fraction_of_a_day() -> None:
    assert MEASURE["shortage_minutes"].of(Tally(shortage_minutes=90)).cell == 90 / 1440
    assert MEASURE["average_talk"].of(Tally(timed_calls=1, talk_seconds=86)).cell == 86 / 86400


def test_a_sum_with_an_unmeasured_part_is_not_measured() -> None:
    assert (Tally(offered=3) + Tally(offered=None)).offered is None


@settings(max_examples=50)
@given(st.lists(tallies, min_size=1, max_size=6))
def test_a_ratio_over_days_is_the_sum_over_the_sum(days: list[Tally]) -> None:
    whole = over_days(paired(day) for day in days)
    offered = sum(day.offered or 0 for day in days)
    figure = MEASURE["answer_rate"].of(whole)
    if offered == 0:
        assert figure.state is State.EMPTY
    else:
        assert figure.value == sum(day.answered or 0 for day in days) / offered


def test_a_rate_divides_only_what_the_same_days_counted() -> None:
    days = (Tally(offered=100, answered=90), Tally(offered=40), Tally())
    whole = over_days(paired(day) for day in days)
    assert (whole.offered, whole.answered) == (140, 90)
    assert MEASURE["answer_rate"].of(whole).text == "90.0%"


def test_days_without_the_exchange_are_not_compared_with_their_records() -> None:
    days = (Tally(answered=9, recorded_by_phone_in_hours=8), Tally(recorded_by_phone_in_hours=50))
    assert MEASURE["difference"].of(over_days(paired(day) for day in days)).text == "1"


def test_a_period_without_any_count_of_the_exchange_is_not_measured() -> None:
    assert MEASURE["answer_rate"].of(over_days([paired(Tally(recorded=3))])).text == NOT_MEASURED
    assert over_days([]).offered is None


def test_the_snapshot_holds_plain_values() -> None:
    assert MEASURE["offered"].of(Tally(offered=1200)).as_dict() == {
        "label": "着信数",
        "state": "value",
        "value": 1200,
        "text": "1,200",
    }


@pytest.mark.parametrize(("short", "text"), [(0, "100.0%"), (1, "99.9%"), (3, "99.9%"), (24, "99.7%"), (8_820, "0.0%")])
def test_one_minute_below_the_minimum_is_never_a_hundred_per_cent(short: int, text: str) -> None:
    assert COVERED.of(Tally(judged_minutes=8_820, shortage_minutes=short)).text == text


def test_with_nothing_judged_there_is_no_share() -> None:
    assert COVERED.of(Tally()).state is State.EMPTY
