"""When the database is away the service says so, and when to come back; it never shows a trace."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from callcenter.app import create_app
from callcenter.extensions import db
from callcenter.web.access import Role
from callcenter.web.headers import ALWAYS
from tests.centre import Browser, Centre
from tests.postgres import PostgresServer

PAGES = ("/", "/account", "/contract/calendar", "/healthz", "/sign-in")


@pytest.fixture
def own_postgres(tmp_path: Path, worker_id: str) -> Iterator[tuple[Centre, PostgresServer]]:
    """A centre on a server of its own, which may be killed."""
    with PostgresServer.start() as server, Centre.on_postgres(tmp_path, server, worker_id) as centre:
        yield centre, server


def _is_plainly_away(answer: Any) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    for trace in ("Traceback", "psycopg", "sqlalchemy", "sqlite", "SELECT"):
        assert trace not in answer.text


def _every_way(browser: Browser) -> None:
    for url in PAGES[:4]:
        _is_plainly_away(browser.get(url))
        answer = browser.get(url, headers={"Accept": "application/json"})
        _is_plainly_away(answer)
        assert answer.get_json()["code"] == "unavailable"
    _is_plainly_away(browser.post("/session/extend"))
    _is_plainly_away(browser.post("/sign-in", data={"login": "somebody", "password": "x"}))


def test_postgresql_that_was_killed(own_postgres: tuple[Centre, PostgresServer]) -> None:
    centre, server = own_postgres
    browser = centre.person(Role.OPERATOR).client()
    assert browser.get("/account").status_code == 200
    os.kill(server.pid, signal.SIGKILL)
    _until_it_is_gone(browser)
    _every_way(browser)


def _until_it_is_gone(browser: Browser) -> None:
    """Backends outlive their killed postmaster until they notice."""
    for _ in range(600):
        if browser.get("/healthz").status_code == 503:
            return
        time.sleep(0.05)


def test_postgresql_that_throws_everybody_out_is_back_at_once(own_postgres: tuple[Centre, PostgresServer]) -> None:
    """A restart of the database costs nobody their session, and at most one request of theirs says so."""
    centre, server = own_postgres
    browser = centre.person(Role.OPERATOR).client()
    browser.get("/account")
    with server._connection() as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert browser.get("/account").status_code in {200, 503}
    assert browser.get("/account").status_code == 200


@pytest.fixture
def elsewhere(sqlite_centre: Centre) -> Iterator[Flask]:
    """The same application looking for its database where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql+psycopg://nobody@127.0.0.1:{taken.getsockname()[1]}/nothing"
        app = create_app(replace(sqlite_centre.settings, database_url=url))
        yield app
        with app.app_context():
            db.engine.dispose()


def test_a_port_where_nothing_listens(elsewhere: Flask, sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    with browser.http.session_transaction() as cookie:
        sid = cookie["sid"]
    there = Browser(sqlite_centre, elsewhere.test_client())
    with there.http.session_transaction() as cookie:
        cookie["sid"] = sid
    for url in PAGES[:4]:
        _is_plainly_away(there.get(url))
    with there.get("/static/app.css") as file:
        assert file.status_code == 200


@pytest.mark.parametrize("damage", ["garbage", "gone", "folder"])
def test_a_sqlite_file_that_cannot_be_read(sqlite_centre: Centre, damage: str) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    with sqlite_centre.app.app_context():
        db.session.remove()
        db.engine.dispose()
    file = Path(sqlite_centre.settings.database_url.removeprefix("sqlite:///"))
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    if damage == "garbage":
        file.write_bytes(b"this is no database at all. " * 400)
    if damage == "folder":
        file.mkdir()
    _every_way(browser)


@pytest.mark.parametrize("how", ["removed", "moved"])
def test_a_sqlite_file_that_goes_while_the_service_runs(sqlite_centre: Centre, how: str) -> None:
    """SQLite would go on writing into a file that has no name any more, and acknowledge what is lost with it."""
    browser = sqlite_centre.person(Role.OPERATOR).client()
    assert browser.get("/account").status_code == 200
    file = Path(sqlite_centre.settings.database_url.removeprefix("sqlite:///"))
    aside = file.parent / "aside"
    aside.mkdir()
    for part in list(file.parent.glob(f"{file.name}*")):
        part.rename(aside / part.name)
    if how == "removed":
        for part in aside.iterdir():
            part.unlink()
    _every_way(browser)
    assert not file.exists()
    if how == "moved":
        for part in aside.iterdir():
            part.rename(file.parent / part.name)
        assert browser.get("/account").status_code == 200
