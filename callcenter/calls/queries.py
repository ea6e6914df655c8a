"""Figures of saved calls, for reports, boards and homes. Open and voided calls are in none of them.

Days are local dates (Asia/Tokyo) of the call's start, both ends of a period inclusive; counts are additive.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, and_, case, func, select

from callcenter.calls.category_queries import Names, names
from callcenter.calls.models import IS_OPEN, Call, CallSerial
from callcenter.calls.rules import CallState, Channel
from callcenter.calls.sealing import EXTENSION, opened
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys

_PHONED = case((Call.channel == Channel.PHONE.value, 1), else_=0)
_TIMED = and_(Call.talk_seconds.is_not(None), Call.acw_seconds.is_not(None))


class CallLine(Struct, frozen=True):
    """A saved call as a report lists it. Category names are those of its day; keys have labels in `rules`."""

    id: UUID
    number: int
    local_on: date
    local_minute: int
    channel: str
    category_code: str
    category_name: str
    major_code: str
    major_name: str
    disposition: str
    report_text: str
    complaint: bool
    difficult: bool
    talk_seconds: int | None
    acw_seconds: int | None
    operator_id: UUID | None


_LINE = (
    Call.id,
    Call.number,
    Call.local_on,
    Call.local_minute,
    Call.channel,
    Call.category_code,
    Call.disposition,
    Call.report_text,
    Call.complaint,
    Call.difficult,
    Call.talk_seconds,
    Call.acw_seconds,
    Call.operator_id,
)


def day_calls(contract_id: UUID, on: date) -> list[CallLine]:
    """The saved calls of a day in the order of their numbers. Two statements."""
    known, keys = names(contract_id), keys_for(contract_id)
    statement = select(*_LINE).where(*_saved(contract_id, on, on)).order_by(Call.number)
    return [_line(row, known, keys) for row in db.session.execute(statement)]


def _line(row: Any, known: Names, keys: ContractKeys) -> CallLine:
    plain = dict(row._mapping)
    plain["report_text"] = opened(keys, "report_text", row.id, row.report_text)
    major = row.category_code[:2]
    return CallLine(
        category_name=known.label(row.category_code, row.local_on),
        major_code=major,
        major_name=known.label(major, row.local_on),
        **plain,
    )


class SlotCount(Struct, frozen=True):
    """Calls begun in one slot of a day; `recorded_by_phone` of them came in by telephone."""

    local_on: date
    start_minute: int
    recorded: int
    recorded_by_phone: int


def counts_by_slot(contract_id: UUID, from_on: date, to_on: date, minutes: int = 30) -> list[SlotCount]:
    """Slots that have calls, in order."""
    slot = (Call.local_minute - Call.local_minute % minutes).label("slot")
    statement = (
        select(Call.local_on, slot, func.count(), func.sum(_PHONED))
        .where(*_saved(contract_id, from_on, to_on))
        .group_by(Call.local_on, slot)
        .order_by(Call.local_on, slot)
    )
    return [SlotCount(on, start or 0, count, int(phoned)) for on, start, count, phoned in db.session.execute(statement)]


def counts_by_category(contract_id: UUID, from_on: date, to_on: date) -> dict[str, int]:
    """Four-digit codes that have calls."""
    return {str(code): count for code, count in _counted(Call.category_code, contract_id, from_on, to_on)}


def counts_by_disposition(contract_id: UUID, from_on: date, to_on: date) -> dict[str, int]:
    return {str(key): count for key, count in _counted(Call.disposition, contract_id, from_on, to_on)}


def counts_by_day(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Days that have calls."""
    return dict(_counted(Call.local_on, contract_id, from_on, to_on))


def month_counts(contract_id: UUID) -> dict[tuple[int, int], int]:
    """(year, month) → saved calls, over the whole contract."""
    months: dict[tuple[int, int], int] = {}
    for on, count in _counted(Call.local_on, contract_id, date.min, date.max):
        months[on.year, on.month] = months.get((on.year, on.month), 0) + count
    return months


def _counted(column: Any, contract_id: UUID, from_on: date, to_on: date) -> list[tuple[Any, int]]:
    statement = (
        select(column, func.count()).where(*_saved(contract_id, from_on, to_on)).group_by(column).order_by(column)
    )
    return [(value, count) for value, count in db.session.execute(statement)]


class DaySummary(Struct, frozen=True):
    """Additive sums. `timed_calls` have both durations; the two sums of seconds are over these."""

    recorded: int = 0
    recorded_by_phone: int = 0
    complaints: int = 0
    difficult: int = 0
    timed_calls: int = 0
    talk_seconds: int = 0
    acw_seconds: int = 0


def day_summary(contract_id: UUID, on: date) -> DaySummary:
    return period_summary(contract_id, on, on)


