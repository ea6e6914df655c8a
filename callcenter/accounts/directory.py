"""Reads for administration: the people and machines of one contract, in the order of the reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select

from callcenter.accounts.models import ApiToken, Membership, RolePolicy, User, UserSession
from callcenter.clock import local
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.access import Role


class Listed(Struct, frozen=True):
    """A person as the administrator of a contract sees them; `roles` are those under that contract."""

    id: UUID
    login: str
    name: str
    reading: str
    roles: tuple[Role, ...]
    disabled_at: datetime | None
    has_second_factor: bool
    must_change_password: bool
    last_seen_at: datetime | None
    elsewhere: bool


def people_under(contract_id: UUID) -> list[Listed]:
    """Everyone who holds a role under the contract."""
    members = select(Membership.user_id).where(Membership.contract_id == contract_id)
    return _listed(contract_id, User.id.in_(members))


def person_under(contract_id: UUID, user_id: UUID) -> Listed:
    """One of them. Raises `NotFound` for anyone without a role under the contract."""
    members = select(Membership.user_id).where(Membership.contract_id == contract_id)
    found = _listed(contract_id, User.id.in_(members), User.id == user_id)
    if not found:
        raise NotFound("利用者が見つかりませんでした。")
    return found[0]


def _listed(contract_id: UUID, *which: ColumnElement[bool]) -> list[Listed]:
    seen = (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.user_id == User.id, UserSession.contract_id == contract_id)
        .correlate(User)
        .scalar_subquery()
    )
    statement = select(
        User.id,
        User.login,
        User.display_name,
        User.reading,
        User.disabled_at,
        User.totp_sealed.is_not(None).label("has_second_factor"),
        User.must_change_password,
        seen.label("last_seen_at"),
    ).where(*which)
    rows = db.session.execute(statement.order_by(_READING, User.login)).all()
    held = _memberships({row.id for row in rows})
    return [_as_listed(row, held.get(row.id, {}), contract_id) for row in rows]


_READING = func.coalesce(func.nullif(User.reading, ""), User.display_name)


def _memberships(users: set[UUID]) -> dict[UUID, dict[UUID, set[Role]]]:
    """user → contract → roles."""
    found: dict[UUID, dict[UUID, set[Role]]] = {}
    statement = select(Membership.user_id, Membership.contract_id, Membership.role).where(Membership.user_id.in_(users))
    for row in db.session.execute(statement):
        found.setdefault(row.user_id, {}).setdefault(row.contract_id, set()).add(Role(row.role))
    return found


def _as_listed(row: object, held: Mapping[UUID, set[Role]], contract_id: UUID) -> Listed:
    here = held.get(contract_id, set())
    fields = ("id", "login", "reading", "disabled_at", "must_change_password", "last_seen_at")
    return Listed(
        **{name: getattr(row, name) for name in fields},
        name=row.display_name,  # type: ignore[attr-defined]
        has_second_factor=bool(row.has_second_factor),  # type: ignore[attr-defined]
        roles=tuple(role for role in Role if role in here),
        elsewhere=bool(held.keys() - {contract_id}),
    )


def names_under(contract_id: UUID) -> dict[UUID, str]:
    """The people of the contract, then its machines: what the log's ids are called."""
    people = {found.id: found.name for found in people_under(contract_id)}
    return people | {token.id: f"{token.name}（機械）" for token in tokens_of(contract_id)}


class ListedToken(Struct, frozen=True):
    """A token as it can be shown: never its text."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def last_on(self) -> date:
        """The last day on which it opens anything."""
        return local(self.expires_at - timedelta(seconds=1)).on

    def state(self, at: datetime) -> str:
        """`revoked`, `expired` or `valid`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= at else "valid"


def tokens_of(contract_id: UUID) -> list[ListedToken]:
    """The tokens of a contract, the newest first."""
    statement = (
        select(
            ApiToken.id,
            ApiToken.name,
            ApiToken.scopes,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.revoked_at,
        )
        .where(ApiToken.contract_id == contract_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    )
    return [
        ListedToken(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at, row.revoked_at)
        for row in db.session.execute(statement)
    ]


def roles_with_second_factor(contract_id: UUID) -> frozenset[Role]:
    """The roles that need the second factor under the contract."""
    statement = select(RolePolicy.role).where(RolePolicy.contract_id == contract_id, RolePolicy.second_factor.is_(True))
    return frozenset(Role(role) for role in db.session.execute(statement).scalars())
