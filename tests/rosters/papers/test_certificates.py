from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.rosters import attendance, planning
from callcenter.rosters import queries as rosters
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.papers import queries
from callcenter.rosters.papers.rules import Period
from callcenter.rosters.papers.service import NewCertificate
from callcenter.rosters.planning import DayPlan, RowPlan
from callcenter.rosters.records import planned_on, standing_punches
from callcenter.rosters.rules import PunchKind, StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import (
    FRIDAY_BEFORE,
    MONDAY,
    TRAINED_ON,
    TUESDAY,
    add_staff,
    marks,
    plan,
    shift,
    training_of,
)
from tests.rosters.papers.factories import add_certificate, pledge, set_aside, train

WHOLE = shift("8:30-17:15", "12:00-13:00")


def _refusal(centre: Centre, staff_id: UUID, on: date = MONDAY) -> str:
    with pytest.raises(InvalidInput) as caught:
        plan(centre, staff_id, WHOLE, on)
    return str(caught.value.errors)


def _faults(centre: Centre, new: NewCertificate) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        add_certificate(centre, new)
    return list(caught.value.errors)


# --- who may be placed (9(2)) ---


@pytest.mark.parametrize("role", StaffRole)
def test_nobody_is_placed_without_the_training(centre: Centre, role: StaffRole) -> None:
    staff_id = add_staff(centre, "P01", "見本 花子", role, trained=False)
    said = _refusal(centre, staff_id)
    assert "見本 花子さん・令和8年6月1日（月）：業務研修の修了が登録されていないため、配置できません" in said
    assert "仕様書9(2)" in said
    train(centre, staff_id)
    plan(centre, staff_id, WHOLE)
    with centre.inside():
        assert len(planned_on(centre.contract_id, MONDAY)) == 1


def test_a_pledge_is_no_training(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    pledge(sqlite_centre, staff_id)
    assert "業務研修" in _refusal(sqlite_centre, staff_id)


def test_the_training_of_another_person_does_not_count(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01")
    assert "業務研修" in _refusal(sqlite_centre, add_staff(sqlite_centre, "P02", trained=False))


def test_the_training_counts_from_its_day_to_its_last(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", trained=False)
    train(centre, staff_id, MONDAY, TUESDAY)
    for on in (FRIDAY_BEFORE, date(2026, 6, 3)):
        with centre.inside(), pytest.raises(InvalidInput) as caught, transaction():
            row = RowPlan("a", staff_id, WHOLE)
            planning.plan_day(DayPlan(on, (row,), "理由"), by=system_actor(centre.contract_id), at=centre.now)
        assert "業務研修" in str(caught.value.errors)
    for on in (MONDAY, TUESDAY):
        plan(centre, staff_id, WHOLE, on)


def test_a_training_set_aside_no_longer_counts_and_what_was_planned_stays_and_is_named(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", trained=False)
    paper = train(centre, staff_id)
    plan(centre, staff_id, WHOLE)
    set_aside(centre, staff_id, paper)
    assert "業務研修" in _refusal(centre, staff_id, TUESDAY)
    with centre.inside():
        assert queries.untrained_days(centre.contract_id, MONDAY) == {staff_id: [MONDAY]}
        assert queries.untrained_days(centre.contract_id, TUESDAY) == {}


def test_a_second_training_takes_over_from_one_that_ended(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    train(sqlite_centre, staff_id, TRAINED_ON, FRIDAY_BEFORE)
    train(sqlite_centre, staff_id, MONDAY)
    plan(sqlite_centre, staff_id, WHOLE)
    with sqlite_centre.inside():
        found = rosters.staff_member(sqlite_centre.contract_id, staff_id)
        assert found.trained == (Period(TRAINED_ON, FRIDAY_BEFORE), Period(MONDAY))
        assert len(rosters.staff_list(sqlite_centre.contract_id)) == 1


def test_a_punch_is_a_fact_and_never_refused_for_want_of_training(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    staff_id = add_staff(centre, "P01", person=person, trained=False)
    with centre.inside(), transaction():
        attendance.punch(PunchKind.IN, by=person.actor, at=centre.now)
        missed = attendance.Correction(staff_id, FRIDAY_BEFORE, (), marks("in 8:30, out 17:15"), "打刻もれ")
        attendance.correct(missed, by=system_actor(centre.contract_id), at=centre.now)
    with centre.inside():
        assert len(standing_punches(centre.contract_id, MONDAY)) == 1
        assert len(standing_punches(centre.contract_id, FRIDAY_BEFORE)) == 2


def test_those_trained_on_a_day_are_told_at_once(centre: Centre) -> None:
    always, ended, never = (add_staff(centre, code, trained=code == "P01") for code in ("P01", "P02", "P03"))
    train(centre, ended, TRAINED_ON, MONDAY)
    with centre.inside():
        told = [queries.trained_on(centre.contract_id, on) for on in (MONDAY, TUESDAY)]
        valid = queries.training(centre.contract_id)
    assert told == [{always, ended}, {always}]
    assert valid == {always: (Period(TRAINED_ON),), ended: (Period(TRAINED_ON, MONDAY),)}
    assert never not in valid


def test_another_contract_knows_nothing_of_it(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R9")
        assert queries.training(other) == {}
        assert queries.certificates(other, staff_id) == []


# --- recording and setting aside ---


def test_what_is_still_to_come_is_not_recorded(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    assert _faults(sqlite_centre, training_of(staff_id, TUESDAY)) == ["issued_on"]
    train(sqlite_centre, staff_id, MONDAY)


def test_a_paper_does_not_end_before_it_begins(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    assert _faults(sqlite_centre, training_of(staff_id, MONDAY, FRIDAY_BEFORE)) == ["valid_until"]
    train(sqlite_centre, staff_id, MONDAY, MONDAY)


def test_the_same_form_sent_twice_is_one_paper_and_the_same_paper_typed_twice_is_refused(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", trained=False)
    assert train(centre, staff_id) == train(centre, staff_id)
    kind = CertificateKind.TRAINING
    assert _faults(centre, NewCertificate(staff_id, kind, kind.label, TRAINED_ON, key=uuid4())) == ["issued_on"]


def test_a_paper_is_set_aside_once_with_a_reason_and_stays_readable(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", trained=False)
    paper = train(centre, staff_id)
    with pytest.raises(InvalidInput):
        set_aside(centre, staff_id, paper, "")
    set_aside(centre, staff_id, paper, "別の方の記録")
    with pytest.raises(Conflict):
        set_aside(centre, staff_id, paper)
    with centre.inside():
        found = queries.certificates(centre.contract_id, staff_id)
    assert [(one.stands, one.set_aside_because) for one in found] == [(False, "別の方の記録")]


def test_a_paper_is_set_aside_under_its_own_person_only(sqlite_centre: Centre) -> None:
    staff_id, other = (add_staff(sqlite_centre, code, trained=False) for code in ("P01", "P02"))
    paper = train(sqlite_centre, staff_id)
    for wrong in ((other, paper), (staff_id, uuid4())):
        with pytest.raises(NotFound):
            set_aside(sqlite_centre, *wrong)


def test_nobody_is_given_a_paper_who_is_not_on_the_list(sqlite_centre: Centre) -> None:
    with pytest.raises(NotFound):
        train(sqlite_centre, uuid4())
