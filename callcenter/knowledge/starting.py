"""The content that a new centre begins with, put into force at once and marked until the city has confirmed it.

The centre must answer from its first call on; so every entry is published from the contract's first day (or today,
when that is past) without a decision of the city's, which `confirmations` lets it give afterwards.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.extensions import db, new_id
from callcenter.knowledge import content, queries, texts
from callcenter.knowledge.content import Seed
from callcenter.knowledge.models import Entry, SynonymGroup, Version
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.knowledge.search import store
from callcenter.knowledge.search.index import Item, Prepared, prepare
from callcenter.knowledge.writing import hold_still
from callcenter.web.access import Actor

AUTHOR = "はじめの内容"
UNCONFIRMED = "市の確認待ち（はじめの内容）"
REASON = "はじめの内容として登録"
Tell = Callable[[int], None]


class Ready(Struct, frozen=True):
    """An entry of the starting set with what the search makes of it (None: a chapter, which is not searched)."""

    seed: Seed
    prepared: Prepared | None


class Loaded(Struct, frozen=True):
    """What a load added."""

    faq: int
    chapters: int
    synonyms: int

    @property
    def entries(self) -> int:
        return self.faq + self.chapters


def missing(contract_id: UUID) -> list[Seed]:
    """What of the starting set the contract does not have; retired entries are there."""
    there = _keys(contract_id)
    return [seed for seed in content.seeds() if seed.key not in there]


def prepared(wanted: Iterable[Seed], tell: Tell = lambda _: None) -> list[Ready]:
    """The slow part, before the transaction: 20 ms an entry. Tells after each."""
    found = []
    for seed in wanted:
        found.append(Ready(seed, _prepared(seed) if seed.kind is EntryKind.FAQ else None))
        tell(1)
    return found


@lru_cache(maxsize=512)
def _prepared(seed: Seed) -> Prepared:
    return prepare(Item(seed.key, seed.title, texts.plain(seed.body), seed.said_as, seed.category))


def load(ready: Sequence[Ready], *, by: Actor, at: datetime) -> Loaded:
    """Put in what is not there yet, and the synonyms where there are none. Nothing that is there changes. Within
    `transaction()`."""
    hold_still(by.contract)
    there = _keys(by.contract)
    wanted = [one for one in ready if one.seed.key not in there]
    since = max(local(at).on, contracts.contract(by.contract).starts_on)
    for kind in EntryKind:
        _add_all([one for one in wanted if one.seed.kind is kind], kind, since, by, at)
    loaded = Loaded(_count(wanted, EntryKind.FAQ), _count(wanted, EntryKind.CHAPTER), _add_synonyms(by, at))
    if loaded.entries or loaded.synonyms:
        store.changed(by.contract)
        details = {"entries": loaded.entries, "groups": loaded.synonyms}
        record(Act("knowledge.started", "contract", str(by.contract), details), by=by, at=at)
    return loaded


def _keys(contract_id: UUID) -> set[str]:
    found = db.session.scalars(
        select(Entry.starting_key).where(Entry.contract_id == contract_id, Entry.starting_key.is_not(None))
    )
    return {key for key in found if key is not None}


def _count(ready: Sequence[Ready], kind: EntryKind) -> int:
    return sum(one.seed.kind is kind for one in ready)


def _add_all(ready: Sequence[Ready], kind: EntryKind, since: date, by: Actor, at: datetime) -> None:
    first = queries.next_number(by.contract, kind)
    for number, one in enumerate(ready, first):
        _add(one, number, since, by, at)


def _add(ready: Ready, number: int, since: date, by: Actor, at: datetime) -> None:
    seed = ready.seed
    entry = Entry(
        contract_id=by.contract,
        id=new_id(),
        kind=seed.kind.value,
        number=number,
        position=seed.position or number,
        starting_key=seed.key,
        created_at=at,
        created_by=by.person_id,
        retired_because="",
    )
    db.session.add(entry)
    db.session.flush()
    version = _version(seed, entry.id, since, by, at)
    db.session.add(version)
    db.session.flush()
    if ready.prepared is not None:
        store.keep(by.contract, version.id, ready.prepared)


def _version(seed: Seed, entry_id: UUID, since: date, by: Actor, at: datetime) -> Version:
    return Version(
        contract_id=by.contract,
        id=new_id(),
        entry_id=entry_id,
        number=1,
        stage=Stage.PUBLISHED.value,
        title=seed.title,
        body=seed.body,
        said_as=list(seed.said_as),
        related=[],
        category_code=seed.category,
        audience=seed.audience.value,
        reason=REASON,
        source_kind=seed.source_kind.value,
        source=seed.source,
        source_url=seed.source_url,
        law=seed.law,
        verify=seed.verify,
        review_by_on=months_later(since, seed.review_months),
        author_name=AUTHOR,
        edited_at=at,
        submitted_at=at,
        submitter_name=by.name,
        comment=UNCONFIRMED,
        effective_on=since,
        published_at=at,
        publisher_name=by.name,
        row_version=1,
    )


def months_later(on: date, months: int) -> date:
    """The same day some months later, or that month's last."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def _add_synonyms(by: Actor, at: datetime) -> int:
    """The shipped groups, where nobody has made any."""
    counted: int = db.session.execute(
        select(func.count()).select_from(SynonymGroup).where(SynonymGroup.contract_id == by.contract)
    ).scalar_one()
    groups = () if counted else content.synonyms()
    db.session.add_all(
        SynonymGroup(
            contract_id=by.contract,
            id=new_id(),
            words=list(one.words),
            note=one.note,
            row_version=1,
            changed_at=at,
            changed_by=by.person_id,
        )
        for one in groups
    )
    db.session.flush()
    return len(groups)
