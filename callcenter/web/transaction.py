"""Where transactions begin and end: at the edge, in `with transaction():`.

SQLite: an in-process lock, then `BEGIN IMMEDIATE`, so that writers queue in the process instead of starving each
other in the file. Reads run in a deferred transaction. PostgreSQL: reads run without a transaction (each statement
sees its own moment there anyway), which spares two round trips a request and keeps the driver's prepared statements:
a rollback would throw them away. What must be read in one go says `hold_read()`.

A write outside `transaction()` is a programming fault and raises at once.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session

from callcenter.errors import Conflict, Unavailable
from callcenter.extensions import db

LOCK_WAIT_SECONDS = 20
RESTED_SECONDS = 5.0
Notes = dict[str, Any]
Hook = Callable[[Notes], None]


class WriteGate:
    """One writer at a time on SQLite; nothing to wait for on PostgreSQL. Holds the hooks around a commit."""

    def __init__(self, *, exclusive: bool) -> None:
        self._lock = threading.Lock() if exclusive else None
        self.before_commit: list[Hook] = []
        self.after_commit: list[Hook] = []

    def enter(self) -> None:
        if self._lock and not self._lock.acquire(timeout=LOCK_WAIT_SECONDS):
            raise Unavailable("混み合っています。もう一度お試しください。")

    def leave(self) -> None:
        if self._lock:
            self._lock.release()


def gate() -> WriteGate:
    found: WriteGate = current_app.extensions["callcenter_gate"]
    return found


def init_app(app: Flask, *, exclusive: bool) -> None:
    app.extensions["callcenter_gate"] = WriteGate(exclusive=exclusive)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a write transaction; commit at the end, roll back on any error.

    Raises `Unavailable` when the database is away or full, `Conflict` when a constraint refuses, and
    `RuntimeError` when nested: services never open one themselves.
    """
    session = db.session()
    if "writing" in session.info:
        raise RuntimeError("transaction() inside transaction()")
    session.rollback()
    keeper, notes = gate(), Notes()
    keeper.enter()
    session.info["writing"] = notes
    try:
        with database_errors():
            with begins_writing():
                notes["connection"] = session.connection()
            yield session
            _commit(session, keeper, notes)
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)
        keeper.leave()
    for hook in keeper.after_commit:
        hook(notes)


def _commit(session: Session, keeper: WriteGate, notes: Notes) -> None:
    session.flush()
    for hook in keeper.before_commit:
        hook(notes)
    last: list[Callable[[], object]] = notes.get("last", [])
    if notes["connection"].dialect.name == "postgresql":
        _commit_in_one_go(notes["connection"], last)
    else:
        for statement in last:
            statement()
    session.commit()


def _commit_in_one_go(connection: Connection, last: list[Callable[[], object]]) -> None:
    """The last statements and the commit travel to PostgreSQL together and are answered together: what every other
    writer waits for is locked the shorter. The session's own commit finds nothing left to do.

    The pipeline ends in here, before the connection can be another thread's.
    """
    driver: Any = connection.connection.driver_connection
    with _travelling_together(connection):
        for statement in last:
            statement()
        driver.commit()


@contextmanager
def _travelling_together(connection: Connection) -> Iterator[None]:
    """What is executed in here travels to PostgreSQL without waiting for each answer; its failures are translated."""
    driver: Any = connection.connection.driver_connection
    failure: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except failure as error:
        raise DBAPIError.instance("PIPELINE", None, error, failure, dialect=connection.dialect) from error


@contextmanager
def in_one_go() -> Iterator[None]:
    """Within `transaction()`: writes whose outcome nobody waits for travel together. On SQLite nothing travels."""
    connection = writing()
    if connection.dialect.name == "postgresql":
        with _travelling_together(connection):
            yield
    else:
        yield


def together_with_commit(notes: Notes, statement: Callable[[], object]) -> None:
    """Let `statement` be executed last of all, on its way together with the commit; its failure is the commit's."""
    notes.setdefault("last", []).append(statement)


def notes_of(session: Session) -> Notes:
    """What the running transaction keeps for its commit hooks; raises `RuntimeError` outside one."""
    notes: Notes | None = session.info.get("writing")
    if notes is None:
        raise RuntimeError("an act is recorded inside transaction()")
    return notes


def writing() -> Connection:
    """The running transaction's connection, for the prepared statements of a service; raises `RuntimeError` outside
    one. A session's own way to it costs more than many a statement."""
    found: Connection = notes_of(db.session())["connection"]
    return found


