"""Machines' bearer tokens: hashed, scoped, expiring, one contract, revocable."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.models import ApiToken
from callcenter.accounts.passwords import digest, new_secret
from callcenter.accounts.rules import LONGEST_TOKEN_LIFE
from callcenter.audit.service import Act, record
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.web.access import SCOPES, Actor


class NewToken(Struct, frozen=True):
    name: str
    scopes: frozenset[str]
    lifetime: timedelta


def create_token(new: NewToken, *, by: Actor, at: datetime) -> tuple[UUID, str]:
    """Make a machine's token. Its text is shown once and kept nowhere."""
    unknown = new.scopes - set(SCOPES)
    if unknown or not new.scopes:
        raise InvalidInput(errors={"scopes": ["許可する範囲を選んでください。"]})
    if not timedelta(0) < new.lifetime <= LONGEST_TOKEN_LIFE:
        raise InvalidInput(errors={"expires_on": ["期限は明日から 1 年以内の日付にしてください。"]})
    secret = new_secret()
    row = ApiToken(
        id=new_id(),
        contract_id=by.contract,
        name=new.name,
        token_hash=digest(secret),
        scopes=" ".join(sorted(new.scopes)),
        created_at=at,
        expires_at=at + new.lifetime,
    )
    db.session.add(row)
    record(Act("token.created", "token", str(row.id), {"scopes": sorted(new.scopes)}), by=by, at=at)
    return row.id, secret


def revoke_token(token_id: UUID, *, by: Actor, at: datetime) -> None:
    row = db.session.execute(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.contract_id == by.contract)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    row.revoked_at = row.revoked_at or at
    record(Act("token.revoked", "token", str(token_id)), by=by, at=at)
