"""What the FAQ was for a call: an entry used, or nothing that fitted. None of it commits.

A call that is discarded while it is open takes its uses along (`forget_call`): they were part of its draft. What was
asked of the city and what the search learned stays; both name nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.errors import Forbidden, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import learning, queries
from callcenter.knowledge.models import Use
from callcenter.knowledge.rules import Outcome, Stage
from callcenter.web.access import Actor


class NewUse(Struct, frozen=True):
    """An entry that answered a call, and where it stood among the suggestions (from 1)."""

    call_id: UUID
    entry_id: UUID
    version_id: UUID
    rank: int


def note_use(new: NewUse, words: str, *, by: Actor, at: datetime) -> bool:
    """Note that an entry was used, and let the search learn from `words` (`learning.note_of`); whether it is new.

    Raises `NotFound` for an entry or version that is not there, or was never published.
    """
    version = queries.version(by.contract, new.version_id)
    if version.entry_id != new.entry_id or version.stage != Stage.PUBLISHED.value:
        raise NotFound(queries.GONE)
    row = _row(new.call_id, Outcome.USED, by=by, at=at)
    row |= {"entry_id": new.entry_id, "version_id": new.version_id, "rank": new.rank}
    if not learning.insert_once(Use, row):
        return False
    learning.learn(by.contract, new.entry_id, words, row["local_on"])
    details = {"version": str(new.version_id), "number": new.rank}
    record(Act("knowledge_entry.used", "knowledge_entry", str(new.entry_id), details), by=by, at=at)
    return True


def note_missing(call_id: UUID, *, by: Actor, at: datetime) -> None:
    """Note that nothing fitted a call; once for each call."""
    learning.insert_once(Use, _row(call_id, Outcome.MISSING, by=by, at=at))


def _row(call_id: UUID, outcome: Outcome, *, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "contract_id": by.contract,
        "id": new_id(),
        "call_id": call_id,
        "outcome": outcome.value,
        "entry_id": None,
        "version_id": None,
        "rank": None,
        "local_on": local(at).on,
        "noted_at": at,
        "noted_by": person(by),
    }


def forget_call(_sender: object, *, contract_id: UUID, call_id: UUID) -> None:
    """An open call was discarded: what the FAQ was for it counts nowhere (`events.call_discarded`)."""
    db.session.execute(delete(Use).where(Use.contract_id == contract_id, Use.call_id == call_id))


def person(by: Actor) -> UUID:
    """Who acts; a machine may not (`Forbidden`)."""
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
