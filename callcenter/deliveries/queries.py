"""Reads of deliveries. What the city may see is exactly what stands here: submitted versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from callcenter.deliveries.models import Delivery, DeliveryFile, DeliveryVersion
from callcenter.deliveries.rules import Edition, Kind, State
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.pagination import Page


class FileFacts(Struct, frozen=True):
    """A file of a version, without its bytes."""

    id: UUID
    edition: Edition
    name: str
    ascii_name: str
    media_type: str
    size: int
    sha256: str


class VersionFacts(Struct, frozen=True):
    """A submitted version with its document's period."""

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
    """What the list of documents shows."""

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
    if wanted.state is not None:
        statement = statement.where(DeliveryVersion.state == wanted.state.value)
    if wanted.from_on is not None:
        statement = statement.where(Delivery.period_to >= wanted.from_on)
    if wanted.to_on is not None:
        statement = statement.where(Delivery.period_from <= wanted.to_on)
    return statement


FILE_COLUMNS = (
    DeliveryFile.id,
    DeliveryFile.edition,
    DeliveryFile.name,
    DeliveryFile.ascii_name,
    DeliveryFile.media_type,
    DeliveryFile.size,
    DeliveryFile.sha256,
)


def files_of(contract_id: UUID, version_id: UUID) -> list[FileFacts]:
    """The editions of a version."""
    statement = (
        select(*FILE_COLUMNS)
        .where(DeliveryFile.contract_id == contract_id, DeliveryFile.version_id == version_id)
        .order_by(DeliveryFile.edition)
    )
    return [_file_facts(row) for row in db.session.execute(statement)]


def file_with_bytes(contract_id: UUID, version_id: UUID, edition: Edition) -> tuple[FileFacts, bytes]:
    """A file and its sealed bytes. Raises `NotFound`."""
    statement = select(*FILE_COLUMNS, DeliveryFile.sealed).where(
        DeliveryFile.contract_id == contract_id,
        DeliveryFile.version_id == version_id,
        DeliveryFile.edition == edition.value,
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound("ファイルが見つかりませんでした。")
    return _file_facts(row[:-1]), row.sealed


def _file_facts(row: Any) -> FileFacts:
    id_, edition, *rest = row
    return FileFacts(id_, Edition(edition), *rest)
