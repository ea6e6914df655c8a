"""Two databases of a kind, ours and the bare one's, and the bare application beside ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import bare_apps
from tests.bench.desks import Deployment
from tests.bench.serving import Launch
from tests.postgres import PostgresServer

DATABASES = ("sqlite", "postgresql")


@contextmanager
def database_urls(database: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of a kind, both with full durability."""
    if database == "sqlite":
        yield f"sqlite:///{subfolder(folder, 'ours')}/db.sqlite", f"sqlite:///{subfolder(folder, 'bare')}/db.sqlite"
        return
    with PostgresServer.start(durable=True) as server:
        yield server.create_database("ours"), server.create_database("bare")


def bare_launch(folder: Path, url: str, application: str, like: Deployment) -> Launch:
    """The bare application under the same options as ours; its tables are made."""
    os.environ[bare_apps.DATABASE] = url
    bare_apps.create_tables()
    return Launch(folder, {bare_apps.DATABASE: url}, f"tests.bench.bare_apps:{application}()", like.launch().workers)


def subfolder(parent: Path, name: str) -> Path:
    (parent / name).mkdir(exist_ok=True)
    return parent / name
