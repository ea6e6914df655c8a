"""Reads of manuals and FAQ: what is in force on a day, an entry and its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, or_, select

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.knowledge.models import Entry, IndexState, Version
from callcenter.knowledge.rules import EntryKind, Stage, in_force

GONE = "この項目は見つかりませんでした。"
BATCH = 500


class EntryFacts(Struct, frozen=True):
    """An entry beside its versions. `number`: what people call it, of its kind."""

    id: UUID
    kind: str
    number: int
    position: int
    created_at: datetime
    retired_on: date | None
    retired_because: str


class VersionFacts(Struct, frozen=True):
    """A version as it stands."""

    id: UUID
    entry_id: UUID
    number: int
    stage: str
    title: str
    body: str
    said_as: list[str]
    related: list[str]
    category_code: str
    audience: str
    reason: str
    source_kind: str
    source: str
    source_url: str
    law: str
    source_on: date | None
    verify: str
    review_by_on: date | None
    news_id: UUID | None
    row_version: int
    author_id: UUID | None
    author_name: str
    edited_at: datetime
    submitted_at: datetime | None
    submitter_name: str
    decided_at: datetime | None
    decider_name: str
    comment: str
    effective_on: date | None
    published_at: datetime | None
    publisher_name: str


class Current(Struct, frozen=True):
    """An entry and the version of it that rules on a day."""

    entry: EntryFacts
    version: VersionFacts


class Ruling(Struct, frozen=True):
    """Which version of an entry rules, without its words. `number`: of the version."""

    entry_id: UUID
    id: UUID
    number: int
    effective_on: date | None


_ENTRY = tuple(getattr(Entry, name) for name in EntryFacts.__struct_fields__)
_VERSION = tuple(getattr(Version, name) for name in VersionFacts.__struct_fields__)


def entry(contract_id: UUID, entry_id: UUID) -> EntryFacts:
    """Raises `NotFound`."""
    row = db.session.execute(select(*_ENTRY).where(Entry.contract_id == contract_id, Entry.id == entry_id)).first()
    if row is None:
        raise NotFound(GONE)
    return EntryFacts(*row)


def entries(contract_id: UUID, kind: EntryKind | None = None) -> list[EntryFacts]:
    """Every entry, retired ones too, in the order of kind, position and number."""
    statement = select(*_ENTRY).where(Entry.contract_id == contract_id)
    if kind is not None:
        statement = statement.where(Entry.kind == kind.value)
    rows = db.session.execute(statement.order_by(Entry.kind, Entry.position, Entry.number))
    return [EntryFacts(*row) for row in rows]


def version(contract_id: UUID, version_id: UUID) -> VersionFacts:
    """Raises `NotFound`."""
    row = db.session.execute(
        select(*_VERSION).where(Version.contract_id == contract_id, Version.id == version_id)
    ).first()
    if row is None:
        raise NotFound("この版は見つかりませんでした。")
    return VersionFacts(*row)


def versions(contract_id: UUID, entry_id: UUID) -> list[VersionFacts]:
    """An entry's versions, the newest first."""
    rows = db.session.execute(
        select(*_VERSION)
        .where(Version.contract_id == contract_id, Version.entry_id == entry_id)
        .order_by(Version.number.desc())
    )
    return [VersionFacts(*row) for row in rows]


def ruling_on(contract_id: UUID, on: date, kind: EntryKind | None = None) -> list[Ruling]:
    """Which version of each entry rules on a day; one statement, no words."""
    statement = (
        select(Version.entry_id, Version.id, Version.number, Version.effective_on)
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(Version.contract_id == contract_id, Version.stage == Stage.PUBLISHED.value, Version.effective_on <= on)
        .where(or_(Entry.retired_on.is_(None), Entry.retired_on > on))
        .order_by(Version.entry_id)
    )
    if kind is not None:
        statement = statement.where(Entry.kind == kind.value)
    rows = [Ruling(*row) for row in db.session.execute(statement)]
    found = (in_force(held, on) for _, held in groupby(rows, key=lambda one: one.entry_id))
    return [one for one in found if one is not None]


def in_force_on(contract_id: UUID, on: date, kind: EntryKind | None = None) -> list[Current]:
    """The entries in force on a day with what they say, in the order of kind, position and number."""
    ruling = {one.entry_id: one.id for one in ruling_on(contract_id, on, kind)}
    said = {one.id: one for one in versions_by_id(contract_id, ruling.values())}
    return [Current(one, said[ruling[one.id]]) for one in entries(contract_id, kind) if one.id in ruling]


def ruling_version(contract_id: UUID, entry_id: UUID, on: date) -> VersionFacts | None:
    """What an entry says on a day; None before its first version and once it is retired."""
    published = [one for one in versions(contract_id, entry_id) if one.stage == Stage.PUBLISHED.value]
    return in_force(published, on, entry(contract_id, entry_id).retired_on)


def versions_by_id(contract_id: UUID, ids: Iterable[UUID]) -> list[VersionFacts]:
    """The versions with these ids, in parts that every database takes."""
    wanted = list(ids)
    found: list[VersionFacts] = []
    for begin in range(0, len(wanted), BATCH):
        part = wanted[begin : begin + BATCH]
        rows = db.session.execute(select(*_VERSION).where(Version.contract_id == contract_id, Version.id.in_(part)))
        found += [VersionFacts(*row) for row in rows]
    return found


def on_the_way(contract_id: UUID, stages: Sequence[Stage]) -> list[Current]:
    """Versions in one of these stages with their entries, the longest waiting first."""
    rows = db.session.execute(
        select(*_VERSION)
        .where(Version.contract_id == contract_id, Version.stage.in_([stage.value for stage in stages]))
        .order_by(Version.submitted_at, Version.edited_at)
    )
    found = [VersionFacts(*row) for row in rows]
    known = _entries_by_id(contract_id)
    return [Current(known[one.entry_id], one) for one in found]


def _entries_by_id(contract_id: UUID) -> Mapping[UUID, EntryFacts]:
    return {one.id: one for one in entries(contract_id)}


def next_number(contract_id: UUID, kind: EntryKind) -> int:
    """The number of the next entry of a kind."""
    highest: int | None = db.session.execute(
        select(func.max(Entry.number)).where(Entry.contract_id == contract_id, Entry.kind == kind.value)
    ).scalar_one()
    return (highest or 0) + 1


def revision(contract_id: UUID) -> int:
    """How often what the search must see has changed; 0 before the first time."""
    found: Any = db.session.execute(
        select(IndexState.revision).where(IndexState.contract_id == contract_id)
    ).scalar_one_or_none()
    return int(found or 0)
