"""Commands that set a deployment up and run it: `db`, `serve`, `doctor`."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, inspect

from callcenter.app import create_app
from callcenter.audit import queries as audit
from callcenter.config import Settings, from_environment
from callcenter.errors import Unavailable
from callcenter.extensions import db
from callcenter.protection.keys import Keyring
from callcenter.web.transaction import begins_writing

APPLICATION = "callcenter.app:served()"


def migrations_folder() -> Path:
    """Inside the installed package; in a checkout, beside it."""
    installed = Path(__file__).parent / "migrations"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "migrations"


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config


def upgrade(app: Flask, revision: str = "head") -> None:
    """Bring the database to a revision and make sure that the keys exist. Runs inside one transaction."""
    _migrate(app, lambda config: command.upgrade(config, revision))
    ensure_keys(app.extensions["callcenter_settings"], app)


def downgrade(app: Flask, revision: str) -> None:
    _migrate(app, lambda config: command.downgrade(config, revision))


def _migrate(app: Flask, step: Any) -> None:
    config = alembic_config()
    with app.app_context(), db.engine.connect() as connection, _rebuilding(connection):
        config.attributes["connection"] = connection
        step(config)
        _require_whole(connection)


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """One transaction in which tables may be made anew, which is how SQLite changes one: while others point at it,
    its foreign keys have to rest, and they can be told to only outside a transaction."""
    driver: Any = connection.connection.driver_connection
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with begins_writing(), connection.begin():
            yield
    finally:
        if on_sqlite:
            driver.execute("PRAGMA foreign_keys=ON")


def _require_whole(connection: Connection) -> None:
    """Raises `RuntimeError` (and nothing is changed) when a row points at nothing after a migration on SQLite."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(
                f"the migration left {len(lost)} rows of {sorted({row[0] for row in lost})} without their parent"
            )


def ensure_keys(settings: Settings, app: Flask) -> None:
    """Make the key file of a new deployment. A lost one is never replaced: `Keyring.load` will say so."""
    if settings.key_file.exists():
        return
    with app.app_context(), db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        used = "contracts" in tables and connection.exec_driver_sql("SELECT 1 FROM contracts LIMIT 1").first()
    if not used:
        Keyring.create(settings.key_file)


def revisions(app: Flask) -> tuple[str | None, str | None]:
    """The database's revision and the newest one."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with app.app_context(), db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), head


@click.group("db")
def db_group() -> None:
    """データベースの作成と更新。"""


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade_command(revision: str) -> None:
    """最新の形（または REVISION）へ更新します。初回は鍵ファイルも作ります。"""
    app = create_app()
    upgrade(app, revision)
    click.echo(f"データベースは {revisions(app)[0]} です。")


@db_group.command("downgrade")
@click.argument("revision")
def downgrade_command(revision: str) -> None:
    """REVISION へ戻します。"""
    app = create_app()
    downgrade(app, revision)
    click.echo(f"データベースは {revisions(app)[0]} です。")


@db_group.command("current")
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def current_command(as_json: bool) -> None:
    """今の版と最新の版を表示します。最新でないときの終了コードは 1 です。"""
    current, head = revisions(create_app())
    if as_json:
        click.echo(json.dumps({"current": current, "head": head, "up_to_date": current == head}))
    else:
        click.echo(f"今の版: {current or 'なし'}　最新: {head}")
    sys.exit(0 if current == head else 1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="待ち受けるアドレス。")
@click.option("--port", default=8000, show_default=True, help="待ち受けるポート。")
@click.option("--threads", default=8, show_default=True, help="1 プロセスのスレッド数。")
@click.option("--workers", default=None, type=int, help="プロセス数（PostgreSQL のみ。既定は 2）。")
@click.option(
    "--no-worker", is_flag=True, help="自動の処理（報告書の作成など）を行うプロセスを、いっしょに開始しません。"
)
def serve(host: str, port: int, threads: int, workers: int | None, *, no_worker: bool) -> None:
    """本番と同じ形（gunicorn）でサービスを開始します。自動の処理を行うプロセスも開始し、止まれば開始し直します。"""
    settings = from_environment()
    if settings.on_sqlite and workers not in (None, 1):
        raise click.UsageError("SQLite では 1 プロセスだけで動かします。")
    count = 1 if settings.on_sqlite else workers or 2
    require_current(settings)
    os.environ["TMPDIR"] = str(settings.home / "tmp")
    web = [sys.executable, "-m", "gunicorn", *gunicorn_options(host, port, threads, count), APPLICATION]
    kept = web if no_worker else [sys.executable, "-m", "callcenter.jobs.keeper", *web]
    os.execv(sys.executable, kept)  # noqa: S606


def require_current(settings: Settings) -> None:
    """Refuse to serve on a database of another version."""
    current, head = revisions(create_app(settings))
    if current != head:
        raise Unavailable("データベースが最新の形ではありません。callcenter db upgrade を実行してください。")


def gunicorn_options(host: str, port: int, threads: int, workers: int) -> list[str]:
    """One process with threads on SQLite, several on PostgreSQL; no control socket, no access log of ours
    (URLs carry ids only, but addresses of residents' calls need no second home)."""
    return [
        f"--bind={host}:{port}",
        f"--workers={workers}",
        "--worker-class=callcenter.web.worker.PatientWorker",
        f"--threads={threads}",
        "--timeout=60",
        "--graceful-timeout=20",
        "--keep-alive=5",
        "--no-control-socket",
        "--forwarded-allow-ips=",
        "--log-level=warning",
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="機械が読む形で出力します。")
def doctor(as_json: bool) -> None:
    """設定と環境を点検します。問題があるときの終了コードは 1 です。"""
    settings = from_environment()
    found = checks(settings)
    if as_json:
        click.echo(json.dumps([{"name": n, "ok": ok, "detail": d} for n, ok, d in found], ensure_ascii=False))
    else:
        for name, ok, detail in found:
            click.echo(f"{'良好' if ok else '要確認'}  {name}: {detail}")
    sys.exit(0 if all(ok for _, ok, _ in found) else 1)


def checks(settings: Settings) -> list[tuple[str, bool, str]]:
    """What `doctor` looks at: (name, whether it is well, what was found)."""
    app = create_app(settings)
    current, head = revisions(app)
    free = shutil.disk_usage(settings.home).free
    mode = settings.home.stat().st_mode & 0o777
    found = [
        ("データの場所", mode == 0o700, f"{settings.home}（権限 {mode:o}）"),
        ("データベース", current == head, f"版 {current or 'なし'}（最新 {head}）"),
        ("鍵ファイル", settings.key_file.exists(), str(settings.key_file)),
        ("空き容量", free > 1_000_000_000, f"{free // 1_000_000:,} MB"),
    ]
    if settings.on_sqlite:
        found.append(("SQLite", sqlite3.sqlite_version_info >= (3, 35), sqlite3.sqlite_version))
    if current == head:
        with app.app_context():
            found.append(("操作記録の控え", *audit.checkpoint_state()))
    return found
