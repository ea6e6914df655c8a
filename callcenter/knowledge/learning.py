"""What the search may remember of a question that an entry answered: a few common words, never a sentence, a name or a
number; and the same care for questions that go to the city."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from callcenter.extensions import db, new_id
from callcenter.knowledge.models import LearnedNote
from callcenter.knowledge.search import store
from callcenter.knowledge.search.words import folded, nameless_words
from callcenter.protection.findings import find_personal_data

LONGEST = 400
FEWEST_WORDS = 2
"""One word says too little to learn from."""
HIDDEN = "＊＊＊"


def note_of(text: str, *, names: Iterable[str] = (), phones: Iterable[str] = ()) -> str:
    """The words to remember of a question, separated by spaces; "" where it may name somebody, or says too little.
    `names` and `phones`: of the caller, as typed beside it."""
    names = _given(names)
    if find_personal_data(text, names=names, phones=_given(phones)):
        return ""
    # Parts of one character alone are not looked for in the text: too much holds them.
    words = [word for word in nameless_words(text) if not any(word in folded(name) for name in names)]
    while len(" ".join(words)) > LONGEST:
        words.pop()
    return " ".join(words) if len(words) >= FEWEST_WORDS else ""


def without_personal_data(text: str, *, names: Iterable[str] = (), phones: Iterable[str] = ()) -> str:
    """The text with everything hidden that may be somebody's."""
    for finding in reversed(find_personal_data(text, names=_given(names), phones=_given(phones))):
        text = f"{text[: finding.start]}{HIDDEN}{text[finding.end :]}"
    return text


def _given(values: Iterable[str]) -> list[str]:
    return [value for value in values if value.strip()]


def learn(contract_id: UUID, entry_id: UUID, words: str, on: date) -> None:
    """Remember words with which an entry was chosen. The search looks anew only when they are new. Within
    `transaction()`."""
    if not words or _seen_before(contract_id, entry_id, words, on):
        return
    row = {"contract_id": contract_id, "id": new_id(), "entry_id": entry_id, "words": words, "times": 1, "last_on": on}
    if insert_once(LearnedNote, row | store.vector_of(words)):
        store.changed(contract_id)


def _seen_before(contract_id: UUID, entry_id: UUID, words: str, on: date) -> bool:
    counted: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(LearnedNote)
        .where(LearnedNote.contract_id == contract_id, LearnedNote.entry_id == entry_id, LearnedNote.words == words)
        .values(times=LearnedNote.times + 1, last_on=on)
    )
    return counted.rowcount > 0


def insert_once(table: Any, row: dict[str, Any]) -> bool:
    """Add a row unless its like stands there; whether it was added. Within `transaction()`."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    statement = insert(table).values(row).on_conflict_do_nothing().returning(table.id)
    return db.session.execute(statement).first() is not None
