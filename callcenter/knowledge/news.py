"""Notices of the state, the prefecture and the city (国・県等の動向): what came in, which entries it touches, and what
became of each.

A notice is a thing to do until somebody says it is done: every touched entry has a new version or needs none, with the
reason; or it touches none, with the reason. None of these acts commits; what people typed is clean and scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.models import Contract
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import queries, writing
from callcenter.knowledge.models import Entry, News, NewsEntry
from callcenter.knowledge.queries import VersionFacts
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.protection.cipher import open_sealed_bytes, seal_bytes
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

FILE_LABEL = "knowledge.news_file"
UNKNOWN = "この通知は見つかりませんでした。"
MOST_ENTRIES = 200
"""A notice touches no more entries than this; one that does is split by whoever records it."""


class Issuer(StrEnum):
    """Whose notice it is."""

    STATE = "state"
    PREFECTURE = "prefecture"
    CITY = "city"
    J_LIS = "j_lis"
    OTHER = "other"


ISSUER_LABELS = {
    Issuer.STATE: "国",
    Issuer.PREFECTURE: "県",
    Issuer.CITY: "市",
    Issuer.J_LIS: "地方公共団体情報システム機構",
    Issuer.OTHER: "その他",
}


class NewFile(Struct, frozen=True):
    """The notice itself, as it came in."""

    name: str
    media_type: str
    content: bytes


class NewNotice(Struct, frozen=True):
    """A notice that came in. `key` makes a second send of the form the same notice."""

    issuer: Issuer
    title: str
    received_on: date
    summary: str = ""
    source_url: str = ""
    issued_on: date | None = None
    file: NewFile | None = None
    key: UUID | None = None


def record_notice(new: NewNotice, *, by: Actor, at: datetime) -> UUID:
    """Keep a notice. Raises `InvalidInput` for a day to come, or one issued after it was received."""
    _hold_still(by.contract)
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    _check_days(new, local(at).on)
    row = _row(new, by, at)
    db.session.add(row)
    db.session.flush()
    details = {"number": row.number, "on": new.received_on.isoformat()}
    record(Act("knowledge_news.recorded", "knowledge_news", str(row.id), details), by=by, at=at)
    return row.id


def _check_days(new: NewNotice, today: date) -> None:
    if new.received_on > today:
        raise InvalidInput(errors={"received_on": ["受領日は、今日までの日にしてください。"]})
    if new.issued_on is not None and new.issued_on > new.received_on:
        raise InvalidInput(errors={"issued_on": ["発出日は、受領日までの日にしてください。"]})


def _row(new: NewNotice, by: Actor, at: datetime) -> News:
    row_id, file = new_id(), new.file
    sealed = seal_bytes(keys_for(by.contract), FILE_LABEL, by.contract, row_id, file.content) if file else None
    return News(
        contract_id=by.contract,
        id=row_id,
        number=_next_number(by.contract),
        issuer=new.issuer.value,
        title=new.title,
        summary=new.summary,
        source_url=new.source_url,
        issued_on=new.issued_on,
        received_on=new.received_on,
        file_name=file.name if file else "",
        media_type=file.media_type if file else "",
        sealed=sealed,
        recorded_at=at,
        recorded_by=_person(by),
        recorder_name=by.name,
        idempotency_key=new.key,
    )


def file_of(news_id: UUID, *, by: Actor, at: datetime) -> NewFile:
    """The file of a notice, its leaving entered in the log. Raises `NotFound`."""
    row = db.session.get(News, (by.contract, news_id))
    if row is None or row.sealed is None:
        raise NotFound(UNKNOWN)
    content = open_sealed_bytes(keys_for(by.contract), FILE_LABEL, by.contract, row.id, row.sealed)
    record(Act("knowledge_news.file_downloaded", "knowledge_news", str(row.id), {"number": row.number}), by=by, at=at)
    return NewFile(row.file_name, row.media_type, content)


# --- the entries it touches ---


def touch(news_id: UUID, entry_ids: Sequence[UUID], *, by: Actor, at: datetime) -> int:
    """Say which entries a notice touches; answers how many are new, for one that is there already changes nothing.

    Raises `NotFound`, `Conflict` for a notice that is done, `InvalidInput` for none or too many.
    """
    row = _open(news_id, by.contract)
    there = {one.entry_id for one in _touched(row)}
    added = [one for one in dict.fromkeys(entry_ids) if one not in there]
    if not entry_ids or len(there) + len(added) > MOST_ENTRIES:
        refusal = (
            f"項目は{MOST_ENTRIES}件までにしてください。" if entry_ids else "項目の番号を入力するか、選んでください。"
        )
        raise InvalidInput(errors={"faq": [refusal]})
    for entry_id in added:
        queries.entry(by.contract, entry_id)
        db.session.add(NewsEntry(contract_id=by.contract, id=new_id(), news_id=row.id, entry_id=entry_id))
    db.session.flush()
    if added:
        record(Act("knowledge_news.touched", "knowledge_news", str(row.id), {"count": len(added)}), by=by, at=at)
    return len(added)


def ids_numbered(contract_id: UUID, kind: EntryKind, numbers: Sequence[int]) -> list[UUID]:
    """The entries that people call by these numbers. Raises `InvalidInput` naming those that nobody knows."""
    rows = db.session.execute(
        select(Entry.number, Entry.id).where(
            Entry.contract_id == contract_id, Entry.kind == kind.value, Entry.number.in_(numbers)
        )
    )
    found = {row.number: row.id for row in rows}
    unknown = "、".join(str(number) for number in numbers if number not in found)
    if unknown:
        raise InvalidInput(errors={kind.value: [f"番号 {unknown} の項目はありません。"]})
    return [found[number] for number in numbers]


def begin_version(news_id: UUID, entry_id: UUID, *, by: Actor, at: datetime) -> UUID:
    """Begin the draft of a touched entry that a notice leads to; answers the version.

    Raises `NotFound`, `Conflict` when the notice is done, the entry was settled, or another version is on its way.
    """
    row = _open(news_id, by.contract)
    _unsettled(row, entry_id)
    return writing.new_version(entry_id, by=by, at=at, news_id=row.id)


def _unsettled(row: News, entry_id: UUID) -> NewsEntry:
    """Raises `NotFound`, `Conflict`."""
    found = next((one for one in _touched(row) if one.entry_id == entry_id), None)
    if found is None:
        raise NotFound("この項目は、通知の対象に入っていません。")
    if found.settled_at is not None:
        raise Conflict("この項目は、ほかの人が先に処理しました。")
    return found


class Settlement(Struct, frozen=True):
    """What became of a touched entry: a version that was published, or no change, with the reason."""

    entry_id: UUID
    version_id: UUID | None
    note: str = ""


def settle(news_id: UUID, how: Settlement, *, by: Actor, at: datetime) -> None:
    """Settle a touched entry. Raises `NotFound`, `Conflict` when it was settled before, `InvalidInput` for a version
    that does not answer the notice, or for no change without a reason."""
    row = _open(news_id, by.contract)
    touched = _unsettled(row, how.entry_id)
    _check_settlement(row, how)
    touched.version_id, touched.note = how.version_id, how.note
    touched.settled_at, touched.settled_by = at, _person(by)
    details = {"entry": str(how.entry_id)} | ({"version": str(how.version_id)} if how.version_id else {})
    record(Act("knowledge_news.settled", "knowledge_news", str(row.id), details), by=by, at=at)


def _check_settlement(row: News, how: Settlement) -> None:
    if how.version_id is None:
        if not how.note:
            raise InvalidInput(errors={"note": ["変更なしとする理由を入力してください。"]})
        return
    known = queries.versions(row.contract_id, how.entry_id)
    if not any(one.id == how.version_id and answers(one, row.received_on) for one in known):
        raise InvalidInput(errors={"version": ["通知を受けたあとに公開した版を選んでください。"]})


def answers(version: VersionFacts, received_on: date) -> bool:
    """Whether a version can be what a notice led to: published on the day it came in or later."""
    if version.stage != Stage.PUBLISHED.value or version.published_at is None:
        return False
    return local(version.published_at).on >= received_on


# --- done ---


def finish(news_id: UUID, note: str, *, by: Actor, at: datetime) -> None:
    """Say that a notice is done. Raises `NotFound`, `Conflict` when it is or something is open, `InvalidInput` when it
    touches nothing and nobody says why."""
    row = _open(news_id, by.contract)
    touched = _touched(row)
    left = sum(one.settled_at is None for one in touched)
    if left:
        raise Conflict(f"処理していない項目が{left}件あります。")
    if not touched and not note:
        raise InvalidInput(errors={"done_note": ["対象の項目がない理由を入力してください。"]})
    row.done_at, row.done_by, row.done_note = at, _person(by), note
    record(Act("knowledge_news.finished", "knowledge_news", str(row.id), {"count": len(touched)}), by=by, at=at)


def reopen(news_id: UUID, *, by: Actor, at: datetime) -> None:
    """Take back that a notice is done; what was settled stays. Raises `NotFound`, `Conflict` when it is open."""
    row = _locked(news_id, by.contract)
    if row.done_at is None:
        raise Conflict("この通知は、ほかの人が先に未対応に戻しました。")
    row.done_at = row.done_by = None
    record(Act("knowledge_news.reopened", "knowledge_news", str(row.id), {"number": row.number}), by=by, at=at)


# --- rows ---


def _hold_still(contract_id: UUID) -> None:
    """Numbers are given by one person at a time."""
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update(key_share=True)).one()


def _locked(news_id: UUID, contract_id: UUID) -> News:
    row = db.session.execute(
        select(News)
        .where(News.contract_id == contract_id, News.id == news_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    return row


def _open(news_id: UUID, contract_id: UUID) -> News:
    row = _locked(news_id, contract_id)
    if row.done_at is not None:
        raise Conflict("この通知は対応済みです。続けるときは、未対応に戻してください。")
    return row


def _touched(row: News) -> list[NewsEntry]:
    statement = select(NewsEntry).where(NewsEntry.contract_id == row.contract_id, NewsEntry.news_id == row.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _next_number(contract_id: UUID) -> int:
    highest = db.session.execute(select(func.max(News.number)).where(News.contract_id == contract_id)).scalar_one()
    return (highest or 0) + 1


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(News.id).where(News.contract_id == contract_id, News.idempotency_key == key)
    return db.session.execute(statement).scalar_one_or_none()


def _person(by: Actor) -> UUID:
    if by.person_id is None:
        raise Forbidden()
    return by.person_id
