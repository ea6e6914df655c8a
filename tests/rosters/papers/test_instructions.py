from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.rosters.codes import AgreementKind, InstructionKind
from callcenter.rosters.papers import queries, service
from callcenter.rosters.papers.view import Headcount, agreement_states
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY
from tests.rosters.papers.factories import YEAR, agree, instruct

TERMS_HEADCOUNT = 3


def _answer(centre: Centre, instruction_id: UUID, answer: tuple[str, date | None], version: int = 1) -> None:
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.answer_instruction(instruction_id, answer, version, by=by, at=centre.now)


def _set_aside(centre: Centre, instruction_id: UUID) -> None:
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.set_aside_instruction(instruction_id, "取り違え", by=by, at=centre.now)


def _approved(centre: Centre, on: date) -> int | None:
    with centre.inside():
        return queries.approved_headcount(centre.contract_id, on)


# --- what the city said ---


def test_numbers_follow_one_another_within_the_contract_and_stay_used(centre: Centre) -> None:
    first = instruct(centre)
    _set_aside(centre, first)
    instruct(centre)
    with centre.inside():
        assert [one.number for one in queries.all_instructions(centre.contract_id)] == [2, 1]
        assert [one.number for one in queries.instructions(centre.contract_id)] == [2]


def test_each_contract_counts_its_own(sqlite_centre: Centre) -> None:
    instruct(sqlite_centre)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R9")
        kind = InstructionKind.INSTRUCTION
        new = service.NewInstruction(kind, MONDAY, "市民課（架空）", "別の契約", MONDAY)
        with transaction():
            service.add_instruction(new, by=system_actor(other), at=sqlite_centre.now)
        assert [one.number for one in queries.instructions(other)] == [1]


def test_the_same_form_sent_twice_is_one_instruction(centre: Centre) -> None:
    key = uuid4()
    assert instruct(centre, key=key) == instruct(centre, key=key)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_on": TUESDAY}, "received_on"),
        ({"kind": InstructionKind.APPROVAL}, "headcount"),
        ({"kind": InstructionKind.INSTRUCTION, "headcount": 3}, "headcount"),
    ],
)
def test_what_cannot_be_is_refused(sqlite_centre: Centre, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        instruct(sqlite_centre, **changes)
    assert list(caught.value.errors) == [field]


def test_what_was_done_is_said_later_and_the_slower_of_two_is_told(centre: Centre) -> None:
    instruction_id = instruct(centre)
    _answer(centre, instruction_id, ("3名で調整中", None))
    with pytest.raises(Conflict):
        _answer(centre, instruction_id, ("完了", MONDAY), version=1)
    _answer(centre, instruction_id, ("3名を配置", MONDAY), version=2)
    with centre.inside():
        found = queries.instructions(centre.contract_id)[0]
    assert (found.response, found.done_on, found.open) == ("3名を配置", MONDAY, False)


@pytest.mark.parametrize("done_on", [date(2026, 4, 30), TUESDAY])
def test_it_is_done_between_the_receipt_and_today(sqlite_centre: Centre, done_on: date) -> None:
    instruction_id = instruct(sqlite_centre)
    with pytest.raises(InvalidInput):
        _answer(sqlite_centre, instruction_id, ("配置", done_on))


def test_what_was_set_aside_is_neither_answered_nor_set_aside_again(centre: Centre) -> None:
    instruction_id = instruct(centre)
    _set_aside(centre, instruction_id)
    with pytest.raises(Conflict):
        _set_aside(centre, instruction_id)
    with pytest.raises(Conflict):
        _answer(centre, instruction_id, ("配置", MONDAY), version=2)
    with pytest.raises(NotFound):
        _set_aside(centre, uuid4())


# --- the approved headcount ---


def test_the_latest_approval_that_applies_holds_before_the_terms(centre: Centre) -> None:
    instruct(centre, headcount=5, applies_on=MONDAY)
    later = instruct(centre, headcount=6, applies_on=TUESDAY)
    instruct(centre)
    days = (FRIDAY_BEFORE, MONDAY, TUESDAY)
    assert [_approved(centre, on) for on in days] == [TERMS_HEADCOUNT, 5, 6]
    _set_aside(centre, later)
    assert [_approved(centre, on) for on in days] == [TERMS_HEADCOUNT, 5, 5]
    assert _approved(centre, date(2026, 3, 31)) is None


def test_of_two_approvals_for_one_day_the_later_holds(sqlite_centre: Centre) -> None:
    instruct(sqlite_centre, headcount=5, applies_on=MONDAY)
    instruct(sqlite_centre, headcount=4, applies_on=MONDAY)
    assert _approved(sqlite_centre, MONDAY) == 4


def test_terms_that_change_later_do_not_undo_what_the_city_approved() -> None:
    found = [queries.Approval(YEAR[0], 3), queries.Approval(FRIDAY_BEFORE, 5, number=1), queries.Approval(MONDAY, 4)]
    holding = [queries.approval_on(found, on) for on in (YEAR[0], MONDAY)]
    assert [one and one.headcount for one in holding] == [3, 5]


@pytest.mark.parametrize(
    ("assigned", "said"), [(2, "承認人員に足りません（1名"), (3, ""), (5, "承認人員を超えています（2名")]
)
def test_a_headcount_that_differs_is_said(assigned: int, said: str) -> None:
    warning = Headcount(assigned, queries.Approval(MONDAY, 3)).warning
    assert warning.startswith(said)
    assert bool(warning) == bool(said)


# --- agreements ---


def test_an_agreement_holds_on_its_days(centre: Centre) -> None:
    kind = AgreementKind.STAGGERED_BREAKS
    agree(centre, kind, (MONDAY, TUESDAY))
    with centre.inside():
        days = (FRIDAY_BEFORE, MONDAY, TUESDAY, date(2026, 6, 3))
        assert [queries.in_force(centre.contract_id, kind, on) for on in days] == [False, True, True, False]
        assert not queries.in_force(centre.contract_id, AgreementKind.OVERTIME, MONDAY)


def test_an_agreement_set_aside_holds_no_more(centre: Centre) -> None:
    agreement_id = agree(centre, AgreementKind.OVERTIME)
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.set_aside_agreement(agreement_id, "誤り", by=by, at=centre.now)
    with centre.inside():
        assert queries.agreements(centre.contract_id) == []
        assert not queries.in_force(centre.contract_id, AgreementKind.OVERTIME, MONDAY)
        assert [one.set_aside_because for one in queries.all_agreements(centre.contract_id)] == ["誤り"]


def test_a_special_clause_needs_an_overtime_agreement_around_it(centre: Centre) -> None:
    with pytest.raises(InvalidInput):
        agree(centre, AgreementKind.OVERTIME_SPECIAL)
    agree(centre, AgreementKind.OVERTIME)
    agree(centre, AgreementKind.OVERTIME_SPECIAL)


def test_what_is_impossible_without_an_agreement_is_said(sqlite_centre: Centre) -> None:
    agree(sqlite_centre, AgreementKind.OVERTIME)
    agree(sqlite_centre, AgreementKind.STAGGERED_BREAKS, (TUESDAY, YEAR[1]))
    with sqlite_centre.inside():
        found = agreement_states(queries.all_agreements(sqlite_centre.contract_id), MONDAY)
    overtime, special, breaks = found
    assert (overtime.until, overtime.impossible) == (YEAR[1], "")
    assert "36条5項" in special.impossible
    assert "34条2項" in breaks.impossible
    assert breaks.next_from == TUESDAY
