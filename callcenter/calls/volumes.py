"""How many calls came in, half hour by half hour, over many days: what a forecast is made from."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, select

from callcenter.calls import queries
from callcenter.calls.exchange.models import ExchangeCount, ExchangeDaySource
from callcenter.extensions import db

HALF_HOUR = 30
Days = dict[date, dict[int, int]]


class Volume(Struct, frozen=True):
    """Offered calls within the opening hours: day → minute at which a half hour starts → calls.

    `recorded_on` are the days on which the exchange said nothing by half hours and the desk's phone records stand in.
    `handling_seconds` is the talk and after-call work of the `timed_calls` that have both.
    """

    days: Days
    recorded_on: frozenset[date]
    timed_calls: int
    handling_seconds: int


def volume(contract_id: UUID, from_on: date, to_on: date) -> Volume:
    """The calls of a range of days, both included. Days without any are absent. Three statements."""
    offered, recorded = _offered(contract_id, from_on, to_on), _recorded(contract_id, from_on, to_on)
    summary = queries.period_summary(contract_id, from_on, to_on)
    missing = recorded.keys() - offered.keys()
    return Volume(
        days={**{on: recorded[on] for on in missing}, **offered},
        recorded_on=frozenset(missing),
        timed_calls=summary.timed_calls,
        handling_seconds=summary.talk_seconds + summary.acw_seconds,
    )


_RULING = and_(
    ExchangeDaySource.contract_id == ExchangeCount.contract_id,
    ExchangeDaySource.local_on == ExchangeCount.local_on,
    ExchangeDaySource.source_id == ExchangeCount.source_id,
)


def _offered(contract_id: UUID, from_on: date, to_on: date) -> Days:
    """The half hours of each day's ruling source."""
    statement = (
        select(ExchangeCount.local_on, ExchangeCount.start_minute, ExchangeCount.offered)
        .join(ExchangeDaySource, _RULING)
        .where(
            ExchangeCount.contract_id == contract_id,
            ExchangeCount.local_on.between(from_on, to_on),
            ExchangeCount.replaced_at.is_(None),
            ExchangeCount.start_minute.is_not(None),
            ExchangeCount.inside_hours.is_(True),
        )
    )
    found: defaultdict[date, dict[int, int]] = defaultdict(dict)
    for on, minute, offered in db.session.execute(statement):
        found[on][minute or 0] = offered
    return dict(found)


def _recorded(contract_id: UUID, from_on: date, to_on: date) -> Days:
    found: defaultdict[date, dict[int, int]] = defaultdict(dict)
    for slot in queries.counts_by_slot(contract_id, from_on, to_on, HALF_HOUR):
        if slot.recorded_by_phone:
            found[slot.local_on][slot.start_minute] = slot.recorded_by_phone
    return dict(found)
