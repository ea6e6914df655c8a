"""What the log's page needs of other features; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import current_app

PEOPLE = "callcenter_people"
PeopleUnder = Callable[[UUID], Mapping[UUID, str]]
"""The people (and machines) that may act under a contract, by id, in the order in which lists show them."""


def people_under(contract_id: UUID) -> Mapping[UUID, str]:
    bound: PeopleUnder = current_app.extensions[PEOPLE]
    return bound(contract_id)
