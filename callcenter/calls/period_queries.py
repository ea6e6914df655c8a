"""Counts of saved calls over a period, grouped by the database: what they cost does not grow with the calls in memory.

Days are local dates (Asia/Tokyo) of the call's start, both ends included; open and voided calls are counted nowhere
but in `excluded`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, Subquery, and_, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from callcenter.calls.category_queries import Names
from callcenter.calls.models import IS_OPEN, Call
from callcenter.calls.rules import CallState, Channel, Disposition, Language, Relation
from callcenter.calls.sealing import column_opener
from callcenter.coded import Labelled
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for

HALF_HOUR = 30
COMPLETED = (Disposition.COMPLETED, Disposition.BOOKING, Disposition.REFERRED)
"""Calls the centre dealt with itself (完結)."""


def saved(contract_id: UUID, from_on: date, to_on: date) -> tuple[ColumnElement[bool], ...]:
    """What makes a call count in a period."""
    return (
        Call.contract_id == contract_id,
        Call.number.is_not(None),
        Call.state == CallState.SAVED.value,
        Call.local_on.between(from_on, to_on),
    )


def recorded(contract_id: UUID, from_on: date, to_on: date) -> Subquery:
    """The calls that count in a period, as `id` and `local_on`: for those who count what belongs to them."""
    return select(Call.id, Call.local_on).where(*saved(contract_id, from_on, to_on)).subquery("recorded")


# --- by day and half hour ---


ATTRIBUTES: Mapping[str, type[Labelled]] = {
    "channel": Channel,
    "relation": Relation,
    "language": Language,
    "disposition": Disposition,
}
"""What a record says of itself in codes: column → its values."""
_VALUES = tuple((name, one.value) for name, coded in ATTRIBUTES.items() for one in coded)
_AT = {value: at for at, value in enumerate(_VALUES)}


class Stretch(Struct, frozen=True):
    """Records that began in one stretch of a day: a half hour, cut where opening hours begin or end within it. Seconds
    are over the `timed` calls, which have both durations. `by_value`: records of each value of each attribute.
    `edited_at`: when the last of them was saved or corrected."""

    on: date
    start_minute: int
    recorded: int
    complaints: int
    difficult: int
    timed: int
    talk_seconds: int
    after_seconds: int
    edited_at: datetime
    by_value: tuple[int, ...]

    def of(self, name: str, *values: Labelled) -> int:
        """Records whose attribute has one of the values."""
        return sum(self.by_value[_AT[name, one.value]] for one in values)

    def ended(self, *how: Disposition) -> int:
        return self.of("disposition", *how)

    @property
    def by_phone(self) -> int:
        return self.of("channel", Channel.PHONE)

    @property
    def completed(self) -> int:
        return self.ended(*COMPLETED)

    @property
    def other_languages(self) -> int:
        return self.recorded - self.of("language", Language.JAPANESE)


_TIMED = and_(Call.talk_seconds.is_not(None), Call.acw_seconds.is_not(None))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _seconds(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column).filter(_TIMED), 0).cast(Integer)


_COUNTED = (
    func.count(),
    _number(Call.complaint.is_(True)),
    _number(Call.difficult.is_(True)),
    _number(_TIMED),
    _seconds(Call.talk_seconds),
    _seconds(Call.acw_seconds),
    func.max(Call.edited_at),
)
_PLAIN = 2 + len(_COUNTED)


def stretches(contract_id: UUID, from_on: date, to_on: date, edges: Iterable[int] = ()) -> list[Stretch]:
    """The stretches that have records, in order. `edges`: minutes at which opening hours begin or end, so that no
    stretch lies on both sides of one. One statement, and the only one that reads every record for what it counts."""
    start = _start(edges).label("start")
    by_value = (_number(getattr(Call, name) == value) for name, value in _VALUES)
    statement = (
        select(Call.local_on, start, *_COUNTED, *by_value)
        .where(*saved(contract_id, from_on, to_on))
        .group_by(Call.local_on, start)
        .order_by(Call.local_on, start)
    )
    return [_stretch(tuple(row)) for row in db.session.execute(statement)]


def _stretch(values: tuple[Any, ...]) -> Stretch:
    plain, by_value = values[:_PLAIN], values[_PLAIN:]
    return Stretch(*(*plain, by_value))


def _start(edges: Iterable[int]) -> ColumnElement[Any]:
    """The start of the stretch a call's minute lies in."""
    minute = Call.local_minute
    half = minute - minute % HALF_HOUR
    cuts = [
        (and_(minute >= edge, minute < edge - edge % HALF_HOUR + HALF_HOUR), edge)
        for edge in sorted(set(edges), reverse=True)
        if edge % HALF_HOUR
    ]
    return case(*cuts, else_=half) if cuts else half


# --- by category and attribute ---


def by_category(contract_id: UUID, from_on: date, to_on: date) -> dict[str, dict[date, int]]:
    """Four-digit code → day → records; only what has any, in order. One statement."""
    statement = (
        select(Call.category_code, Call.local_on, func.count())
        .where(*saved(contract_id, from_on, to_on))
        .group_by(Call.category_code, Call.local_on)
        .order_by(Call.category_code, Call.local_on)
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for code, on, count in db.session.execute(statement):
        found[str(code)][on] = count
    return dict(found)


def by_attribute(found: Iterable[Stretch]) -> dict[str, dict[str, int]]:
    """Name of the attribute → its key → records."""
    counts = [sum(column) for column in zip(*(one.by_value for one in found), strict=True)] or [0] * len(_VALUES)
    return {name: {one.value: counts[_AT[name, one.value]] for one in coded} for name, coded in ATTRIBUTES.items()}


# --- calling again ---


class DayNumber(FunctionElement[int]):
    """A date as a number of days, for differences of days in SQL."""

    inherit_cache = True
    type = Integer()


@compiles(DayNumber, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **more)}) AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _on_postgres(element: Any, compiler: Any, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)} - DATE '2000-01-01')"


