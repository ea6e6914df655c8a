"""Reads of deliveries. What the city may see is exactly what stands here: submitted versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from callcenter.deliveries.models import Delivery, DeliveryFile, DeliveryVersion
from callcenter.deliveries.rules import Edition, Kind, Part, State
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.pagination import Page


class FileFacts(Struct, frozen=True):
    """A file of a version, without its bytes."""

    id: UUID
    edition: Edition
    part: Part
    name: str
    ascii_name: str
    media_type: str
    size: int
    sha256: str


class VersionFacts(Struct, frozen=True):
    """A submitted version with its document's period. `figures`: what was printed, by key; `definitions`: how it was
    counted; `differences`: sentences of what the version before said otherwise."""

    id: UUID
    delivery_id: UUID
    kind: Kind
    period_from: date
    period_to: date
    number: int
    state: State
    change_note: str
    figures: Mapping[str, Any]
    marks: Mapping[str, str]
    cutoff_at: datetime
    submitted_at: datetime
    approver_name: str
    decided_at: datetime | None
    decider_name: str
    comment: str
    definitions: Mapping[str, Any] = {}
    differences: Sequence[str] = ()


_VERSION = (
    select(
        DeliveryVersion.id,
        DeliveryVersion.delivery_id,
        Delivery.kind,
        Delivery.period_from,
        Delivery.period_to,
        DeliveryVersion.number,
        DeliveryVersion.state,
        DeliveryVersion.change_note,
        DeliveryVersion.figures,
        DeliveryVersion.marks,
        DeliveryVersion.cutoff_at,
        DeliveryVersion.submitted_at,
        DeliveryVersion.approver_name,
        DeliveryVersion.decided_at,
        DeliveryVersion.decider_name,
        DeliveryVersion.comment,
        DeliveryVersion.definitions,
        DeliveryVersion.differences,
    )
    .select_from(DeliveryVersion)
    .join(
        Delivery,
        (Delivery.contract_id == DeliveryVersion.contract_id) & (Delivery.id == DeliveryVersion.delivery_id),
    )
)


def _facts(row: Any) -> VersionFacts:
    values = row._asdict()
    return VersionFacts(**{**values, "kind": Kind(values["kind"]), "state": State(values["state"])})


def version(contract_id: UUID, version_id: UUID) -> VersionFacts:
    """Raises `NotFound`."""
    statement = _VERSION.where(DeliveryVersion.contract_id == contract_id, DeliveryVersion.id == version_id)
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound("報告書が見つかりませんでした。")
    return _facts(row)


def versions_of(contract_id: UUID, delivery_id: UUID) -> list[VersionFacts]:
    """Every version of a document, the newest first."""
    statement = _VERSION.where(
        DeliveryVersion.contract_id == contract_id, DeliveryVersion.delivery_id == delivery_id
    ).order_by(DeliveryVersion.number.desc())
    return [_facts(row) for row in db.session.execute(statement)]


def versions_for(contract_id: UUID, kind: Kind, period_from: date, period_to: date) -> list[VersionFacts]:
    """Every version for a kind and period, the newest first."""
    statement = _VERSION.where(
        DeliveryVersion.contract_id == contract_id,
        Delivery.kind == kind.value,
        Delivery.period_from == period_from,
        Delivery.period_to == period_to,
    ).order_by(DeliveryVersion.number.desc())
    return [_facts(row) for row in db.session.execute(statement)]


def states_between(contract_id: UUID, kind: Kind, from_on: date, to_on: date) -> dict[date, VersionFacts]:
    """The newest version of each period that begins within the dates, by its first day."""
    statement = _VERSION.where(
        DeliveryVersion.contract_id == contract_id,
        Delivery.kind == kind.value,
        Delivery.period_from.between(from_on, to_on),
    ).order_by(DeliveryVersion.number)
    return {row.period_from: _facts(row) for row in db.session.execute(statement)}


class Wanted(Struct, frozen=True):
    """What a list of documents shows. The dates: documents that cover no day outside them."""

    kind: Kind | None = None
    state: State | None = None
    from_on: date | None = None
    to_on: date | None = None


def newest_versions(contract_id: UUID, wanted: Wanted, page: Page) -> tuple[list[VersionFacts], int]:
    """The newest version of each document, the latest period first, and how many documents there are."""
    statement = _restricted(_newest(contract_id), wanted)
    total = db.session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    rows = db.session.execute(
        statement.order_by(Delivery.period_to.desc(), Delivery.kind).limit(page.size).offset(page.offset)
    )
    return [_facts(row) for row in rows], total


def _newest(contract_id: UUID) -> Select[Any]:
    later = DeliveryVersion.__table__.alias("later")
    superseded = (
        select(later.c.id)
        .where(
            later.c.contract_id == DeliveryVersion.contract_id,
            later.c.delivery_id == DeliveryVersion.delivery_id,
            later.c.number > DeliveryVersion.number,
        )
        .exists()
    )
    return _VERSION.where(DeliveryVersion.contract_id == contract_id, ~superseded)


def _restricted(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.kind is not None:
        statement = statement.where(Delivery.kind == wanted.kind.value)
    if wanted.state is not None:
        statement = statement.where(DeliveryVersion.state == wanted.state.value)
    if wanted.from_on is not None:
        statement = statement.where(Delivery.period_from >= wanted.from_on)
    if wanted.to_on is not None:
        statement = statement.where(Delivery.period_to <= wanted.to_on)
    return statement


def counts_by_kind(contract_id: UUID, wanted: Wanted) -> dict[Kind, int]:
    """How many documents of each kind a list would show; kinds without any are absent."""
    found = _restricted(_newest(contract_id), wanted).subquery()
    rows = db.session.execute(select(found.c.kind, func.count()).group_by(found.c.kind))
    return {Kind(kind): number for kind, number in rows}


def covered(contract_id: UUID) -> tuple[date, date] | None:
    """The first and the last day that any document covers; None without documents."""
    first, last = db.session.execute(
        select(func.min(Delivery.period_from), func.max(Delivery.period_to)).where(Delivery.contract_id == contract_id)
    ).one()
    return None if first is None else (first, last)


class Earlier(Struct, frozen=True):
    """A version that a newer one replaced."""

    id: UUID
    delivery_id: UUID
    number: int
    state: State
    submitted_at: datetime


def earlier_versions(contract_id: UUID, newest: Sequence[VersionFacts]) -> dict[UUID, list[Earlier]]:
    """By document what stood before its newest version, the later first."""
    latest = {one.delivery_id: one.number for one in newest}
    rows = db.session.execute(
        select(
            DeliveryVersion.id,
            DeliveryVersion.delivery_id,
            DeliveryVersion.number,
            DeliveryVersion.state,
            DeliveryVersion.submitted_at,
        )
        .where(DeliveryVersion.contract_id == contract_id, DeliveryVersion.delivery_id.in_(latest))
        .order_by(DeliveryVersion.number.desc())
    )
    found: dict[UUID, list[Earlier]] = {}
    for row in rows:
        if row.number < latest[row.delivery_id]:
            earlier = Earlier(row.id, row.delivery_id, row.number, State(row.state), row.submitted_at)
            found.setdefault(row.delivery_id, []).append(earlier)
    return found


FILE_COLUMNS = (
    DeliveryFile.id,
    DeliveryFile.edition,
    DeliveryFile.part,
    DeliveryFile.name,
    DeliveryFile.ascii_name,
    DeliveryFile.media_type,
    DeliveryFile.size,
    DeliveryFile.sha256,
)


def files_of(contract_id: UUID, version_id: UUID) -> list[FileFacts]:
    """The files of a version: by edition, the workbook before the paper."""
    statement = (
        select(*FILE_COLUMNS)
        .where(DeliveryFile.contract_id == contract_id, DeliveryFile.version_id == version_id)
        .order_by(DeliveryFile.edition, DeliveryFile.part.desc())
    )
    return [_file_facts(row) for row in db.session.execute(statement)]


class ChosenFile(Struct, frozen=True):
    """A file among several that are fetched together."""

    version_id: UUID
    submitted_at: datetime
    facts: FileFacts


def files_of_versions(
    contract_id: UUID, version_ids: Iterable[UUID], edition: Edition | None = None
) -> list[ChosenFile]:
    """The files of several versions (of one edition, if named), by document; ids that are unknown give none."""
    statement = (
        _CHOSEN.where(DeliveryFile.contract_id == contract_id, DeliveryFile.version_id.in_(list(version_ids)))
        .order_by(Delivery.period_from, Delivery.period_to, Delivery.kind, DeliveryVersion.number)
        .order_by(DeliveryFile.edition, DeliveryFile.part.desc())
    )
    if edition is not None:
        statement = statement.where(DeliveryFile.edition == edition.value)
    return [ChosenFile(row[0], row[1], _file_facts(row[2:])) for row in db.session.execute(statement)]


_CHOSEN = (
    select(DeliveryFile.version_id, DeliveryVersion.submitted_at, *FILE_COLUMNS)
    .join(
        DeliveryVersion,
        (DeliveryVersion.contract_id == DeliveryFile.contract_id) & (DeliveryVersion.id == DeliveryFile.version_id),
    )
    .join(
        Delivery,
        (Delivery.contract_id == DeliveryVersion.contract_id) & (Delivery.id == DeliveryVersion.delivery_id),
    )
)


def newest_ids(contract_id: UUID, wanted: Wanted) -> list[UUID]:
    """The newest versions of every document that a list would show on all its pages."""
    statement = _restricted(_newest(contract_id), wanted).with_only_columns(DeliveryVersion.id)
    return list(db.session.execute(statement).scalars())


def file_with_bytes(
    contract_id: UUID, version_id: UUID, edition: Edition, part: Part = Part.WORKBOOK
) -> tuple[FileFacts, bytes]:
    """A file and its sealed bytes. Raises `NotFound`."""
    statement = select(*FILE_COLUMNS, DeliveryFile.sealed).where(
        DeliveryFile.contract_id == contract_id,
        DeliveryFile.version_id == version_id,
        DeliveryFile.edition == edition.value,
        DeliveryFile.part == part.value,
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound("ファイルが見つかりませんでした。")
    return _file_facts(row[:-1]), row.sealed


def _file_facts(row: Any) -> FileFacts:
    id_, edition, part, *rest = row
    return FileFacts(id_, Edition(edition), Part(part), *rest)
