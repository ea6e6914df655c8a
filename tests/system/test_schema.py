"""The schema that the models create and the one that the migrations make never differ.

Both are dumped from the database itself: Alembic's own comparison does not see a missing CHECK, a partial index's
WHERE or a trigger.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, text

from callcenter import deployment
from callcenter.app import create_app
from callcenter.extensions import Base, db
from callcenter.web.transaction import begins_writing
from tests.centre import settings_for
from tests.postgres import PostgresServer

Dump = dict[str, list[str]]


class Database:
    """An empty database of one kind, and what stands in it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def app(self) -> Flask:
        return create_app(settings_for(self.folder / "home", self.url))

    def dump(self) -> Dump:
        engine = create_engine(self.url)
        try:
            with engine.connect() as connection:
                return dump_of(connection)
        finally:
            engine.dispose()


def dump_of(connection: Connection) -> Dump:
    return dump_sqlite(connection) if connection.dialect.name == "sqlite" else dump_postgres(connection)


def dump_sqlite(connection: Connection) -> Dump:
    rows = connection.execute(
        text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
    )
    return {f"{row.type} {row.name}": sorted(_words(row.sql)) for row in rows}


def _words(sql: str) -> list[str]:
    """A definition as its comma-separated parts, white space folded: the order of constraints is no difference."""
    return [" ".join(part.replace('"', "").split()).strip(" ()") for part in sql.split(",")]


POSTGRES_PARTS = {
    "column": """SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length,
        is_nullable, column_default) FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": """SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}


def dump_postgres(connection: Connection) -> Dump:
    found: Dump = {}
    for part, statement in POSTGRES_PARTS.items():
        for name, definition in connection.execute(text(statement)):
            if "alembic_version" not in name:
                found.setdefault(f"{part} {name}", []).append(" ".join(definition.split()))
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two empty databases of the same kind."""
    if request.param == "sqlite":
        yield tuple(Database(f"sqlite:///{tmp_path / name}.sqlite", tmp_path / name) for name in "ab")  # type: ignore[misc]
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    names = [f"schema_{name}_{request.getfixturevalue('worker_id')}" for name in "ab"]
    for name in names:
        server.drop_database(name)
    yield tuple(Database(server.create_database(name), tmp_path / name) for name in names)  # type: ignore[misc]
    for name in names:
        server.drop_database(name)


def _create_all(database: Database) -> None:
    app = database.app()
    with app.app_context():
        engine: Engine = db.engine
        with engine.connect() as connection, begins_writing(), connection.begin():
            Base.metadata.create_all(connection)
        engine.dispose()


def _move(database: Database, *revisions: str, goes_down: bool = False) -> None:
    app = database.app()
    for revision in revisions:
        step = deployment.downgrade if revision == "base" or goes_down else deployment.upgrade
        step(app, revision)
    with app.app_context():
        db.engine.dispose()


def test_models_and_migrations_make_the_same_schema(databases: tuple[Database, Database]) -> None:
    modelled, migrated = databases
    for database in databases:
        database.folder.mkdir(exist_ok=True)
    _create_all(modelled)
    _move(migrated, "head")
    assert migrated.dump() == modelled.dump()


def test_down_and_up_again_leaves_the_same_schema(databases: tuple[Database, Database]) -> None:
    database, _ = databases
    database.folder.mkdir(exist_ok=True)
    _move(database, "head")
    before = database.dump()
    _move(database, "base")
    assert database.dump() == {}
    _move(database, "head")
    assert database.dump() == before


def test_every_migration_says_why_in_its_first_line() -> None:
    for file in sorted((deployment.migrations_folder() / "versions").glob("*.py")):
        first = file.read_text().splitlines()[0]
        assert first.startswith('"""'), file.name
        assert len(first) > 30, file.name


def test_a_contract_goes_on_counting_its_calls_after_an_update(databases: tuple[Database, Database]) -> None:
    database, _ = databases
    database.folder.mkdir(exist_ok=True)
    _move(database, "0008_reporting")
    _execute(
        database,
        "INSERT INTO contracts (id, code, title, city_name, contractor_name, place, starts_on, ends_on, reading,"
        " next_call_number, calendar_revision, created_at) VALUES ('00000000000000000000000000000001', 'A', 'A', 'A',"
        " 'A', 'A', '2026-04-01', '2027-03-31', 'listed', 42, 1, '2026-03-01 00:00:00+00:00')",
        "INSERT INTO role_policies (contract_id, role, second_factor) VALUES ('00000000000000000000000000000001',"
        " 'operator', false)",
    )
    _move(database, "head")
    assert _execute(database, "SELECT next_number FROM call_serials") == [(42,)]
    _move(database, "0008_reporting", goes_down=True)
    assert _execute(database, "SELECT next_call_number FROM contracts") == [(42,)]


def test_a_migration_that_leaves_rows_without_their_parent_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path)
    _move(database, "head")
    lost = "INSERT INTO call_serials (contract_id, next_number) VALUES ('00000000000000000000000000000001', 1)"
    monkeypatch.setattr(
        "callcenter.deployment.command.upgrade", lambda config, _: config.attributes["connection"].execute(text(lost))
    )
    with pytest.raises(RuntimeError, match="call_serials"):
        _move(database, "head")
    assert _execute(database, "SELECT count(*) FROM call_serials") == [(0,)]


def _execute(database: Database, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    engine = create_engine(database.url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()
