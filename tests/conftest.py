"""The application under test, on SQLite and on a real PostgreSQL.

`centre` is a whole application with one contract; ask it for people and clients. pytest-flask's own `app` fixture
is not used: it pushes a request context into the test, in which one client's identity leaks into the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import centre as centres
from tests import images
from tests.centre import Centre
from tests.postgres import PostgresServer, PostgresUnavailable, shared_server

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresServer]:
    try:
        server = shared_server(tmp_path_factory, worker_id)
    except PostgresUnavailable as error:
        pytest.fail(f"PostgreSQL did not start: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with one contract, and its keys: copied for each test."""
    return centres.sqlite_template(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(params=DATABASES)
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    """A call centre with one contract, on each database in turn."""
    yield from _centre(request, tmp_path, request.param)


@pytest.fixture
def sqlite_centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    """A call centre on SQLite only, for what does not touch the database's own behaviour."""
    yield from _centre(request, tmp_path, "sqlite")


def _centre(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[Centre]:
    if database == "sqlite":
        made = Centre.on_sqlite(tmp_path, request.getfixturevalue("sqlite_template"))
    else:
        worker = request.getfixturevalue("worker_id")
        made = Centre.on_postgres(tmp_path, request.getfixturevalue("postgres_server"), worker)
    with made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the images of this run lie."""
    for line in images.attached(one for reports in terminalreporter.stats.values() for one in reports):
        terminalreporter.write_line(line)
