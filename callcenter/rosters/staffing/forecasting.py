"""Reads what a forecast is made from, and what the contract assumes of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from callcenter.clock import local
from callcenter.contracts.queries import calendar, contract, setting, terms_on
from callcenter.contracts.settings import SETTINGS
from callcenter.rosters.ports import CallVolume, volume_history
from callcenter.rosters.staffing.rules import Assumptions, required_by_slot
from scheduling.forecast import Forecast, History, OpeningCalendar, TooLittleHistory, forecast
from scheduling.intervals import MinuteRange
from scheduling.staffing import ServiceLevelTarget

REACH_BACK = timedelta(days=550)
"""A year and a half: every month seen once, and its season."""
HALF_HOUR = 30
USUAL_AHT_SECONDS = 300.0
"""Assumed until fifty calls were timed."""
TIMED_ENOUGH = 50


class Past(Struct, frozen=True):
    """The calls up to yesterday, and how they are handled. `recorded_days`: days known from records only."""

    history: History
    calendar: OpeningCalendar
    aht_seconds: float
    aht_calls: int
    recorded_days: int

    @property
    def aht_measured(self) -> bool:
        return self.aht_calls >= TIMED_ENOUGH


class _Calendars(Struct, frozen=True):
    """The opening hours under the contract, and before it under its predecessor."""

    starts_on: date
    now: OpeningCalendar
    before: OpeningCalendar

    def open_interval(self, on: date) -> MinuteRange | None:
        return (self.now if on >= self.starts_on else self.before).open_interval(on)


def past(contract_id: UUID, at: datetime) -> Past:
    """The history up to yesterday, the predecessor's included."""
    term, until = contract(contract_id), local(at).on - timedelta(days=1)
    found = volume_history(contract_id, until - REACH_BACK, until)
    earlier = _earlier(term.predecessor_id, until)
    days = {**(earlier.days if earlier else {}), **found.days}
    opening: OpeningCalendar = calendar(contract_id)
    if term.predecessor_id:
        opening = _Calendars(term.starts_on, opening, calendar(term.predecessor_id))
    seconds, timed = found.handling_seconds, found.timed_calls
    if timed < TIMED_ENOUGH and earlier:
        seconds, timed = seconds + earlier.handling_seconds, timed + earlier.timed_calls
    aht = seconds / timed if timed >= TIMED_ENOUGH else USUAL_AHT_SECONDS
    return Past(History(days, HALF_HOUR), opening, aht, timed, len(found.recorded_on))


def _earlier(predecessor_id: UUID | None, until: date) -> CallVolume | None:
    if predecessor_id is None:
        return None
    return volume_history(predecessor_id, until - REACH_BACK, min(until, contract(predecessor_id).ends_on))


def forecast_days(found: Past, from_on: date, to_on: date) -> Forecast:
    """Raises `TooLittleHistory`."""
    return forecast(found.history, found.calendar, from_on, to_on)


def assumptions(contract_id: UUID, aht_seconds: float, on: date) -> Assumptions:
    """What the contract's settings say on a day. Raises `NotFound` before its first terms."""
    patience = _number(contract_id, "patience_seconds", on)
    return Assumptions(
        aht_seconds=aht_seconds,
        target=ServiceLevelTarget(
            (_number(contract_id, "service_level_percent", on) or 80) / 100,
            _number(contract_id, "service_level_seconds", on) or 0,
        ),
        patience_seconds=patience,
        max_occupancy=(_number(contract_id, "most_occupancy_percent", on) or 100) / 100,
        shrinkage=(_number(contract_id, "shrinkage_percent", on) or 0) / 100,
        minimum=terms_on(contract_id, on).minimum_operators,
    )


def _number(contract_id: UUID, name: str, on: date) -> int | None:
    value = setting(contract_id, name, on, SETTINGS[name].standard)
    return int(value[0]) if value else None


def required_operators(contract_id: UUID, days: Sequence[date], at: datetime) -> dict[date, dict[int, int]]:
    """The operators that the forecast wants on each open day, by the minute a quarter of an hour starts at; empty
    while the history is too short."""
    if not days:
        return {}
    found = past(contract_id, at)
    try:
        ahead = forecast_days(found, min(days), max(days))
    except TooLittleHistory:
        return {}
    wanted, given = set(days), assumptions(contract_id, found.aht_seconds, min(days))
    opening = calendar(contract_id)
    return {
        day.on: required_by_slot(day, given, hours.end)
        for day in ahead.days
        if day.on in wanted and (hours := opening.open_interval(day.on)) is not None
    }
