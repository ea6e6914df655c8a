"""The steps of a reservation: written in the transaction of the step itself, never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.events import reservation_changed
from callcenter.extensions import new_id
from callcenter.reservations.models import ReservationEntry, ReservationEvent
from callcenter.reservations.rules import ENTERED_KINDS, EventKind
from callcenter.web.access import Actor
from callcenter.web.statements import Write
from callcenter.web.transaction import writing

_EVENT = Write.into(cast(Table, ReservationEvent.__table__))
_ENTRY = Write.into(cast(Table, ReservationEntry.__table__))


class Spot(Struct, frozen=True):
    """Where and when an appointment is."""

    on: date
    start_minute: int
    end_minute: int
    counter_id: UUID
    place_id: UUID

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(),
            "start": self.start_minute,
            "end": self.end_minute,
            "counter": str(self.counter_id),
            "place": str(self.place_id),
        }


def spot_of(row: Any) -> Spot:
    """Where and when a reservation is, or was before its day was closed."""
    return Spot(row.local_on, row.start_minute, row.end_minute, row.counter_id, row.place_id)


class Step(Struct, frozen=True):
    """One step to be written. `sequence` is the reservation's version after it."""

    reservation_id: UUID
    sequence: int
    kind: EventKind
    channel: str
    spot: Spot
    before: Spot | None = None
    call_id: UUID | None = None
    asker: str = ""
    reason_code: str = ""


def add(step: Step, *, by: Actor, at: datetime, keeps_ledger: bool, reason: bytes | None = None) -> UUID:
    """Write a step, the log's entry and, where the city's own system has to be told, the entry that is due there.

    `reason` is sealed under the reservation's id and this step's number by the caller.
    """
    event_id, today = new_id(), local(at).on
    known = {"contract_id": by.contract, "id": event_id, "reservation_id": step.reservation_id, "local_on": today}
    _EVENT.execute(writing(), {**known, **_columns(step), "at": at, "by_id": by.person_id, "reason": reason})
    if keeps_ledger and step.kind in ENTERED_KINDS:
        _ENTRY.execute(writing(), {**known, "returned_note": ""})
    record(Act(f"reservation.{step.kind.value}", "reservation", str(step.reservation_id)), by=by, at=at)
    if step.call_id is not None:
        reservation_changed.send(None, contract_id=by.contract, call_id=step.call_id, kind=step.kind.value)
    return event_id


def _columns(step: Step) -> dict[str, Any]:
    return {
        "sequence": step.sequence,
        "kind": step.kind.value,
        "channel": step.channel,
        "call_id": step.call_id,
        "place_id": step.spot.place_id,
        "before": step.before.as_json() if step.before else None,
        "after": step.spot.as_json(),
        "asker": step.asker,
        "reason_code": step.reason_code,
    }
