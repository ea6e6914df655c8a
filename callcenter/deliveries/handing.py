"""What was handed over by hand or another agreed way (8③), and the receipt for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import update

from callcenter.audit.service import Act, record
from callcenter.deliveries import queries
from callcenter.deliveries import sending_queries as found_by
from callcenter.deliveries.models import DeliverySending
from callcenter.deliveries.rules import Edition, Method, SendingState, check_handed_at
from callcenter.deliveries.sending_rows import lock_version, sending_of_key
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import seal
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor
from callcenter.web.labels import datetime_label


class Handing(Struct, frozen=True):
    """A handing over by a person. `agreement`: how the city agreed to the way; `receipt`: number or words of it, empty
    while there is none; `key` makes a second send of the form the same record."""

    version_id: UUID
    method: Method
    edition: Edition
    agreement: str
    recipient: str
    handed_at: datetime
    receipt: str = ""
    key: UUID | None = None


def record_handing(new: Handing, *, by: Actor, at: datetime) -> UUID:
    """Write down that a version was handed over; also an older one, as it was. Raises `NotFound`, `InvalidInput` for
    a time before the submission or to come, an edition without a file, or mail (which is sent, not written down)."""
    lock_version(by.contract, new.version_id)
    same = sending_of_key(by.contract, new.key)
    if same is not None:
        return same
    _check(new, by.contract, at)
    row = _row(new, by, at)
    db.session.add(row)
    db.session.flush()
    details = {"version": str(new.version_id), "method": new.method.value, "edition": new.edition.value}
    record(Act("sending.handed", "sending", str(row.id), details), by=by, at=at)
    return row.id


def _row(new: Handing, by: Actor, at: datetime) -> DeliverySending:
    row_id = new_id()
    return DeliverySending(
        contract_id=by.contract,
        id=row_id,
        version_id=new.version_id,
        method=new.method.value,
        edition=new.edition.value,
        state=SendingState.DONE.value,
        agreement=_sealed(by.contract, row_id, found_by.AGREEMENT_LABEL, new.agreement),
        recipient=_sealed(by.contract, row_id, found_by.RECIPIENT_LABEL, new.recipient),
        receipt=_sealed(by.contract, row_id, found_by.RECEIPT_LABEL, new.receipt),
        handed_at=new.handed_at,
        recorded_at=at,
        recorded_by=by.user_id,
        recorder_name=by.name,
        idempotency_key=new.key,
    )


def _check(new: Handing, contract_id: UUID, at: datetime) -> None:
    if new.method is Method.EMAIL:
        raise InvalidInput(errors={"method": ["電子メールは、この画面から送ってください。"]})
    version = queries.version(contract_id, new.version_id)
    check_handed_at(new.handed_at, submitted_at=version.submitted_at, now=at)
    if not any(one.edition is new.edition for one in queries.files_of(contract_id, new.version_id)):
        raise InvalidInput(errors={"edition": ["この版には、選んだ用途のファイルがありません。"]})


def record_receipt(sending_id: UUID, words: str, *, by: Actor, at: datetime) -> UUID:
    """Write down that what was handed over was received, who says so and when. Returns the version. Raises `NotFound`;
    `Conflict` for mail, what was taken back, or what has its receipt."""
    sending = found_by.sending(by.contract, sending_id)
    lock_version(by.contract, sending.version_id)
    sending = found_by.sending(by.contract, sending_id)
    if not sending.may_be_received:
        raise Conflict("受領がすでに記録されているか、受領を記録しない送付です。最新の内容を確認してください。")
    receipt = f"{datetime_label(at)}　{by.name}　{words}".rstrip()
    db.session.execute(
        update(DeliverySending)
        .where(DeliverySending.contract_id == by.contract, DeliverySending.id == sending_id)
        .values(receipt=_sealed(by.contract, sending_id, found_by.RECEIPT_LABEL, receipt))
    )
    record(Act("sending.received", "sending", str(sending_id), {"version": str(sending.version_id)}), by=by, at=at)
    return sending.version_id


def _sealed(contract_id: UUID, row_id: UUID, label: str, text: str) -> bytes | None:
    return seal(keys_for(contract_id), label, contract_id, row_id, text) if text else None
