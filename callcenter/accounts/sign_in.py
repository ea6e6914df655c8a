"""Signing in, step by step: count the attempt, check the secrets outside any transaction, then open the session.

Every refusal looks the same from outside, whether the login name exists or not, and takes the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from callcenter.accounts import attempts, queries, second_factor, service
from callcenter.accounts.models import UserSession
from callcenter.accounts.passwords import Prepared, hash_password, needs_better_hash, password_matches
from callcenter.accounts.rules import normalise_login
from callcenter.audit.service import Act, record
from callcenter.clock import local, world
from callcenter.errors import AppError, Forbidden, SignInRequired
from callcenter.protection.cipher import open_sealed
from callcenter.protection.deployment import SYSTEM_ID, system_keys
from callcenter.web.access import Actor, Channel
from callcenter.web.transaction import end_read, transaction

SEED_LABEL = "user.totp"
WRONG = "ログイン名、パスワード、または認証コードが正しくありません。"


class SecondFactorRequired(AppError):
    """The password was right; the code is still to come."""

    code = "second_factor_required"
    status = 422
    default_message = "認証アプリに表示されている6桁のコードを入力してください。"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What a person typed, and from where."""

    login: str
    password: str
    code: str
    address: str


def sign_in(given: Credentials, before: queries.SessionBefore | None, *, at: datetime) -> service.SignedIn:
    """Open a session on the contract whose term holds today; the browser's session `before`, if any, ends.

    Raises `SignInRequired`, `SecondFactorRequired`, `Locked`, `Forbidden` (no contract).
    """
    with _counted(given, at) as subjects:
        who, step = _checked(given, at)
        contracts = queries.contracts_of(who.user_id)
        if not contracts:
            raise Forbidden("担当する契約がありません。管理者に連絡してください。")
    return _open(_Entry(who, step, given, _contract_to_work_on(contracts, at), before), subjects, at)


def resume(given: Credentials, before: queries.SessionBefore, *, at: datetime) -> service.SignedIn:
    """Take a session up again: the same person, under the same contract. The words on the screen are theirs.

    Raises as `sign_in`; `Forbidden` for another person, or one who holds no role there any more.
    """
    with _counted(given, at) as subjects:
        who, step = _checked(given, at)
        if who.user_id != before.user_id:
            raise Forbidden("入力中だった方とは別の方です。入力中だった方がサインインしてください。")
        if before.contract_id not in {found.id for found in queries.contracts_of(who.user_id)}:
            raise Forbidden("この契約での役割がなくなりました。管理者に連絡してください。")
    return _open(_Entry(who, step, given, before.contract_id, before), subjects, at)


@dataclass(frozen=True, slots=True, repr=False)
class _Entry:
    who: queries.Candidate
    step: int | None
    given: Credentials
    contract_id: UUID
    before: queries.SessionBefore | None


@contextmanager
def _counted(given: Credentials, at: datetime) -> Iterator[attempts.Subjects]:
    """Count an attempt before its secrets are looked at; one that failed for another reason is taken back."""
    subjects = attempts.subjects_of(normalise_login(given.login), given.address)
    with transaction():
        attempts.begin(subjects, at)
    try:
        yield subjects
    except (SecondFactorRequired, Forbidden):
        with transaction():
            attempts.take_back(subjects, at)
        raise
    finally:
        end_read()


def _checked(given: Credentials, at: datetime) -> tuple[queries.Candidate, int | None]:
    who = queries.candidate(normalise_login(given.login)) if attempts.could_be(given.login) else None
    end_read()
    matches = password_matches(who.password_hash if who else None, given.password)
    if who is None or not matches:
        raise _failed(who, given.address, at)
    return who, _used_step(who, given, at)


def _used_step(who: queries.Candidate, given: Credentials, at: datetime) -> int | None:
    if who.totp_sealed is None:
        return None
    if not given.code.strip():
        raise SecondFactorRequired()
    seed = open_sealed(system_keys(), SEED_LABEL, SYSTEM_ID, who.user_id, who.totp_sealed)
    step = second_factor.matching_step(seed, given.code, world(at), who.totp_last_step)
    if step is None:
        raise _failed(who, given.address, at)
    return step


def _failed(who: queries.Candidate | None, address: str, at: datetime) -> SignInRequired:
    """Note whom the failure concerns, if anybody; never what was typed."""
    nobody = Actor(None, "", frozenset(), None, address)
    concerned = Act("sign_in.failed", "user", str(who.user_id), system=True) if who else None
    with transaction():
        record(concerned or Act("sign_in.failed", "sign_in", "-", system=True), by=nobody, at=at)
    return SignInRequired(WRONG)


def _open(entry: _Entry, subjects: attempts.Subjects, at: datetime) -> service.SignedIn:
    try:
        return _opened(entry, subjects, at)
    except service.CodeUsed as error:
        raise _failed(entry.who, entry.given.address, at) from error


def _opened(entry: _Entry, subjects: attempts.Subjects, at: datetime) -> service.SignedIn:
    better = Prepared(hash_password(entry.given.password)) if needs_better_hash(entry.who.password_hash) else None
    with transaction():
        signed = service.open_session(entry.who, entry.contract_id, step=entry.step, address=entry.given.address, at=at)
        if entry.before is not None:
            service.end_sessions(UserSession.id == entry.before.session_id, at=at)
        if better is not None:
            service.improve_hash(entry.who.user_id, better)
        attempts.succeed(subjects, at)
        attempts.forget_old(at)
        service.forget_old_sessions(at)
    return signed


def _contract_to_work_on(contracts: list[queries.ContractLabel], at: datetime) -> UUID:
    """The contract whose term holds today, else the newest."""
    today = local(at).on
    running = [found for found in contracts if found.starts_on <= today <= found.ends_on]
    return (running or contracts)[0].id


def confirm_password(who: queries.Candidate, password: str, address: str, *, at: datetime) -> bool:
    """Whether a signed-in person knows their password; wrong tries count as failed sign-ins. Raises `Locked`."""
    subjects = attempts.subjects_of(who.login, address)
    with transaction():
        attempts.begin(subjects, at)
    matches = password_matches(who.password_hash, password)
    if matches:
        with transaction():
            attempts.take_back(subjects, at)
    return matches


def refuse_token(address: str, *, at: datetime) -> None:
    """Count a bearer token that is none. Raises `Locked` when the address has had enough."""
    nobody = Actor(None, "", frozenset(), None, address, channel=Channel.API)
    with transaction():
        attempts.begin((("token", address[:80]),), at)
        record(Act("token.refused", "sign_in", "-", system=True), by=nobody, at=at)
