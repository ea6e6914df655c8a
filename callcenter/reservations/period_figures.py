"""The figures of reservations over a period for its report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from callcenter.extensions import db
from callcenter.reservations.figures import counts, results
from callcenter.reservations.models import ReservationEvent
from reports.booking_counts import Counts


def of_period(contract_id: UUID, from_on: date, to_on: date) -> Counts | None:
    """The steps taken from a day to a day, both included; None for a period before the first reservation of all."""
    until_then = (ReservationEvent.contract_id == contract_id, ReservationEvent.local_on <= to_on)
    if db.session.execute(select(ReservationEvent.id).where(*until_then).limit(1)).first() is None:
        return None
    return counts(results(contract_id, from_on, to_on), contract_id)
