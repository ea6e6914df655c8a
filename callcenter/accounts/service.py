"""Use cases of accounts. None of them commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from callcenter.accounts import queries
from callcenter.accounts.models import ApiToken, Membership, RolePolicy, SignInAttempt, User, UserSession
from callcenter.accounts.passwords import digest, hash_password, new_secret
from callcenter.accounts.rules import LOCKOUTS, LONGEST_TOKEN_LIFE, SCOPES, failures_now, password_faults
from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.web.access import Actor, Role

Subjects = tuple[tuple[str, str], ...]


def subjects_of(login: str, address: str) -> Subjects:
    """What a failed sign-in counts against."""
    return (("login", login.casefold()[:80]), ("address", address[:80]))


def count_failure(login: str, address: str, *, by: Actor, at: datetime) -> None:
    """Note a failed sign-in against the login name and the address, locking each when it has had enough."""
    for kind, subject in subjects_of(login, address):
        row = db.session.get(SignInAttempt, (kind, subject))
        if row is None:
            row = SignInAttempt(kind=kind, subject=subject, failures=0, last_failure_at=at)
            db.session.add(row)
        row.failures = failures_now(row.failures, row.last_failure_at, at) + 1
        row.last_failure_at = at
        row.locked_until = LOCKOUTS[kind].locked_until(row.failures, at)
    record(Act("sign_in.failed", "sign_in", "-", system=True), by=by, at=at)


@dataclass(frozen=True, slots=True)
class SignedIn:
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
    db.session.execute(
        delete(SignInAttempt).where(SignInAttempt.kind == "login", SignInAttempt.subject == who.login)
    )
    restricted = _restriction(who, contract_id)
    signed = _start(who.user_id, contract_id, restricted=restricted, address=address, at=at)
    actor = Actor(who.user_id, who.name, frozenset(), contract_id, address, signed.session_id)
    record(Act("sign_in", "session", str(signed.session_id), system=True), by=actor, at=at)
    return signed


def _start(user_id: UUID, contract_id: UUID, *, restricted: str, address: str, at: datetime) -> SignedIn:
    token = new_secret()
    row = UserSession(
        id=new_id(),
        token_hash=digest(token),
        user_id=user_id,
        contract_id=contract_id,
        address=address,
        restricted=restricted,
        created_at=at,
        last_seen_at=at,
    )
    db.session.add(row)
    return SignedIn(token, row.id, restricted)


def _claim_step(user_id: UUID, step: int) -> None:
    claimed = db.session.execute(
        update(User).where(User.id == user_id, User.totp_last_step < step).values(totp_last_step=step)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Forbidden("その認証コードは使用済みです。次のコードを入力してください。")


def _restriction(who: queries.Candidate, contract_id: UUID) -> str:
    if who.must_change_password:
        return "password"
    if who.totp_sealed is None and queries.needs_second_factor(who.user_id, contract_id):
        return "second_factor"
    return ""


def touch_session(session_id: UUID, at: datetime) -> None:
    """Note that a session is in use (at most once a minute, see `LAST_SEEN_EVERY`)."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=at))


def end_session(*, by: Actor, at: datetime) -> None:
    db.session.execute(delete(UserSession).where(UserSession.id == by.session_id))
    record(Act("sign_out", "session", str(by.session_id), system=True), by=by, at=at)


def switch_contract(contract_id: UUID, *, by: Actor, at: datetime) -> SignedIn:
    """A session is bound to one contract: working on another starts a new one and ends this."""
    user_id = _person(by)
    if contract_id not in {found.id for found in queries.contracts_of(user_id)}:
        raise NotFound()
    user = _user(user_id)
    who = queries.candidate(user.login)
    if who is None:
        raise NotFound()
    end_session(by=by, at=at)
    signed = _start(
        user_id, contract_id, restricted=_restriction(who, contract_id), address=by.address, at=at
    )
    record(Act("contract.switched", "session", str(signed.session_id), system=True), by=by, at=at)
    return signed


@dataclass(frozen=True, slots=True)
class NewUser:
    login: str
    name: str
    password: str
    must_change_password: bool = True


