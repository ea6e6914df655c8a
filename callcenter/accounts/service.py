"""Use cases of accounts. None of them commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, delete, or_, select, true, update

from callcenter.accounts import queries
from callcenter.accounts.models import Membership, RolePolicy, User, UserSession
from callcenter.accounts.passwords import Prepared, digest, new_secret, prepare
from callcenter.accounts.rules import (
    KEEP_ENDED_SESSIONS,
    login_faults,
    normalise_login,
)
from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound, SignInRequired
from callcenter.extensions import db, new_id
from callcenter.web.access import Actor, Role


class SignedIn(Struct, frozen=True):
    """A new session: the cookie's token and what must be set up before work."""

    token: str
    session_id: UUID
    restricted: str


def open_session(
    who: queries.Candidate, contract_id: UUID, *, step: int | None, address: str, at: datetime
) -> SignedIn:
    """Start a session after the credentials were checked. `step` is the TOTP step just used, claimed here once.

    Raises `Forbidden` when the same code was used meanwhile.
    """
    if step is not None:
        _claim_step(who.user_id, step)
    restricted = _restriction(who, contract_id)
    signed = _start(who.user_id, contract_id, restricted=restricted, address=address, at=at)
    actor = Actor(who.user_id, who.name, frozenset(), contract_id, address, signed.session_id)
    record(Act("sign_in", "session", str(signed.session_id), system=True), by=actor, at=at)
    return signed


def _start(
    user_id: UUID, contract_id: UUID, *, restricted: str, address: str, at: datetime, since: datetime | None = None
) -> SignedIn:
    token = new_secret()
    row = UserSession(
        id=new_id(),
        token_hash=digest(token),
        user_id=user_id,
        contract_id=contract_id,
        address=address[:64],
        restricted=restricted,
        created_at=since or at,
        last_seen_at=at,
        ended_at=None,
    )
    db.session.add(row)
    return SignedIn(token, row.id, restricted)


class CodeUsed(SignInRequired):
    """The same code came twice at the same moment; only one of them counts."""

    default_message = "その認証コードは使用済みです。次のコードを入力してください。"


