"""Reads of accounts: who a request comes from, in one statement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, select

from callcenter.accounts.models import ApiToken, Membership, RolePolicy, User, UserSession
from callcenter.accounts.passwords import digest
from callcenter.accounts.rules import session_ended
from callcenter.contracts.models import Contract
from callcenter.extensions import db
from callcenter.web.access import Actor, Channel, Role
from callcenter.web.statements import Read


class ContractLabel(Struct, frozen=True):
    """What every page shows of the contract it works on."""

    id: UUID
    code: str
    title: str
    city_name: str
    contractor_name: str
    starts_on: date
    ends_on: date


class Identity(Struct, frozen=True):
    """A request's actor with its contract, and when its session was last noted."""

    actor: Actor
    contract: ContractLabel
    login: str = ""
    last_seen_at: datetime | None = None
    has_second_factor: bool = False


CONTRACT_COLUMNS = (
    Contract.id,
    Contract.code,
    Contract.title,
    Contract.city_name,
    Contract.contractor_name,
    Contract.starts_on,
    Contract.ends_on,
)

# Plain tables and the connection itself: this statement opens every request, and the ORM's part of it would cost more
# than the statement.
_SESSIONS, _USERS, _ROLES, _CONTRACTS = (
    cast(Table, model.__table__) for model in (UserSession, User, Membership, Contract)
)
_BY_SESSION = Read(
    select(
        _SESSIONS.c.id.label("session_id"),
        _SESSIONS.c.created_at,
        _SESSIONS.c.last_seen_at,
        _SESSIONS.c.restricted,
        _USERS.c.id.label("user_id"),
        _USERS.c.login,
        _USERS.c.display_name,
        _USERS.c.disabled_at,
        _USERS.c.totp_sealed.is_not(None).label("has_second_factor"),
        _ROLES.c.role,
        *(_CONTRACTS.c[column.key].label(f"contract_{column.key}") for column in CONTRACT_COLUMNS),
    )
    .select_from(_SESSIONS)
    .join(_USERS, _USERS.c.id == _SESSIONS.c.user_id)
    .join(_CONTRACTS, _CONTRACTS.c.id == _SESSIONS.c.contract_id)
    .outerjoin(_ROLES, (_ROLES.c.user_id == _USERS.c.id) & (_ROLES.c.contract_id == _SESSIONS.c.contract_id))
    .where(_SESSIONS.c.token_hash == bindparam("wanted_hash"), _SESSIONS.c.ended_at.is_(None))
)


def identity_of_session(token: str, address: str, now: datetime) -> Identity | None:
    """The person behind a session cookie, or None: unknown, ended, or disabled. One statement."""
    rows = _BY_SESSION.all(db.session.connection(), {"wanted_hash": digest(token)})
    if not rows:
        return None
    first = rows[0]
    if first.disabled_at is not None or session_ended(first.created_at, first.last_seen_at, now):
        return None
    roles = frozenset(Role(row.role) for row in rows if row.role) if not first.restricted else frozenset()
    actor = Actor(
        user_id=first.user_id,
        name=first.display_name,
        roles=roles,
        contract_id=first.contract_id,
        address=address,
        session_id=first.session_id,
        restricted=first.restricted,
    )
    return Identity(actor, _contract_label(first), first.login, first.last_seen_at, bool(first.has_second_factor))


_BY_TOKEN = Read(
    select(
        ApiToken.id.label("token_id"),
        ApiToken.name,
        ApiToken.scopes,
        ApiToken.expires_at,
        ApiToken.revoked_at,
        *(column.label(f"contract_{column.key}") for column in CONTRACT_COLUMNS),
    )
    .join(Contract, Contract.id == ApiToken.contract_id)
    .where(ApiToken.token_hash == bindparam("token_hash", type_=ApiToken.token_hash.type))
)


def identity_of_token(token: str, address: str, now: datetime) -> Identity | None:
    """The machine behind a bearer token, or None: unknown, expired or revoked. One statement.

    The lock of its address is for those who hold none: nobody guesses a token, and one machine that is set up wrongly
    must not stop the others of its office.
    """
    row = _BY_TOKEN.first(db.session.connection(), {"token_hash": digest(token)})
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    actor = Actor(
        user_id=row.token_id,
        name=row.name,
        roles=frozenset(),
        contract_id=row.contract_id,
        address=address,
        channel=Channel.API,
        scopes=frozenset(row.scopes.split()),
    )
    return Identity(actor, _contract_label(row))


def _contract_label(row: Any) -> ContractLabel:
    """The contract's columns stand last in both statements."""
    return ContractLabel(*row[-len(CONTRACT_COLUMNS) :])


class Candidate(Struct, frozen=True):
    """What sign-in needs to know of a user."""

    user_id: UUID
    login: str
    name: str
    password_hash: str
    totp_sealed: bytes | None
    totp_last_step: int
    must_change_password: bool


def candidate(login: str) -> Candidate | None:
    """The enabled user of that (normalised) login name."""
    row = db.session.execute(
        select(
            User.id,
            User.login,
            User.display_name,
            User.password_hash,
            User.totp_sealed,
            User.totp_last_step,
            User.must_change_password,
        ).where(User.login == login, User.disabled_at.is_(None))
    ).first()
    return Candidate(*row) if row else None


class SessionBefore(Struct, frozen=True):
    """Whose session a browser had, ended or not, and under which contract."""

    session_id: UUID
    user_id: UUID
    contract_id: UUID


def session_before(token: str) -> SessionBefore | None:
    """The session a cookie belongs or belonged to, while its row is kept."""
    row = db.session.execute(
        select(UserSession.id, UserSession.user_id, UserSession.contract_id).where(
            UserSession.token_hash == digest(token)
        )
    ).first()
    return SessionBefore(*row) if row else None


def contracts_of(user_id: UUID) -> list[ContractLabel]:
    """The contracts a user holds a role under, the newest term first."""
    statement = (
        select(*CONTRACT_COLUMNS)
        .join(Membership, Membership.contract_id == Contract.id)
        .where(Membership.user_id == user_id)
        .distinct()
        .order_by(Contract.starts_on.desc(), Contract.code)
    )
    return [ContractLabel(*row) for row in db.session.execute(statement)]


def needs_second_factor(user_id: UUID, contract_id: UUID) -> bool:
    """Whether a role the user holds under the contract requires a second factor."""
    statement = (
        select(RolePolicy.role)
        .join(
            Membership,
            (Membership.contract_id == RolePolicy.contract_id) & (Membership.role == RolePolicy.role),
        )
        .where(
            Membership.user_id == user_id,
            Membership.contract_id == contract_id,
            RolePolicy.second_factor.is_(True),
        )
        .limit(1)
    )
    return db.session.execute(statement).first() is not None
