"""What manuals and FAQ need to know of the calls, which stand beside them; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from flask import current_app
from sqlalchemy import Subquery

from callcenter.web.access import Actor

CATEGORIES = "callcenter_knowledge_categories"


class Minor(Protocol):
    """A minor category as it is called on a day."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


class Major(Protocol):
    """A major category with its minors, in the order of their codes."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def minors(self) -> Sequence[Minor]: ...


Categories = Callable[[UUID, date], Sequence[Major]]
"""The categories of a contract on a day."""


def categories(contract_id: UUID, on: date) -> Sequence[Major]:
    bound: Categories = current_app.extensions[CATEGORIES]
    return bound(contract_id, on)


OWN_CALL = "callcenter_knowledge_own_call"


class RequireOwnCall(Protocol):
    """Raises `NotFound` for a call that is not the actor's, `Conflict` for one that was discarded or voided."""

    def __call__(self, call_id: UUID, /, *, by: Actor) -> None: ...


def require_own_call(call_id: UUID, by: Actor) -> None:
    """What is noted in a call is noted by whoever holds it, while it is open or just saved."""
    bound: RequireOwnCall = current_app.extensions[OWN_CALL]
    bound(call_id, by=by)


RECORDED = "callcenter_knowledge_recorded"
Recorded = Callable[[UUID, date, date], Subquery]
"""The saved calls of a span as `id` and `local_on`: what every report counts."""


def recorded(contract_id: UUID, from_on: date, to_on: date) -> Subquery:
    bound: Recorded = current_app.extensions[RECORDED]
    return bound(contract_id, from_on, to_on)
