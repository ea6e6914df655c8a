"""Passwords (argon2id) and random secrets."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from callcenter.accounts.rules import LONGEST_PASSWORD, normalise_password, password_faults
from callcenter.errors import InvalidInput

# Letters that nobody confuses when a temporary password is read out.
CLEAR_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A password that was found fit and hashed, before any transaction: hashing takes its time by design."""

    hash: str


def prepare(password: str, login: str) -> Prepared:
    """Hash a new password; raises `InvalidInput` (field `password`) when it must not be used."""
    faults = password_faults(password, login)
    if faults:
        raise InvalidInput(errors={"password": faults})
    return Prepared(hash_password(password))


def _as_bytes(password: str) -> bytes:
    # A lone surrogate is no text, but it can be sent: it is a wrong password, not an error.
    return normalise_password(password).encode("utf-8", "surrogatepass")


def hash_password(password: str) -> str:
    return _hasher.hash(_as_bytes(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Compare with the stored hash; without one, spend the same time on a hash that matches nothing."""
    given = _as_bytes(password) if len(password) <= 4 * LONGEST_PASSWORD else b""
    try:
        return _hasher.verify(stored or _nobody(), given) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_better_hash(stored: str) -> bool:
    """Whether a hash was made at another cost than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(32))


def temporary_password() -> str:
    """A password to be told once and changed at first sign-in: 20 letters in four groups."""
    groups = ("".join(secrets.choice(CLEAR_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def new_secret() -> str:
    """A random secret of 256 bits, for a cookie or a machine."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a random secret. Its entropy makes a slow hash needless."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
