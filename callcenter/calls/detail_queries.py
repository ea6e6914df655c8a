"""The saved calls of a period one by one, by their coded fields alone, in portions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from callcenter.calls import category_queries
from callcenter.calls.models import Call
from callcenter.calls.period_queries import saved
from callcenter.calls.rules import Channel, Disposition, Language, Relation
from callcenter.extensions import db

PORTION = 2000
_CODED = (
    Call.number,
    Call.local_on,
    Call.local_minute,
    Call.channel,
    Call.relation,
    Call.language,
    Call.category_code,
    Call.disposition,
    Call.complaint,
    Call.difficult,
    Call.talk_seconds,
    Call.acw_seconds,
)


def coded_records(contract_id: UUID, from_on: date, to_on: date) -> Iterator[dict[str, Any]]:
    """Each saved call in the order of days and numbers, codes in words, the category under its name of the day; keys
    as in `reports.detail`. Read within `hold_read()`: memory does not grow with the calls. Two statements."""
    name = cache(category_queries.names(contract_id).label)
    statement = (
        select(*_CODED)
        .where(*saved(contract_id, from_on, to_on))
        .order_by(Call.local_on, Call.number)
        .execution_options(yield_per=PORTION)
    )
    for row in db.session.execute(statement):
        yield {
            "number": row.number,
            "on": row.local_on,
            "minute": row.local_minute,
            "channel": Channel.of(row.channel).label,
            "relation": Relation.of(row.relation).label,
            "language": Language.of(row.language).label,
            "category_code": row.category_code,
            "category_name": name(row.category_code, row.local_on),
            "disposition": Disposition.of(row.disposition).label,
            "complaint": row.complaint,
            "difficult": row.difficult,
            "talk_seconds": row.talk_seconds,
            "acw_seconds": row.acw_seconds,
        }
