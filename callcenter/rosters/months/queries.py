"""Reads of the month's roster: its versions, their cells, and the plan that is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, or_, select

from callcenter.accounts.models import User
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.rosters.codes import RosterState
from callcenter.rosters.models import PlannedBreak, PlannedShift
from callcenter.rosters.months.models import RosterCell, RosterVersion
from callcenter.rosters.months.rules import Cell, Key
from callcenter.rosters.records import planned_between
from scheduling.intervals import MinuteRange
from scheduling.labour import WorkedDay
from scheduling.shifts import ShiftTimes


class Version(Struct, frozen=True):
    """A version of a month. `compared_at`: up to which instant the live plan is known to it (see `changed_since`)."""

    id: UUID
    number: int
    state: RosterState
    reason: str
    instruction_id: UUID | None
    based_on_id: UUID | None
    version: int
    compared_at: datetime
    published_at: datetime | None
    published_by: str
    superseded_at: datetime | None


def versions(contract_id: UUID, month: date) -> list[Version]:
    """Every version of the month, the newest first."""
    rows = db.session.execute(
        select(RosterVersion, User.display_name)
        .outerjoin(User, User.id == RosterVersion.published_by)
        .where(RosterVersion.contract_id == contract_id, RosterVersion.month == month)
        .order_by(RosterVersion.number.desc())
    )
    return [_version(row, name) for row, name in rows]


def _version(row: RosterVersion, name: str | None) -> Version:
    return Version(
        row.id,
        row.number,
        RosterState.of(row.state),
        row.reason,
        row.instruction_id,
        row.based_on_id,
        row.version,
        row.created_at,
        row.published_at,
        name or ("システム" if row.published_at else ""),
        row.superseded_at,
    )


def in_state(found: list[Version], state: RosterState) -> Version | None:
    """The draft or the published one among a month's versions."""
    return next((one for one in found if one.state is state), None)


def version_of(contract_id: UUID, month: date, number: int) -> Version:
    """Raises `NotFound`."""
    for one in versions(contract_id, month):
        if one.number == number:
            return one
    raise NotFound("この版のシフト表は見つかりませんでした。")


def cells_of(contract_id: UUID, roster_id: UUID) -> tuple[Cell, ...]:
    """The cells of a version, by person and day."""
    rows = db.session.execute(
        select(
            RosterCell.staff_id,
            RosterCell.local_on,
            RosterCell.start_minute,
            RosterCell.end_minute,
            RosterCell.breaks,
            RosterCell.fixed,
        ).where(RosterCell.contract_id == contract_id, RosterCell.roster_id == roster_id)
    )
    return tuple(sorted(Cell(row.staff_id, row.local_on, _times(row), row.fixed) for row in rows))


def _times(row: Any) -> ShiftTimes:
    return ShiftTimes(
        MinuteRange(row.start_minute, row.end_minute), tuple(MinuteRange(start, end) for start, end in row.breaks)
    )


# --- the plan in force ---


class LiveShift(Struct, frozen=True):
    """A planned shift of the month by its id."""

    id: UUID
    cell: Cell


def live_shifts(contract_id: UUID, from_on: date, to_on: date) -> list[LiveShift]:
    """The planned shifts that stand, by person and day."""
    planned = planned_between(contract_id, from_on, to_on)
    found = (LiveShift(one.id, Cell(one.staff_id, one.on, one.times)) for one in planned)
    return sorted(found, key=lambda one: one.cell)


def live_cells(contract_id: UUID, from_on: date, to_on: date) -> tuple[Cell, ...]:
    """The plan that is in force, as a roster."""
    return tuple(one.cell for one in live_shifts(contract_id, from_on, to_on))


def changed_since(contract_id: UUID, from_on: date, to_on: date, since: datetime) -> set[Key]:
    """The person's days whose planned shifts were changed after an instant."""
    rows = db.session.execute(
        select(PlannedShift.staff_id, PlannedShift.local_on)
        .where(
            PlannedShift.contract_id == contract_id,
            PlannedShift.local_on.between(from_on, to_on),
            or_(PlannedShift.planned_at > since, PlannedShift.withdrawn_at > since),
        )
        .distinct()
    )
    return {(row.staff_id, row.local_on) for row in rows}


def worked_by_plan(contract_id: UUID, from_on: date, before_on: date) -> tuple[WorkedDay, ...]:
    """The planned minutes of work of each person's day from one day up to, not including, another."""
    span = (
        PlannedShift.contract_id == contract_id,
        PlannedShift.local_on >= from_on,
        PlannedShift.local_on < before_on,
        PlannedShift.withdrawn_at.is_(None),
    )
    person = PlannedShift.staff_id, PlannedShift.local_on
    shifts = select(*person, func.sum(PlannedShift.end_minute - PlannedShift.start_minute)).where(*span)
    breaks = (
        select(*person, func.sum(PlannedBreak.end_minute - PlannedBreak.start_minute))
        .join(
            PlannedBreak,
            (PlannedBreak.contract_id == PlannedShift.contract_id) & (PlannedBreak.shift_id == PlannedShift.id),
        )
        .where(*span)
    )
    off = {(staff_id, on): total for staff_id, on, total in db.session.execute(breaks.group_by(*person))}
    return tuple(
        WorkedDay(str(staff_id), on, int(total) - int(off.get((staff_id, on), 0)))
        for staff_id, on, total in db.session.execute(shifts.group_by(*person))
    )