def create_user(new: NewUser, *, by: Actor, at: datetime) -> UUID:
    """Add a person. Raises `InvalidInput` for a weak password, `Conflict` for a login name in use."""
    require_password(new.password, new.login)
    if db.session.execute(select(User.id).where(User.login == new.login)).first():
        raise Conflict(errors={"login": ["このログイン名は使われています。"]})
    user = User(
        id=new_id(),
        login=new.login,
        display_name=new.name,
        password_hash=hash_password(new.password),
        must_change_password=new.must_change_password,
        created_at=at,
    )
    db.session.add(user)
    record(Act("user.created", "user", str(user.id), system=True), by=by, at=at)
    return user.id


def require_password(password: str, login: str) -> None:
    faults = password_faults(password, login)
    if faults:
        raise InvalidInput(errors={"password": faults})


def set_password(user_id: UUID, password: str, *, by: Actor, at: datetime, temporary: bool = False) -> None:
    """Change a password; every other session of the user ends."""
    user = _user(user_id)
    require_password(password, user.login)
    user.password_hash = hash_password(password)
    user.must_change_password = temporary
    db.session.execute(
        delete(UserSession).where(UserSession.user_id == user_id, UserSession.id != by.session_id)
    )
    _lift_restriction(by, "password")
    record(Act("password.changed", "user", str(user_id), {"temporary": temporary}, system=True), by=by, at=at)


def enrol_second_factor(sealed_seed: bytes, step: int, *, by: Actor, at: datetime) -> None:
    user = _user(_person(by))
    user.totp_sealed, user.totp_last_step = sealed_seed, step
    _lift_restriction(by, "second_factor")
    record(Act("second_factor.enrolled", "user", str(user.id), system=True), by=by, at=at)


def reset_second_factor(user_id: UUID, *, by: Actor, at: datetime) -> None:
    """Forget a lost authenticator; the user's sessions end."""
    _user(user_id).totp_sealed = None
    _end_sessions(user_id)
    record(Act("second_factor.reset", "user", str(user_id), system=True), by=by, at=at)


def _lift_restriction(by: Actor, reason: str) -> None:
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == by.session_id, UserSession.restricted == reason)
        .values(restricted="")
    )


def disable_user(user_id: UUID, *, by: Actor, at: datetime) -> None:
    """Close an account; its sessions end at once. Nobody closes their own."""
    if user_id == by.user_id:
        raise Conflict("自分自身のアカウントは停止できません。")
    _user(user_id).disabled_at = at
    _end_sessions(user_id)
    record(Act("user.disabled", "user", str(user_id), system=True), by=by, at=at)


def enable_user(user_id: UUID, *, by: Actor, at: datetime) -> None:
    _user(user_id).disabled_at = None
    record(Act("user.enabled", "user", str(user_id), system=True), by=by, at=at)


def _end_sessions(user_id: UUID) -> None:
    db.session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def grant_role(user_id: UUID, contract_id: UUID, role: Role, *, by: Actor, at: datetime) -> None:
    if db.session.get(Membership, (user_id, contract_id, role.value)) is None:
        db.session.add(Membership(user_id=user_id, contract_id=contract_id, role=role.value, granted_at=at))
        details = {"role": role.value, "contract": str(contract_id)}
        record(Act("role.granted", "user", str(user_id), details, system=True), by=by, at=at)


def revoke_role(user_id: UUID, contract_id: UUID, role: Role, *, by: Actor, at: datetime) -> None:
    """Take a role away; the user's sessions under that contract end. The last administrator stays."""
    if role is Role.ADMINISTRATOR and user_id == by.user_id:
        raise Conflict("自分自身の管理者の役割は外せません。")
    row = db.session.get(Membership, (user_id, contract_id, role.value))
    if row is None:
        raise NotFound()
    db.session.delete(row)
    db.session.execute(
        delete(UserSession).where(UserSession.user_id == user_id, UserSession.contract_id == contract_id)
    )
    details = {"role": role.value, "contract": str(contract_id)}
    record(Act("role.revoked", "user", str(user_id), details, system=True), by=by, at=at)


def require_second_factor(role: Role, required: bool, *, by: Actor, at: datetime) -> None:
    """Set whether a role needs the second factor under the actor's contract."""
    row = db.session.get(RolePolicy, (by.contract, role.value))
    if row is None:
        row = RolePolicy(contract_id=by.contract, role=role.value)
        db.session.add(row)
    row.second_factor = required
    record(Act("policy.changed", "role", role.value, {"second_factor": required}), by=by, at=at)


@dataclass(frozen=True, slots=True)
class NewToken:
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


def _user(user_id: UUID) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
