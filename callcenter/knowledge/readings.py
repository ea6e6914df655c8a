"""Who has read what is in force (既読確認): what a person still has to read, the confirming, the leaders' record.

A version asks to be read from its effective day until another one of its entry rules, within the contract's term.
What the contract began with is confirmed together, every later change by itself. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.accounts import directory
from callcenter.accounts.directory import Listed
from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.errors import Conflict, Forbidden, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, Reading, Version
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.web.access import DESK, Actor
from callcenter.web.transaction import writing

MOST_TOGETHER = 5_000
"""More versions than this are not confirmed with one press."""
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Asked(Struct, frozen=True):
    """A version that asks to be read. `number`: of the entry; `version`: its own; `first`: the contract began with
    it."""

    id: UUID
    entry_id: UUID
    kind: str
    number: int
    title: str
    version: int
    reason: str
    effective_on: date
    first: bool


class Read(Struct, frozen=True):
    """Somebody's confirmation."""

    version_id: UUID
    user_id: UUID
    name: str
    at: datetime


class Person(Struct, frozen=True):
    """Somebody who has to read, and of how many versions the confirmation is there."""

    user: Listed
    read: int
    asked: int

    @property
    def missing(self) -> int:
        return self.asked - self.read


# --- what asks to be read ---


def asked(contract_id: UUID, today: date, kind: EntryKind | None = None) -> list[Asked]:
    """The versions that ask to be read on a day, in the order of the manual and the FAQ; none after the term."""
    term = contracts.contract(contract_id)
    if today > term.ends_on:
        return []
    ruling = [one.id for one in queries.ruling_on(contract_id, today, kind)]
    found = [row for part in _parts(ruling) for row in _told(contract_id, part)]
    found.sort(key=lambda row: (row.kind, row.position, row.entry_number))
    return [_asked(row, term.starts_on) for row in found]


