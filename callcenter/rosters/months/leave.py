"""Use cases of leave and wishes. None of them commits.

Approved leave takes the person's planned shifts of today and later away at once, whatever was published, so that
nobody on leave counts as present by plan. The published month gets a next version that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters import planning
from callcenter.rosters.codes import LeaveKind, RequestState
from callcenter.rosters.months.absences import Leave, standing
from callcenter.rosters.months.models import LeaveRequest
from callcenter.rosters.months.publishing import picture_plan
from callcenter.rosters.months.queries import LiveShift, live_shifts
from callcenter.rosters.months.rules import Change
from callcenter.rosters.planning import DayPlan, RowPlan
from callcenter.rosters.queries import StaffMember, staff_member
from callcenter.rosters.service import about, lock_staff, outside_assignment
from callcenter.rosters.timebook.queries import closing_of
from callcenter.web.access import Actor
from callcenter.web.labels import date_label

LONGEST_DAYS = 92
DECIDED = "この申請は、ほかの人が先に処理しました。最新の内容を確認してください。"


class NewLeave(Struct, frozen=True):
    """Days off to ask for, both included. `note` is cleaned and scanned; the same `key` is the same request."""

    staff_id: UUID
    kind: LeaveKind
    from_on: date
    to_on: date
    note: str = ""
    key: UUID | None = None


def request_leave(new: NewLeave, *, by: Actor, at: datetime) -> UUID:
    """Ask for leave. Raises `InvalidInput` naming person, day and rule: days in the wrong order, outside the
    contract or the assignment, over, or asked for already."""
    member = staff_member(by.contract, new.staff_id)
    lock_staff(by.contract, [member.id])
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    _require_possible(new, member, by.contract, local(at).on)
    row = LeaveRequest(
        contract_id=by.contract,
        id=new_id(),
        staff_id=new.staff_id,
        kind=new.kind.value,
        from_on=new.from_on,
        to_on=new.to_on,
        note=new.note,
        state=RequestState.REQUESTED.value,
        requested_at=at,
        requested_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    _record("leave.requested", row, by=by, at=at)
    return row.id


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(LeaveRequest.id).where(
        LeaveRequest.contract_id == contract_id, LeaveRequest.idempotency_key == key
    )
    return db.session.execute(statement).scalar_one_or_none()


def _require_possible(new: NewLeave, member: StaffMember, contract_id: UUID, today: date) -> None:
    fault = _order_fault(new, today) or _outside(new, member, contract_id) or _asked_already(new, member, contract_id)
    if fault is not None:
        name, text = fault
        raise InvalidInput(errors={name: [text]})


def _order_fault(new: NewLeave, today: date) -> tuple[str, str] | None:
    if new.to_on < new.from_on:
        return "to_on", "終わりの日は、始めの日以後の日にしてください。"
    if (new.to_on - new.from_on).days >= LONGEST_DAYS:
        return "to_on", f"1回の申請は{LONGEST_DAYS}日までです。"
    if new.from_on < today:
        return "from_on", "過ぎた日の休みは申請できません。打刻の記録で扱います。"
    return None


def _outside(new: NewLeave, member: StaffMember, contract_id: UUID) -> tuple[str, str] | None:
    term = contract(contract_id)
    for name, on in (("from_on", new.from_on), ("to_on", new.to_on)):
        if not term.starts_on <= on <= term.ends_on:
            span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
            return name, f"{about(member, on)}契約期間（{span}）の外の日です。"
        outside = outside_assignment(member, on)
        if outside is not None:
            return name, outside
    return None


def _asked_already(new: NewLeave, member: StaffMember, contract_id: UUID) -> tuple[str, str] | None:
    for other in standing(contract_id, new.from_on, new.to_on):
        if other.staff_id == member.id:
            on = max(other.from_on, new.from_on)
            return "from_on", f"{about(member, on)}{other.kind.label}（{other.state.label}）と日が重なっています。"
    return None


def _record(name: str, row: LeaveRequest, *, by: Actor, at: datetime, **more: object) -> None:
    # Not the kind: the log is never erased, and who was ill is nobody's to read there.
    details = {
        "staff": str(row.staff_id),
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat(),
        **more,
    }
    record(Act(name, "leave_request", str(row.id), details), by=by, at=at)


def _row(contract_id: UUID, leave_id: UUID, *states: RequestState) -> LeaveRequest:
    """The request for writing. Raises `NotFound`, or `Conflict` when it is not in one of the states any more."""
    row = db.session.get(LeaveRequest, (contract_id, leave_id))
    if row is None:
        raise NotFound("休みの申請が見つかりませんでした。")
    lock_staff(contract_id, [row.staff_id])
    db.session.refresh(row)
    if row.state not in {state.value for state in states}:
        raise Conflict(DECIDED)
    return row


def _require_open(row: LeaveRequest, cannot: str) -> None:
    """Who was to be there on the days of a closed month stands (the coverage proof is held against it)."""
    for on in (row.from_on + timedelta(days=number) for number in range((row.to_on - row.from_on).days + 1)):
        if (on == row.from_on or on.day == 1) and closing_of(row.contract_id, on) is not None:
            why = f"{on.month}月分の出退勤は締め済みのため、{cannot}。先に、理由を付けて締めを解除してください。"
            raise InvalidInput(f"{date_label(on)}：{why}")


def withdraw_leave(leave_id: UUID, *, own: UUID | None = None, by: Actor, at: datetime) -> None:
    """Take a request back. Raises `NotFound` where it is not that of `own`; approved leave is taken back by the
    supervisor (`own` None), and the shifts it took away are planned anew by hand or by the solver. Raises
    `InvalidInput` for approved leave that reaches into a closed month."""
    states = (RequestState.REQUESTED,) if own else (RequestState.REQUESTED, RequestState.APPROVED)
    found = db.session.get(LeaveRequest, (by.contract, leave_id))
    if found is None or (own is not None and found.staff_id != own):
        raise NotFound("休みの申請が見つかりませんでした。")
    row = _row(by.contract, leave_id, *states)
    if row.state == RequestState.APPROVED.value:
        _require_open(row, "取り下げられません")
    row.state, row.withdrawn_at = RequestState.WITHDRAWN.value, at
    # The table keeps a decision for what is decided only.
    row.decided_at = row.decided_by = None
    _record("leave.withdrawn", row, by=by, at=at)


def refuse_leave(leave_id: UUID, note: str, *, by: Actor, at: datetime) -> None:
    """Refuse a request, with the reason. Raises `InvalidInput` without one, `Conflict` when it was decided."""
    if not note:
        raise InvalidInput(errors={"note": ["承認しない理由を入力してください。"]})
    row = _row(by.contract, leave_id, RequestState.REQUESTED)
    _decide(row, RequestState.REFUSED, note, by=by, at=at)
    _record("leave.refused", row, by=by, at=at)


def _decide(row: LeaveRequest, state: RequestState, note: str, *, by: Actor, at: datetime) -> None:
    row.state, row.decision_note = state.value, note
    row.decided_at, row.decided_by = at, by.user_id
    db.session.flush()


def approve_leave(leave_id: UUID, note: str = "", *, by: Actor, at: datetime) -> tuple[date, ...]:
    """Approve a request; the days whose planned shifts it took away. A wish takes none away.

    Raises `InvalidInput` when it reaches into a closed month, `Conflict` when it was decided meanwhile.
    """
    row = _row(by.contract, leave_id, RequestState.REQUESTED)
    _require_open(row, "承認できません")
    _decide(row, RequestState.APPROVED, note, by=by, at=at)
    leave = Leave(row.id, row.staff_id, LeaveKind.of(row.kind), row.from_on, row.to_on, RequestState.APPROVED)
    days = _clear_plan(leave, by=by, at=at) if leave.binding else ()
    _record("leave.approved", row, by=by, at=at, days=len(days))
    return days


def _clear_plan(leave: Leave, *, by: Actor, at: datetime) -> tuple[date, ...]:
    from_on = max(leave.from_on, local(at).on)
    if from_on > leave.to_on:
        return ()
    taken = [one for one in live_shifts(by.contract, from_on, leave.to_on) if one.cell.staff_id == leave.staff_id]
    days = tuple(sorted({one.cell.on for one in taken}))
    for on in days:
        rows = [RowPlan(str(one.id), leave.staff_id, None, one.id) for one in taken if one.cell.on == on]
        planning.plan_day(DayPlan(on, tuple(rows), leave.kind.label), by=by, at=at)
    for first in sorted({on.replace(day=1) for on in days}):
        picture_plan(first, "休みの承認", _changes(taken, first), by=by, at=at)
    return days


def _changes(taken: Sequence[LiveShift], first: date) -> tuple[Change, ...]:
    """The person's days that lose their shifts in a month."""
    by_day: dict[date, list[LiveShift]] = {}
    for one in taken:
        if one.cell.on.replace(day=1) == first:
            by_day.setdefault(one.cell.on, []).append(one)
    return tuple(
        Change(on, ones[0].cell.staff_id, tuple(one.cell.times for one in ones), ()) for on, ones in by_day.items()
    )


def enter_leave(new: NewLeave, *, by: Actor, at: datetime) -> tuple[UUID, tuple[date, ...]]:
    """Enter leave on somebody's behalf, approved at once (someone who is ill today); the request and the days whose
    planned shifts it took away. Raises as `request_leave`."""
    leave_id = request_leave(new, by=by, at=at)
    row = db.session.get_one(LeaveRequest, (by.contract, leave_id))
    if row.state == RequestState.APPROVED.value:
        return leave_id, ()
    return leave_id, approve_leave(leave_id, by=by, at=at)
