"""One index a contract in each process, current with the database at every question.

A question costs one small statement to see whether anything changed since, in this or another process; then only what
changed is put anew. What nobody has prepared yet is prepared here and not stored: that is `store.keep`'s.
"""

from __future__ import annotations

from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import SynonymGroup
from callcenter.knowledge.rules import EntryKind
from callcenter.knowledge.search import meaning, store
from callcenter.knowledge.search.index import Hit, Index
from callcenter.knowledge.search.synonyms import stand_ins
from callcenter.knowledge.search.words import content_words


class _Live:
    """The index of one contract in this process. `seen`: (revision, day) that it is current with."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.index = Index()
        self.seen: tuple[int, date] | None = None
        self.ruling: dict[UUID, UUID] = {}
        self.same: dict[str, str] = {}


_known: dict[UUID, _Live] = {}
_known_lock = Lock()


def search(contract_id: UUID, question: str, today: date, most: int = 10) -> list[Hit]:
    """The FAQ entries in force today that answer best. Reads only; the question goes nowhere."""
    with _known_lock:
        live = _known.setdefault(contract_id, _Live())
    with live.lock:
        _refresh(live, contract_id, today)
        return live.index.search(question, most)


def load() -> None:
    """Load the dictionary and the encoder, which take a second or two, before somebody asks."""
    content_words("用意")
    if meaning.is_available():
        meaning.vectors(["用意"])


def forget() -> None:
    """Drop every index of this process: for tests, whose databases come and go."""
    with _known_lock:
        _known.clear()


def _refresh(live: _Live, contract_id: UUID, today: date) -> None:
    now = (queries.revision(contract_id), today)
    if live.seen == now:
        return
    same = synonyms(contract_id)
    if same != live.same:
        live.index, live.ruling, live.same = Index(same), {}, same
    _follow(live, contract_id, today)
    live.index.learn(store.notes(contract_id))
    live.seen = now


def _follow(live: _Live, contract_id: UUID, today: date) -> None:
    ruling = {one.entry_id: one.id for one in queries.ruling_on(contract_id, today, EntryKind.FAQ)}
    for entry_id in live.ruling.keys() - ruling.keys():
        live.index.drop(entry_id)
    new = [version_id for entry_id, version_id in ruling.items() if live.ruling.get(entry_id) != version_id]
    ready = store.kept(contract_id, new)
    for version in queries.versions_by_id(contract_id, new):
        prepared = ready.get(version.id) or store.prepared_of(version)
        live.index.put(store.item_of(version), prepared)
    live.ruling = ruling


def synonyms(contract_id: UUID) -> dict[str, str]:
    """The contract's words as `stand_ins` has them."""
    groups = db.session.scalars(
        select(SynonymGroup.words).where(SynonymGroup.contract_id == contract_id).order_by(SynonymGroup.id)
    ).all()
    return stand_ins(groups)
