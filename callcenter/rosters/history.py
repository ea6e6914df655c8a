"""Loading many days of plans and punches at once, for the demonstration year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert

from callcenter.audit.service import Act, record
from callcenter.clock import instant_of
from callcenter.extensions import db, new_id
from callcenter.rosters.models import PlannedBreak, PlannedShift, Punch
from callcenter.rosters.rules import Mark, first_fault
from callcenter.web.access import Actor
from scheduling.shifts import ShiftTimes

Rows = list[dict[str, Any]]


class HistoryDay(Struct, frozen=True):
    """One person's past day: the shift that was planned, if any, and the punches in order."""

    staff_id: UUID
    on: date
    shift: ShiftTimes | None
    marks: tuple[Mark, ...] = ()


def load_history(days: Iterable[HistoryDay], *, by: Actor, at: datetime) -> int:
    """Write the days into the running transaction with one log entry; returns how many punches. A sequence of
    punches that cannot be is a `ValueError`."""
    shifts: Rows = []
    breaks: Rows = []
    punches: Rows = []
    for day in days:
        fault = first_fault(day.marks)
        if fault is not None:
            raise ValueError(f"{day.on}: {fault[0]} may not follow")
        if day.shift is not None:
            shifts.append(_shift(day, day.shift, by, at))
            breaks += _breaks(shifts[-1], day.shift)
        punches += [_punch(day, mark, by, at) for mark in day.marks]
    for model, rows in ((PlannedShift, shifts), (PlannedBreak, breaks), (Punch, punches)):
        if rows:
            db.session.connection().execute(insert(model), rows)
    counts = {"shifts": len(shifts), "punches": len(punches)}
    record(Act("attendance.loaded", "contract", str(by.contract), counts), by=by, at=at)
    return len(punches)


def _shift(day: HistoryDay, times: ShiftTimes, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "contract_id": by.contract,
        "id": new_id(),
        "staff_id": day.staff_id,
        "local_on": day.on,
        "start_minute": times.span.start,
        "end_minute": times.span.end,
        "reason": "",
        "withdrawn_because": "",
        "planned_at": min(at, instant_of(day.on)),
        "planned_by": by.user_id,
    }


def _breaks(shift: dict[str, Any], times: ShiftTimes) -> Iterable[dict[str, Any]]:
    return (
        {
            "contract_id": shift["contract_id"],
            "id": new_id(),
            "shift_id": shift["id"],
            "start_minute": one.start,
            "end_minute": one.end,
        }
        for one in times.breaks
    )


def _punch(day: HistoryDay, mark: Mark, by: Actor, at: datetime) -> dict[str, Any]:
    moment = instant_of(day.on, mark.minute)
    return {
        "contract_id": by.contract,
        "id": new_id(),
        "staff_id": day.staff_id,
        "local_on": day.on,
        "at": moment,
        "minute": mark.minute,
        "kind": mark.kind.value,
        "source": "page",
        "recorded_by": by.user_id,
        "recorded_at": min(at, moment),
    }
