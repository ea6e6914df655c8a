"""Reads around the punches: devices, personal codes, closings, and the rows of a month in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.models import User
from callcenter.extensions import db
from callcenter.rosters import rules
from callcenter.rosters.models import Punch, PunchCorrection, PunchVoid
from callcenter.rosters.records import PlannedTimes, planned_between
from callcenter.rosters.rules import Mark, PunchKind
from callcenter.rosters.timebook.models import AttendanceClosing, KioskDevice, StaffCode
from callcenter.rosters.timebook.rules import first_of_month

PersonOn = tuple[UUID, date]
NO_CODE = "!"
"""Stands for the hash of a person without a code, whose wrong tries are counted like anybody's."""


# --- the kiosk ---


class Device(Struct, frozen=True):
    """A shared terminal. `registered_by` is a name, empty for the system."""

    id: UUID
    contract_id: UUID
    name: str
    created_at: datetime
    registered_by: str
    revoked_at: datetime | None


_DEVICES = select(
    KioskDevice.id,
    KioskDevice.contract_id,
    KioskDevice.name,
    KioskDevice.created_at,
    User.display_name.label("registered_by"),
    KioskDevice.revoked_at,
).outerjoin(User, User.id == KioskDevice.created_by)


def devices(contract_id: UUID) -> list[Device]:
    """Every device ever registered, those in use first, the newest first."""
    rows = db.session.execute(_DEVICES.where(KioskDevice.contract_id == contract_id))
    found = sorted((_device(row) for row in rows), key=lambda one: one.created_at, reverse=True)
    return sorted(found, key=lambda one: one.revoked_at is not None)


def device_of_token(token_hash: str) -> Device | None:
    """The device in use whose token has this SHA-256 (hex); None for any other, and a revoked one."""
    wanted = _DEVICES.where(KioskDevice.token_hash == token_hash, KioskDevice.revoked_at.is_(None))
    row = db.session.execute(wanted).first()
    return None if row is None else _device(row)


def _device(row: Any) -> Device:
    return Device(**{**row._asdict(), "registered_by": row.registered_by or ""})


class CodeState(Struct, frozen=True):
    """Whether a person has a code for the kiosk, since when, and until when it is locked."""

    has_code: bool
    set_at: datetime
    locked_until: datetime | None


def code_states(contract_id: UUID) -> dict[UUID, CodeState]:
    """By person; who has no row never had a code nor a try."""
    rows = db.session.execute(
        select(StaffCode.staff_id, StaffCode.code_hash, StaffCode.set_at, StaffCode.locked_until).where(
            StaffCode.contract_id == contract_id
        )
    )
    return {row.staff_id: CodeState(row.code_hash != NO_CODE, row.set_at, row.locked_until) for row in rows}


class KioskPunch(Struct, frozen=True):
    """A punch made at a kiosk, for the screen that says so."""

    staff_id: UUID
    kind: PunchKind
    minute: int
    recorded_at: datetime


def kiosk_punch(contract_id: UUID, punch_id: UUID) -> KioskPunch | None:
    row = db.session.execute(
        select(Punch.staff_id, Punch.kind, Punch.minute, Punch.recorded_at).where(
            Punch.contract_id == contract_id, Punch.id == punch_id, Punch.source == "kiosk"
        )
    ).first()
    return None if row is None else KioskPunch(row.staff_id, PunchKind(row.kind), row.minute, row.recorded_at)


# --- closing ---


class Closing(Struct, frozen=True):
    """A month that was closed, by whom, and (if so) opened again and why."""

    id: UUID
    month: date
    closed_at: datetime
    closed_by: str
    reopened_at: datetime | None
    reopened_because: str


_CLOSINGS = select(
    AttendanceClosing.id,
    AttendanceClosing.month,
    AttendanceClosing.closed_at,
    User.display_name.label("closed_by"),
    AttendanceClosing.reopened_at,
    AttendanceClosing.reopened_because,
).outerjoin(User, User.id == AttendanceClosing.closed_by)


def closing_of(contract_id: UUID, on: date) -> Closing | None:
    """The closing in force of the month that holds a day, None while it is open."""
    return next((one for one in closings(contract_id, on) if one.reopened_at is None), None)


def closings(contract_id: UUID, on: date) -> list[Closing]:
    """Every closing of the month that holds a day, the newest first."""
    wanted = _CLOSINGS.where(
        AttendanceClosing.contract_id == contract_id, AttendanceClosing.month == first_of_month(on)
    ).order_by(AttendanceClosing.closed_at.desc(), AttendanceClosing.id.desc())
    return [
        Closing(**{**row._asdict(), "closed_by": row.closed_by or "システム"}) for row in db.session.execute(wanted)
    ]


# --- a month's rows ---


def shifts_between(contract_id: UUID, from_on: date, to_on: date) -> dict[PersonOn, list[PlannedTimes]]:
    """The live shifts of a range by person and day, the earliest first; one statement."""
    found: dict[PersonOn, list[PlannedTimes]] = defaultdict(list)
    for one in planned_between(contract_id, from_on, to_on):
        found[one.staff_id, one.on].append(one)
    return found


def corrected_between(contract_id: UUID, from_on: date, to_on: date) -> set[PersonOn]:
    """Whose punches of which day were corrected."""
    statement = select(PunchCorrection.staff_id, PunchCorrection.local_on).where(
        PunchCorrection.contract_id == contract_id, PunchCorrection.local_on.between(from_on, to_on)
    )
    return {(row.staff_id, row.local_on) for row in db.session.execute(statement)}


def marks_between(contract_id: UUID, from_on: date, to_on: date) -> Mapping[PersonOn, list[Mark]]:
    """The punches that stand, in order, by person and day: only what worked time needs, since it is read for a year."""
    rows = db.session.execute(
        select(Punch.staff_id, Punch.local_on, Punch.at, Punch.minute, Punch.kind)
        .outerjoin(PunchVoid, (PunchVoid.contract_id == Punch.contract_id) & (PunchVoid.punch_id == Punch.id))
        .where(
            Punch.contract_id == contract_id,
            Punch.local_on.between(from_on, to_on),
            PunchVoid.punch_id.is_(None),
        )
    )
    keyed: dict[PersonOn, list[tuple[tuple[datetime, int], Mark]]] = defaultdict(list)
    for staff_id, on, at, minute, kind in rows:
        mark = Mark(PunchKind(kind), minute)
        keyed[staff_id, on].append((rules.order_key(at, mark.kind), mark))
    return {key: [mark for _, mark in sorted(found, key=lambda one: one[0])] for key, found in keyed.items()}
