"""The PostgreSQL of the tests: shared, private, and gone when its users are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres_keeper
from tests.postgres import PostgresServer, PostgresUnavailable

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from tests.postgres import PostgresServer
server = PostgresServer.start()
print(server.directory, server.pid, flush=True)
sys.stdin.read()
"""
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer.start() as started:
        yield started


def ask(server: PostgresServer, name: str, question: str) -> object:
    with psycopg.connect(server.url(name).replace("+psycopg", "")) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def ends(pid: int, directory: Path) -> bool:
    """Whether the server and its folder go within reasonable time."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if not Path(f"/proc/{pid}").exists() and not directory.exists():
            return True
        time.sleep(0.05)
    return False


def test_a_template_is_built_once_and_cloned(server: PostgresServer) -> None:
    built: list[str] = []

    def build(url: str) -> None:
        built.append(url)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE marker AS SELECT 7 AS value")

    for worker in ("gw0", "gw1"):
        server.create_database(worker, server.template("head", build))
    assert len(built) == 1
    assert [ask(server, worker, "SELECT value FROM marker") for worker in ("gw0", "gw1")] == [7, 7]


def test_a_template_whose_build_failed_is_built_again(server: PostgresServer) -> None:
    def fail(url: str) -> None:
        raise LookupError(url)

    with pytest.raises(LookupError):
        server.template("broken", fail)
    built: list[str] = []
    server.template("broken", built.append)
    assert len(built) == 1


def test_a_database_is_dropped_whoever_is_connected(server: PostgresServer) -> None:
    url = server.create_database("busy")
    with psycopg.connect(url.replace("+psycopg", "")):
        server.drop_database("busy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(server, "busy", "SELECT 1")


def test_tcp_asks_for_the_password(server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres").replace("+psycopg", "").replace(server.password, "guess"))


def test_its_folders_are_closed_to_others(server: PostgresServer) -> None:
    assert (server.directory / "own").stat().st_mode & 0o077 == 0
    assert (server.directory / "server.json").stat().st_mode & 0o077 == 0


def test_the_server_never_runs_as_root(server: PostgresServer) -> None:
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0


@pytest.mark.parametrize(("durable", "expected"), [(False, "off"), (True, "on")])
def test_fsync_is_on_where_durability_is_what_is_tested(durable: bool, expected: str) -> None:
    with PostgresServer.start(durable=durable) as started:
        assert ask(started, "postgres", "SHOW fsync") == expected
        assert ask(started, "postgres", "SHOW full_page_writes") == expected


def test_stopping_leaves_nothing_behind_and_may_be_repeated() -> None:
    started = PostgresServer.start()
    started.stop()
    started.stop()
    assert not started.directory.exists()
    assert not Path(f"/proc/{started.pid}").exists()


def test_the_server_lives_until_its_last_user_leaves() -> None:
    first = PostgresServer.start()
    second = PostgresServer.attach(first.directory)
    assert second is not None
    os.close(first._lease)
    assert ask(second, "postgres", "SELECT 1") == 1
    second.stop()
    assert PostgresServer.attach(first.directory) is None


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_server_ends_with_a_user_that_is_killed(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as user:
        assert user.stdout is not None
        directory, pid = user.stdout.readline().split()
        user.send_signal(ending)
        assert ends(int(pid), Path(directory))


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.postgres._package", lambda: tmp_path)
    with pytest.raises(PostgresUnavailable, match="pginstall"):
        PostgresServer.start()


def test_a_closed_folder_is_not_reachable_for_the_unprivileged_server(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert postgres_keeper.reachable(Path("/"))
    assert not postgres_keeper.reachable(closed)