def period_summary(contract_id: UUID, from_on: date, to_on: date) -> DaySummary:
    statement = select(
        func.count(),
        _sum(_PHONED),
        _sum(case((Call.complaint, 1), else_=0)),
        _sum(case((Call.difficult, 1), else_=0)),
        _sum(case((_TIMED, 1), else_=0)),
        _sum(case((_TIMED, Call.talk_seconds), else_=0)),
        _sum(case((_TIMED, Call.acw_seconds), else_=0)),
    ).where(*_saved(contract_id, from_on, to_on))
    return DaySummary(*(int(value) for value in db.session.execute(statement).one()))


class OperatorDay(Struct, frozen=True):
    """What one person recorded; seconds over calls that have both durations."""

    operator_id: UUID | None
    recorded: int
    talk_seconds: int
    acw_seconds: int


def operators_day(contract_id: UUID, on: date) -> list[OperatorDay]:
    statement = (
        select(
            Call.operator_id,
            func.count(),
            _sum(case((_TIMED, Call.talk_seconds), else_=0)),
            _sum(case((_TIMED, Call.acw_seconds), else_=0)),
        )
        .where(*_saved(contract_id, on, on))
        .group_by(Call.operator_id)
        .order_by(Call.operator_id)
    )
    return [OperatorDay(who, count, int(talk), int(acw)) for who, count, talk, acw in db.session.execute(statement)]


class Excluded(Struct, frozen=True):
    """What a day's figures leave out: voided records, and calls with words in them that were never saved."""

    voided: int
    open: int


def excluded_counts(contract_id: UUID, on: date) -> Excluded:
    on_day = (Call.contract_id == contract_id, Call.local_on == on)
    voided = select(func.count()).where(*on_day, Call.number.is_not(None), Call.state == CallState.VOIDED.value)
    still_open = select(func.count()).where(*on_day, Call.state == IS_OPEN, Call.draft.is_not(None))
    row = db.session.execute(select(voided.scalar_subquery(), still_open.scalar_subquery())).one()
    return Excluded(row[0], row[1])


class Callers(Struct, frozen=True):
    """Who called, in the clear."""

    names: tuple[str, ...]
    phones: tuple[str, ...]


def callers_of_day(contract_id: UUID, on: date) -> Callers:
    """The distinct names and phones of a day's saved calls, for the check of report texts (003 10(1)②).

    The caller records the use in the log: call it inside `transaction()`.
    """
    keys = keys_for(contract_id)
    statement = select(Call.id, Call.caller_name, Call.phone).where(*_saved(contract_id, on, on))
    found: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for row in db.session.execute(statement):
        for kept, column in zip(found, ("caller_name", "phone"), strict=True):
            if text := opened(keys, column, row.id, getattr(row, column)).partition(EXTENSION)[0]:
                kept[text] = None
    return Callers(tuple(found[0]), tuple(found[1]))


class OpenCall(Struct, frozen=True):
    """A call somebody is at, or left: for the board. Holds no text."""

    id: UUID
    operator_id: UUID | None
    local_on: date
    opened_at: datetime
    edited_at: datetime
    has_words: bool


def open_calls(contract_id: UUID) -> list[OpenCall]:
    """Every open call, the oldest first."""
    statement = (
        select(
            Call.id,
            Call.operator_id,
            Call.local_on,
            Call.opened_at,
            Call.edited_at,
            Call.draft.is_not(None),
        )
        .where(Call.contract_id == contract_id, Call.state == IS_OPEN)
        .order_by(Call.opened_at, Call.id)
    )
    return [OpenCall(*row) for row in db.session.execute(statement)]


def last_changes(contract_id: UUID, from_on: date, to_on: date) -> dict[date, datetime]:
    """When the records of each day were last saved, corrected or voided."""
    statement = (
        select(Call.local_on, func.max(Call.edited_at))
        .where(Call.contract_id == contract_id, Call.number.is_not(None), Call.local_on.between(from_on, to_on))
        .group_by(Call.local_on)
    )
    return dict(db.session.execute(statement).all())


def first_recorded_day(contract_id: UUID) -> date | None:
    """The first day that has a saved call: from then on every open day is reported."""
    return db.session.execute(
        select(func.min(Call.local_on)).where(*_saved(contract_id, date.min, date.max))
    ).scalar_one_or_none()


def last_recorded_day(contract_id: UUID, until: date) -> date | None:
    """The last day up to `until` that has a saved call."""
    return db.session.execute(
        select(func.max(Call.local_on)).where(*_saved(contract_id, date.min, until))
    ).scalar_one_or_none()


def _saved(contract_id: UUID, from_on: date, to_on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Call.contract_id == contract_id,
        Call.number.is_not(None),
        Call.state == CallState.SAVED.value,
        Call.local_on.between(from_on, to_on),
    )


def _sum(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0).cast(Integer)


def contracts_in_use() -> list[UUID]:
    """The contracts under which a number was given to a call: each of these acts has an entry in the log."""
    return list(db.session.execute(select(CallSerial.contract_id).where(CallSerial.next_number > 1)).scalars())
