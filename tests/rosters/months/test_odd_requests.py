"""Requests no form of ours sends, and what must not vanish from a version."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from callcenter.audit.models import AuditEntry
from callcenter.audit.service import system_actor
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.rosters.codes import InstructionKind, LeaveKind
from callcenter.rosters.months import leave, publishing, schemas, swaps
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.months.publishing import Publication
from callcenter.rosters.months.swaps import NewSwap
from callcenter.rosters.papers import service as papers
from callcenter.rosters.papers.service import NewInstruction
from callcenter.web.access import Actor, Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import add_staff
from tests.rosters.months.making import WHOLE, by, july, publish, put, start


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _form(lines: list[str]) -> MultiDict[str, str]:
    return MultiDict([("cell", line) for line in lines])


@pytest.fixture
def chief(sqlite_centre: Centre) -> Any:
    return sqlite_centre.person(Role.SUPERVISOR).client()


@pytest.mark.parametrize("name", ["view", "error", "typed"])
def test_a_field_that_is_no_part_of_the_form_does_no_harm(chief: Any, name: str) -> None:
    assert chief.post("/roster/month/draft", data={"month": "2026-07"}).status_code == 303
    answer = chief.post("/roster/month/publish", data={"month": "2026-07", "version": "9", name: "plan"})
    assert answer.status_code == 409


def test_an_instruction_that_was_set_aside_later_still_stands_beside_the_version_it_led_to(
    sqlite_centre: Centre, chief: Any
) -> None:
    add_staff(sqlite_centre, "P01")
    who, at = system_actor(sqlite_centre.contract_id), sqlite_centre.now
    with sqlite_centre.inside(), transaction():
        kind, on = InstructionKind.INSTRUCTION, date(2026, 5, 29)
        said = papers.add_instruction(NewInstruction(kind, on, "市民課長", "7月は4名とすること。", on), by=who, at=at)
    start(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        wanted = Publication(date(2026, 7, 1), 1, "市の指示", said, accepts_shortage=True)
        publishing.publish(wanted, by=who, at=at)
    with sqlite_centre.inside(), transaction():
        papers.set_aside_instruction(said, "二重の記録", by=who, at=at)
    assert "7月は4名とすること。" in _text(chief.get("/roster/month/version?month=2026-07&number=1"))


def test_no_shift_has_more_breaks_than_a_day_can_use() -> None:
    breaks = [f"{minute}-{minute + 1}" for minute in range(511, 511 + 2 * schemas.MOST_BREAKS, 2)]
    assert len(schemas.decoded("/".join(["510-1035", *breaks]))[0].breaks) == schemas.MOST_BREAKS
    with pytest.raises(InvalidInput):
        schemas.decoded("/".join(["510-1035", *breaks, "1000-1010"]))


def test_no_line_of_a_proposal_gets_lost() -> None:
    """Rather none than a part of them."""
    lines = [f"{UUID(int=1)}|2026-07-01||0"] * (schemas.MOST_CELLS + 1)
    assert len(schemas.proposed_cells(_form(lines[1:]))) == schemas.MOST_CELLS
    with pytest.raises(InvalidInput):
        schemas.proposed_cells(_form(lines))


# --- another contract ---


@pytest.fixture
def stranger(sqlite_centre: Centre) -> Actor:
    """Somebody who leads under another contract."""
    with sqlite_centre.inside():
        return system_actor(sqlite_centre.new_contract("R8-B"))


def test_another_contracts_supervisor_decides_nothing_here(sqlite_centre: Centre, stranger: Actor) -> None:
    centre = sqlite_centre
    one, other = add_staff(centre, "P01"), add_staff(centre, "P02")
    start(centre)
    put(centre, one, july(1), WHOLE)
    publish(centre, reason="人員不足")
    with centre.inside(), transaction():
        leave_id = leave.request_leave(NewLeave(one, LeaveKind.PAID, july(2), july(2)), by=by(centre), at=centre.now)
        swap_id = swaps.request_swap(NewSwap(one, july(1), other), by=by(centre), at=centre.now)
    acts: tuple[Any, ...] = (
        lambda: leave.approve_leave(leave_id, by=stranger, at=centre.now),
        lambda: leave.refuse_leave(leave_id, "不可", by=stranger, at=centre.now),
        lambda: leave.withdraw_leave(leave_id, by=stranger, at=centre.now),
        lambda: swaps.answer_swap(swap_id, True, own=other, by=stranger, at=centre.now),
        lambda: swaps.refuse_swap(swap_id, "不可", by=stranger, at=centre.now),
        lambda: swaps.withdraw_swap(swap_id, own=one, by=stranger, at=centre.now),
        lambda: leave.request_leave(NewLeave(one, LeaveKind.PAID, july(6), july(6)), by=stranger, at=centre.now),
    )
    for act in acts:
        with pytest.raises(NotFound), centre.inside(), transaction():
            act()


def test_the_log_does_not_tell_who_was_ill(sqlite_centre: Centre) -> None:
    """It can never be erased; the kind of somebody's leave stands with the request alone."""
    centre = sqlite_centre
    staff_id = add_staff(centre, "P01")
    new = NewLeave(staff_id, LeaveKind.SICK, july(1), july(1), "発熱のため")
    with centre.inside(), transaction():
        leave_id, _ = leave.enter_leave(new, by=by(centre), at=centre.now)
    with centre.inside(), transaction():
        leave.withdraw_leave(leave_id, by=by(centre), at=centre.now)
    with centre.inside():
        found = db.session.execute(select(AuditEntry.details).where(AuditEntry.action.like("leave.%"))).scalars().all()
    assert len(found) == 3
    assert "sick" not in str(found)


@pytest.mark.parametrize("field", ["start-a", "end-b", "break_start1-a", "version"])
def test_an_individual_number_in_a_cells_form_does_not_come_back(sqlite_centre: Centre, chief: Any, field: str) -> None:
    staff_id, number = add_staff(sqlite_centre, "P01"), f"12345678901{check_digit('12345678901')}"
    start(sqlite_centre)
    url = f"/roster/month/cell?staff={staff_id}&on=2026-07-01"
    answer = chief.post(url, data={"version": "1", "start-a": "08:30", field: number})
    assert answer.status_code == 422
    assert number not in _text(answer)
