"""Use cases of planned shifts. None of them commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import func, select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters import queries
from callcenter.rosters.codes import LeaveKind, RosterState
from callcenter.rosters.models import PlannedBreak, PlannedShift
from callcenter.rosters.months.absences import on_leave
from callcenter.rosters.months.models import RosterVersion
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.records import PlannedTimes, planned_on
from callcenter.rosters.service import about, assignment_fault, lock_staff
from callcenter.rosters.shifts import overlapping
from callcenter.rosters.timebook.queries import closing_of
from callcenter.web.access import Actor
from callcenter.web.labels import date_label
from reports.wareki import span as span_label
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes

CHANGED_MEANWHILE = "ほかの人が先に、この日の予定を変えました。最新の予定を確認してください。"


class RowPlan(Struct, frozen=True):
    """One row of a day's plan: a new shift (`shift_id` None), another for a planned one, or none (`times` None).
    `key` names the row in the errors."""

    key: str
    staff_id: UUID
    times: ShiftTimes | None
    shift_id: UUID | None = None


class DayPlan(Struct, frozen=True):
    """The rows of one day to save together. `reason` is needed for a day that is over."""

    on: date
    rows: tuple[RowPlan, ...]
    reason: str = ""


class Saved(Struct, frozen=True):
    """How many shifts a plan added and withdrew; a changed one counts in both."""

    planned: int
    withdrawn: int


def plan_shift(staff_id: UUID, on: date, times: ShiftTimes, *, by: Actor, at: datetime) -> None:
    """Plan one shift. Raises `InvalidInput` as `plan_day` does."""
    plan_day(DayPlan(on, (RowPlan("shift", staff_id, times),)), by=by, at=at)


def withdraw_shift(on: date, shift: PlannedTimes, *, by: Actor, at: datetime) -> None:
    """Withdraw one shift. Raises `Conflict` when it was withdrawn meanwhile."""
    plan_day(DayPlan(on, (RowPlan("shift", shift.staff_id, None, shift.id),)), by=by, at=at)


def plan_day(plan: DayPlan, *, by: Actor, at: datetime) -> Saved:
    """Save the rows of a day: all of them or none. A row that changes nothing is left alone.

    Raises `InvalidInput` naming each row, person, day and rule (outside the contract or the assignment, in a closed
    month, on approved leave, overlapping, no reason for a day that is over), `Conflict` when a shift was changed
    meanwhile.
    """
    _require_in_contract(by.contract, plan.on)
    lock_staff(by.contract, [row.staff_id for row in plan.rows])
    live = {shift.id: shift for shift in planned_on(by.contract, plan.on)}
    if any(row.shift_id is not None and row.shift_id not in live for row in plan.rows):
        raise Conflict(CHANGED_MEANWHILE)
    changes = [row for row in plan.rows if not _is_as_planned(row, live.values())]
    if not changes:
        return Saved(0, 0)
    _require_open(by.contract, plan.on)
    _require_reason(plan, at)
    _require_valid(plan.on, changes, live, by.contract)
    at = _unknown_to_drafts(by.contract, plan.on, at)
    withdrawn = [live[row.shift_id] for row in changes if row.shift_id is not None]
    for shift in withdrawn:
        _withdraw(shift, plan, by=by, at=at)
    db.session.flush()
    added = [row for row in changes if row.times is not None]
    for row in added:
        _add(row, plan, by=by, at=at)
    return Saved(len(added), len(withdrawn))


def _require_in_contract(contract_id: UUID, on: date) -> None:
    term = contract(contract_id)
    if not term.starts_on <= on <= term.ends_on:
        span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
        raise InvalidInput(errors={"on": [f"{date_label(on)}は契約期間（{span}）の外の日です。"]})


def _require_open(contract_id: UUID, on: date) -> None:
    """The plan is what the attendance of a closed month was held against."""
    if closing_of(contract_id, on) is not None:
        why = (
            f"{on.month}月分の出退勤は締め済みのため、予定を変えられません。先に、理由を付けて締めを解除してください。"
        )
        raise InvalidInput(errors={"on": [f"{date_label(on)}：{why}"]})


def _require_reason(plan: DayPlan, at: datetime) -> None:
    if plan.on < local(at).on and not plan.reason:
        raise InvalidInput(errors={"reason": ["過ぎた日の予定を変えるときは、理由を入力してください。"]})


def _unknown_to_drafts(contract_id: UUID, on: date, at: datetime) -> datetime:
    """An instant after the month's draft was last compared with the plan. One that was begun while this act waited for
    its turn does not know of it, and would else sweep it away when it is published."""
    compared = select(func.max(RosterVersion.created_at)).where(
        RosterVersion.contract_id == contract_id,
        RosterVersion.month == on.replace(day=1),
        RosterVersion.state == RosterState.DRAFT.value,
    )
    latest = db.session.execute(compared).scalar_one()
    return at if latest is None or latest <= at else latest + timedelta(microseconds=1)


def _is_as_planned(row: RowPlan, live: Iterable[PlannedTimes]) -> bool:
    """Nothing to do: no shift wanted and none there, or the very shift that is planned (a form sent twice)."""
    if row.times is None:
        return row.shift_id is None
    return any(
        shift.times == row.times and shift.staff_id == row.staff_id and row.shift_id in (None, shift.id)
        for shift in live
    )


def _require_valid(on: date, changes: Sequence[RowPlan], live: dict[UUID, PlannedTimes], contract_id: UUID) -> None:
    members, off = {member.id: member for member in queries.staff_list(contract_id)}, on_leave(contract_id, on)
    replaced = {row.shift_id for row in changes}
    standing: dict[UUID, list[MinuteRange]] = defaultdict(list)
    for shift in live.values():
        if shift.id not in replaced:
            standing[shift.staff_id].append(shift.times.span)
    errors: dict[str, list[str]] = {}
    for row in changes:
        if row.staff_id not in members:
            raise NotFound("業務従事者が見つかりませんでした。")
        if row.shift_id is not None and live[row.shift_id].staff_id != row.staff_id:
            raise Conflict(CHANGED_MEANWHILE)
        member = members[row.staff_id]
        fault = _leave_fault(row, member, on, off) or _fault(row, member, on, standing[row.staff_id])
        if fault:
            errors[f"{row.key}.shift"] = [fault]
    if errors:
        raise InvalidInput(errors=errors)


def _leave_fault(row: RowPlan, member: StaffMember, on: date, off: dict[UUID, LeaveKind]) -> str | None:
    """Nobody is planned on approved leave, or they would count as present by plan."""
    if row.times is None or member.id not in off:
        return None
    return f"{about(member, on)}承認された休暇（{off[member.id].label}）の日のため、配置できません。"


def _fault(row: RowPlan, member: StaffMember, on: date, standing: list[MinuteRange]) -> str | None:
    if row.times is None:
        return None
    outside = assignment_fault(member, on)
    if outside:
        return outside
    other = overlapping(row.times.span, standing)
    if other is not None:
        return f"{about(member, on)}{span_label(other.start, other.end)} の予定と時間が重なっています。"
    standing.append(row.times.span)
    return None


def _withdraw(shift: PlannedTimes, plan: DayPlan, *, by: Actor, at: datetime) -> None:
    row = db.session.get_one(PlannedShift, (by.contract, shift.id))
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = at, by.user_id, plan.reason
    details = {"staff": str(shift.staff_id), "on": plan.on.isoformat()}
    record(Act("shift.withdrawn", "planned_shift", str(shift.id), details), by=by, at=at)


def _add(row: RowPlan, plan: DayPlan, *, by: Actor, at: datetime) -> None:
    times = row.times
    if times is None:
        return
    shift = PlannedShift(
        contract_id=by.contract,
        id=new_id(),
        staff_id=row.staff_id,
        local_on=plan.on,
        start_minute=times.span.start,
        end_minute=times.span.end,
        reason=plan.reason,
        planned_at=at,
        planned_by=by.user_id,
    )
    db.session.add(shift)
    db.session.flush()
    for one in times.breaks:
        db.session.add(_break(shift, one.start, one.end))
    details = {"staff": str(row.staff_id), "on": plan.on.isoformat(), "breaks": len(times.breaks)}
    record(Act("shift.planned", "planned_shift", str(shift.id), details), by=by, at=at)


def _break(shift: PlannedShift, start: int, end: int) -> PlannedBreak:
    return PlannedBreak(
        contract_id=shift.contract_id, id=new_id(), shift_id=shift.id, start_minute=start, end_minute=end
    )


def copied_from(contract_id: UUID, source_on: date, on: date) -> list[RowPlan]:
    """The plan of another day for the people assigned on this one, as rows that are not saved yet."""
    assigned = {member.id for member in queries.staff_list(contract_id, on)}
    rows = [RowPlan("", shift.staff_id, shift.times) for shift in planned_on(contract_id, source_on)]
    return [replace(row, key=str(index)) for index, row in enumerate(rows) if row.staff_id in assigned]
