"""A demonstration's application with its last days played, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from flask import Flask
from msgspec.structs import replace

from callcenter import deployment
from callcenter.app import create_app
from callcenter.config import Settings
from callcenter.demo import loader
from callcenter.extensions import db
from tests.accounts.factories import cheap_hashing
from tests.centre import settings_for


def demo_settings(folder: Path) -> Settings:
    settings = settings_for(folder / "home", f"sqlite:///{folder / 'home' / 'callcenter.sqlite'}")
    return replace(settings, demonstration=True)


@contextmanager
def played(folder: Path, days: int | None) -> Iterator[tuple[Flask, UUID]]:
    """The application inside its context, and the contract."""
    with staged(folder) as app:
        yield app, loader.load(days, lambda _: None).contract_id


@contextmanager
def staged(folder: Path) -> Iterator[Flask]:
    """A demonstration's application inside its context, with nothing in it yet."""
    app = create_app(demo_settings(folder))
    deployment.upgrade(app)
    with app.app_context(), cheap_hashing():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            app.extensions["callcenter_log"].checkpoints.close()