class Repeats(Struct, frozen=True):
    """Records of a day that have a phone number: of these, those that came again, those that were completed, and those
    completed without coming again."""

    numbered: int
    repeated: int
    completed: int
    solved: int


def repeats(contract_id: UUID, from_on: date, to_on: date, within_days: int) -> dict[date, Repeats]:
    """Of each day that has numbered records: a record comes again when the same phone has one of the same minor
    category before it, at most `within_days` days earlier. Looks as far before and after the period. One statement."""
    around = timedelta(days=within_days)
    same: dict[str, Any] = {
        "partition_by": (Call.phone_key, Call.category_code),
        "order_by": (Call.local_on, Call.local_minute, Call.number),
    }
    day = DayNumber(Call.local_on)
    calls = (
        select(
            Call.local_on,
            Call.disposition.in_([one.value for one in COMPLETED]).label("completed"),
            (day - func.lag(day).over(**same)).label("since"),
            (func.lead(day).over(**same) - day).label("until"),
        )
        .where(*saved(contract_id, from_on - around, to_on + around), Call.phone_key.is_not(None))
        .subquery()
    )
    done, alone = calls.c.completed, or_(calls.c.until.is_(None), calls.c.until > within_days)
    statement = (
        select(
            calls.c.local_on,
            func.count(),
            _number(calls.c.since <= within_days),
            _number(done),
            _number(and_(done, alone)),
        )
        .where(calls.c.local_on.between(from_on, to_on))
        .group_by(calls.c.local_on)
        .order_by(calls.c.local_on)
    )
    return {on: Repeats(*counts) for on, *counts in db.session.execute(statement)}


# --- what is listed, and what is left out ---


class CaseLine(Struct, frozen=True):
    """An escalation, a complaint or a difficult case, under the category's names of its day; keys as in `rules`."""

    id: UUID
    number: int
    local_on: date
    local_minute: int
    channel: str
    relation: str
    category_code: str
    category_name: str
    major_name: str
    disposition: str
    complaint: bool
    difficult: bool
    report_text: str


_CASE = (
    Call.id,
    Call.number,
    Call.local_on,
    Call.local_minute,
    Call.channel,
    Call.relation,
    Call.category_code,
    Call.disposition,
    Call.complaint,
    Call.difficult,
    Call.report_text,
)
_IS_CASE = or_(Call.disposition == Disposition.ESCALATED.value, Call.complaint.is_(True), Call.difficult.is_(True))


def cases(contract_id: UUID, period: tuple[date, date], known: Names, most: int) -> list[CaseLine]:
    """The first `most` cases of a period in the order of their days. One statement, which finds them by an index
    alone: few of a period's records are cases."""
    open_text = column_opener(keys_for(contract_id), "report_text")
    in_order = (Call.local_on, Call.local_minute, Call.number)
    first = select(Call.number).where(*saved(contract_id, *period), _IS_CASE).order_by(*in_order).limit(most)
    statement = select(*_CASE).where(Call.contract_id == contract_id, Call.number.in_(first)).order_by(*in_order)
    return [_case(row, known, open_text(row.id, row.report_text)) for row in db.session.execute(statement)]


def _case(row: Any, known: Names, text: str) -> CaseLine:
    plain, code = {**row._mapping, "report_text": text}, row.category_code
    return CaseLine(
        category_name=known.label(code, row.local_on), major_name=known.label(code[:2], row.local_on), **plain
    )


class Excluded(Struct, frozen=True):
    """What the figures of a period leave out: voided records, and by day the calls with words that were never saved.
    `voided_at`: when the last of a day's was voided."""

    voided: int
    open: Mapping[date, int]
    voided_at: Mapping[date, datetime] = {}

    @property
    def open_calls(self) -> int:
        return sum(self.open.values())


def excluded(contract_id: UUID, from_on: date, to_on: date) -> Excluded:
    """Two statements."""
    within = (Call.contract_id == contract_id, Call.local_on.between(from_on, to_on))
    voided = (
        select(Call.local_on, func.count(), func.max(Call.edited_at))
        .where(*within, Call.number.is_not(None), Call.state == CallState.VOIDED.value)
        .group_by(Call.local_on)
    )
    still_open = (
        select(Call.local_on, func.count())
        .where(*within, Call.state == IS_OPEN, Call.draft.is_not(None))
        .group_by(Call.local_on)
        .order_by(Call.local_on)
    )
    days = db.session.execute(voided).all()
    return Excluded(
        sum(count for _, count, _ in days),
        dict(db.session.execute(still_open).all()),
        {on: at for on, _, at in days},
    )


def last_changes(found: Iterable[Stretch], left_out: Excluded) -> dict[date, datetime]:
    """When the records of each day were last saved, corrected or voided, from what was counted of them."""
    newest = dict(left_out.voided_at)
    for one in found:
        newest[one.on] = max(one.edited_at, newest.get(one.on, one.edited_at))
    return newest
