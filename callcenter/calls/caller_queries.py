"""Who called over a longer time, in portions: for the check of texts before a report leaves (003 8③, 10(1)⑤)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from callcenter.calls.models import Call
from callcenter.calls.rules import CallState
from callcenter.calls.sealing import EXTENSION, column_opener
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for

PORTION = 1000


def callers_between(contract_id: UUID, from_on: date, to_on: date) -> Iterator[tuple[str, str]]:
    """(name, phone) of each saved call of the days, both ends included; "" where nothing is kept.

    Rows arrive in portions, so that memory does not grow with the calls: read within `hold_read()`. Whoever asks puts
    the use into the log. Raises `Unreadable`.
    """
    statement = (
        select(Call.id, Call.caller_name, Call.phone)
        .where(
            Call.contract_id == contract_id,
            Call.number.is_not(None),
            Call.state == CallState.SAVED.value,
            Call.local_on.between(from_on, to_on),
            or_(Call.caller_name.is_not(None), Call.phone.is_not(None)),
        )
        .execution_options(yield_per=PORTION)
    )
    keys = keys_for(contract_id)
    name, phone = column_opener(keys, "caller_name"), column_opener(keys, "phone")
    for row in db.session.execute(statement):
        yield name(row.id, row.caller_name), phone(row.id, row.phone).partition(EXTENSION)[0]
