"""Settings of a deployment: read once from the environment, checked, then passed on as one value."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

Network = IPv4Network | IPv6Network
MAILBOX = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]",
    re.ASCII,
)
"""A mail address as servers everywhere take it: ASCII, a dotted name, a domain of at least two labels."""
DEMONSTRATION = "demonstration.json"
"""Stands only in the home of a demonstration, and says what the environment would (`CALLCENTER_*`)."""


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected. `NONE` stands for servers on the machine itself."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


MAIL_PORTS = {MailSecurity.TLS: 465, MailSecurity.STARTTLS: 587, MailSecurity.NONE: 25}


class MailServer(Struct, frozen=True):
    """The server that reports are handed to, and the address they come from. Seconds are those it may be silent:
    after a command, and after the whole message (servers look into attachments before they answer)."""

    host: str
    port: int
    security: MailSecurity
    sender: str
    username: str = ""
    password: str = ""
    command_seconds: float = 30
    message_seconds: float = 300


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
    mail: MailServer | None = None

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
        mail=mail_server(environ.get("CALLCENTER_SMTP_URL", ""), environ.get("CALLCENTER_MAIL_FROM", "")),
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


def mail_server(url: str, sender: str) -> MailServer | None:
    """The mail server of `smtp://user:password@host:587?tls=starttls|none` or `smtps://…`; None when no URL is given.

    `smtp://` without a word about it means STARTTLS. Raises `ValueError` without ever showing the URL: it may hold a
    password. A password is not sent over an open line, except to the machine itself.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        security = _mail_security(parts)
        host, port = parts.hostname or "", parts.port or MAIL_PORTS[security]
    except ValueError:
        raise ValueError(_MAIL_FORM) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not host or parts.path not in {"", "/"}:
        raise ValueError(_MAIL_FORM)
    if user and security is MailSecurity.NONE and not _is_this_machine(host):
        raise ValueError("CALLCENTER_SMTP_URL: a password needs tls=starttls or smtps://")
    if not MAILBOX.fullmatch(sender):
        raise ValueError("CALLCENTER_MAIL_FROM must be the address reports are sent from")
    return MailServer(host, port, security, sender, user, password)


_MAIL_FORM = "CALLCENTER_SMTP_URL must be smtp://user:password@host:587?tls=starttls|none or smtps://…"


def _mail_security(parts: SplitResult) -> MailSecurity:
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)) if parts.query else {}
    if parts.scheme not in {"smtp", "smtps"} or not options.keys() <= {"tls"}:
        raise ValueError
    if parts.scheme == "smtps":
        if options:
            raise ValueError
        return MailSecurity.TLS
    security = MailSecurity(options.get("tls", MailSecurity.STARTTLS))
    if security is MailSecurity.TLS:
        raise ValueError
    return security


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
