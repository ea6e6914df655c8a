"""Handing one message to the mail server, and what it answered for each mailbox.

What matters is to know what happened: a message whose last line was sent and whose answer never came is `UNSURE` and
never repeated by itself. Neither addresses nor content are logged or put into an exception.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import format_datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from callcenter.config import MailSecurity, MailServer

END_OF_MESSAGE = b".\r\n"
GO_ON, REFUSED_FOR_NOW = 354, 400
_LINE_OF_DOT = re.compile(rb"^\.", re.MULTILINE)


class Attachment(Struct, frozen=True):
    """A file as it goes along."""

    name: str
    media_type: str
    content: bytes


class Message(Struct, frozen=True):
    """What is sent. `id` makes the same message sent again recognisable as the same to mail programs."""

    id: UUID
    subject: str
    body: str
    sent_at: datetime
    attachments: Sequence[Attachment] = ()


class AnswerKind(StrEnum):
    """What the server answered for one mailbox: taken, refused for good (5xx), refused for now (4xx, or the connection
    broke before the whole message was there), or nothing after the whole message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    UNSURE = "unsure"


class Answer(Struct, frozen=True):
    """The server's code (None: it said nothing) and what it means."""

    kind: AnswerKind
    code: int | None = None


_MEANINGS = {2: AnswerKind.ACCEPTED, 4: AnswerKind.DEFERRED, 5: AnswerKind.REFUSED}


class Cause(StrEnum):
    """Why nothing could be handed over at all."""

    UNREACHABLE = "unreachable"
    NOT_SECURE = "not_secure"
    SIGN_IN = "sign_in"


CAUSE_WORDS = {
    Cause.UNREACHABLE: "メールサーバーに接続できませんでした。",
    Cause.NOT_SECURE: "メールサーバーと暗号化して通信できませんでした。",
    Cause.SIGN_IN: "メールサーバーがサインインを受け付けませんでした。",
}


class MailUnavailable(Exception):
    """Nothing was handed over, to nobody; worth another try."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__(cause.value)


def send(message: Message, recipients: Sequence[str], server: MailServer) -> dict[str, Answer]:
    """Hand the message over once and return the answer for each mailbox. Raises `MailUnavailable` when the server
    was not reached: nobody can have got anything then."""
    content = _content(message, recipients, server.sender)
    connection = _connected(server)
    try:
        answers = _handed_over(connection, content, recipients, server)
    except BaseException:
        connection.close()
        raise
    _take_leave(connection)
    return answers


def _content(message: Message, recipients: Sequence[str], sender: str) -> bytes:
    """The message as bytes of ASCII lines. A line end in a header is refused by the policy (`ValueError`)."""
    mail = EmailMessage(policy=MAIL_POLICY)
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.sent_at)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail.set_content(message.body, cte="base64")
    for one in message.attachments:
        main, _, sub = one.media_type.partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return mail.as_bytes()


def _connected(server: MailServer) -> smtplib.SMTP:
    """Connected, protected as the settings say (certificates are verified), and signed in."""
    trusted = ssl.create_default_context()
    with _failing(Cause.UNREACHABLE):
        found = _reached(server, trusted)
    try:
        if server.security is MailSecurity.STARTTLS:
            with _failing(Cause.NOT_SECURE):
                found.starttls(context=trusted)
        if server.username:
            with _failing(Cause.SIGN_IN):
                found.login(server.username, server.password)
        with _failing(Cause.UNREACHABLE):
            found.ehlo_or_helo_if_needed()
    except BaseException:
        found.close()
        raise
    return found


def _reached(server: MailServer, trusted: ssl.SSLContext) -> smtplib.SMTP:
    name, seconds = server.sender.rpartition("@")[2], server.command_seconds
    if server.security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=trusted)
    return smtplib.SMTP(server.host, server.port, name, timeout=seconds)


@contextmanager
def _failing(cause: Cause) -> Iterator[None]:
    """What goes wrong in here is told by its cause alone: the server's words may hold an address."""
    try:
        yield
    except ssl.SSLError:
        raise MailUnavailable(Cause.NOT_SECURE) from None
    except OSError:  # smtplib's own are of its family
        raise MailUnavailable(cause) from None


def _take_leave(connection: smtplib.SMTP) -> None:
    """What fails in saying goodbye changes nothing."""
    try:
        connection.quit()
    except OSError:
        connection.close()


class _Lost(Exception):
    """The connection broke, or what came back was no answer, before the whole message was there."""


def _handed_over(
    connection: smtplib.SMTP, content: bytes, recipients: Sequence[str], server: MailServer
) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    try:
        began = _begin(connection, content, server.sender)
        if began.kind is not AnswerKind.ACCEPTED:
            return dict.fromkeys(recipients, began)
        for address in recipients:
            answers[address] = _answer(_code(connection.rcpt, address))
        return _verdict(answers, recipients, lambda: _message(connection, content, server.message_seconds))
    except _Lost:
        return _verdict(answers, recipients, lambda: Answer(AnswerKind.DEFERRED))


def _verdict(answers: dict[str, Answer], recipients: Sequence[str], verdict: Callable[[], Answer]) -> dict[str, Answer]:
    """The mailboxes that were refused stay so; what becomes of the others is asked only if there are any."""
    refused = {address: one for address, one in answers.items() if one.kind is not AnswerKind.ACCEPTED}
    others = [address for address in recipients if address not in refused]
    return {**refused, **dict.fromkeys(others, verdict())} if others else refused


def _begin(connection: smtplib.SMTP, content: bytes, sender: str) -> Answer:
    size = [f"size={len(content)}"] if connection.has_extn("size") else []
    return _answer(_code(connection.mail, sender, size))


def _message(connection: smtplib.SMTP, content: bytes, seconds: float) -> Answer:
    """The message itself. Once its last line is on the way, silence means nobody knows: `UNSURE`."""
    code = _code(connection.docmd, "data")
    if code != GO_ON:
        return _answer(code if code >= REFUSED_FOR_NOW else None)
    try:
        connection.send(_LINE_OF_DOT.sub(b"..", content))
    except OSError:
        raise _Lost from None
    try:
        connection.sock.settimeout(seconds)  # type: ignore[union-attr]
        connection.send(END_OF_MESSAGE)
        return _answer(_code(connection.getreply))
    except (OSError, _Lost):
        return Answer(AnswerKind.UNSURE)


def _code(ask: Callable[..., tuple[int, bytes]], *about: object) -> int:
    """The server's answer to a command. Raises `_Lost`."""
    try:
        return ask(*about)[0]
    except OSError:
        raise _Lost from None


def _answer(code: int | None) -> Answer:
    """What a final code means. Raises `_Lost` for anything that is none."""
    found = _MEANINGS.get((code or 0) // 100)
    if found is None:
        raise _Lost
    return Answer(found, code)
