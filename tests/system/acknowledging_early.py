"""The mutant of the durability proof: the product, but a save is acknowledged before it is committed.

The commit follows a moment later in a thread of its own. Nothing is wrong as long as nobody pulls the plug.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine

from callcenter import app as product
from callcenter.extensions import db
from callcenter.web import transaction

LATE_SECONDS = 0.4


def create_app() -> Flask:
    app = product.create_app()
    vars(transaction)["_commit_in_one_go"] = _all_but_the_commit
    with app.app_context():
        _commit_late(db.engine)
    return app


def _commit_late(engine: Engine) -> None:
    dialect: Any = engine.dialect
    begin, rollback = dialect.do_begin, dialect.do_rollback
    waiting: dict[int, threading.Event] = {}

    def do_commit(connection: Any) -> None:
        done = waiting[id(connection.dbapi_connection)] = threading.Event()
        threading.Timer(LATE_SECONDS, _finish, (connection.dbapi_connection, done)).start()

    def do_rollback(connection: Any) -> None:
        if id(connection.dbapi_connection) not in waiting:
            rollback(connection)

    def do_begin(connection: Any) -> None:
        before = waiting.pop(id(connection.dbapi_connection), None)
        if before is not None:
            before.wait()
        begin(connection)

    dialect.do_commit, dialect.do_rollback, dialect.do_begin = do_commit, do_rollback, do_begin


def _all_but_the_commit(_connection: Connection, last: Sequence[Callable[[], object]]) -> None:
    """In place of what PostgreSQL is sent in one go: the session's own commit, which is late, comes after."""
    for statement in last:
        statement()


def _finish(connection: Any, done: threading.Event) -> None:
    connection.commit()
    done.set()
