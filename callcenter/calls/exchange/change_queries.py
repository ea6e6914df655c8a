"""When what the exchange says of a day last changed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, union_all

from callcenter.calls.exchange.models import ExchangeCount, ExchangeDaySource, ExchangeGapReason, ExchangeImport
from callcenter.extensions import db


def last_changes(contract_id: UUID, from_on: date, to_on: date) -> dict[date, datetime]:
    """Counts, the ruling source and the reasons for gaps: the last change of each day that has any."""
    counted = (
        select(ExchangeCount.local_on.label("on"), ExchangeImport.imported_at.label("at"))
        .join(
            ExchangeImport,
            (ExchangeImport.contract_id == ExchangeCount.contract_id) & (ExchangeImport.id == ExchangeCount.import_id),
        )
        .where(ExchangeCount.contract_id == contract_id, ExchangeCount.local_on.between(from_on, to_on))
    )
    stamps = [
        select(table.local_on.label("on"), at.label("at")).where(
            table.contract_id == contract_id, table.local_on.between(from_on, to_on), at.is_not(None)
        )
        for table, at in (
            (ExchangeCount, ExchangeCount.replaced_at),
            (ExchangeDaySource, ExchangeDaySource.chosen_at),
            (ExchangeGapReason, ExchangeGapReason.written_at),
        )
    ]
    found = union_all(counted, *stamps).subquery()
    return dict(db.session.execute(select(found.c.on, func.max(found.c.at)).group_by(found.c.on)).all())
