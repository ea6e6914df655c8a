"""The rows of handing over: locking a version, and writing down where a sending and its mailboxes stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from callcenter.deliveries import sending_queries as found_by
from callcenter.deliveries.models import DeliveryRecipient, DeliverySending, DeliveryVersion
from callcenter.deliveries.rules import Reply, SendingState, outcome
from callcenter.deliveries.sending_queries import Sending
from callcenter.errors import NotFound
from callcenter.extensions import db


def lock_version(contract_id: UUID, version_id: UUID) -> None:
    """Whoever hands over a version does it one after the other. Raises `NotFound`."""
    statement = select(DeliveryVersion.id).where(
        DeliveryVersion.contract_id == contract_id, DeliveryVersion.id == version_id
    )
    if db.session.execute(statement.with_for_update(key_share=True)).first() is None:
        raise NotFound("報告書が見つかりませんでした。")


def sending_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    """The sending that the same form made before."""
    statement = select(DeliverySending.id).where(
        DeliverySending.contract_id == contract_id, DeliverySending.idempotency_key == key
    )
    return db.session.execute(statement).scalar_one_or_none() if key is not None else None


def locked(contract_id: UUID, sending_id: UUID) -> Sending:
    """As it stands now, and nobody changes it until the commit."""
    lock_version(contract_id, found_by.sending(contract_id, sending_id).version_id)
    return found_by.sending(contract_id, sending_id)


def state_of(contract_id: UUID, sending_id: UUID) -> SendingState:
    """As it is written down; where it stands for a person also depends on its job."""
    return SendingState(
        db.session.execute(select(DeliverySending.state).where(*_is(contract_id, sending_id))).scalar_one()
    )


def _is(contract_id: UUID, sending_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DeliverySending.contract_id == contract_id, DeliverySending.id == sending_id


def set_state(contract_id: UUID, sending_id: UUID, state: SendingState) -> None:
    db.session.execute(update(DeliverySending).where(*_is(contract_id, sending_id)).values(state=state.value))


def set_outcome(contract_id: UUID, sending: Sending, at: datetime) -> SendingState:
    """Write down how it ended, and when a mailbox first took it."""
    replies = [one.reply for one in sending.recipients]
    state = outcome(replies)
    handed_at = sending.handed_at or (at if Reply.ACCEPTED in replies else None)
    values = {"state": state.value, "handed_at": handed_at}
    db.session.execute(update(DeliverySending).where(*_is(contract_id, sending.id)).values(**values))
    return state


def set_replies(contract_id: UUID, recipient_ids: Collection[UUID], reply: Reply, at: datetime | None) -> None:
    db.session.execute(
        update(DeliveryRecipient)
        .where(DeliveryRecipient.contract_id == contract_id, DeliveryRecipient.id.in_(recipient_ids))
        .values(reply=reply.value, reply_code=None, answered_at=at)
    )
