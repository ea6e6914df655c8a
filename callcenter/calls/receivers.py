"""What calls do when something happens elsewhere: connected by `app.py`, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from callcenter.calls import category_service, service
from callcenter.web.access import Actor


def prepare_contract(_sender: object, *, contract_id: UUID, by: Actor, at: datetime) -> None:
    """A new contract gets its serial and the shipped categories (`events.contract_created`)."""
    service.start_serial(contract_id)
    category_service.load_shipped(contract_id, by=by, at=at)


def note_reservation(_sender: object, *, contract_id: UUID, call_id: UUID, kind: str) -> None:
    """The call in which a reservation was made, changed or cancelled says so (`events.reservation_changed`)."""
    service.note_booking(call_id, kind, contract_id=contract_id)