def _parts(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    """In parts that every database takes."""
    wanted = list(ids)
    yield from (wanted[begin : begin + queries.BATCH] for begin in range(0, len(wanted), queries.BATCH))


def _told(contract_id: UUID, version_ids: Sequence[UUID]) -> Sequence[Any]:
    """What a list says of versions: not their text, which may be long."""
    statement = (
        select(
            Version.id,
            Version.entry_id,
            Version.number,
            Version.title,
            Version.reason,
            Version.effective_on,
            Version.author_id,
            Entry.kind,
            Entry.position,
            Entry.number.label("entry_number"),
        )
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(Version.contract_id == contract_id, Version.id.in_(version_ids))
        .where(Version.stage == Stage.PUBLISHED.value)
    )
    return db.session.execute(statement).all()


def _asked(row: Any, starts_on: date) -> Asked:
    return Asked(
        id=row.id,
        entry_id=row.entry_id,
        kind=row.kind,
        number=row.entry_number,
        title=row.title,
        version=row.number,
        reason=row.reason,
        effective_on=row.effective_on,
        first=is_first(row.author_id, row.effective_on, starts_on),
    )


def is_first(author_id: UUID | None, effective_on: date, starts_on: date) -> bool:
    """Whether the contract began with a version: it was loaded as starting content, or rules from the first day on."""
    return author_id is None or effective_on <= starts_on


def one_asked(contract_id: UUID, version_id: UUID, today: date) -> Asked:
    """A version as it asks, or asked before another followed. Raises `NotFound` for one that is not in force yet:
    nobody reads a draft as the truth."""
    for row in _told(contract_id, [version_id]):
        if row.effective_on <= today:
            return _asked(row, contracts.contract(contract_id).starts_on)
    raise NotFound("この版は見つかりませんでした。")


def unread(contract_id: UUID, user_id: UUID, today: date) -> list[Asked]:
    """What a person still has to read: the changes, the newest first, then what the contract began with."""
    done = set(
        db.session.scalars(
            select(Reading.version_id).where(Reading.contract_id == contract_id, Reading.user_id == user_id)
        )
    )
    left = [one for one in asked(contract_id, today) if one.id not in done]
    changes = sorted((one for one in left if not one.first), key=lambda one: one.effective_on, reverse=True)
    return [*changes, *(one for one in left if one.first)]


def next_after(left: Sequence[Asked], here: Asked) -> Asked | None:
    """What follows on a version that was just read, among what is left of its sort: a change leads to a change."""
    return next((one for one in left if one.first == here.first and one.id != here.id), None)


# --- confirming ---


def confirm(version_id: UUID, *, by: Actor, at: datetime) -> None:
    """Note that somebody has read a version; a second time changes nothing. Raises `NotFound`."""
    found = one_asked(by.contract, version_id, local(at).on)
    if _note([found.id], by, at):
        details = {"number": found.number, "version": found.version}
        record(Act("knowledge.read", "knowledge_version", str(found.id), details), by=by, at=at)


def confirm_first(version_ids: Collection[UUID], *, by: Actor, at: datetime) -> int:
    """Note that somebody has read these versions that the contract began with; answers how many were new.

    Raises `NotFound` for one that is not in force, `Conflict` for a later change, which is read by itself.
    """
    wanted = list(dict.fromkeys(version_ids))[: MOST_TOGETHER + 1]
    if len(wanted) > MOST_TOGETHER:
        raise Conflict(f"一度に確認できるのは{MOST_TOGETHER:,}件までです。")
    _require_first(by.contract, wanted, local(at).on)
    count = _note(wanted, by, at)
    if count:
        record(Act("knowledge.read_together", "contract", str(by.contract), {"count": count}), by=by, at=at)
    return count


def _require_first(contract_id: UUID, version_ids: Sequence[UUID], today: date) -> None:
    starts_on = contracts.contract(contract_id).starts_on
    rows = [row for part in _parts(version_ids) for row in _told(contract_id, part) if row.effective_on <= today]
    if len(rows) != len(version_ids):
        raise NotFound("確認する項目が見つかりませんでした。画面を読み直してください。")
    if not all(is_first(row.author_id, row.effective_on, starts_on) for row in rows):
        raise Conflict("あとから変わった内容は、1件ずつ開いて確認してください。")


def _note(version_ids: Sequence[UUID], by: Actor, at: datetime) -> int:
    """Keep the confirmations that are not there yet; answers how many."""
    user_id = by.person_id
    if user_id is None:
        raise Forbidden()
    connection = writing()
    insert = _INSERTS[connection.dialect.name]
    new = 0
    for part in _parts(version_ids):
        rows = _rows(part, user_id, by, at)
        statement = insert(Reading).values(rows).on_conflict_do_nothing().returning(Reading.id)
        new += len(connection.execute(statement).all())
    return new


def _rows(version_ids: Sequence[UUID], user_id: UUID, by: Actor, at: datetime) -> list[dict[str, Any]]:
    common = {"contract_id": by.contract, "user_id": user_id, "reader_name": by.name, "read_at": at}
    return [{**common, "id": new_id(), "version_id": version_id} for version_id in version_ids]


# --- the record ---


def must_read(contract_id: UUID) -> list[Listed]:
    """Everybody who has to read: those who answer calls or lead them, unless their account is stopped."""
    return [
        one for one in directory.people_under(contract_id) if one.disabled_at is None and not DESK.isdisjoint(one.roles)
    ]


def people(contract_id: UUID, version_ids: Collection[UUID]) -> list[Person]:
    """Everybody who has to read with how many of these versions they have read."""
    counts: dict[UUID, int] = {}
    for part in _parts(version_ids):
        statement = (
            select(Reading.user_id, func.count())
            .where(Reading.contract_id == contract_id, Reading.version_id.in_(part))
            .group_by(Reading.user_id)
        )
        for user_id, number in db.session.execute(statement):
            counts[user_id] = counts.get(user_id, 0) + number
    return [Person(one, counts.get(one.id, 0), len(version_ids)) for one in must_read(contract_id)]


def readings_of(contract_id: UUID, version_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Read]]:
    """version → person → the confirmation, also of people who have left, in the order of confirming."""
    found: dict[UUID, dict[UUID, Read]] = {version_id: {} for version_id in version_ids}
    for part in _parts(version_ids):
        statement = (
            select(Reading.version_id, Reading.user_id, Reading.reader_name, Reading.read_at)
            .where(Reading.contract_id == contract_id, Reading.version_id.in_(part))
            .order_by(Reading.read_at, Reading.id)
        )
        for row in db.session.execute(statement):
            found[row.version_id][row.user_id] = Read(*row)
    return found
