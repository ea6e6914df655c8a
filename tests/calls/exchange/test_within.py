"""Calls answered within the seconds of the service level: counted, carried, unmeasured where they do not fit."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.calls.exchange import queries
from callcenter.calls.exchange.cdr import ExchangeCall, interval_counts
from callcenter.calls.exchange.columns import ColumnMapping, suggest_mapping
from callcenter.calls.exchange.csv_file import CountFile, read_counts, read_table
from callcenter.calls.exchange.rules import Counts, SlotKey, check_counts, sum_of, zero_like
from callcenter.clock import instant_of
from callcenter.contracts import service as contracts
from callcenter.web.transaction import transaction
from tests.calls.exchange.factories import (
    FRIDAY,
    MONDAY,
    bring_in,
    cdr_call,
    content,
    evening,
    import_counts,
    report,
    type_in,
)
from tests.centre import Centre, Person

TUESDAY = date(2026, 6, 2)
HEADINGS = "日付,時間帯,着信数,応答数,放棄数,20秒以内応答数"


def call(wait: int | None, *, offered: bool = True) -> ExchangeCall:
    answered = wait is not None
    return ExchangeCall("1.1", instant_of(MONDAY, 540), offered, answered, wait, 60 if answered else None)


def counted(*calls: ExchangeCall, seconds: int = 20) -> int | None:
    (row,) = interval_counts(calls, lambda _on, _minute: True, lambda _on: seconds)
    return row.answered_within


def set_seconds(centre: Centre, person: Person, seconds: int, since: date) -> None:
    """Needs an app context."""
    with transaction():
        contracts.set_setting("service_level_seconds", [str(seconds)], since, by=person.actor, at=centre.now)


def within(centre: Centre, on: date = MONDAY) -> int | None:
    return queries.totals_between(centre.contract_id, on, on)[on].in_hours.answered_within


@pytest.mark.parametrize(("wait", "number"), [(0, 1), (19, 1), (20, 1), (21, 0), (600, 0)])
def test_an_answer_at_the_last_second_is_in_time(wait: int, number: int) -> None:
    assert counted(call(wait)) == number


def test_a_call_that_nobody_answered_is_never_in_time() -> None:
    assert counted(call(None), call(3)) == 1


def test_where_no_seconds_are_told_none_are_counted() -> None:
    (row,) = interval_counts([call(3)], lambda _on, _minute: True)
    assert row.answered_within is None


def test_answers_in_time_add_up_only_within_the_same_seconds() -> None:
    one, two = Counts(3, 3, 0, 30, 90, 2, 20), Counts(4, 2, 2, 10, 60, 1, 20)
    assert one + two == Counts(7, 5, 2, 40, 150, 3, 20)
    assert one + Counts(4, 2, 2, 10, 60, 1, 30) == Counts(7, 5, 2, 40, 150)
    assert one + Counts(4, 2, 2, 10, 60) == Counts(7, 5, 2, 40, 150)
    assert sum_of([]) == Counts()


def test_counts_are_judged_by_their_own_seconds_alone() -> None:
    counts = Counts(3, 3, 0, 30, 90, 2, 20)
    assert counts.judged_by(20) == counts
    assert counts.judged_by(30) == Counts(3, 3, 0, 30, 90)
    assert zero_like(counts) == Counts(0, 0, 0, 0, 0, 0, 20)
    assert zero_like(Counts(3)) == Counts(0)


@pytest.mark.parametrize(
    ("counts", "right"),
    [
        (Counts(5, 4, 1, answered_within=4), True),
        (Counts(5, 4, 1, answered_within=5), False),
        (Counts(5, answered_within=5), True),
        (Counts(5, answered_within=6), False),
    ],
)
def test_no_more_are_answered_in_time_than_are_answered(counts: Counts, right: bool) -> None:
    assert ("answered_within" in check_counts(counts)) is not right


# --- a detail record ---


def record_of_monday() -> bytes:
    """09:00 answered after 20 seconds, 09:01 after 21, 09:02 by nobody, 09:03 by the announcement."""
    return content(
        cdr_call("1.1", "2026-06-01 00:00:00", answer="2026-06-01 00:00:20"),
        cdr_call("1.2", "2026-06-01 00:01:00", answer="2026-06-01 00:01:21"),
        cdr_call("1.3", "2026-06-01 00:02:00", answered=False),
        cdr_call("1.4", "2026-06-01 00:03:00", app="Playback", to=""),
    )


def test_a_detail_record_counts_answers_in_time_by_the_contracts_seconds(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        slots = queries.day_exchange(centre.contract_id, MONDAY).slots
        assert slots[1].counts == Counts(3, 2, 1, 41, 120, 1, 20)
        assert slots[0].counts == Counts(0, 0, 0, 0, 0, 0, 20)
        assert within(centre) == 1


def test_the_seconds_are_those_of_the_day(centre: Centre, boss: Person) -> None:
    centre.at(evening(TUESDAY))
    later = cdr_call("2.1", "2026-06-02 00:01:00", answer="2026-06-02 00:01:21")
    with centre.inside():
        set_seconds(centre, boss, 30, TUESDAY)
        bring_in(centre, boss, record_of_monday() + content(later), kind="cdr", zone="UTC")
        assert (within(centre), within(centre, TUESDAY)) == (1, 1)


def test_seconds_that_are_set_anew_leave_the_old_count_unmeasured_until_it_is_counted_again(
    centre: Centre, boss: Person
) -> None:
    with centre.inside():
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        set_seconds(centre, boss, 30, FRIDAY)
        assert within(centre) is None
        assert queries.totals_between(centre.contract_id, MONDAY, MONDAY)[MONDAY].in_hours.offered == 3
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        assert within(centre) == 2
        assert bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC").import_id is None


def test_counting_anew_says_nothing_of_half_hours_that_the_file_did_not_reach(centre: Centre, boss: Person) -> None:
    centre.at(instant_of(MONDAY, 600))
    with centre.inside():
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        set_seconds(centre, boss, 30, FRIDAY)
        centre.at(evening())
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        slots = queries.day_exchange(centre.contract_id, MONDAY).slots
        assert (slots[1].counts.answered_within, slots[1].counts.within_seconds) == (2, 30)
        assert slots[5].counts == Counts()


def test_the_same_record_twice_still_changes_nothing(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC")
        assert bring_in(centre, boss, record_of_monday(), kind="cdr", zone="UTC").import_id is None


# --- a report ---


@pytest.mark.parametrize(
    ("heading", "seconds"),
    [
        ("20秒以内応答数", 20),
        ("３０秒以内の応答数（件）", 30),
        ("Answered within 15 sec", 15),
        ("秒以内応答数", None),
    ],
)
def test_a_heading_tells_the_seconds_it_was_counted_with(heading: str, seconds: int | None) -> None:
    found = suggest_mapping(["日付", "着信数", heading])
    assert found is not None
    assert (found.answered_within, found.within_seconds) == (heading, seconds)


def test_a_report_without_the_column_is_read_as_ever() -> None:
    found = suggest_mapping(["日付", "着信数", "応答数"])
    assert found is not None
    assert (found.answered_within, found.within_seconds) == (None, None)
    kept = {name: value for name, value in found.as_dict().items() if name != "answered_within"}
    assert ColumnMapping.from_dict(kept) == found


def read(*lines: str) -> CountFile:
    table = read_table(report(*lines, headings=HEADINGS))
    mapping = suggest_mapping(HEADINGS.split(","))
    assert mapping is not None
    return read_counts(table, mapping)


def test_a_line_with_more_answers_in_time_than_answers_is_refused_alone() -> None:
    found = read("2026/6/1,9:00,5,4,1,5", "2026/6/1,9:30,5,4,1,4", "2026/6/1,10:00,5,4,1,")
    assert [refusal.line for refusal in found.refusals] == [2]
    assert [row.answered_within for row in found.rows] == [4, None]


def test_a_report_brings_its_answers_in_time_in(centre: Centre, boss: Person) -> None:
    file = report("2026/6/1,8:30,5,4,1,3", headings=HEADINGS)
    with centre.inside():
        bring_in(centre, boss, file, zeros=True)
        assert within(centre) == 3
        assert queries.day_exchange(centre.contract_id, MONDAY).slots[1].counts == Counts(0, 0, 0, None, None, 0, 20)


def test_a_half_hour_that_does_not_tell_leaves_the_day_unmeasured(centre: Centre, boss: Person) -> None:
    file = report("2026/6/1,8:30,5,4,1,3", "2026/6/1,9:00,5,4,1,", headings=HEADINGS)
    with centre.inside():
        bring_in(centre, boss, file, zeros=True)
        assert within(centre) is None


def test_a_report_that_counts_with_other_seconds_measures_no_service_level(centre: Centre, boss: Person) -> None:
    file = report("2026/6/1,8:30,5,4,1,3", headings=HEADINGS.replace("20秒", "30秒"))
    with centre.inside():
        bring_in(centre, boss, file, zeros=True)
        assert within(centre) is None
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.within_seconds == 30


# --- typed in ---


def form(centre: Centre, **fields: str) -> dict[str, str]:
    with centre.inside():
        from callcenter.calls.exchange.service import last_manual

        seen = last_manual(centre.contract_id, MONDAY)
    return {"on": "2026-06-01", "per": "day", "seen": str(seen or ""), **fields}


def test_answers_in_time_may_be_typed(centre: Centre, boss: Person) -> None:
    typed = {"offered-day": "10", "answered-day": "9", "abandoned-day": "1", "answered_within-day": "8"}
    browser = boss.client()
    assert "20秒以内の応答数" in browser.get("/exchange/day/edit?on=2026-06-01").text
    assert browser.post("/exchange/day/edit", data=form(centre, **typed)).status_code == 303
    with centre.inside():
        assert within(centre) == 8
    assert 'value="8"' in browser.get("/exchange/day/edit?on=2026-06-01").text


def test_too_many_answers_in_time_are_refused_beside_their_field(centre: Centre, boss: Person) -> None:
    typed = {"offered-day": "10", "answered-day": "9", "answered_within-day": "10"}
    answer = boss.client().post("/exchange/day/edit", data=form(centre, **typed))
    assert answer.status_code == 422
    assert 'id="f-answered_within-day-error"' in answer.text


def test_a_form_shows_no_count_that_was_made_with_other_seconds(centre: Centre, boss: Person) -> None:
    with centre.inside():
        type_in(centre, boss, {SlotKey(MONDAY, None, True): Counts(90, 80, 10, None, None, 77, 20)})
        set_seconds(centre, boss, 30, FRIDAY)
    page = boss.client().get("/exchange/day/edit?on=2026-06-01").text
    assert "30秒以内の応答数" in page
    assert 'value="80"' in page
    assert 'value="77"' not in page


def test_another_source_rules_with_its_own_answers_in_time(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, {SlotKey(MONDAY, None, True): Counts(90, 80, 10, None, None, 70, 20)})
        type_in(centre, boss, {SlotKey(MONDAY, None, True): Counts(90, 80, 10, None, None, 60, 20)})
        assert within(centre) == 70
