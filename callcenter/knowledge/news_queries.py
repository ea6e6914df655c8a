"""Reads of notices: the list with the open ones first, one notice, the entries it touches. Never the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, News, NewsEntry, Version
from callcenter.knowledge.news import UNKNOWN, Issuer, answers
from callcenter.knowledge.queries import VersionFacts
from callcenter.knowledge.rules import Stage
from callcenter.web.pagination import Page

UNPUBLISHED = "（公開前の項目）"


class NoticeFacts(Struct, frozen=True):
    """A notice. `touched` entries, of which `left` are not settled."""

    id: UUID
    number: int
    issuer: str
    title: str
    summary: str
    source_url: str
    issued_on: date | None
    received_on: date
    file_name: str
    recorded_at: datetime
    recorder_name: str
    done_at: datetime | None
    done_note: str
    touched: int
    left: int

    @property
    def open(self) -> bool:
        return self.done_at is None


class Touched(Struct, frozen=True):
    """An entry that a notice touches. `title`: as last published; `choices`: the versions that can settle it, one that
    was begun for the notice first, then the newest; `settled_by`: the version that did."""

    entry_id: UUID
    kind: str
    number: int
    title: str
    settled_at: datetime | None
    note: str
    settled_by: VersionFacts | None
    choices: Sequence[VersionFacts]


class Wanted(Struct, frozen=True):
    """Which notices a list shows."""

    issuer: Issuer | None = None
    open: bool | None = None


_ENTRIES = (
    select(func.count()).where(NewsEntry.contract_id == News.contract_id, NewsEntry.news_id == News.id).correlate(News)
)
_COLUMNS = (
    *(getattr(News, name) for name in NoticeFacts.__struct_fields__[:-2]),
    _ENTRIES.scalar_subquery(),
    _ENTRIES.where(NewsEntry.settled_at.is_(None)).scalar_subquery(),
)


def listed(contract_id: UUID, wanted: Wanted, page: Page | None = None) -> tuple[list[NoticeFacts], int]:
    """A part of the notices (or all of them) and how many there are: the open ones first, then the newest."""
    which = _which(contract_id, wanted)
    order = (News.done_at.is_not(None), News.received_on.desc(), News.number.desc())
    statement = select(*_COLUMNS).where(*which).order_by(*order)
    if page is not None:
        statement = statement.limit(page.size).offset(page.offset)
    total = db.session.execute(select(func.count()).select_from(News).where(*which)).scalar_one()
    return [NoticeFacts(*row) for row in db.session.execute(statement)], total


def _which(contract_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [News.contract_id == contract_id]
    if wanted.issuer is not None:
        found.append(News.issuer == wanted.issuer.value)
    if wanted.open is not None:
        found.append(News.done_at.is_(None) if wanted.open else News.done_at.is_not(None))
    return found


def notice(contract_id: UUID, news_id: UUID) -> NoticeFacts:
    """Raises `NotFound`."""
    row = db.session.execute(select(*_COLUMNS).where(News.contract_id == contract_id, News.id == news_id)).first()
    if row is None:
        raise NotFound(UNKNOWN)
    return NoticeFacts(*row)


def touched(contract_id: UUID, found: NoticeFacts) -> list[Touched]:
    """The entries that a notice touches, chapters first, by their numbers."""
    rows = db.session.execute(
        select(
            NewsEntry.entry_id,
            NewsEntry.version_id,
            NewsEntry.settled_at,
            NewsEntry.note,
            Entry.kind,
            Entry.number,
        )
        .join(Entry, (Entry.contract_id == NewsEntry.contract_id) & (Entry.id == NewsEntry.entry_id))
        .where(NewsEntry.contract_id == contract_id, NewsEntry.news_id == found.id)
        .order_by(Entry.kind, Entry.number)
    ).all()
    published = _published(contract_id, [row.entry_id for row in rows])
    return [_touched(row, published.get(row.entry_id, []), found) for row in rows]


def _published(contract_id: UUID, entry_ids: Sequence[UUID]) -> dict[UUID, list[VersionFacts]]:
    """entry → its published versions, the newest first."""
    ids = db.session.scalars(
        select(Version.id).where(
            Version.contract_id == contract_id,
            Version.entry_id.in_(entry_ids),
            Version.stage == Stage.PUBLISHED.value,
        )
    )
    found: dict[UUID, list[VersionFacts]] = {}
    for one in sorted(queries.versions_by_id(contract_id, ids), key=lambda version: -version.number):
        found.setdefault(one.entry_id, []).append(one)
    return found


def _touched(row: Any, published: Sequence[VersionFacts], notice: NoticeFacts) -> Touched:
    choices = [one for one in published if answers(one, notice.received_on)]
    return Touched(
        entry_id=row.entry_id,
        kind=row.kind,
        number=row.number,
        title=published[0].title if published else UNPUBLISHED,
        settled_at=row.settled_at,
        note=row.note,
        settled_by=next((one for one in published if one.id == row.version_id), None),
        choices=sorted(choices, key=lambda one: one.news_id != notice.id),
    )
