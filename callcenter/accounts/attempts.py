"""The throttle: attempts are counted before a secret is checked, so that many at once get no more than one by one."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.accounts.models import SignInAttempt
from callcenter.accounts.rules import FORGET_FAILURES_AFTER, LOCKOUTS, LOGIN, failures_now, normalise_login
from callcenter.errors import TooManyAttempts
from callcenter.extensions import db
from callcenter.protection.deployment import system_keys
from callcenter.protection.mynumber import find

Subjects = tuple[tuple[str, str], ...]
# Whatever cannot be a login name shares one subject: nothing is kept of what was typed.
MALFORMED = "-"


class Locked(TooManyAttempts):
    """A subject is locked; `retry_after_seconds` says how long."""

    default_message = "失敗が続いたため、しばらく受け付けられません。時間をおいてお試しください。"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = max(1, seconds)


def subjects_of(login: str, address: str) -> Subjects:
    """What a sign-in with a (normalised) login name from an address counts against."""
    return (("address", address[:80]), ("login", _subject(login)))


def could_be(login: str) -> bool:
    """Whether anybody can have that login name, as typed."""
    name = normalise_login(login)
    return bool(LOGIN.fullmatch(name)) and not find(name)


def _subject(login: str) -> str:
    if not could_be(login):
        return MALFORMED
    return hmac.new(system_keys().index, b"login " + login.encode(), hashlib.sha256).hexdigest()[:32]


def begin(subjects: Subjects, at: datetime) -> None:
    """Count an attempt as failed until it is known to be good. Raises `Locked`, counting nothing."""
    rows = [_locked_row(kind, subject, at) for kind, subject in subjects]
    until = max((row.locked_until for row in rows if row.locked_until and row.locked_until > at), default=None)
    if until is not None:
        raise Locked(int((until - at).total_seconds()) + 1)
    for row in rows:
        row.failures = failures_now(row.failures, row.last_failure_at, at) + 1
        row.last_failure_at = at
        row.locked_until = LOCKOUTS[row.kind].locked_until(row.failures, at)


def take_back(subjects: Subjects, at: datetime) -> None:
    """An attempt counted by `begin` was none: the secret was right."""
    for kind, subject in subjects:
        row = _locked_row(kind, subject, at)
        row.failures = max(0, row.failures - 1)
        if row.failures < LOCKOUTS[kind].allowed:
            row.locked_until = None


def succeed(subjects: Subjects, at: datetime) -> None:
    """Signed in: nothing is held against the login name any more; the address keeps its other failures."""
    take_back(subjects, at)
    db.session.flush()
    for kind, subject in subjects:
        if kind == "login":
            db.session.execute(delete(SignInAttempt).where(_is(kind, subject)))


def forget_old(at: datetime) -> None:
    """Remove what no longer counts."""
    unlocked = or_(SignInAttempt.locked_until.is_(None), SignInAttempt.locked_until <= at)
    old = SignInAttempt.last_failure_at <= at - FORGET_FAILURES_AFTER
    db.session.execute(delete(SignInAttempt).where(old, unlocked))


def _locked_row(kind: str, subject: str, at: datetime) -> SignInAttempt:
    """The row, held until the transaction ends; made when missing, whoever else makes it at the same time."""
    wanted = select(SignInAttempt).where(_is(kind, subject)).with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        new = {"kind": kind, "subject": subject, "failures": 0, "last_failure_at": at}
        db.session.execute(_insert().values(new).on_conflict_do_nothing())
        row = db.session.execute(wanted).scalar_one()
    return row


def _insert() -> postgresql.Insert | sqlite.Insert:
    on_postgres = db.session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(SignInAttempt) if on_postgres else sqlite.insert(SignInAttempt)


def _is(kind: str, subject: str) -> ColumnElement[bool]:
    return (SignInAttempt.kind == kind) & (SignInAttempt.subject == subject)
