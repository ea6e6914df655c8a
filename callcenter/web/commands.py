"""How a feature's command reaches the application: the top command hands down the function that makes it.

So a feature does not import the package that puts it together, and a test hands down its own application.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

Factory = Callable[[], Flask]


@contextmanager
def application() -> Iterator[Flask]:
    """The application of the running command, with its context pushed. For `with application():` in a command."""
    factory: Factory = click.get_current_context().find_root().obj
    app = factory()
    with app.app_context():
        yield app


def write_private(file: Path, content: bytes) -> None:
    """Write a file that may name people: nobody but its owner may read it."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
