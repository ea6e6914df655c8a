"""Passwords (argon2id) and random secrets."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from callcenter.accounts.rules import normalise_password

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(normalise_password(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Compare with the stored hash; without one, spend the same time on a hash that matches nothing."""
    try:
        return _hasher.verify(stored or _nobody(), normalise_password(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(32))


def new_secret() -> str:
    """A random secret of 256 bits, for a cookie or a machine."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a random secret. Its entropy makes a slow hash needless."""
    return hashlib.sha256(secret.encode()).digest()
