"""What the desk shows while a caller's question is typed: the FAQ that answer best, what of them matched, and the
categories they speak for. Reads only; the question is kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import or_, select

from callcenter.extensions import db
from callcenter.knowledge import texts
from callcenter.knowledge.models import Entry, Version
from callcenter.knowledge.rules import Audience, Stage, in_force
from callcenter.knowledge.search import live
from callcenter.knowledge.search.index import CATEGORY_VOTERS, categories_of
from callcenter.knowledge.search.words import MOST_CHARACTERS, content_words, marked_parts
from callcenter.protection.scan import masked_text

SHOWN = 5
FEWEST_CHARACTERS = 2
LEAD_CHARACTERS = 120
_MOST_SCANNED = 2 * MOST_CHARACTERS
_TEXTS_KEPT = 1024
Parts = Sequence[tuple[str, bool]]
"""A text in parts, and of each whether the question has it too."""


class Suggestion(Struct, frozen=True):
    """A FAQ as the desk shows it. `rank` from 1; `number`: of the entry; `text`: the whole answer as it is
    told."""

    rank: int
    entry_id: UUID
    version_id: UUID
    number: int
    title: Parts
    lead: Parts
    text: str
    internal: bool


class Found(Struct, frozen=True):
    """What was found for a question; `asked` is False where too little was typed to look for anything."""

    asked: bool
    suggestions: Sequence[Suggestion] = ()
    categories: Sequence[str] = ()


def suggest(contract_id: UUID, typed: str, today: date) -> Found:
    """The best answers to what is typed so far. An Individual Number in it is masked first and plays no part."""
    question = masked_text(typed.strip()[:_MOST_SCANNED])
    if len(question) < FEWEST_CHARACTERS:
        return Found(asked=False)
    hits = live.search(contract_id, question, today, CATEGORY_VOTERS)
    best = [hit.key for hit in hits[:SHOWN] if isinstance(hit.key, UUID)]
    rows = _current(contract_id, best, today)
    words = frozenset(content_words(question))
    ordered = [rows[key] for key in best if key in rows]
    shown = [_suggestion(rank, row, words) for rank, row in enumerate(ordered, start=1)]
    return Found(asked=True, suggestions=shown, categories=categories_of(hits))


def _current(contract_id: UUID, entry_ids: Sequence[UUID], today: date) -> dict[UUID, Any]:
    """What these entries say today: one statement for a handful of entries, whatever their number in all."""
    statement = (
        select(
            Version.entry_id,
            Version.id,
            Version.number,
            Version.effective_on,
            Version.title,
            Version.body,
            Version.audience,
            Entry.number.label("entry_number"),
        )
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(Version.contract_id == contract_id, Version.entry_id.in_(entry_ids))
        .where(Version.stage == Stage.PUBLISHED.value, Version.effective_on <= today)
        .where(or_(Entry.retired_on.is_(None), Entry.retired_on > today))
        .order_by(Version.entry_id)
    )
    rows = db.session.execute(statement).all() if entry_ids else []
    ruling = {entry_id: in_force(held, today) for entry_id, held in groupby(rows, key=lambda row: row.entry_id)}
    return {entry_id: row for entry_id, row in ruling.items() if row is not None}


def _suggestion(rank: int, row: Any, words: frozenset[str]) -> Suggestion:
    text = _spoken(row.body)
    return Suggestion(
        rank=rank,
        entry_id=row.entry_id,
        version_id=row.id,
        number=row.entry_number,
        title=marked_parts(row.title, words),
        lead=marked_parts(_lead_of(text), words),
        text=text,
        internal=row.audience == Audience.INTERNAL.value,
    )


def _lead_of(text: str) -> str:
    """Its first lines, in a row."""
    line = " ".join(text[: 2 * LEAD_CHARACTERS].split())
    return line if len(line) <= LEAD_CHARACTERS else f"{line[:LEAD_CHARACTERS]}…"


@lru_cache(_TEXTS_KEPT)
def _spoken(body: str) -> str:
    """The same answers come up again and again."""
    return texts.spoken(body)
