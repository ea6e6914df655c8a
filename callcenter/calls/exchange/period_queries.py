"""What the exchange says of many days at once: half hours, gaps that nobody explained, which sources ruled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import and_, select

from callcenter.calls.exchange.day import DayExchange, Reason, Recorded, SlotExchange, compare
from callcenter.calls.exchange.models import ExchangeCount, ExchangeDaySource, ExchangeGapReason, ExchangeSource
from callcenter.calls.exchange.queries import COUNTED, REASON_LABEL, counts_of
from callcenter.calls.exchange.rules import UNMEASURED, Counts, slot_of, slots_of
from callcenter.extensions import db
from callcenter.protection.cipher import opener
from callcenter.protection.deployment import keys_for
from scheduling.calendar import DayStatus

_RULING = and_(
    ExchangeDaySource.contract_id == ExchangeCount.contract_id,
    ExchangeDaySource.local_on == ExchangeCount.local_on,
    ExchangeDaySource.source_id == ExchangeCount.source_id,
)
_Inside = dict[int | None, Counts]


def inside_hours(contract_id: UUID, days: Sequence[DayStatus]) -> dict[date, DayExchange]:
    """The opening hours of each day that its ruling source counted, by half hours or as a whole, as `day_exchange`
    reads a single one; without reasons and what lies outside. One statement."""
    counted = _counted(contract_id, days)
    return {one.on: _day(one, counted[one.on]) for one in days if one.on in counted}


def _counted(contract_id: UUID, days: Sequence[DayStatus]) -> Mapping[date, _Inside]:
    found: dict[date, _Inside] = defaultdict(dict)
    if not days:
        return found
    statement = (
        select(ExchangeCount.local_on, ExchangeCount.start_minute, *COUNTED)
        .join(ExchangeDaySource, _RULING)
        .where(
            ExchangeCount.contract_id == contract_id,
            ExchangeCount.local_on.between(days[0].on, days[-1].on),
            ExchangeCount.replaced_at.is_(None),
            ExchangeCount.inside_hours.is_(True),
        )
    )
    for row in db.session.execute(statement):
        found[row.local_on][row.start_minute] = counts_of(row)
    return found


def _day(status: DayStatus, counted: _Inside) -> DayExchange:
    slots = slots_of(status.hours)
    said = (SlotExchange(one.start, one.end, counted.get(slot_of(one.start), UNMEASURED)) for one in slots)
    return DayExchange(
        on=status.on,
        source=None,
        chosen_by="",
        chosen_at=None,
        slots=tuple(said),
        day_total=counted.get(None) if slots else None,
        out_of_hours=UNMEASURED,
        out_slots=(),
        reasons=(),
        others=(),
    )


def unexplained_days(
    contract_id: UUID,
    counted: Mapping[date, DayExchange],
    recorded: Mapping[date, Mapping[int, int]],
    period: tuple[date, date],
) -> list[date]:
    """The days (as `inside_hours` read them) that have a gap without a reason (003 10(1)②ア). `recorded`: incoming
    calls of each day by a minute of their half hour. One statement."""
    reasons = _reasons(contract_id, period) if counted else {}
    return [
        on
        for on, day in sorted(counted.items())
        if compare(_with_reasons(day, reasons.get(on, ())), Recorded(recorded.get(on, {}))).unexplained
    ]


def _with_reasons(day: DayExchange, reasons: Iterable[Reason]) -> DayExchange:
    return replace(day, reasons=tuple(reasons))


def _reasons(contract_id: UUID, period: tuple[date, date]) -> Mapping[date, list[Reason]]:
    """The newest reason of each stretch by day; one that was withdrawn has no text."""
    row = ExchangeGapReason
    statement = (
        select(row.id, row.local_on, row.start_minute, row.reason, row.difference, row.writer_name, row.written_at)
        .where(row.contract_id == contract_id, row.local_on.between(*period))
        .order_by(row.written_at, row.id)
    )
    newest = {(one.local_on, one.start_minute): one for one in db.session.execute(statement)}
    open_text = opener(keys_for(contract_id), REASON_LABEL)
    found: dict[date, list[Reason]] = defaultdict(list)
    for (on, start), one in newest.items():
        text = open_text(one.id, one.reason)
        found[on].append(Reason(start, None, text, one.writer_name, one.written_at, one.difference))
    return found


def ruling_names(contract_id: UUID, from_on: date, to_on: date) -> tuple[str, ...]:
    """The names of the sources that ruled a day of the period, in order. One statement."""
    statement = (
        select(ExchangeSource.name)
        .join(
            ExchangeDaySource,
            and_(
                ExchangeDaySource.contract_id == ExchangeSource.contract_id,
                ExchangeDaySource.source_id == ExchangeSource.id,
            ),
        )
        .where(ExchangeDaySource.contract_id == contract_id, ExchangeDaySource.local_on.between(from_on, to_on))
        .distinct()
        .order_by(ExchangeSource.name)
    )
    return tuple(db.session.execute(statement).scalars())
