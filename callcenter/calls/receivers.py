"""What calls do when something happens elsewhere: connected by `app.py`, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from callcenter.calls import category_service
from callcenter.web.access import Actor


def load_categories(_sender: object, *, contract_id: UUID, by: Actor, at: datetime) -> None:
    """A new contract gets the shipped categories (`events.contract_created`)."""
    category_service.load_shipped(contract_id, by=by, at=at)
