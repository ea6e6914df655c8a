"""Reads of accounts: who a request comes from, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from callcenter.accounts.models import ApiToken, Membership, RolePolicy, SignInAttempt, User, UserSession
from callcenter.accounts.passwords import digest
from callcenter.accounts.rules import session_ended
from callcenter.contracts.models import Contract
from callcenter.extensions import db
from callcenter.web.access import Actor, Channel, Role


@dataclass(frozen=True, slots=True)
class ContractLabel:
    """What every page shows of the contract it works on."""

    id: UUID
    code: str
    title: str
    city_name: str
    contractor_name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Identity:
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

_BY_SESSION = (
    select(
        UserSession.id.label("session_id"),
        UserSession.created_at,
        UserSession.last_seen_at,
        UserSession.restricted,
        User.id.label("user_id"),
        User.login,
        User.display_name,
        User.disabled_at,
        User.totp_sealed.is_not(None).label("has_second_factor"),
        Membership.role,
        *(column.label(f"contract_{column.key}") for column in CONTRACT_COLUMNS),
    )
    .join(User, User.id == UserSession.user_id)
    .join(Contract, Contract.id == UserSession.contract_id)
    .outerjoin(
        Membership,
        (Membership.user_id == User.id) & (Membership.contract_id == UserSession.contract_id),
    )
    .where(UserSession.token_hash == bindparam("token_hash"))
)


def identity_of_session(token: str, address: str, now: datetime) -> Identity | None:
    """The person behind a session cookie, or None: unknown, ended, or disabled. One statement."""
    rows = db.session.execute(_BY_SESSION, {"token_hash": digest(token)}).all()
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
    return Identity(
        actor, _contract_label(first), first.login, first.last_seen_at, bool(first.has_second_factor)
    )


_BY_TOKEN = (
    select(
        ApiToken.id.label("token_id"),
        ApiToken.name,
        ApiToken.scopes,
        ApiToken.expires_at,
        ApiToken.revoked_at,
        *(column.label(f"contract_{column.key}") for column in CONTRACT_COLUMNS),
    )
    .join(Contract, Contract.id == ApiToken.contract_id)
    .where(ApiToken.token_hash == bindparam("token_hash"))
)


def identity_of_token(token: str, address: str, now: datetime) -> Identity | None:
    """The machine behind a bearer token, or None: unknown, expired or revoked."""
    row = db.session.execute(_BY_TOKEN, {"token_hash": digest(token)}).first()
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


def _contract_label(row: object) -> ContractLabel:
    return ContractLabel(*(getattr(row, f"contract_{column.key}") for column in CONTRACT_COLUMNS))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What sign-in needs to know of a user."""

    user_id: UUID
    login: str
    name: str
    password_hash: str
    totp_sealed: bytes | None
    totp_last_step: int
    must_change_password: bool


def candidate(login: str) -> Candidate | None:
    """The enabled user of that login name."""
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


def locked_until(subjects: Iterable[tuple[str, str]], now: datetime) -> datetime | None:
    """The latest lock in force over any of the (kind, subject) pairs."""
    wanted = list(subjects)
    rows = db.session.execute(
        select(SignInAttempt.kind, SignInAttempt.subject, SignInAttempt.locked_until).where(
            SignInAttempt.subject.in_([subject for _, subject in wanted]), SignInAttempt.locked_until > now
        )
    )
    return max((row.locked_until for row in rows if (row.kind, row.subject) in wanted), default=None)


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
