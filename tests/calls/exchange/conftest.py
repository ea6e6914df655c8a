"""The supervisor who reconciles: signed in when the day is over."""

from __future__ import annotations

import pytest

from callcenter.web.access import Role
from tests.calls.exchange.factories import evening
from tests.centre import Centre, Person


@pytest.fixture
def boss(centre: Centre) -> Person:
    """A supervisor on each database, at 18:00 of Monday 1 June 2026."""
    centre.at(evening())
    return centre.person(Role.SUPERVISOR, name="責任 太郎")


@pytest.fixture
def sqlite_boss(sqlite_centre: Centre) -> Person:
    """The same on SQLite only, for refusals that come before any database."""
    sqlite_centre.at(evening())
    return sqlite_centre.person(Role.SUPERVISOR, name="責任 太郎")
