"""The city confirms what the centre began with: each entry on its own, or many at once, or says what is wrong.

A published version is never changed; only who confirmed it, and when, is added. What the city finds wrong stands as
its comment until the centre publishes a new version, which is approved like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, Version
from callcenter.knowledge.queries import Current, VersionFacts
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.knowledge.starting import UNCONFIRMED
from callcenter.knowledge.writing import check_unchanged, lock
from callcenter.web.access import Actor

MANUAL = ""
"""The group of the chapters, which have no category."""


class Seen(Struct, frozen=True):
    """A version as the officer saw it."""

    version_id: UUID
    row_version: int


class Progress(Struct, frozen=True):
    """How far the city has come with the starting set: in `group`s of major categories, `MANUAL` for chapters."""

    waiting: Mapping[str, int]
    commented: int
    confirmed: int

    @property
    def total_waiting(self) -> int:
        return sum(self.waiting.values())


def is_unconfirmed(version: VersionFacts) -> bool:
    """Whether a version is in force without the city having said yes: only of the starting set can that be."""
    return version.stage == Stage.PUBLISHED.value and version.decided_at is None


def remark_of(version: VersionFacts) -> str:
    """What the city found wrong with an unconfirmed version; "" so far."""
    return "" if version.comment == UNCONFIRMED else version.comment


def waiting(contract_id: UUID, on: date) -> list[Current]:
    """The entries that rule on a day, or will, by a version that the city has not confirmed."""
    rows = db.session.execute(
        select(Version.id, Version.entry_id)
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(*_begun_with(contract_id), Version.decided_at.is_(None))
        .where((Entry.retired_on.is_(None)) | (Entry.retired_on > on))
    ).all()
    followed = _followed(contract_id, on)
    said = {one.entry_id: one for one in queries.versions_by_id(contract_id, [row.id for row in rows])}
    return [Current(one, said[one.id]) for one in queries.entries(contract_id) if one.id in said.keys() - followed]


def _begun_with(contract_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Version.contract_id == contract_id, Version.stage == Stage.PUBLISHED.value, Version.author_id.is_(None)


def _followed(contract_id: UUID, on: date) -> set[UUID]:
    """The entries that a version of the centre's own rules by now."""
    return set(
        db.session.scalars(
            select(Version.entry_id).where(
                Version.contract_id == contract_id,
                Version.stage == Stage.PUBLISHED.value,
                Version.decided_at.is_not(None),
                Version.effective_on <= on,
                Version.number > 1,
            )
        )
    )


def group_of(one: Current) -> str:
    """The major category of an entry, `MANUAL` for a chapter."""
    return MANUAL if one.entry.kind == EntryKind.CHAPTER.value else one.version.category_code[:2]


def progress(contract_id: UUID, found: Sequence[Current]) -> Progress:
    """`found`: what waits."""
    counts: dict[str, int] = defaultdict(int)
    for one in found:
        counts[group_of(one)] += 1
    confirmed: int = db.session.execute(
        select(func.count()).where(*_begun_with(contract_id), Version.decided_at.is_not(None))
    ).scalar_one()
    return Progress(counts, sum(bool(remark_of(one.version)) for one in found), confirmed)


def confirm(seen: Iterable[Seen], *, by: Actor, at: datetime) -> int:
    """The city confirms versions of the starting set; how many. All or none. Raises `NotFound`, and `Conflict` for
    one that is none, was confirmed already or was commented on since it was seen; `InvalidInput` for none at all."""
    wanted = sorted(set(seen), key=lambda one: one.version_id)
    if not wanted:
        raise InvalidInput(errors={"versions": ["確認する項目を選んでください。"]})
    for one in wanted:
        row = _unconfirmed(by.contract, one)
        row.decided_at, row.decided_by, row.decider_name = at, by.person_id, by.name
        if row.comment == UNCONFIRMED:
            row.comment = ""
        row.row_version += 1
        db.session.flush()
        record(Act("knowledge_version.confirmed", "knowledge_version", str(row.id), {}), by=by, at=at)
    return len(wanted)


def comment(seen: Seen, text: str, *, by: Actor, at: datetime) -> None:
    """The city says what is wrong with a version of the starting set; it stays unconfirmed. Raises as `confirm`."""
    if not text:
        raise InvalidInput(errors={"comment": ["直すところを入力してください。"]})
    row = _unconfirmed(by.contract, seen)
    row.comment = text
    row.row_version += 1
    db.session.flush()
    record(Act("knowledge_version.commented", "knowledge_version", str(row.id), {}), by=by, at=at)


def _unconfirmed(contract_id: UUID, seen: Seen) -> Version:
    row = lock(contract_id, seen.version_id)
    if row.stage != Stage.PUBLISHED.value or row.author_id is not None:
        raise Conflict("はじめの内容ではないので、ここでは確認できません。")
    if row.decided_at is not None:
        raise Conflict(f"この項目は、{row.decider_name}さんが確認済みです。画面を読み直してください。")
    check_unchanged(row, seen.row_version)
    return row
