"""Use cases of swaps: one person asks, the other agrees, the supervisor approves. None of them commits.

An approved swap is written into the planned shifts and published as the month's next version; every rule that a
published roster has to keep is held against the two people's days first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import or_, select

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters.codes import RequestState, RosterState
from callcenter.rosters.months.facts import MonthFacts, month_facts
from callcenter.rosters.months.judging import Finding, fault_of, judge
from callcenter.rosters.months.models import SwapRequest
from callcenter.rosters.months.publishing import picture_plan, write_plan
from callcenter.rosters.months.queries import in_state, live_cells, versions
from callcenter.rosters.months.rules import Cell, Change, Key, Shifts, by_cell, with_cells
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.service import about, lock_staff
from callcenter.web.access import Actor
from callcenter.web.labels import date_label

DECIDED = "この交替の申請は、ほかの人が先に処理しました。最新の内容を確認してください。"
REASON = "勤務の交替"
UNLIKE = "{name}さんは最少人員に数えられる役割が異なるため、交替できません（仕様書6）。"
OPEN = (RequestState.REQUESTED.value, RequestState.AGREED.value)


class NewSwap(Struct, frozen=True):
    """A day's work to give to another, who may give one back. `note` is cleaned and scanned."""

    staff_id: UUID
    on: date
    other_id: UUID
    other_on: date | None = None
    note: str = ""
    key: UUID | None = None


