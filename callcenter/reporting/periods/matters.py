"""The matters that were reported on the days of a period (003 clause 10(1)②エ)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.protection.cipher import opener
from callcenter.protection.deployment import keys_for
from callcenter.reporting.models import Matter as MatterRow
from callcenter.reporting.rules import MATTER_LABELS, MatterKind
from callcenter.reporting.service import MATTER_LABEL
from reports import period as values


class DatedMatter(Struct, frozen=True):
    """A matter of a day, opened."""

    on: date
    kind: MatterKind
    text: str


def matters_between(contract_id: UUID, from_on: date, to_on: date) -> list[DatedMatter]:
    """The standing matters of a period, by day, as the day orders them. One statement."""
    row = MatterRow
    statement = (
        select(row.id, row.local_on, row.kind, row.text)
        .where(row.contract_id == contract_id, row.local_on.between(from_on, to_on), row.withdrawn_at.is_(None))
        .order_by(row.local_on, row.local_minute.is_(None), row.local_minute, row.created_at, row.id)
    )
    rows = db.session.execute(statement).all()
    open_text = opener(keys_for(contract_id), MATTER_LABEL)
    return [DatedMatter(one.local_on, MatterKind(one.kind), open_text(one.id, one.text)) for one in rows]


def matter_lines(found: Iterable[DatedMatter]) -> tuple[values.Matter, ...]:
    return tuple(values.Matter(one.on, MATTER_LABELS[one.kind], one.text) for one in found)
