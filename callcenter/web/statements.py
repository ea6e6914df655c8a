"""Statements of hot paths: compiled once per database, then handed to its driver with plain values.

Executing a statement object costs several times what the database needs for it, and for a write the lock is held all
that while. Those who listen for statements hear these too, and the driver's errors are translated as ever.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import Connection, CursorResult, Dialect, Insert, Select, Table, Update, bindparam, insert
from sqlalchemy.types import TypeEngine

from callcenter.extensions import UtcDateTime, db

Processor = Callable[[Any], Any] | None
PORTION = 2000


class _Compiled(Struct, frozen=True):
    """The text for one database; its parameters with how a value is converted; those the statement itself knows."""

    sql: str
    parameters: tuple[tuple[str, Processor], ...]
    constants: Mapping[str, Any]
    positional: bool

    def bind(self, values: Mapping[str, Any]) -> Any:
        given = {**self.constants, **values}
        if self.positional:
            return tuple([convert(given[name]) if convert else given[name] for name, convert in self.parameters])
        return {name: convert(given[name]) if convert else given[name] for name, convert in self.parameters}


def _cursor(connection: Connection, sql: str, values: Any, *, many: bool = False) -> Any:
    """The driver's cursor after it executed one statement (`many`: for each of a list of values): what
    `Connection.exec_driver_sql` does, without making a result object. Raises SQLAlchemy's errors."""
    cursor = connection.connection.cursor()
    for hear in connection.dispatch.before_cursor_execute:
        hear(connection, cursor, sql, values, None, many)
    try:
        (cursor.executemany if many else cursor.execute)(sql, values)
    except Exception as error:
        # The values stay out of the message; a lost connection is taken out of the pool.
        connection._handle_dbapi_exception(error, sql, None, cursor, None)
    return cursor


class Read:
    """One prepared SELECT; its rows are named tuples. A parameter that is needed and not given raises `KeyError`."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[_Compiled, _Rows]] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        compiled, rows = self._for(connection.dialect)
        cursor = _cursor(connection, compiled.sql, compiled.bind(values))
        fetched = cursor.fetchall()
        cursor.close()
        return rows.made(fetched)

    def stream(self, connection: Connection, values: Mapping[str, Any]) -> Generator[Any]:
        """The rows one by one, fetched in portions; PostgreSQL needs a held read for it. A value that cannot be read
        raises at its own row."""
        compiled, rows = self._for(connection.dialect)
        name = () if connection.dialect.name == "sqlite" else ("portions",)
        cursor = connection.connection.cursor(*name)
        cursor.execute(compiled.sql, compiled.bind(values))
        with closing(cursor):
            while portion := cursor.fetchmany(PORTION):
                for values_of_row in portion:
                    yield from rows.made([values_of_row])

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        return next(iter(self.all(connection, values)), None)

    def _for(self, dialect: Dialect) -> tuple[_Compiled, _Rows]:
        found = self._compiled.get(dialect.name)
        if found is None:
            made = _compile(self._statement, dialect), _rows(self._statement, dialect)
            found = self._compiled[dialect.name] = made
        return found


class _Rows(Struct, frozen=True):
    """How the driver's values become a row: those at a place that need it are converted."""

    make: Callable[[list[Any]], Any]
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]

    def made(self, fetched: Sequence[Sequence[Any]]) -> list[Any]:
        make, conversions = self.make, self.conversions
        rows = []
        for values in map(list, fetched):
            for at, convert in conversions:
                values[at] = convert(values[at])
            rows.append(make(values))
        return rows


def _rows(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Rows:
    columns = statement.selected_columns
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    row: Any = namedtuple("Row", list(columns.keys()))  # type: ignore[misc]  # the columns are known only here
    return _Rows(row._make, tuple((at, convert) for at, convert in enumerate(found) if convert))


class Write:
    """One prepared INSERT or UPDATE. A parameter that is needed and not given raises `KeyError`."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    @classmethod
    def into(cls, table: Table) -> Write:
        """An INSERT of whole rows; columns that are not given become NULL."""
        values = {column.name: bindparam(column.name, None, type_=column.type) for column in table.c}
        return cls(insert(table).values(values))

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Returns how many rows it touched."""
        compiled = self._for(connection.dialect)
        cursor = _cursor(connection, compiled.sql, compiled.bind(values))
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def returning(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The one value of the one row that it touched and returns. Raises `LookupError` where it touched none."""
        compiled = self._for(connection.dialect)
        cursor = _cursor(connection, compiled.sql, compiled.bind(values))
        found = cursor.fetchall()
        cursor.close()
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows instead of one")
        return found[0][0]

    def execute_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        compiled = self._for(connection.dialect)
        many = len(rows) > 1
        bound = [compiled.bind(values) for values in rows]
        _cursor(connection, compiled.sql, bound if many else bound[0], many=many).close()

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return found


def touched(statement: Update) -> int:
    """Execute an UPDATE in the running transaction; returns how many rows met its conditions. Objects that the session
    has loaded are not brought up to date."""
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    """How a value is handed to the driver. SQLite's own way of writing an instant goes through a template of seven
    parts; the same text comes from the standard library at a fifth of the time."""
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _sqlite_instant
    processor: Processor = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _sqlite_instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive instant cannot be stored")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _compile(statement: Insert | Update | Select[*tuple[Any, ...]], dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    bound: Mapping[str, Any] = compiled.binds
    names: Sequence[str] = compiled.positiontup or tuple(bound)
    return _Compiled(
        sql=compiled.string,
        parameters=tuple((name, _processor(bound[name].type, dialect)) for name in names),
        constants={name: one.value for name, one in bound.items() if not one.required},
        positional=bool(compiled.positional),
    )
