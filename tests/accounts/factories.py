"""People with passwords and authenticators, and the doors they use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from callcenter.accounts import passwords, service
from callcenter.accounts.models import User
from callcenter.accounts.sign_in import SEED_LABEL
from callcenter.audit.service import system_actor
from callcenter.extensions import db
from callcenter.protection.cipher import seal
from callcenter.protection.deployment import SYSTEM_ID, system_keys
from callcenter.web.transaction import transaction
from tests.centre import PASSWORD, Browser, Centre, Person

OTHER_PASSWORD = "another-horse-battery"


@contextmanager
def cheap_hashing() -> Iterator[None]:
    """Argon2 at its least cost: its strength is not what these tests are about."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


def with_password(centre: Centre, person: Person, password: str = PASSWORD, *, temporary: bool = False) -> Person:
    with centre.inside(), transaction():
        prepared = passwords.prepare(password, person.login)
        service.set_password(person.user_id, prepared, by=system_actor(), at=centre.now, temporary=temporary)
    return person


def with_authenticator(centre: Centre, person: Person) -> str:
    """Register an authenticator and return its seed."""
    seed = pyotp.random_base32()
    with centre.inside():
        sealed = seal(system_keys(), SEED_LABEL, SYSTEM_ID, person.user_id, seed)
        with transaction():
            user = db.session.get(User, person.user_id)
            assert user is not None
            user.totp_sealed = sealed
    return seed


def code_at(centre: Centre, seed: str, steps: int = 0) -> str:
    """The code an authenticator shows now, or so many steps later."""
    return pyotp.TOTP(seed).at(int(centre.now.timestamp()) + 30 * steps)


def sign_in(browser: Browser, login: str, password: str = PASSWORD, code: str = "", **more: str) -> Any:
    return browser.post("/sign-in", data={"login": login, "password": password, "code": code, **more})


def resume(browser: Browser, login: str, password: str = PASSWORD, code: str = "", **headers: str) -> Any:
    given = {"login": login, "password": password, "code": code}
    origin = {"Origin": "http://localhost", **headers}
    return browser.http.post("/session/resume", json=given, headers=origin)


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/account", headers={"Accept": "application/json"}).status_code == 200)


def token_of(browser: Browser) -> str | None:
    with browser.http.session_transaction() as cookie:
        found = cookie.get("sid")
    return found if isinstance(found, str) else None
