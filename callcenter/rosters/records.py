"""Reads of a day's rows: shifts that are planned, punches that stand, corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select

from callcenter.accounts.models import User
from callcenter.extensions import db
from callcenter.rosters import rules
from callcenter.rosters.models import PlannedBreak, PlannedShift, Punch, PunchCorrection, PunchVoid
from callcenter.rosters.rules import Mark, PunchKind
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes

# --- a day's plan ---


class PlannedTimes(Struct, frozen=True):
    """A shift that is planned and not withdrawn."""

    id: UUID
    staff_id: UUID
    on: date
    times: ShiftTimes


_SHIFTS = (
    select(
        PlannedShift.id,
        PlannedShift.staff_id,
        PlannedShift.local_on,
        PlannedShift.start_minute,
        PlannedShift.end_minute,
        PlannedBreak.start_minute.label("break_start"),
        PlannedBreak.end_minute.label("break_end"),
    )
    .outerjoin(
        PlannedBreak,
        (PlannedBreak.contract_id == PlannedShift.contract_id) & (PlannedBreak.shift_id == PlannedShift.id),
    )
    .where(
        PlannedShift.contract_id == bindparam("contract_id"),
        PlannedShift.local_on.between(bindparam("from_on"), bindparam("to_on")),
        PlannedShift.withdrawn_at.is_(None),
    )
    .order_by(PlannedShift.local_on, PlannedShift.start_minute, PlannedShift.id, PlannedBreak.start_minute)
)


def planned_on(contract_id: UUID, on: date) -> list[PlannedTimes]:
    """The day's live shifts, the earliest first."""
    return planned_between(contract_id, on, on)


def planned_between(contract_id: UUID, from_on: date, to_on: date) -> list[PlannedTimes]:
    """The live shifts from one day to another, both included, the earliest first. One statement."""
    heads: dict[UUID, Any] = {}
    breaks: dict[UUID, list[MinuteRange]] = defaultdict(list)
    given = {"contract_id": contract_id, "from_on": from_on, "to_on": to_on}
    for row in db.session.execute(_SHIFTS, given):
        heads[row.id] = row
        if row.break_start is not None:
            breaks[row.id].append(MinuteRange(row.break_start, row.break_end))
    return [_planned(row, tuple(breaks[row.id])) for row in heads.values()]


def _planned(row: Any, breaks: tuple[MinuteRange, ...]) -> PlannedTimes:
    times = ShiftTimes(MinuteRange(row.start_minute, row.end_minute), breaks)
    return PlannedTimes(row.id, row.staff_id, row.local_on, times)


# --- a day's punches ---


class StandingPunch(Struct, frozen=True):
    """A punch that no correction set aside."""

    id: UUID
    staff_id: UUID
    local_on: date
    at: datetime
    minute: int
    kind: PunchKind
    corrected: bool

    @property
    def mark(self) -> Mark:
        return Mark(self.kind, self.minute)


_PUNCHES = (
    select(
        Punch.id,
        Punch.staff_id,
        Punch.local_on,
        Punch.at,
        Punch.minute,
        Punch.kind,
        Punch.correction_id.is_not(None).label("corrected"),
    )
    .outerjoin(PunchVoid, (PunchVoid.contract_id == Punch.contract_id) & (PunchVoid.punch_id == Punch.id))
    .where(
        Punch.contract_id == bindparam("contract_id"),
        Punch.local_on.between(bindparam("from_on"), bindparam("to_on")),
        PunchVoid.punch_id.is_(None),
    )
)
_PUNCHES_OF = _PUNCHES.where(Punch.staff_id == bindparam("staff_id"))


def standing_punches(contract_id: UUID, on: date, staff_id: UUID | None = None) -> list[StandingPunch]:
    """The punches of a day that stand, in order; of one person, or of everybody."""
    given = {"contract_id": contract_id, "from_on": on, "to_on": on}
    if staff_id is None:
        return _in_order(db.session.execute(_PUNCHES, given))
    return _in_order(db.session.execute(_PUNCHES_OF, {**given, "staff_id": staff_id}))


def standing_between(contract_id: UUID, from_on: date, to_on: date) -> list[StandingPunch]:
    """The punches that stand from one day to another, both included, in order."""
    given = {"contract_id": contract_id, "from_on": from_on, "to_on": to_on}
    return _in_order(db.session.execute(_PUNCHES, given))


def _in_order(rows: Iterable[Any]) -> list[StandingPunch]:
    found = [
        StandingPunch(**{**row._asdict(), "kind": PunchKind(row.kind), "corrected": bool(row.corrected)})
        for row in rows
    ]
    return sorted(found, key=lambda one: rules.order_key(one.at, one.kind))


# --- corrections ---


def corrected_staff(contract_id: UUID, on: date) -> set[UUID]:
    """Whose punches of a day were corrected."""
    statement = select(PunchCorrection.staff_id).where(
        PunchCorrection.contract_id == contract_id, PunchCorrection.local_on == on
    )
    return set(db.session.execute(statement).scalars())


class CorrectionRecord(Struct, frozen=True):
    """What a correction set aside and added, why, and who approved it."""

    approved_at: datetime
    approver: str
    reason: str
    voided: tuple[Mark, ...]
    added: tuple[Mark, ...]


def corrections_of(contract_id: UUID, staff_id: UUID, on: date) -> list[CorrectionRecord]:
    """The corrections of a person's day, the oldest first."""
    rows = db.session.execute(
        select(PunchCorrection.id, PunchCorrection.approved_at, PunchCorrection.reason, User.display_name)
        .outerjoin(User, User.id == PunchCorrection.approved_by)
        .where(
            PunchCorrection.contract_id == contract_id,
            PunchCorrection.staff_id == staff_id,
            PunchCorrection.local_on == on,
        )
        .order_by(PunchCorrection.approved_at, PunchCorrection.id)
    ).all()
    voided, added = _marks_by_correction(contract_id, staff_id, on)
    return [
        CorrectionRecord(
            row.approved_at, row.display_name or "システム", row.reason, tuple(voided[row.id]), tuple(added[row.id])
        )
        for row in rows
    ]


def _marks_by_correction(
    contract_id: UUID, staff_id: UUID, on: date
) -> tuple[dict[UUID, list[Mark]], dict[UUID, list[Mark]]]:
    """Of each correction the punches it set aside, and those it added."""
    rows = db.session.execute(
        select(Punch.kind, Punch.minute, Punch.correction_id, PunchVoid.correction_id.label("voided_by"))
        .outerjoin(PunchVoid, (PunchVoid.contract_id == Punch.contract_id) & (PunchVoid.punch_id == Punch.id))
        .where(Punch.contract_id == contract_id, Punch.staff_id == staff_id, Punch.local_on == on)
        .order_by(Punch.at, Punch.id)
    )
    voided, added = defaultdict(list), defaultdict(list)
    for row in rows:
        mark = Mark(PunchKind(row.kind), row.minute)
        if row.correction_id is not None:
            added[row.correction_id].append(mark)
        if row.voided_by is not None:
            voided[row.voided_by].append(mark)
    return voided, added
