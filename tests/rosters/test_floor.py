"""Whether somebody on a break counts towards the minimum is the contract's to say (003 clause 6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callcenter.audit.service import system_actor
from callcenter.contracts.service import set_setting
from callcenter.contracts.settings import SETTINGS
from callcenter.errors import InvalidInput
from callcenter.rosters.coverage.queries import days
from callcenter.rosters.floor import SETTING, BreakReading, who_counts
from callcenter.rosters.months.judging import month_shortages
from callcenter.rosters.queries import day_attendance, present_now
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import MONDAY, TUESDAY, add_staff, at, plan, punched, shift
from tests.rosters.months.making import JUNE, facts, live

DAY = "in 8:30, rest 12:00, back 13:00, out 17:15"
WHOLE = shift("8:30-17:15", "12:00-13:00")


def count_breaks(centre: Centre, on: date = MONDAY, word: str = "いいえ") -> None:
    with centre.inside(), transaction():
        set_setting(SETTING, [word], on, by=system_actor(centre.contract_id), at=centre.now)


def two_lunch_together(centre: Centre, on: date = MONDAY) -> None:
    for code in ("P01", "P02"):
        staff = add_staff(centre, code + str(on.day))
        plan(centre, staff, WHOLE, on)
        punched(centre, staff, DAY, on)


def below(centre: Centre, on: date) -> tuple[int, int]:
    """Minutes below the minimum by the day's page and by the proof, which have to agree; and those planned."""
    with centre.inside():
        (proof,) = days(centre.contract_id, on, on, centre.now)
        assert proof.minutes.below == day_attendance(centre.contract_id, on, centre.now).below_minutes
        return proof.minutes.below, proof.minutes.planned_below


@pytest.mark.parametrize(("word", "minutes"), [("はい", 60), ("いいえ", 0)])
def test_a_lunch_taken_together_is_below_unless_breaks_count(centre: Centre, word: str, minutes: int) -> None:
    two_lunch_together(centre)
    count_breaks(centre, word=word)
    centre.at(at("9:00", TUESDAY))
    assert below(centre, MONDAY) == (minutes, minutes)


def test_by_default_breaks_do_not_count(centre: Centre) -> None:
    two_lunch_together(centre)
    centre.at(at("9:00", TUESDAY))
    assert below(centre, MONDAY) == (60, 60)


def test_the_reading_holds_from_its_day_on(centre: Centre) -> None:
    two_lunch_together(centre)
    two_lunch_together(centre, TUESDAY)
    count_breaks(centre, TUESDAY)
    centre.at(at("9:00", TUESDAY + timedelta(days=1)))
    assert [below(centre, on) for on in (MONDAY, TUESDAY)] == [(60, 60), (0, 0)]


def test_the_months_screen_reads_it_too(centre: Centre) -> None:
    for code in ("P01", "P02"):
        plan(centre, add_staff(centre, code), WHOLE, TUESDAY)
    before = month_shortages(facts(centre, JUNE), live(centre, JUNE))
    assert TUESDAY in {one.day.on for one in before}
    count_breaks(centre)
    after = month_shortages(facts(centre, JUNE), live(centre, JUNE))
    assert TUESDAY not in {one.day.on for one in after}


def test_who_is_on_a_break_now_counts_where_breaks_do(centre: Centre) -> None:
    punched(centre, add_staff(centre, "P01"), "in 8:30, rest 9:20")
    with centre.inside():
        assert present_now(centre.contract_id, centre.now).count == 0
    count_breaks(centre)
    with centre.inside():
        assert present_now(centre.contract_id, centre.now).count == 1


def test_a_break_whose_end_was_forgotten_counts_no_further_than_its_punch(centre: Centre) -> None:
    punched(centre, add_staff(centre, "P01"), "in 8:30, rest 12:00")
    punched(centre, add_staff(centre, "P02"), DAY)
    count_breaks(centre)
    centre.at(at("9:00", TUESDAY))
    assert below(centre, MONDAY)[0] == 315  # from 12:00 to 17:15


def test_the_day_page_says_which_reading_holds(sqlite_centre: Centre) -> None:
    count_breaks(sqlite_centre)
    page = sqlite_centre.person(Role.SUPERVISOR).client().get("/attendance").get_data(as_text=True)
    assert who_counts(True) in page
    assert who_counts(False) not in page


def test_before_the_first_value_breaks_do_not_count() -> None:
    reading = BreakReading(((TUESDAY, True), (TUESDAY + timedelta(days=1), False)))
    assert (reading.counts_on(MONDAY), reading.counts_on(TUESDAY)) == (False, True)
    assert not reading.counts_on(TUESDAY + timedelta(days=2))


@pytest.mark.parametrize("wrong", ["", "yes", "はい、いいえ"])
def test_another_word_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        SETTINGS[SETTING].read(wrong)
