"""What the search made of each version, kept in the database, and the count of changes that every process looks at.

Whoever changes what the search must see (a version published, an entry retired, synonyms, a note learned) calls
`changed` in the same transaction; whoever publishes calls `keep` with what `prepare` made before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from callcenter.extensions import db
from callcenter.knowledge import texts
from callcenter.knowledge.models import IndexState, LearnedNote, PreparedVersion
from callcenter.knowledge.queries import BATCH, VersionFacts
from callcenter.knowledge.search import meaning
from callcenter.knowledge.search.index import Item, Prepared, prepare
from callcenter.knowledge.search.learned import Note

SHAPE = "2"
MOST_NOTES = 10_000
"""The notes used last; what nobody chose for years is forgotten first."""


class _Kept(msgspec.Struct, array_like=True):
    words: dict[str, float]
    rows: bytes
    sounds: dict[str, str]


def made_by() -> str:
    """What a kept preparation must have been made with to be used."""
    return f"{SHAPE} sudachi-core {meaning.MODEL if meaning.is_available() else 'words'}"


def item_of(version: VersionFacts) -> Item:
    """A version as the search sees it."""
    text = texts.plain(version.body)
    return Item(version.entry_id, version.title, text, tuple(version.said_as), version.category_code)


def prepared_of(version: VersionFacts) -> Prepared:
    """The slow part, before a transaction: some ten milliseconds; half a second more the first time in a process."""
    return prepare(item_of(version))


def keep(contract_id: UUID, version_id: UUID, prepared: Prepared) -> None:
    """Store what was prepared. Within `transaction()`."""
    db.session.execute(
        delete(PreparedVersion).where(
            PreparedVersion.contract_id == contract_id, PreparedVersion.version_id == version_id
        )
    )
    content = msgspec.msgpack.encode(_Kept(dict(prepared.words), prepared.rows.tobytes(), dict(prepared.sounds)))
    db.session.add(PreparedVersion(contract_id=contract_id, version_id=version_id, made_by=made_by(), content=content))
    db.session.flush()


def kept(contract_id: UUID, version_ids: Iterable[UUID]) -> dict[UUID, Prepared]:
    """What is stored for these versions and still fits what we make today."""
    import numpy as np

    wanted, found = list(version_ids), dict[UUID, Prepared]()
    for begin in range(0, len(wanted), BATCH):
        rows = db.session.execute(
            select(PreparedVersion.version_id, PreparedVersion.content).where(
                PreparedVersion.contract_id == contract_id,
                PreparedVersion.version_id.in_(wanted[begin : begin + BATCH]),
                PreparedVersion.made_by == made_by(),
            )
        )
        for version_id, content in rows:
            told = msgspec.msgpack.decode(content, type=_Kept)
            vectors = np.frombuffer(told.rows, np.float16).reshape(-1, meaning.DIMENSIONS)
            found[version_id] = Prepared(told.words, vectors, told.sounds)
    return found


def changed(contract_id: UUID) -> None:
    """Tell every process that its index is not current any more. Within `transaction()`."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    db.session.execute(
        insert(IndexState)
        .values(contract_id=contract_id, revision=0)
        .on_conflict_do_nothing(index_elements=["contract_id"])
    )
    db.session.execute(
        update(IndexState).where(IndexState.contract_id == contract_id).values(revision=IndexState.revision + 1)
    )


def vector_of(words: str) -> dict[str, Any]:
    """The columns of a learned note that say what its words mean: made once, when it is new."""
    rows = meaning.vectors([words]) if meaning.is_available() else None
    return {"made_by": made_by(), "vector": None if rows is None else _bytes_of(rows[0])}


def notes(contract_id: UUID) -> dict[UUID | str, list[Note]]:
    """What was learned, by entry: the notes used last. Those of another encoder count by their words alone."""
    columns = (LearnedNote.entry_id, LearnedNote.words, LearnedNote.times, LearnedNote.made_by, LearnedNote.vector)
    newest = (LearnedNote.last_on.desc(), LearnedNote.id.desc())
    rows = db.session.execute(
        select(*columns).where(LearnedNote.contract_id == contract_id).order_by(*newest).limit(MOST_NOTES)
    )
    found: dict[UUID | str, list[Note]] = {}
    for entry_id, words, times, maker, vector in rows:
        held = _vector_of(vector) if maker == made_by() else _vector_of(None)
        found.setdefault(entry_id, []).append(Note(words, times, held))
    return found


def _bytes_of(vector: Any) -> bytes:
    import numpy as np

    kept: bytes = np.asarray(vector, np.float16).tobytes()
    return kept


def _vector_of(kept: bytes | None) -> Any:
    import numpy as np

    if not meaning.is_available():
        return None
    return np.zeros(meaning.DIMENSIONS, np.float16) if kept is None else np.frombuffer(kept, np.float16)