@contextmanager
def database_errors() -> Iterator[None]:
    """Translate the driver's failures into the product's own."""
    try:
        yield
    except IntegrityError as error:
        if not is_overlap(error):
            raise
        raise Conflict("ほかの操作と重なりました。最新の内容を確認してください。") from error
    except OperationalError as error:
        raise unavailable(error) from error


def is_overlap(error: IntegrityError) -> bool:
    """Whether two acts may have met: a key that is taken, a row that is gone. A column without its value is a fault
    of ours (a database of another version, for one), and saying that others were quicker would hide it."""
    return "not null" not in str(error.orig).lower().replace("-", " ")


def unavailable(error: OperationalError) -> Unavailable:
    """What to tell the user when the database does not answer; a full disk is said so."""
    text = str(error.orig).lower()
    if "full" in text or "no space" in text:
        return Unavailable("保存先の空き容量がありません。保存されていません。管理者に連絡してください。")
    return Unavailable()


def end_read() -> None:
    """End the read so far, so that parsing and encryption hold nothing."""
    db.session.rollback()


def hold_read(*, isolation: str | None = None) -> Connection:
    """Read on in one transaction until the read ends, as rows that arrive in portions need it; within
    `transaction()` the one that runs. `isolation` is PostgreSQL's name of what is to be seen."""
    session = db.session()
    if "writing" in session.info:
        return session.connection()
    session.rollback()
    options = {"isolation_level": isolation} if isolation and db.engine.dialect.name == "postgresql" else {}
    with _begins(holds=True):
        return session.connection(execution_options=options)


def _refuse_stray_statement(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and "writing" not in state.session.info:
        raise RuntimeError("a write outside transaction()")


def _refuse_stray_flush(session: Session, _context: Any, _instances: Any) -> None:
    dirty = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    if dirty and "writing" not in session.info:
        raise RuntimeError("a write outside transaction()")


event.listen(db.session.session_factory, "do_orm_execute", _refuse_stray_statement)
event.listen(db.session.session_factory, "before_flush", _refuse_stray_flush)


class _Intent(threading.local):
    """What the thread means to do with the transaction it is about to begin."""

    writes = False
    holds = False


_intent = _Intent()


@contextmanager
def _begins(*, writes: bool = False, holds: bool = False) -> Iterator[None]:
    _intent.writes, _intent.holds = writes, holds
    try:
        yield
    finally:
        _intent.writes = _intent.holds = False


def begins_writing() -> AbstractContextManager[None]:
    """What begins in here is a transaction that may write; on SQLite it takes the write lock at once."""
    return _begins(writes=True, holds=True)


def prepare_sqlite(engine: Engine) -> None:
    """WAL, full durability, foreign keys; BEGIN under our control instead of the driver's.

    The dialect's own hook is used: a listener to the engine's events would make every statement slower. A file that
    was moved away or replaced is not written any more: SQLite itself would go on in what nobody finds again.
    """
    event.listen(engine, "connect", _on_connect)
    if engine.url.database and engine.url.database != ":memory:":
        _watch_file(engine, Path(engine.url.database))
    engine.dialect.do_begin = _begin_on_sqlite  # type: ignore[assignment,method-assign]


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _watch_file(engine: Engine, path: Path) -> None:
    """What was there once has to stay: no connection is handed out, and none made, while no file stands at the path
    (`Unavailable`); where another one stands, the connection is opened anew."""
    known = threading.Event()

    def on_do_connect(*_about: Any) -> None:
        if known.is_set() and not path.exists():
            raise Unavailable()

    def on_connect(_connection: Any, record: Any) -> None:
        known.set()
        record.info["file"] = path.stat()

    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        try:
            found = path.stat()
        except FileNotFoundError as error:
            raise Unavailable() from error
        if not os.path.samestat(found, record.info["file"]):
            raise DisconnectionError()

    event.listen(engine, "do_connect", on_do_connect)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "checkout", on_checkout)


def _begin_on_sqlite(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE" if _intent.writes else "BEGIN")


def prepare_postgres(engine: Engine) -> None:
    """A transaction is begun only for those who mean one; the database itself refuses a write outside.

    A connection that has rested is asked whether it still stands; asking at every use would cost two round trips
    a request. One that breaks in use is a 503, and the others of its pool are opened anew."""

    def on_connect(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.read_only = False

    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError() from error

    engine.dialect.do_begin = _begin_on_postgres  # type: ignore[assignment,method-assign]
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)


def _begin_on_postgres(connection: Any) -> None:
    """The driver itself begins with the first statement, unless told not to."""
    driver = connection.driver_connection
    if driver.autocommit is _intent.holds:
        driver.autocommit = not _intent.holds
