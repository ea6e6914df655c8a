"""The mailing list: the city's mailboxes that reports may be sent to. Nothing here commits, nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.contracts.models import Contract
from callcenter.deliveries.models import DeliveryAddress
from callcenter.deliveries.rules import mailbox
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.web.access import Actor


class NewAddress(Struct, frozen=True):
    """A mailbox as typed, and whose it is. `key` makes a second send of the form the same mailbox."""

    address: str
    owner: str
    key: UUID | None = None


def add_address(new: NewAddress, *, by: Actor, at: datetime) -> UUID:
    """Put a mailbox on the list. Raises `InvalidInput` for what is no address, or one that is on the list."""
    address = mailbox(new.address)
    _lock_list(by.contract)
    same = _first(DeliveryAddress.idempotency_key == new.key, by.contract) if new.key else None
    if same is not None:
        return same
    live = DeliveryAddress.withdrawn_at.is_(None)
    if _first(live & (DeliveryAddress.address == address), by.contract) is not None:
        raise InvalidInput(errors={"address": ["このメールアドレスは、すでに登録されています。"]})
    row = DeliveryAddress(
        contract_id=by.contract,
        id=new_id(),
        address=address,
        owner=new.owner,
        added_at=at,
        added_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    record(Act("delivery_address.added", "delivery_address", str(row.id)), by=by, at=at)
    return row.id


def withdraw_address(address_id: UUID, *, by: Actor, at: datetime) -> None:
    """Take a mailbox off the list: nothing is sent there any more, not even what waits. Raises `NotFound` when it is
    not on it."""
    changed = db.session.execute(
        update(DeliveryAddress)
        .where(
            DeliveryAddress.contract_id == by.contract,
            DeliveryAddress.id == address_id,
            DeliveryAddress.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at, withdrawn_by=by.user_id)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("このメールアドレスは、登録されていないか、すでに外されています。")
    record(Act("delivery_address.withdrawn", "delivery_address", str(address_id)), by=by, at=at)


def _first(condition: object, contract_id: UUID) -> UUID | None:
    statement = select(DeliveryAddress.id).where(DeliveryAddress.contract_id == contract_id, condition)  # type: ignore[arg-type]
    return db.session.execute(statement).scalars().first()


def _lock_list(contract_id: UUID) -> None:
    """Two who add at once come one after the other, and the second is told plainly."""
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update(key_share=True))
