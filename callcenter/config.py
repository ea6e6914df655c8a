"""Settings of a deployment: read once from the environment, checked, then passed on as one value."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from msgspec import Struct

Network = IPv4Network | IPv6Network
DEMONSTRATION = "demonstration.json"
"""Stands only in the home of a demonstration, and says what the environment would (`CALLCENTER_*`)."""


class Settings(Struct, frozen=True):
    """Where a deployment keeps its data and how it faces the outside.

    `home` holds everything that is not in the database (keys, checkpoints, temporary files), mode 0700.
    """

    home: Path
    database_url: str
    secret_key: str
    secure_cookies: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    clock_offset: timedelta = timedelta(0)
    demonstration: bool = False
    testing: bool = False

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def key_file(self) -> Path:
        return self.home / "keys" / "keyring.json"

    @property
    def checkpoint_file(self) -> Path:
        return self.home / "audit" / "checkpoints.log"


def home_from(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("CALLCENTER_HOME", ".callcenter")).absolute()


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `CALLCENTER_*`; raises `ValueError` naming the variable that is wrong.

    A demonstration's home holds settings of its own (`DEMONSTRATION`), so that every command there is on its clock.
    """
    home = prepare_home(home_from(environ))
    environ = {**_demonstration(home), **environ}
    return Settings(
        home=home,
        database_url=_database_url(environ, home),
        secret_key=_secret_key(home),
        secure_cookies=_flag(environ, "CALLCENTER_SECURE_COOKIES", default=True),
        trusted_proxies=_networks(environ.get("CALLCENTER_TRUSTED_PROXIES", "")),
        clock_offset=_offset(environ),
        demonstration=_flag(environ, "CALLCENTER_DEMONSTRATION", default=False),
    )


def _demonstration(home: Path) -> Mapping[str, str]:
    file = home / DEMONSTRATION
    found: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def prepare_home(home: Path) -> Path:
    """Make the data folder (0700) and its own place for temporary files; existing ones are tightened."""
    for folder in (home, home / "keys", home / "audit", home / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    return home


def _database_url(environ: Mapping[str, str], home: Path) -> str:
    url = environ.get("CALLCENTER_DATABASE_URL", f"sqlite:///{home / 'callcenter.sqlite'}")
    if url.startswith("postgresql://"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("CALLCENTER_DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _secret_key(home: Path) -> str:
    """The cookie signing key: made at first use, kept beside the keys, never in the database."""
    file = home / "keys" / "cookie-secret"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").lower()
    if value not in {"", "0", "1", "false", "true"}:
        raise ValueError(f"{name} must be 0 or 1")
    return default if not value else value in {"1", "true"}


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"CALLCENTER_TRUSTED_PROXIES: {error}") from error


def _offset(environ: Mapping[str, str]) -> timedelta:
    try:
        return timedelta(seconds=float(environ.get("CALLCENTER_CLOCK_OFFSET_SECONDS", "0")))
    except ValueError as error:
        raise ValueError("CALLCENTER_CLOCK_OFFSET_SECONDS must be a number of seconds") from error