def request_swap(new: NewSwap, *, by: Actor, at: datetime) -> UUID:
    """Ask for a swap. Raises `InvalidInput` naming person, day and rule when it could not be approved as things
    stand: the day is over or not published, nothing to give, the other at work, on leave, not assigned or untrained."""
    _require_fair(new)
    lock_staff(by.contract, [new.staff_id, new.other_id])
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    if _same_open(new, by.contract):
        raise InvalidInput(errors={"on": ["この日の交替は、すでに申請しています。"]})
    _require_possible(new, by=by, at=at)
    row = SwapRequest(
        contract_id=by.contract,
        id=new_id(),
        staff_id=new.staff_id,
        local_on=new.on,
        other_id=new.other_id,
        other_on=new.other_on,
        note=new.note,
        state=RequestState.REQUESTED.value,
        requested_at=at,
        requested_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    _record("swap.requested", row, by=by, at=at)
    return row.id


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(SwapRequest.id).where(SwapRequest.contract_id == contract_id, SwapRequest.idempotency_key == key)
    return db.session.execute(statement).scalar_one_or_none()


def _same_open(new: NewSwap, contract_id: UUID) -> bool:
    statement = select(SwapRequest.id).where(
        SwapRequest.contract_id == contract_id,
        SwapRequest.staff_id == new.staff_id,
        SwapRequest.local_on == new.on,
        SwapRequest.state.in_(OPEN),
    )
    return db.session.execute(statement).first() is not None


def _require_fair(new: NewSwap) -> None:
    if new.staff_id == new.other_id:
        raise InvalidInput(errors={"other_id": ["ご自分以外の方を選んでください。"]})
    if new.other_on is not None and new.other_on.replace(day=1) != new.on.replace(day=1):
        raise InvalidInput(errors={"other_on": ["代わりに受け持つ日は、同じ月の日にしてください。"]})


def _record(name: str, row: SwapRequest, *, by: Actor, at: datetime, **more: object) -> None:
    details = {
        "staff": str(row.staff_id),
        "on": row.local_on.isoformat(),
        "other": str(row.other_id),
        "other_on": row.other_on.isoformat() if row.other_on else None,
        **more,
    }
    record(Act(name, "swap_request", str(row.id), details), by=by, at=at)


# --- what a swap would make of the month ---


def _require_possible(new: NewSwap, *, by: Actor, at: datetime) -> tuple[MonthFacts, tuple[Cell, ...]]:
    """The month and its roster with the swap done. Raises `InvalidInput` naming person, day and rule."""
    facts = month_facts(by.contract, new.on.replace(day=1), at)
    _require_alike(new, facts)
    known = versions(by.contract, facts.month.first)
    if in_state(known, RosterState.PUBLISHED) is None:
        raise InvalidInput(errors={"on": ["この月のシフト表は、まだ公開されていません。"]})
    before = live_cells(by.contract, facts.month.from_on, facts.month.to_on)
    after = with_cells(before, _moved(new, facts, by_cell(before)))
    fresh = _new_faults(facts, before, after, {new.staff_id, new.other_id})
    if fresh:
        raise InvalidInput(errors={"_": [one.text for one in fresh]})
    return facts, after


def _require_alike(new: NewSwap, facts: MonthFacts) -> None:
    """Whoever is not counted towards the minimum cannot stand in for somebody who is (003 clause 6)."""
    one, other = facts.members.get(new.staff_id), facts.members.get(new.other_id)
    if one and other and one.role.counts_to_minimum != other.role.counts_to_minimum:
        raise InvalidInput(errors={"other_id": [UNLIKE.format(name=other.name)]})


class _Gift(Struct, frozen=True):
    """A person's day that goes over to another; `field` is where the form asks for it."""

    giver: StaffMember
    taker: StaffMember
    on: date
    field: str


def _gifts(new: NewSwap, facts: MonthFacts) -> list[_Gift]:
    one, other = facts.members.get(new.staff_id), facts.members.get(new.other_id)
    if one is None or other is None:
        raise NotFound("業務従事者が見つかりませんでした。")
    back = [] if new.other_on is None else [_Gift(other, one, new.other_on, "other_on")]
    return [_Gift(one, other, new.on, "on"), *back]


def _moved(new: NewSwap, facts: MonthFacts, planned: Mapping[Key, Shifts]) -> dict[Key, list[Cell]]:
    """The person's days that the swap changes, as they will be."""
    gifts = _gifts(new, facts)
    moved: dict[Key, list[Cell]] = {(gift.giver.id, gift.on): [] for gift in gifts}
    given = set(moved)
    for gift in gifts:
        key = gift.taker.id, gift.on
        fault = _gift_fault(gift, facts, planned, key in given)
        if fault is not None:
            raise InvalidInput(errors={gift.field: [fault]})
        moved[key] = [Cell(*key, times) for times in planned[gift.giver.id, gift.on]]
    return moved


def _gift_fault(gift: _Gift, facts: MonthFacts, planned: Mapping[Key, Shifts], exchanged: bool) -> str | None:
    """Why a day cannot go over, None when it can. `exchanged`: the taker gives away their own work of the day."""
    if gift.on < facts.today or facts.month.day(gift.on) is None:
        return f"{date_label(gift.on)}は過ぎた日か契約期間の外の日です。"
    if (gift.giver.id, gift.on) not in planned:
        return f"{about(gift.giver, gift.on)}予定がないため、交替できません。"
    if (gift.taker.id, gift.on) in planned and not exchanged:
        return f"{about(gift.taker, gift.on)}ほかの予定があるため、受け持てません。"
    fault = fault_of(facts, gift.taker, gift.on)
    return fault[1] if fault else None


def _new_faults(
    facts: MonthFacts, before: Sequence[Cell], after: Sequence[Cell], people: Iterable[UUID]
) -> list[Finding]:
    """What would stand in the way of publishing, and does not already; a day's own findings count as well."""
    concerned = {*people, None}
    known = {one.text for one in judge(facts, before) if one.blocking}
    found = (one for one in judge(facts, after) if one.blocking and one.staff_id in concerned)
    return [one for one in found if one.text not in known]


# --- what becomes of it ---


def _row(contract_id: UUID, swap_id: UUID, *states: RequestState) -> SwapRequest:
    """The request for writing. Raises `NotFound`, or `Conflict` when it is not in one of the states any more."""
    row = db.session.get(SwapRequest, (contract_id, swap_id))
    if row is None:
        raise NotFound("交替の申請が見つかりませんでした。")
    lock_staff(contract_id, [row.staff_id, row.other_id])
    db.session.refresh(row)
    if row.state not in {state.value for state in states}:
        raise Conflict(DECIDED)
    return row


def _wanted(row: SwapRequest) -> NewSwap:
    return NewSwap(row.staff_id, row.local_on, row.other_id, row.other_on, row.note)


def answer_swap(swap_id: UUID, agrees: bool, *, own: UUID, by: Actor, at: datetime) -> None:
    """The other person agrees or not. Raises `NotFound` for a request to somebody else."""
    row = _row(by.contract, swap_id, RequestState.REQUESTED)
    if row.other_id != own:
        raise NotFound("交替の申請が見つかりませんでした。")
    if agrees:
        _require_possible(_wanted(row), by=by, at=at)
        row.state, row.agreed_at = RequestState.AGREED.value, at
    else:
        _decide(row, RequestState.REFUSED, "", by=by, at=at)
    _record("swap.agreed" if agrees else "swap.declined", row, by=by, at=at)


def _decide(row: SwapRequest, state: RequestState, note: str, *, by: Actor, at: datetime) -> None:
    row.state, row.decision_note = state.value, note
    row.decided_at, row.decided_by = at, by.user_id
    db.session.flush()


def withdraw_swap(swap_id: UUID, *, own: UUID, by: Actor, at: datetime) -> None:
    """The person takes their request back. Raises `NotFound` for somebody else's."""
    row = _row(by.contract, swap_id, RequestState.REQUESTED, RequestState.AGREED)
    if row.staff_id != own:
        raise NotFound("交替の申請が見つかりませんでした。")
    row.state = RequestState.WITHDRAWN.value
    _record("swap.withdrawn", row, by=by, at=at)


def refuse_swap(swap_id: UUID, note: str, *, by: Actor, at: datetime) -> None:
    """Refuse, with the reason. Raises `InvalidInput` without one."""
    if not note:
        raise InvalidInput(errors={"note": ["承認しない理由を入力してください。"]})
    row = _row(by.contract, swap_id, RequestState.REQUESTED, RequestState.AGREED)
    _decide(row, RequestState.REFUSED, note, by=by, at=at)
    _record("swap.refused", row, by=by, at=at)


def approve_swap(swap_id: UUID, *, by: Actor, at: datetime) -> int:
    """Approve a swap both agree on: the planned shifts change and the month gets a next version, whose number this is.

    Raises `InvalidInput` naming person, day and rule when it cannot be done any more, `Conflict` when it was decided.
    """
    row = _row(by.contract, swap_id, RequestState.AGREED)
    facts, after = _require_possible(_wanted(row), by=by, at=at)
    changes: tuple[Change, ...] = write_plan(facts, after, REASON, by=by, at=at)
    _decide(row, RequestState.APPROVED, "", by=by, at=at)
    number = picture_plan(facts.month.first, REASON, changes, by=by, at=at)
    _record("swap.approved", row, by=by, at=at, number=number)
    return number or 0


# --- reads ---


class Swap(Struct, frozen=True):
    """A swap with the people it is between."""

    id: UUID
    staff: StaffMember
    on: date
    other: StaffMember
    other_on: date | None
    note: str
    state: RequestState
    requested_at: datetime
    decision_note: str

    @property
    def open(self) -> bool:
        return self.state.value in OPEN


def swaps(contract_id: UUID, members: Mapping[UUID, StaffMember], own: UUID | None = None) -> list[Swap]:
    """The swaps of everybody, or those a person has to do with; the newest first."""
    statement = select(SwapRequest).where(SwapRequest.contract_id == contract_id)
    if own is not None:
        statement = statement.where(or_(SwapRequest.staff_id == own, SwapRequest.other_id == own))
    rows = db.session.execute(statement.order_by(SwapRequest.requested_at.desc(), SwapRequest.id.desc())).scalars()
    return [
        Swap(
            row.id,
            members[row.staff_id],
            row.local_on,
            members[row.other_id],
            row.other_on,
            row.note,
            RequestState.of(row.state),
            row.requested_at,
            row.decision_note,
        )
        for row in rows
    ]
