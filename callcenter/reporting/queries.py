"""Reads of reporting's own tables."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.extensions import db
from callcenter.protection.cipher import open_sealed
from callcenter.protection.deployment import keys_for
from callcenter.reporting.models import FindingConfirmation
from callcenter.reporting.models import Matter as MatterRow
from callcenter.reporting.rules import MatterKind
from callcenter.reporting.service import MATTER_LABEL


class DayMatter(Struct, frozen=True):
    """A matter to report of a day."""

    id: UUID
    kind: MatterKind
    local_minute: int | None
    text: str


def matters_of(contract_id: UUID, on: date) -> list[DayMatter]:
    """The day's matters in order of their minute, those without one last."""
    rows = db.session.execute(
        select(MatterRow.id, MatterRow.kind, MatterRow.local_minute, MatterRow.text)
        .where(
            MatterRow.contract_id == contract_id,
            MatterRow.local_on == on,
            MatterRow.withdrawn_at.is_(None),
        )
        .order_by(MatterRow.local_minute.is_(None), MatterRow.local_minute, MatterRow.created_at)
    ).all()
    keys = keys_for(contract_id)
    return [
        DayMatter(
            row.id,
            MatterKind(row.kind),
            row.local_minute,
            open_sealed(keys, MATTER_LABEL, contract_id, row.id, row.text),
        )
        for row in rows
    ]


def last_changes(contract_id: UUID, from_on: date, to_on: date) -> dict[date, datetime]:
    """When a matter of each day that has any was last added or withdrawn."""
    statement = (
        select(MatterRow.local_on, func.max(MatterRow.created_at), func.max(MatterRow.withdrawn_at))
        .where(MatterRow.contract_id == contract_id, MatterRow.local_on.between(from_on, to_on))
        .group_by(MatterRow.local_on)
    )
    return {on: max(filter(None, moments)) for on, *moments in db.session.execute(statement)}


def confirmed_marks(contract_id: UUID, on: date) -> set[bytes]:
    """The marks of the findings a person let stand."""
    return set(
        db.session.execute(
            select(FindingConfirmation.mark).where(
                FindingConfirmation.contract_id == contract_id, FindingConfirmation.local_on == on
            )
        ).scalars()
    )
