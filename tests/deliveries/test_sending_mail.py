"""The mail primitive against a real server: what was answered for each mailbox, and when nothing can have left."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from callcenter.config import MailSecurity, MailServer, mail_server
from callcenter.jobs import mail
from callcenter.jobs.mail import Answer, AnswerKind, Attachment, Cause, MailUnavailable, Message, send
from tests.deliveries.mail_server import HOST, SENDER, Behaviour, certificate_for, knows, nobody_there, serving

A, B, C = "a@city.example.jp", "b@city.example.jp", "c@city.example.jp"
AT = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
MESSAGE = Message(
    UUID(int=7),
    "【みなと架空市】月次実績報告書 令和8年6月 第1版",
    "報告書をお送りします。\n.点で始まる行\n",
    AT,
    (Attachment("月報_令和8年6月.xlsx", "application/octet-stream", bytes(range(256)) * 20),),
)
ACCEPTED = Answer(AnswerKind.ACCEPTED, 250)


def test_the_message_arrives_as_it_was_with_its_files() -> None:
    with serving(behaviour := Behaviour()) as server:
        assert send(MESSAGE, [A, B], server) == {A: ACCEPTED, B: ACCEPTED}
    (taken,) = behaviour.taken
    assert taken.recipients == [A, B]
    assert (taken.message["Subject"], taken.message["From"]) == (MESSAGE.subject, SENDER)
    assert taken.message["To"] == f"{A}, {B}"
    assert taken.message["Message-ID"] == f"<{MESSAGE.id}@contact.example.jp>"
    assert parsedate_to_datetime(taken.message["Date"]) == AT
    body = taken.message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MESSAGE.body
    (file,) = taken.message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("月報_令和8年6月.xlsx", MESSAGE.attachments[0].content)


def test_a_line_that_begins_with_a_dot_keeps_it_and_does_not_end_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ours travel as base64, where no line does; that is not to be relied on.
    monkeypatch.setattr(mail, "_content", lambda *_about: b"Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n")
    with serving(behaviour := Behaviour()) as server:
        assert send(MESSAGE, [A], server) == {A: ACCEPTED}
    assert behaviour.taken[0].message.get_content() == ".\r\n..two\r\nend\r\n"


def test_one_mailbox_is_refused_and_the_other_gets_it() -> None:
    with serving(behaviour := Behaviour(rcpt={B: "550 no such user"})) as server:
        answers = send(MESSAGE, [A, B], server)
    assert answers == {A: ACCEPTED, B: Answer(AnswerKind.REFUSED, 550)}
    assert behaviour.sent_to == [A]


def test_a_mailbox_that_is_full_for_now_is_deferred() -> None:
    with serving(Behaviour(rcpt={A: "452 full"})) as server:
        assert send(MESSAGE, [A, B], server) == {A: Answer(AnswerKind.DEFERRED, 452), B: ACCEPTED}


def test_nothing_is_sent_when_nobody_wants_it() -> None:
    with serving(behaviour := Behaviour(rcpt={A: "550 no", B: "451 later"})) as server:
        answers = send(MESSAGE, [A, B], server)
    assert answers == {A: Answer(AnswerKind.REFUSED, 550), B: Answer(AnswerKind.DEFERRED, 451)}
    assert "DATA" not in behaviour.commands


@pytest.mark.parametrize(
    ("answer", "kind"), [("554 rejected", AnswerKind.REFUSED), ("451 try later", AnswerKind.DEFERRED)]
)
def test_the_answer_to_the_message_holds_for_those_who_were_to_get_it(answer: str, kind: AnswerKind) -> None:
    with serving(Behaviour(data=answer, rcpt={B: "550 no"})) as server:
        answers = send(MESSAGE, [A, B, C], server)
    code = int(answer[:3])
    assert answers == {A: Answer(kind, code), B: Answer(AnswerKind.REFUSED, 550), C: Answer(kind, code)}


def test_a_sender_who_is_refused_is_refused_for_all() -> None:
    with serving(Behaviour(mail="550 who are you")) as server:
        assert send(MESSAGE, [A, B], server) == dict.fromkeys((A, B), Answer(AnswerKind.REFUSED, 550))


def test_a_message_beyond_the_servers_size_is_refused_before_it_is_sent() -> None:
    with serving(behaviour := Behaviour(), data_size_limit=100) as server:
        assert send(MESSAGE, [A], server) == {A: Answer(AnswerKind.REFUSED, 552)}
    assert behaviour.commands == []


def test_silence_after_the_whole_message_means_nobody_knows() -> None:
    with serving(Behaviour(drop=True, rcpt={B: "550 no"})) as server:
        assert send(MESSAGE, [A, B], server) == {A: Answer(AnswerKind.UNSURE), B: Answer(AnswerKind.REFUSED, 550)}


def test_an_answer_that_takes_too_long_means_nobody_knows() -> None:
    hold = threading.Event()
    with serving(behaviour := Behaviour(hold=hold)) as server:
        impatient = msgspec.structs.replace(server, message_seconds=0.2)
        assert send(MESSAGE, [A], impatient) == {A: Answer(AnswerKind.UNSURE)}
        hold.set()
    assert behaviour.sent_to == [A]


def test_a_connection_that_breaks_before_the_message_has_sent_nothing() -> None:
    with serving(behaviour := Behaviour(drop_at_data=True)) as server:
        assert send(MESSAGE, [A], server) == {A: Answer(AnswerKind.DEFERRED)}
    assert behaviour.taken == []


def test_a_server_that_is_down_is_said_to_be() -> None:
    with pytest.raises(MailUnavailable) as found:
        send(MESSAGE, [A], nobody_there())
    assert found.value.cause is Cause.UNREACHABLE


# --- what a server of bytes can do wrong ---


@contextmanager
def script(*answers: bytes) -> Iterator[MailServer]:
    """A server that gives these answers to whatever it reads, one each, and then closes."""

    def talk() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            for answer in answers:
                line = lines.readline()
                while answer.startswith(b"after dot ") and line not in {b".\r\n", b""}:
                    line = lines.readline()
                connection.sendall(answer.removeprefix(b"after dot "))

    with socket.create_server((HOST, 0)) as listener:
        talker = threading.Thread(target=talk)
        talker.start()
        yield MailServer(HOST, listener.getsockname()[1], MailSecurity.NONE, SENDER, command_seconds=5)
        talker.join()


OK, GO = b"250 ok\r\n", b"354 go\r\n"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((OK, OK, OK, GO, b"after dot rubbish\r\n"), AnswerKind.UNSURE),
        ((OK, OK, OK, GO, b"after dot 399 strange\r\n"), AnswerKind.UNSURE),
        ((OK, OK, OK, GO, b"after dot 250 taken\r\n"), AnswerKind.ACCEPTED),
        ((OK, OK, OK, b"250 not yet\r\n"), AnswerKind.DEFERRED),
        ((OK, OK, OK, b"421 closing\r\n"), AnswerKind.DEFERRED),
        ((OK, OK, b"399 strange\r\n"), AnswerKind.DEFERRED),
        ((OK, OK, b"rubbish\r\n"), AnswerKind.DEFERRED),
        ((OK, OK), AnswerKind.DEFERRED),
        ((OK,), AnswerKind.DEFERRED),
    ],
)
def test_what_is_no_answer_is_never_taken_for_a_yes(answers: tuple[bytes, ...], kind: AnswerKind) -> None:
    with script(*answers) as server:
        assert send(MESSAGE, [A], server)[A].kind is kind


# --- TLS and signing in ---


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return certificate_for(tmp_path)


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_protected_connection_to_a_trusted_server(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, security: MailSecurity
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(behaviour := Behaviour(), security=security, certificate=certificate) as server:
        assert send(MESSAGE, [A], server) == {A: ACCEPTED}
    assert behaviour.sent_to == [A]


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(certificate: Path, security: MailSecurity) -> None:
    with (
        serving(behaviour := Behaviour(), security=security, certificate=certificate) as server,
        pytest.raises(MailUnavailable) as found,
    ):
        send(MESSAGE, [A], server)
    assert found.value.cause is Cause.NOT_SECURE
    assert behaviour.commands == []


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted() -> None:
    with serving(behaviour := Behaviour()) as server, pytest.raises(MailUnavailable) as found:
        send(MESSAGE, [A], msgspec.structs.replace(server, security=MailSecurity.STARTTLS))
    assert found.value.cause is Cause.NOT_SECURE
    assert behaviour.commands == []


@pytest.mark.parametrize(("password", "works"), [("open sesame", True), ("wrong", False)])
def test_signing_in(certificate: Path, monkeypatch: pytest.MonkeyPatch, password: str, works: bool) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options: dict[str, Any] = {"authenticator": knows("centre", "open sesame"), "auth_required": True}
    with serving(
        behaviour := Behaviour(),
        security=MailSecurity.STARTTLS,
        certificate=certificate,
        username="centre",
        password=password,
        **options,
    ) as server:
        if works:
            assert send(MESSAGE, [A], server) == {A: ACCEPTED}
            return
        with pytest.raises(MailUnavailable) as found:
            send(MESSAGE, [A], server)
    assert found.value.cause is Cause.SIGN_IN
    assert behaviour.commands == []


# --- what must not show ---


def test_neither_log_nor_exception_holds_an_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        with serving(Behaviour(rcpt={A: f"550 {A} unknown"})) as server:
            send(MESSAGE, [A], server)
        with pytest.raises(MailUnavailable) as found:
            send(MESSAGE, [A], nobody_there())
    ours = [record for record in caplog.records if record.name.startswith("callcenter")]
    assert ours == []
    assert A not in repr(found.value)
    assert found.value.__suppress_context__


@pytest.mark.parametrize("subject", ["報告書\r\nBcc: x@evil.example", "報告書\nBcc: x@evil.example"])
def test_a_line_end_in_a_header_is_refused(subject: str) -> None:
    with serving(behaviour := Behaviour()) as server, pytest.raises(ValueError, match=r"[Hh]eader"):
        send(msgspec.structs.replace(MESSAGE, subject=subject), [A], server)
    assert behaviour.commands == []


# --- the settings ---


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.jp", ("mail.example.jp", 587, MailSecurity.STARTTLS, "", "")),
        ("smtp://mail.example.jp:25?tls=starttls", ("mail.example.jp", 25, MailSecurity.STARTTLS, "", "")),
        ("smtp://127.0.0.1?tls=none", ("127.0.0.1", 25, MailSecurity.NONE, "", "")),
        ("smtps://user%40x:p%3Aw@mail.example.jp", ("mail.example.jp", 465, MailSecurity.TLS, "user@x", "p:w")),
        ("smtp://u:p@localhost?tls=none", ("localhost", 25, MailSecurity.NONE, "u", "p")),
        ("smtp://u:p@[::1]:2525?tls=none", ("::1", 2525, MailSecurity.NONE, "u", "p")),
    ],
)
def test_the_address_of_a_mail_server(url: str, expected: tuple[Any, ...]) -> None:
    found = mail_server(url, SENDER)
    assert found is not None
    assert (found.host, found.port, found.security, found.username, found.password) == expected


def test_without_an_address_there_is_no_mail() -> None:
    assert mail_server("", "") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.jp",
        "smtp://",
        "smtp://mail.example.jp:port",
        "smtp://mail.example.jp?tls=maybe",
        "smtp://mail.example.jp?tls=tls",
        "smtp://mail.example.jp?verify=no",
        "smtps://mail.example.jp?tls=none",
        "smtp://mail.example.jp/folder",
        "smtp://user:hush-hush@mail.example.jp?tls=none",
        "smtp://user:hush-hush@[mail?tls=none",
    ],
)
def test_a_wrong_address_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="CALLCENTER_SMTP_URL") as refused:
        mail_server(url, SENDER)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("sender", ["", "report", "報告@example.jp", "a@b.jp\r\nBcc: x@y.jp"])
def test_a_sender_is_an_address(sender: str) -> None:
    with pytest.raises(ValueError, match="CALLCENTER_MAIL_FROM"):
        mail_server("smtp://mail.example.jp", sender)
