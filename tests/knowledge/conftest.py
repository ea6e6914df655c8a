"""The people of one centre: who writes entries, who decides for the city, who answers calls."""

from __future__ import annotations

import pytest

from callcenter.web.access import Role
from tests.centre import Centre, Person


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


@pytest.fixture
def operator(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR, name="応答 みどり")
