"""What reservations do when something happens elsewhere: connected by `app.py`, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from callcenter.reservations import setup, slots
from callcenter.reservations.terms import terms_at
from callcenter.web.access import Actor


def prepare_contract(_sender: object, *, contract_id: UUID, by: Actor, at: datetime) -> None:
    """A new contract gets its book and the usual procedures (`events.contract_created`)."""
    setup.start_book(contract_id)
    setup.load_shipped(contract_id, by=by, at=at)


def follow_calendar(_sender: object, *, contract_id: UUID, by: Actor, at: datetime) -> None:
    """A day that closes has no slots and loses no reservation; one that opens gets its slots
    (`events.calendar_changed`)."""
    slots.follow(terms=terms_at(contract_id, at), by=by)
