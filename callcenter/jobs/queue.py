"""The queue: huey, whose messages are two ids and only wake a worker. Lost, they are not missed: the row is the truth.

SQLite: a file of its own in the home. PostgreSQL: tables in a schema of their own, `huey`, so that a worker on any
machine hears. Messages are JSON, not pickles: whoever could write the queue could otherwise run code in the worker.
"""

from __future__ import annotations

import json
import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.engine import make_url

from callcenter.config import Settings
from callcenter.extensions import new_id

if TYPE_CHECKING:
    from huey import Huey

NAME = "callcenter"
SCHEMA = "huey"
WAKE_UP = "callcenter.jobs.worker.wake_up"
"""What huey calls the worker's task, as the message names it."""
FILE = "queue.sqlite"
log = logging.getLogger("callcenter.jobs")


def opened(settings: Settings) -> Huey:
    """The queue of a deployment. PostgreSQL's tables must have been made: see `prepare`."""
    from huey import Huey
    from huey.storage import SqliteStorage

    common: dict[str, Any] = {"results": False, "serializer": _serializer()}
    if settings.on_sqlite:
        return Huey(NAME, storage_class=SqliteStorage, filename=str(settings.home / FILE), **common)
    from huey.contrib.sql_huey import SqlStorage

    return Huey(NAME, storage_class=SqlStorage, database=_postgres(settings), create_tables=False, **common)


def prepare(settings: Settings) -> None:
    """Make PostgreSQL's schema and tables where they are missing; two workers may start at once."""
    if settings.on_sqlite:
        return
    from huey.contrib.sql_huey import SqlStorage

    database = _postgres(settings)
    with database.connection_context():
        # Held until the connection is closed, which `create_tables` does.
        database.execute_sql("SELECT pg_advisory_lock(hashtext(%s))", (SCHEMA,))
        database.execute_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        SqlStorage(NAME, database=database, create_tables=False).create_tables()


def _postgres(settings: Settings) -> Any:
    from peewee import PostgresqlDatabase

    url = make_url(settings.database_url).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    options = f"-c search_path={SCHEMA}"
    return PostgresqlDatabase(address, prefer_psycopg3=True, options=options, connect_timeout=5)


def _serializer() -> Any:
    from huey.registry import Message
    from huey.serializer import Serializer

    class PlainMessages(Serializer):  # type: ignore[misc]
        """Messages as JSON lists; nothing else ever travels (results are not kept)."""

        def _serialize(self, data: Any) -> bytes:
            return json.dumps(data).encode()

        def _deserialize(self, data: bytes) -> Any:
            return Message(*json.loads(data))

    return PlainMessages()


def load() -> None:
    """Load huey now, which takes a third of a second: while a server starts, not in the middle of somebody's save."""
    for name in ("huey", "huey.registry", "huey.serializer", "huey.storage"):
        import_module(name)


def wake(settings: Settings, jobs: list[tuple[UUID, UUID]]) -> None:
    """Tell the workers of (contract, job) pairs. Never raises: a worker looks each minute by itself."""
    try:
        _send(settings, jobs)
    except Exception as error:
        log.warning("no worker could be woken: %s", type(error).__name__)


def _send(settings: Settings, jobs: list[tuple[UUID, UUID]]) -> None:
    """Opened for the moment: jobs are asked for a few times a day, and a connection would stand open all the while."""
    from huey.registry import Message

    queue = opened(settings)
    try:
        for contract_id, job_id in jobs:
            message = Message(str(new_id()), WAKE_UP, args=(str(contract_id), str(job_id)), kwargs={})
            queue.storage.enqueue(queue.serializer.serialize(message), None)
    finally:
        queue.storage.close()
