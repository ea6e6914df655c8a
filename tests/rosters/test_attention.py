"""What of the rosters to come needs a hand."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.audit.service import system_actor
from callcenter.clock import instant_of
from callcenter.rosters.attention import Attention, attention
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months.leave import NewLeave, approve_leave, request_leave
from callcenter.rosters.months.swaps import NewSwap, answer_swap, request_swap
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import MONDAY, add_staff, at, plan, shift
from tests.rosters.months.making import july, later, publish, start
from tests.rosters.papers.factories import set_aside, train

CALM = Attention((), 0, None, ())
WHOLE = shift("8:30-17:15", "12:00-13:00")
LATER = shift("8:30-17:15", "13:00-14:00")
FRIDAY = date(2026, 6, 5)


def seen(centre: Centre) -> Attention:
    with centre.inside():
        return attention(centre.contract_id, centre.now)


def test_nothing_planned_is_nothing_short(centre: Centre) -> None:
    add_staff(centre, "P01")
    assert seen(centre) == CALM


def test_a_coming_day_below_the_minimum_is_told_with_its_minutes(centre: Centre) -> None:
    for code, times in (("P01", WHOLE), ("P02", LATER)):
        plan(centre, add_staff(centre, code), times, FRIDAY)
    assert seen(centre).short == ((FRIDAY, 120),)


def test_a_third_operator_heals_it(centre: Centre) -> None:
    for code, times in (("P01", WHOLE), ("P02", LATER), ("P03", shift("8:30-17:15", "11:00-12:00"))):
        plan(centre, add_staff(centre, code), times, FRIDAY)
    assert seen(centre).short == ()


def test_what_lies_three_weeks_ahead_is_not_told_yet(centre: Centre) -> None:
    plan(centre, add_staff(centre, "P01"), WHOLE, date(2026, 6, 22))
    assert seen(centre).short == ()


def test_requests_count_until_they_are_decided(centre: Centre) -> None:
    someone = add_staff(centre, "P01")
    by = system_actor(centre.contract_id)
    with centre.inside(), transaction():
        asked = request_leave(NewLeave(someone, LeaveKind.PAID, FRIDAY, FRIDAY), by=by, at=centre.now)
    assert seen(centre).requests == 1
    with centre.inside(), transaction():
        approve_leave(asked, by=by, at=centre.now)
    assert seen(centre).requests == 0


def test_a_swap_waits_for_the_other_before_it_waits_for_the_supervisor(centre: Centre) -> None:
    one, other = add_staff(centre, "P01"), add_staff(centre, "P02")
    plan(centre, one, WHOLE, FRIDAY)
    later(centre)
    start(centre, MONDAY)
    publish(centre, MONDAY, reason="人員の確保のため")
    by = system_actor(centre.contract_id)
    with centre.inside(), transaction():
        swap = request_swap(NewSwap(one, FRIDAY, other), by=by, at=centre.now)
    assert seen(centre).requests == 0
    with centre.inside(), transaction():
        answer_swap(swap, True, own=other, by=by, at=centre.now)
    assert seen(centre).requests == 1


@pytest.mark.parametrize(("today", "told"), [(date(2026, 6, 16), False), (date(2026, 6, 17), True)])
def test_ten_open_days_before_a_month_its_roster_is_asked_for(centre: Centre, today: date, told: bool) -> None:
    centre.at(instant_of(today, 540))
    assert seen(centre).unpublished == (july(1) if told else None)


def test_once_it_is_published_it_is_asked_for_no_longer(centre: Centre) -> None:
    centre.at(instant_of(date(2026, 6, 30), 540))
    start(centre, empty=True)
    assert seen(centre).unpublished == july(1)
    publish(centre, reason="人員の確保のため")
    assert seen(centre).unpublished is None


def test_after_the_contracts_last_month_none_is_asked_for(centre: Centre) -> None:
    centre.at(instant_of(date(2027, 3, 30), 540))
    assert seen(centre).unpublished is None


def test_somebody_planned_whose_training_was_set_aside_is_told(centre: Centre) -> None:
    someone = add_staff(centre, "P01", trained=False)
    paper = train(centre, someone)
    plan(centre, someone, WHOLE, FRIDAY)
    assert seen(centre).untrained == ()
    set_aside(centre, someone, paper)
    assert seen(centre).untrained == (FRIDAY,)


def test_yesterday_needs_no_attention(centre: Centre) -> None:
    plan(centre, add_staff(centre, "P01"), WHOLE, MONDAY)
    centre.at(at("9:00", date(2026, 6, 2)))
    assert seen(centre).short == ()
