"""The city asks for the latest edition (003 clause 8⑤); whatever is submitted next answers it. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.settings import PUBLIC_PHONES
from callcenter.errors import Conflict, Forbidden, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.knowledge import edition_queries
from callcenter.knowledge.models import EditionRequest
from callcenter.knowledge.writing import hold_still
from callcenter.protection.findings import find_personal_data
from callcenter.web.access import Actor

NOTE_LENGTH = 500
ALREADY = "最新版は、すでに求めています。提出されると、この画面に表示します。"


class NewRequest(Struct, frozen=True):
    """A request as typed, cleaned. `key` makes a second send of the form the same request."""

    note: str = ""
    key: UUID | None = None


def ask(new: NewRequest, *, by: Actor, at: datetime) -> UUID:
    """Keep the city's request. Raises `Conflict` while another one waits, `InvalidInput` for a note that seems to name
    a person: it is kept in the clear."""
    if by.user_id is None:
        raise Forbidden()
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    hold_still(by.contract)
    if edition_queries.open_requests(by.contract):
        raise Conflict(ALREADY)
    _require_impersonal(new.note, by.contract, at)
    row = EditionRequest(
        contract_id=by.contract,
        id=new_id(),
        asked_at=at,
        asked_by=by.user_id,
        asker_name=by.name,
        note=new.note,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    record(Act("edition_request.made", "edition_request", str(row.id), {}), by=by, at=at)
    return row.id


def answer_open(version_id: UUID, *, by: Actor, at: datetime) -> int:
    """Let a submitted edition answer every request that waits; returns how many there were."""
    waiting = db.session.execute(
        select(EditionRequest).where(EditionRequest.contract_id == by.contract, EditionRequest.answered_at.is_(None))
    ).scalars()
    count = 0
    for row in waiting:
        count += 1
        row.answered_at, row.delivery_version_id = at, version_id
        details = {"version": str(version_id)}
        record(Act("edition_request.answered", "edition_request", str(row.id), details), by=by, at=at)
    return count


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    statement = select(EditionRequest.id).where(
        EditionRequest.contract_id == contract_id, EditionRequest.idempotency_key == key
    )
    return db.session.execute(statement).scalar_one_or_none() if key is not None else None


def _require_impersonal(note: str, contract_id: UUID, at: datetime) -> None:
    public = contracts.setting(contract_id, "public_phones", local(at).on, PUBLIC_PHONES)
    found = find_personal_data(note, public_phones=public)
    if found:
        words = "、".join(f"「{note[one.start : one.end]}」（{one.label}）" for one in found)
        raise InvalidInput(errors={"note": [f"個人情報らしい語があります：{words}。書き直してください。"]})
