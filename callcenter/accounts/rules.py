"""Rules of accounts, without a database: passwords, lock-out, session lifetime, scopes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct

SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 200
IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
LAST_SEEN_EVERY = timedelta(minutes=1)
FORGET_FAILURES_AFTER = timedelta(hours=24)
KEEP_ENDED_SESSIONS = timedelta(days=7)
LONGEST_TOKEN_LIFE = timedelta(days=366)
LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)
# The city judges what the contractor reports: nobody does both. An administrator may be of either side.
CITY_SIDE = frozenset({"city_viewer", "city_officer"})
CONTRACTOR_SIDE = frozenset({"operator", "supervisor", "contract_manager"})


class Lockout(Struct, frozen=True):
    """After `allowed` failures a subject is locked for `first`, doubled at each further one up to `longest`."""

    allowed: int
    first: timedelta
    longest: timedelta

    def locked_until(self, failures: int, at: datetime) -> datetime | None:
        if failures < self.allowed:
            return None
        doublings: int = min(failures - self.allowed, 20)
        return at + min(self.first * (1 << doublings), self.longest)


LOCKOUTS = {
    "login": Lockout(allowed=5, first=timedelta(minutes=1), longest=timedelta(hours=1)),
    # A whole office may stand behind one address, so it is slower to anger.
    "address": Lockout(allowed=30, first=timedelta(minutes=1), longest=timedelta(minutes=15)),
    "token": Lockout(allowed=30, first=timedelta(minutes=1), longest=timedelta(minutes=15)),
}


def normalise_login(text: str) -> str:
    """A login name in the one form it is kept in: full-width typing and capitals make no difference."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def login_faults(login: str) -> list[str]:
    """Why a login name (normalised) cannot be given; empty when it can."""
    if LOGIN.fullmatch(login):
        return []
    return ["英小文字で始まる3〜40文字の英数字と . _ - で入力してください。"]


def role_faults(roles: Collection[str]) -> list[str]:
    """Why a person cannot hold these roles together under one contract; empty when they can."""
    if not roles:
        return ["役割を1つ以上選んでください。使わなくなった方は「停止」にします。"]
    if CITY_SIDE.intersection(roles) and CONTRACTOR_SIDE.intersection(roles):
        return ["市職員の役割と受託者の役割は、同じ方に付けられません。"]
    return []


def normalise_password(password: str) -> str:
    """The form that is hashed: NFKC, so that full-width typing makes no difference."""
    return unicodedata.normalize("NFKC", password)


def password_faults(password: str, login: str) -> list[str]:
    """Why a new password is refused; empty when it may be used."""
    text = normalise_password(password)
    faults = []
    if len(text) < SHORTEST_PASSWORD:
        faults.append(f"{SHORTEST_PASSWORD}文字以上にしてください。")
    if len(text) > LONGEST_PASSWORD:
        faults.append(f"{LONGEST_PASSWORD}文字以下にしてください。")
    if len(set(text)) < 5:
        faults.append("同じ文字の繰り返しは使えません。")
    if login and login.casefold() in text.casefold():
        faults.append("ログイン名を含めないでください。")
    return faults


def session_ended(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Idle too long or too old: at exactly the limit it has ended."""
    return now - last_seen_at >= IDLE or now - created_at >= LONGEST_SESSION


def failures_now(failures: int, last_failure_at: datetime, now: datetime) -> int:
    """Failures still held against a subject: a day without one forgives."""
    return 0 if now - last_failure_at >= FORGET_FAILURES_AFTER else failures
