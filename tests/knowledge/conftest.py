"""The people of one centre: who writes entries, who decides for the city, who answers calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcenter.knowledge.search import live
from callcenter.web.access import Role
from tests.centre import Centre, Person


@pytest.fixture(autouse=True)
def _no_index_of_another_test() -> Iterator[None]:
    """Centres made from one template share their contract's id: what an earlier one found is no answer here."""
    live.forget()
    yield
    live.forget()


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def author(supervisor: Person) -> Person:
    """Who writes the entries of a test."""
    return supervisor


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


@pytest.fixture
def operator(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR, name="応答 みどり")