def _claim_step(user_id: UUID, step: int) -> None:
    claimed = db.session.execute(
        update(User).where(User.id == user_id, User.totp_last_step < step).values(totp_last_step=step)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise CodeUsed()


def _restriction(who: queries.Candidate, contract_id: UUID) -> str:
    if who.must_change_password:
        return "password"
    if who.totp_sealed is None and queries.needs_second_factor(who.user_id, contract_id):
        return "second_factor"
    return ""


def touch_session(session_id: UUID, at: datetime) -> None:
    """Note that a session is in use (at most once a minute, see `LAST_SEEN_EVERY`)."""
    db.session.execute(
        update(UserSession).where(UserSession.id == session_id, UserSession.ended_at.is_(None)).values(last_seen_at=at)
    )


def end_session(*, by: Actor, at: datetime) -> None:
    end_sessions(UserSession.id == by.session_id, at=at)
    record(Act("sign_out", "session", str(by.session_id), system=True), by=by, at=at)


def end_sessions(*which: ColumnElement[bool], at: datetime) -> None:
    """End the sessions that meet the conditions, at once."""
    db.session.execute(update(UserSession).where(UserSession.ended_at.is_(None), *which).values(ended_at=at))


def forget_old_sessions(at: datetime) -> None:
    """Remove sessions that ended days ago."""
    old = at - KEEP_ENDED_SESSIONS
    gone = or_(UserSession.ended_at <= old, UserSession.last_seen_at <= old, UserSession.created_at <= old)
    db.session.execute(delete(UserSession).where(gone))


def renew_token(*, by: Actor) -> str:
    """Give the session another token, after something about it became safer: whoever knew the old one is out."""
    token = new_secret()
    db.session.execute(update(UserSession).where(UserSession.id == by.session_id).values(token_hash=digest(token)))
    return token


def switch_contract(contract_id: UUID, *, by: Actor, at: datetime) -> SignedIn:
    """A session is bound to one contract: working on another starts a new one and ends this. Its age goes on."""
    who = _candidate(_person(by))
    if contract_id not in {found.id for found in queries.contracts_of(who.user_id)}:
        raise NotFound()
    since = db.session.execute(select(UserSession.created_at).where(UserSession.id == by.session_id)).scalar_one()
    end_sessions(UserSession.id == by.session_id, at=at)
    signed = _start(
        who.user_id,
        contract_id,
        restricted=_restriction(who, contract_id),
        address=by.address,
        at=at,
        since=since,
    )
    record(Act("contract.switched", "session", str(signed.session_id), system=True), by=by, at=at)
    return signed


class NewUser(Struct, frozen=True):
    """A person to be added. A password given as text is hashed inside the transaction: prepare it before."""

    login: str
    name: str
    password: str | Prepared
    must_change_password: bool = True
    reading: str = ""


def create_user(new: NewUser, *, by: Actor, at: datetime) -> UUID:
    """Add a person. Raises `InvalidInput` for a login name or password that cannot be, `Conflict` for a login name
    in use."""
    login = normalise_login(new.login)
    faults = login_faults(login)
    if faults:
        raise InvalidInput(errors={"login": faults})
    if db.session.execute(select(User.id).where(User.login == login)).first():
        raise Conflict(errors={"login": ["このログイン名は使えません。別の名前にしてください。"]})
    user = User(
        id=new_id(),
        login=login,
        display_name=new.name,
        reading=new.reading,
        password_hash=_hash_of(new.password, login),
        must_change_password=new.must_change_password,
        created_at=at,
    )
    db.session.add(user)
    db.session.flush()
    record(Act("user.created", "user", str(user.id), system=True), by=by, at=at)
    return user.id


def _hash_of(password: str | Prepared, login: str) -> str:
    return (password if isinstance(password, Prepared) else prepare(password, login)).hash


def set_password(user_id: UUID, password: str | Prepared, *, by: Actor, at: datetime, temporary: bool = False) -> None:
    """Change a password; every other session of the user ends."""
    user = _user(user_id)
    user.password_hash = _hash_of(password, user.login)
    user.must_change_password = temporary
    db.session.flush()
    others = UserSession.id != by.session_id if by.session_id else true()
    end_sessions(UserSession.user_id == user_id, others, at=at)
    _lift_restriction(by)
    record(Act("password.changed", "user", str(user_id), {"temporary": temporary}, system=True), by=by, at=at)


def improve_hash(user_id: UUID, prepared: Prepared) -> None:
    """Keep a right password under today's cost."""
    db.session.execute(update(User).where(User.id == user_id).values(password_hash=prepared.hash))


def enrol_second_factor(sealed_seed: bytes, step: int, *, by: Actor, at: datetime) -> None:
    """Take an authenticator. Raises `Conflict` when one is registered: only an administrator takes it away."""
    user = _user(_person(by))
    if user.totp_sealed is not None:
        raise Conflict("登録済みです。変更するときは管理者に連絡してください。")
    user.totp_sealed, user.totp_last_step = sealed_seed, max(step, user.totp_last_step)
    db.session.flush()
    _lift_restriction(by)
    record(Act("second_factor.enrolled", "user", str(user.id), system=True), by=by, at=at)


def reset_second_factor(user_id: UUID, *, by: Actor, at: datetime) -> None:
    """Forget a lost authenticator; the user's sessions end."""
    _user(user_id).totp_sealed = None
    end_sessions(UserSession.user_id == user_id, at=at)
    record(Act("second_factor.reset", "user", str(user_id), system=True), by=by, at=at)


def _lift_restriction(by: Actor) -> None:
    """What was set up lifts its restriction; the next thing to set up, if any, takes its place."""
    if by.session_id is None or by.user_id is None:
        return
    left = _restriction(_candidate(by.user_id), by.contract)
    db.session.execute(update(UserSession).where(UserSession.id == by.session_id).values(restricted=left))


def disable_user(user_id: UUID, *, by: Actor, at: datetime) -> None:
    """Close an account; its sessions end at once. Nobody closes their own."""
    if user_id == by.user_id:
        raise Conflict("自分自身のアカウントは停止できません。")
    user = _user(user_id)
    user.disabled_at = user.disabled_at or at
    end_sessions(UserSession.user_id == user_id, at=at)
    record(Act("user.disabled", "user", str(user_id), system=True), by=by, at=at)


def enable_user(user_id: UUID, *, by: Actor, at: datetime) -> None:
    _user(user_id).disabled_at = None
    record(Act("user.enabled", "user", str(user_id), system=True), by=by, at=at)


def rename_user(user_id: UUID, name: str, reading: str, *, by: Actor, at: datetime) -> None:
    user = _user(user_id)
    changed = [
        field
        for field, old, new in (("name", user.display_name, name), ("reading", user.reading, reading))
        if old != new
    ]
    if changed:
        user.display_name, user.reading = name, reading
        record(Act("user.renamed", "user", str(user_id), {"fields": changed}, system=True), by=by, at=at)


def grant_role(user_id: UUID, contract_id: UUID, role: Role, *, by: Actor, at: datetime) -> None:
    """Give a role under a contract; a live session that lacks what the role requires must set it up first."""
    if db.session.get(Membership, (user_id, contract_id, role.value)) is None:
        db.session.add(Membership(user_id=user_id, contract_id=contract_id, role=role.value, granted_at=at))
        db.session.flush()
        if queries.needs_second_factor(user_id, contract_id):
            _restrict_sessions(contract_id, User.id == user_id)
        _record_role("role.granted", user_id, contract_id, role, by=by, at=at)


def revoke_role(user_id: UUID, contract_id: UUID, role: Role, *, by: Actor, at: datetime) -> None:
    """Take a role away; the user's sessions under that contract end. Nobody takes their own administration away."""
    if role is Role.ADMINISTRATOR and user_id == by.user_id:
        raise Conflict("自分自身の管理者の役割は外せません。")
    row = db.session.get(Membership, (user_id, contract_id, role.value))
    if row is None:
        raise NotFound()
    db.session.delete(row)
    db.session.flush()
    if user_id != by.user_id:
        end_sessions(UserSession.user_id == user_id, UserSession.contract_id == contract_id, at=at)
    _record_role("role.revoked", user_id, contract_id, role, by=by, at=at)


def _record_role(action: str, user_id: UUID, contract_id: UUID, role: Role, *, by: Actor, at: datetime) -> None:
    act = Act(action, "user", str(user_id), {"role": role.value})
    record(act, by=replace(by, contract_id=contract_id), at=at)


def require_second_factor(role: Role, required: bool, *, by: Actor, at: datetime) -> None:
    """Set whether a role needs the second factor under the actor's contract. Sessions of people who hold the role
    and have none are held to it at once."""
    row = db.session.get(RolePolicy, (by.contract, role.value))
    if row is None:
        row = RolePolicy(contract_id=by.contract, role=role.value)
        db.session.add(row)
    row.second_factor = required
    db.session.flush()
    if required:
        holders = select(Membership.user_id).where(Membership.contract_id == by.contract, Membership.role == role.value)
        _restrict_sessions(by.contract, User.id.in_(holders))
    record(Act("policy.changed", "role", role.value, {"second_factor": required}), by=by, at=at)


def _restrict_sessions(contract_id: UUID, whose: ColumnElement[bool]) -> None:
    without = select(User.id).where(User.totp_sealed.is_(None), whose)
    db.session.execute(
        update(UserSession)
        .where(
            UserSession.contract_id == contract_id,
            UserSession.ended_at.is_(None),
            UserSession.restricted == "",
            UserSession.user_id.in_(without),
        )
        .values(restricted="second_factor")
    )


def _user(user_id: UUID) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def _candidate(user_id: UUID) -> queries.Candidate:
    who = queries.candidate(_user(user_id).login)
    if who is None:
        raise NotFound()
    return who


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
