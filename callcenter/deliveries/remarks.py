"""What the city and the centre remark on a version, apart from the decision. Sealed; nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.deliveries.models import DeliveryRemark
from callcenter.deliveries.sending_rows import lock_version
from callcenter.errors import InvalidInput
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import opener, seal
from callcenter.protection.deployment import keys_for
from callcenter.web.access import CITY, LEADERSHIP, Actor, Role

REMARK_LABEL = "delivery.remark"
REMARK_LENGTH = 1000
WRITERS = LEADERSHIP | {Role.CITY_OFFICER}


class Remark(Struct, frozen=True):
    """What somebody remarked. `from_city`: a person of the city wrote it."""

    id: UUID
    text: str
    written_at: datetime
    writer_name: str
    from_city: bool


class Thread(Struct, frozen=True):
    """The remarks on a version as a reader finds them, the oldest first."""

    remarks: Sequence[Remark]
    may_write: bool


class NewRemark(Struct, frozen=True):
    """A remark as typed, cleaned. `key` makes a second send of the form the same remark."""

    version_id: UUID
    text: str
    key: UUID | None = None


def add_remark(new: NewRemark, *, by: Actor, at: datetime) -> UUID:
    """Keep a remark. Raises `NotFound`, and `InvalidInput` for none."""
    lock_version(by.contract, new.version_id)
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    if not new.text:
        raise InvalidInput(errors={"text": ["内容を入力してください。"]})
    row_id = new_id()
    db.session.add(
        DeliveryRemark(
            contract_id=by.contract,
            id=row_id,
            version_id=new.version_id,
            body=seal(keys_for(by.contract), REMARK_LABEL, by.contract, row_id, new.text),
            written_at=at,
            written_by=by.user_id,
            writer_name=by.name,
            from_city=by.has(*CITY),
            idempotency_key=new.key,
        )
    )
    db.session.flush()
    details = {"version": str(new.version_id)}
    record(Act("delivery_remark.added", "delivery_remark", str(row_id), details), by=by, at=at)
    return row_id


def thread(who: Actor, version_id: UUID) -> Thread:
    """The remarks of a version under the reader's contract, and whether the reader may add one."""
    return Thread(remarks_of(who.contract, version_id), who.has(*WRITERS))


def remarks_of(contract_id: UUID, version_id: UUID) -> list[Remark]:
    """The remarks on a version, the oldest first."""
    statement = (
        select(
            DeliveryRemark.id,
            DeliveryRemark.body,
            DeliveryRemark.written_at,
            DeliveryRemark.writer_name,
            DeliveryRemark.from_city,
        )
        .where(DeliveryRemark.contract_id == contract_id, DeliveryRemark.version_id == version_id)
        .order_by(DeliveryRemark.written_at, DeliveryRemark.id)
    )
    rows = list(db.session.execute(statement))
    opened = opener(keys_for(contract_id), REMARK_LABEL) if rows else None
    return [Remark(row.id, opened(row.id, row.body), *row[2:]) for row in rows if opened is not None]


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    statement = select(DeliveryRemark.id).where(
        DeliveryRemark.contract_id == contract_id, DeliveryRemark.idempotency_key == key
    )
    return db.session.execute(statement).scalar_one_or_none() if key is not None else None
