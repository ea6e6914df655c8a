"""What an administrator does with other people, and how far that reaches. None of it commits.

An administrator acts under one contract: on people who hold a role there, and on their roles there. What concerns a
person everywhere (name, password, second factor, closing the account) takes an administrator of every contract the
person belongs to; otherwise one contract's administrator could become another contract's anybody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts import service
from callcenter.accounts.directory import roles_with_second_factor
from callcenter.accounts.models import Membership, User
from callcenter.accounts.passwords import Prepared
from callcenter.accounts.rules import role_faults
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.web.access import Actor, Channel, Role

NOT_OURS = "この方は別の契約にも登録されています。すべての契約の管理者である方だけが変更できます。"
NOT_ONESELF = "自分自身には行えません。「自分のアカウント」の画面から、またはほかの管理者が行ってください。"


class NewPerson(Struct, frozen=True):
    """Someone to be added under the actor's contract; `password` is temporary."""

    login: str
    name: str
    reading: str
    password: Prepared
    roles: frozenset[Role]


def add_person(new: NewPerson, *, by: Actor, at: datetime) -> UUID:
    """Add a person with roles. Raises `InvalidInput`, `Conflict` for a login name in use."""
    require_administrator(by)
    _require_roles(new.roles)
    user = service.NewUser(new.login, new.name, new.password, reading=new.reading)
    user_id = service.create_user(user, by=by, at=at)
    for role in sorted(new.roles):
        service.grant_role(user_id, by.contract, role, by=by, at=at)
    return user_id


def set_roles(user_id: UUID, roles: frozenset[Role], *, by: Actor, at: datetime) -> None:
    """Let a person hold exactly these roles under the actor's contract."""
    require_administrator(by)
    held = _roles_here(user_id, by)
    _require_roles(roles)
    for role in sorted(roles - held):
        service.grant_role(user_id, by.contract, role, by=by, at=at)
    for role in sorted(held - roles):
        service.revoke_role(user_id, by.contract, role, by=by, at=at)


def rename(user_id: UUID, name: str, reading: str, *, by: Actor, at: datetime) -> None:
    _require_whole(user_id, by)
    service.rename_user(user_id, name, reading, by=by, at=at)


def reset_password(user_id: UUID, password: Prepared, *, by: Actor, at: datetime) -> None:
    """Give a temporary password; the person's sessions end."""
    _require_another(user_id, by)
    _require_whole(user_id, by)
    service.set_password(user_id, password, by=by, at=at, temporary=True)


def reset_second_factor(user_id: UUID, *, by: Actor, at: datetime) -> None:
    _require_another(user_id, by)
    _require_whole(user_id, by)
    service.reset_second_factor(user_id, by=by, at=at)


def disable(user_id: UUID, *, by: Actor, at: datetime) -> None:
    _require_whole(user_id, by)
    service.disable_user(user_id, by=by, at=at)


def enable(user_id: UUID, *, by: Actor, at: datetime) -> None:
    _require_whole(user_id, by)
    service.enable_user(user_id, by=by, at=at)


def set_second_factor_policy(required: Collection[Role], *, by: Actor, at: datetime) -> None:
    """Let exactly these roles need the second factor under the actor's contract."""
    require_administrator(by)
    before = roles_with_second_factor(by.contract)
    for role in Role:
        if (role in required) != (role in before):
            service.require_second_factor(role, role in required, by=by, at=at)


def require_administrator(by: Actor) -> None:
    """Raise `Forbidden` unless the actor is administrator at this very moment: two who take the role from each other,
    or close each other's accounts, at the same time must not both succeed. Commands on the machine itself may always.
    """
    if _is_command(by):
        return
    held = db.session.execute(
        select(Membership.role, User.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.user_id == by.user_id,
            Membership.contract_id == by.contract,
            Membership.role == Role.ADMINISTRATOR.value,
            User.disabled_at.is_(None),
        )
        .with_for_update()
    ).first()
    if held is None:
        raise Forbidden()


def _is_command(by: Actor) -> bool:
    return by.user_id is None and by.channel is Channel.COMMAND


def _require_roles(roles: Collection[Role]) -> None:
    faults = role_faults([role.value for role in roles])
    if faults:
        raise InvalidInput(errors={"roles": faults})


def _require_another(user_id: UUID, by: Actor) -> None:
    if user_id == by.user_id:
        raise Conflict(NOT_ONESELF)


def _require_whole(user_id: UUID, by: Actor) -> None:
    """The actor administers every contract of the person, or acts by command."""
    require_administrator(by)
    if _is_command(by):
        return
    _roles_here(user_id, by)
    theirs = _contracts(Membership.user_id == user_id)
    ours = _contracts(Membership.user_id == by.user_id, Membership.role == Role.ADMINISTRATOR.value)
    if not theirs <= ours:
        raise Forbidden(NOT_OURS)


def _contracts(*which: object) -> set[UUID]:
    return set(db.session.execute(select(Membership.contract_id).where(*which)).scalars())  # type: ignore[arg-type]


def _roles_here(user_id: UUID, by: Actor) -> frozenset[Role]:
    """The person's roles under the actor's contract. Raises `NotFound` for someone without any."""
    statement = select(Membership.role).where(Membership.user_id == user_id, Membership.contract_id == by.contract)
    held = frozenset(Role(role) for role in db.session.execute(statement).scalars())
    if not held:
        raise NotFound("利用者が見つかりませんでした。")
    return held
