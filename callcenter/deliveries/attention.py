"""Mails that need a person: they did not reach everybody, or nobody knows whether they did."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import aliased

from callcenter.deliveries import sending_queries
from callcenter.deliveries.models import DeliverySending, DeliveryVersion
from callcenter.deliveries.queries import VersionFacts, version
from callcenter.deliveries.rules import Method, SendingState, State
from callcenter.deliveries.sending_queries import Sending
from callcenter.extensions import db

UNSETTLED = frozenset({SendingState.FAILED, SendingState.PARTLY, SendingState.UNSURE})
ENDED = (SendingState.DONE.value, SendingState.WITHDRAWN.value)


class Unsettled(Struct, frozen=True):
    """A mail that needs a person, and the version that it carries."""

    sending: Sending
    version: VersionFacts


def unsettled(contract_id: UUID) -> list[Unsettled]:
    """Of the newest version of each document as long as the city has not decided on it: afterwards nobody waits for
    the mail. One statement where every mail arrived, and five for each that did not."""
    found = (sending_queries.sending(contract_id, sending_id) for sending_id in _not_ended(contract_id))
    return [Unsettled(one, version(contract_id, one.version_id)) for one in found if one.state in UNSETTLED]


def _not_ended(contract_id: UUID) -> list[UUID]:
    newer = aliased(DeliveryVersion)
    superseded = select(newer.id).where(
        newer.contract_id == DeliveryVersion.contract_id,
        newer.delivery_id == DeliveryVersion.delivery_id,
        newer.number > DeliveryVersion.number,
    )
    statement = (
        select(DeliverySending.id)
        .join(
            DeliveryVersion,
            (DeliveryVersion.contract_id == DeliverySending.contract_id)
            & (DeliveryVersion.id == DeliverySending.version_id),
        )
        .where(
            DeliverySending.contract_id == contract_id,
            DeliverySending.method == Method.EMAIL.value,
            DeliverySending.state.not_in(ENDED),
            DeliveryVersion.state == State.SUBMITTED.value,
            ~superseded.exists(),
        )
        .order_by(DeliverySending.recorded_at, DeliverySending.id)
    )
    return list(db.session.execute(statement).scalars())
