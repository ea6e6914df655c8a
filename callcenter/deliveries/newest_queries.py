"""Where the newest versions stand, without what they say: for lists of periods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.deliveries.models import Delivery, DeliveryVersion
from callcenter.deliveries.rules import Kind, State
from callcenter.extensions import db


class Newest(Struct, frozen=True):
    """The newest version of a document."""

    id: UUID
    number: int
    state: State
    submitted_at: datetime


def newest_of(contract_id: UUID, kinds: Iterable[Kind]) -> dict[tuple[Kind, date, date], Newest]:
    """(kind, first day, last day) → the newest version, for every document of the kinds. One statement."""
    statement = (
        select(
            Delivery.kind,
            Delivery.period_from,
            Delivery.period_to,
            DeliveryVersion.id,
            DeliveryVersion.number,
            DeliveryVersion.state,
            DeliveryVersion.submitted_at,
        )
        .join(
            DeliveryVersion,
            (DeliveryVersion.contract_id == Delivery.contract_id) & (DeliveryVersion.delivery_id == Delivery.id),
        )
        .where(Delivery.contract_id == contract_id, Delivery.kind.in_([kind.value for kind in kinds]))
        .order_by(DeliveryVersion.number)
    )
    return {
        (Kind(row.kind), row.period_from, row.period_to): Newest(row.id, row.number, State(row.state), row.submitted_at)
        for row in db.session.execute(statement)
    }
