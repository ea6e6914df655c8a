"""When the documents of a period were first handed over."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from callcenter.deliveries.models import Delivery, DeliveryVersion
from callcenter.deliveries.rules import Kind
from callcenter.extensions import db


def first_submissions(contract_id: UUID, kind: Kind, from_on: date, to_on: date) -> dict[date, datetime]:
    """When the first version of each document that begins within the dates was submitted, by its first day. One
    statement."""
    statement = (
        select(Delivery.period_from, DeliveryVersion.submitted_at)
        .join(
            DeliveryVersion,
            (DeliveryVersion.contract_id == Delivery.contract_id) & (DeliveryVersion.delivery_id == Delivery.id),
        )
        .where(
            Delivery.contract_id == contract_id,
            Delivery.kind == kind.value,
            Delivery.period_from.between(from_on, to_on),
            DeliveryVersion.number == 1,
        )
    )
    return dict(db.session.execute(statement).all())
