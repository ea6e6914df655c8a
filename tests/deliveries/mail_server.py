"""A real mail server on a free port of loopback that answers as a test wants, and keeps what it took."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from callcenter.config import MailSecurity, MailServer

HOST = "127.0.0.1"
SENDER = "report@contact.example.jp"
PATIENCE_SECONDS = 20.0
"""No test waits as long as this: it only keeps a broken one from standing still."""


@dataclass
class Taken:
    """A message the server took, and for whom."""

    recipients: list[str]
    message: EmailMessage


@dataclass
class Behaviour:
    """What the server says. `hold` lets it wait before it answers a message; `drop` closes the connection instead of
    answering it; `drop_at_data` closes it before it takes any of it."""

    rcpt: Mapping[str, str] = field(default_factory=dict)
    mail: str = "250 OK"
    data: str = "250 OK"
    drop: bool = False
    drop_at_data: bool = False
    hold: threading.Event | None = None
    reached: threading.Event = field(default_factory=threading.Event)
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address}")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.commands.append("DATA")
        content = envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        if self.data.startswith("2"):
            self.taken.append(Taken(list(envelope.rcpt_tos), found))
        self.reached.set()
        if self.hold is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.hold.wait, PATIENCE_SECONDS)
        if self.drop:
            broken(server)
        return self.data

    @property
    def sent_to(self) -> list[str]:
        return [address for one in self.taken for address in one.recipients]


def broken(server: SMTP) -> None:
    """The connection ends at once, as when a cable is pulled."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class _Server(SMTP):
    """Closes the connection at DATA where the behaviour says so."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.drop_at_data:
            broken(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        """Its own look whether it stands asks the port by its number."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(
    behaviour: Behaviour, *, security: MailSecurity = MailSecurity.NONE, certificate: Path | None = None, **more: Any
) -> Iterator[MailServer]:
    """The server while the block runs, as the settings of a deployment name it."""
    if certificate is not None and security is not MailSecurity.NONE:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        more["ssl_context" if security is MailSecurity.TLS else "tls_context"] = context
        more.setdefault("require_starttls", security is MailSecurity.STARTTLS)
    client = {name: more.pop(name) for name in ("username", "password") if name in more}
    controller = _Controller(behaviour, hostname=HOST, port=0, **more)
    controller.start()
    try:
        name = "localhost" if certificate is not None else HOST
        yield MailServer(name, controller.port, security, SENDER, command_seconds=10, message_seconds=10, **client)
    finally:
        controller.stop()


def nobody_there() -> MailServer:
    """The address of a server that is down."""
    import socket

    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return MailServer(HOST, probe.getsockname()[1], MailSecurity.NONE, SENDER, command_seconds=5)


def knows(username: str, password: str) -> Any:
    """An authenticator that knows one user."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (username.encode(), password.encode()))

    return check


def certificate_for(folder: Path, name: str = "localhost") -> Path:
    """A self-signed certificate with its key, in one file; whoever trusts it names it in `SSL_CERT_FILE`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(IPv4Address(HOST))])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file
