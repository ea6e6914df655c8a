"""How a feature's command reaches the application: the top command hands down the function that makes it.

So a feature does not import the package that puts it together, and a test hands down its own application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
