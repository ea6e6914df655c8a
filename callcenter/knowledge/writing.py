"""Drafts of entries: writing, changing, giving up. None of it commits; what people typed is clean and scanned.

The author of a version is whoever wrote it last; who wrote when before stands in the log.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.models import Contract
from callcenter.errors import Conflict, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, Version
from callcenter.knowledge.queries import GONE, VersionFacts
from callcenter.knowledge.rules import (
    EDITABLE,
    ON_THE_WAY,
    STAGE_LABELS,
    Audience,
    EntryKind,
    SourceKind,
    Stage,
    check_step,
)
from callcenter.web.access import Actor

NO_VERSION = "この版は見つかりませんでした。"
CHANGED_SINCE = "この版は、ほかの人が先に変更しました。最新の内容を確かめてから、もう一度お試しください。"


class Content(Struct, frozen=True):
    """What a version says and rests on. `related`: ids of other entries; `reason`: why it is written."""

    title: str
    body: str
    said_as: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    category_code: str = ""
    audience: Audience = Audience.PUBLIC
    reason: str = ""
    source_kind: SourceKind = SourceKind.OWN
    source: str = ""
    source_url: str = ""
    law: str = ""
    source_on: date | None = None
    verify: str = ""
    review_by_on: date | None = None


class NewEntry(Struct, frozen=True):
    """A FAQ or a chapter to begin. `key` makes a second send the same entry; `news_id`: the notice it answers."""

    kind: EntryKind
    content: Content
    key: UUID | None = None
    news_id: UUID | None = None


FIELDS = Content.__struct_fields__


def create_entry(new: NewEntry, *, by: Actor, at: datetime) -> tuple[UUID, UUID]:
    """Begin an entry with its first draft; (entry, version). The same key again gives the same entry."""
    hold_still(by.contract)
    same = _of_key(by.contract, new.key)
    if same is not None:
        return same
    number = queries.next_number(by.contract, new.kind)
    entry = Entry(
        contract_id=by.contract,
        id=new_id(),
        kind=new.kind.value,
        number=number,
        position=number,
        created_at=at,
        created_by=by.person_id,
        retired_because="",
        idempotency_key=new.key,
    )
    db.session.add(entry)
    db.session.flush()
    version_id = _add_version(entry.id, 1, new.content, new.news_id, by=by, at=at)
    details = {"kind": new.kind.value, "number": number, "version": str(version_id)}
    record(Act("knowledge_entry.created", "knowledge_entry", str(entry.id), details), by=by, at=at)
    return entry.id, version_id


def _of_key(contract_id: UUID, key: UUID | None) -> tuple[UUID, UUID] | None:
    statement = (
        select(Entry.id, Version.id)
        .join(Version, (Version.contract_id == Entry.contract_id) & (Version.entry_id == Entry.id))
        .where(Entry.contract_id == contract_id, Entry.idempotency_key == key, Version.number == 1)
    )
    found = db.session.execute(statement).first() if key is not None else None
    return (found[0], found[1]) if found is not None else None


def _add_version(
    entry_id: UUID, number: int, content: Content, news_id: UUID | None, *, by: Actor, at: datetime
) -> UUID:
    row = Version(
        contract_id=by.contract,
        id=new_id(),
        entry_id=entry_id,
        number=number,
        stage=Stage.DRAFT.value,
        news_id=news_id,
        row_version=1,
        submitter_name="",
        decider_name="",
        publisher_name="",
        comment="",
    )
    _write(row, content, by, at)
    db.session.add(row)
    db.session.flush()
    return row.id


def _write(row: Version, content: Content, by: Actor, at: datetime) -> None:
    for name, value in columns_of(content).items():
        setattr(row, name, value)
    row.author_id, row.author_name, row.edited_at = by.person_id, by.name, at


def columns_of(content: Content) -> dict[str, object]:
    """A content as the columns of a version hold it."""
    coded = {"audience": content.audience.value, "source_kind": content.source_kind.value}
    return {**structs.asdict(content), "said_as": list(content.said_as), "related": list(content.related), **coded}


def content_of(version: VersionFacts) -> Content:
    """What a version says, to write on from."""
    given = {name: getattr(version, name) for name in FIELDS}
    given |= {"said_as": tuple(version.said_as), "related": tuple(version.related)}
    given |= {"audience": Audience(version.audience), "source_kind": SourceKind(version.source_kind)}
    return Content(**given)


def edit(version_id: UUID, content: Content, row_version: int, *, by: Actor, at: datetime) -> int:
    """Change a draft, or one that was sent back; its new `row_version`. What changed nothing leaves no trace.

    Raises `NotFound`, and `Conflict` for a version that is not to be edited or was changed since.
    """
    row = lock(by.contract, version_id)
    if Stage(row.stage) not in EDITABLE:
        raise Conflict(f"この版は「{STAGE_LABELS[Stage(row.stage)]}」なので、書き換えられません。")
    check_unchanged(row, row_version)
    changed = sorted(name for name, value in columns_of(content).items() if getattr(row, name) != value)
    if not changed:
        return row.row_version
    _write(row, content, by, at)
    row.row_version += 1
    db.session.flush()
    details = {"fields": changed}
    record(Act("knowledge_version.edited", "knowledge_version", str(row.id), details), by=by, at=at)
    return row.row_version


def new_version(entry_id: UUID, *, by: Actor, at: datetime, news_id: UUID | None = None) -> UUID:
    """Begin a draft from what was published last (or, where nothing was, written last). The reason is to be given anew.

    Raises `NotFound`, and `Conflict` while another version is on its way or when the entry is retired.
    """
    entry = lock_entry(by.contract, entry_id)
    known = queries.versions(by.contract, entry_id)
    if entry.retired_on is not None and entry.retired_on <= local(at).on:
        raise Conflict("廃止した項目です。必要なら、新しい項目として作成してください。")
    under_way = next((one for one in known if Stage(one.stage) in ON_THE_WAY), None)
    if under_way is not None:
        stage = STAGE_LABELS[Stage(under_way.stage)]
        raise Conflict(f"第{under_way.number}版（{stage}）が途中です。先にその版を公開するか、取り下げてください。")
    base = max((one for one in known if one.stage == Stage.PUBLISHED.value), key=_age, default=known[0])
    content = structs.replace(content_of(base), reason="")
    version_id = _add_version(entry_id, known[0].number + 1, content, news_id, by=by, at=at)
    details = {"version": str(version_id), "from": base.number}
    record(Act("knowledge_version.begun", "knowledge_entry", str(entry_id), details), by=by, at=at)
    return version_id


def _age(version: VersionFacts) -> tuple[date, int]:
    return version.effective_on or date.min, version.number


def withdraw(version_id: UUID, *, by: Actor, at: datetime) -> None:
    """Give up a version before it is published; it stays to be read. Raises `NotFound`, `Conflict`."""
    row = lock(by.contract, version_id)
    check_step(Stage(row.stage), Stage.WITHDRAWN)
    move(row, Stage.WITHDRAWN)
    record(Act("knowledge_version.withdrawn", "knowledge_version", str(row.id), {}), by=by, at=at)


def place(entry_id: UUID, position: int, *, by: Actor, at: datetime) -> None:
    """Where a chapter stands in the manual. Raises `NotFound`."""
    row = lock_entry(by.contract, entry_id)
    if row.position == position:
        return
    details = {"from": row.position, "to": position}
    row.position = position
    db.session.flush()
    record(Act("knowledge_entry.placed", "knowledge_entry", str(row.id), details), by=by, at=at)


# --- what approval needs as well ---


def lock(contract_id: UUID, version_id: UUID) -> Version:
    """A version, nobody else's until the end of the transaction. Raises `NotFound`."""
    statement = select(Version).where(Version.contract_id == contract_id, Version.id == version_id)
    row = db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound(NO_VERSION)
    return row


def lock_entry(contract_id: UUID, entry_id: UUID) -> Entry:
    """An entry, nobody else's until the end of the transaction. Raises `NotFound`."""
    statement = select(Entry).where(Entry.contract_id == contract_id, Entry.id == entry_id)
    row = db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return row


def hold_still(contract_id: UUID) -> None:
    """Numbers are given one at a time; foreign keys that point at the contract do not wait."""
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update(key_share=True)).one()


def check_unchanged(row: Version, seen: int) -> None:
    """Raises `Conflict` when the version was changed since it was seen."""
    if row.row_version != seen:
        raise Conflict(CHANGED_SINCE)


def move(row: Version, then: Stage) -> None:
    """Let a version stand at a stage. What it may follow is the caller's to check."""
    row.stage = then.value
    row.row_version += 1
    db.session.flush()
