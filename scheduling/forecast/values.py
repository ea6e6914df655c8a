"""What a forecast is made from and what it says: plain values, no arithmetic beyond checks and look-ups.

Days are dates of Asia/Tokyo, minutes count from their midnight, counts are offered calls (着信数).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from scheduling.intervals import MINUTES_PER_DAY, MinuteRange

SLOT_MINUTES: Final = 15
LEAST_DAYS: Final = 10
"""Open days with counts below which nothing is forecast: two working weeks, each weekday seen twice."""


class OpeningCalendar(Protocol):
    """What a forecast asks of a calendar; `BusinessCalendar` answers it."""

    def open_interval(self, on: date) -> MinuteRange | None:
        """The opening hours of the date, None when closed."""


class TooLittleHistory(ValueError):
    """Fewer open days with counts (`days`) than a forecast needs (`needed`)."""

    def __init__(self, days: int, needed: int = LEAST_DAYS) -> None:
        super().__init__(f"{days} open days with counts, at least {needed} are needed")
        self.days = days
        self.needed = needed


class History(Struct, frozen=True):
    """Offered calls of past days: for each day with data, start minute of a slot → calls.

    A day without data is absent, never a day of zeros; within a day an absent slot had no call. `step` is the length
    of the slots in minutes (15, or a multiple such as the exchange's 30, which is spread over its quarters). What
    lies on closed days or outside the opening hours is not used. A day still running, and days before the service
    began, must be left out: they would count as quiet ones.
    Raises ValueError for a negative count, a minute outside the day, an instant for a date, or a step that
    15 minutes do not divide or that does not divide the day.
    """

    days: Mapping[date, Mapping[int, int]]
    step: int = SLOT_MINUTES

    def __post_init__(self) -> None:
        if self.step <= 0 or self.step % SLOT_MINUTES or MINUTES_PER_DAY % self.step:
            raise ValueError(f"not a length of slots: {self.step} minutes")
        for on, slots in self.days.items():
            _check_day(on, slots)


def _check_day(on: date, slots: Mapping[int, int]) -> None:
    # 08:30 in Tokyo is the day before in UTC: an instant would be counted on the wrong day.
    if isinstance(on, datetime):
        raise ValueError(f"a date is needed, not an instant: {on.isoformat()}")
    for minute, calls in slots.items():
        if not 0 <= minute < MINUTES_PER_DAY:
            raise ValueError(f"{on}: not a minute of a day: {minute}")
        if calls < 0:
            raise ValueError(f"{on}: a negative count: {calls}")


class SlotForecast(Struct, frozen=True):
    """Calls expected in the quarter of an hour from `start` (minute of the day), cut to the opening hours.

    `low` and `high` are whole calls; with 80 % or a little more the count lies between them, both included.
    """

    start: int
    mean: float
    low: int
    high: int


class DayForecast(Struct, frozen=True):
    """Calls expected on an open day. The slots' means add up to the day's; their limits do not."""

    on: date
    mean: float
    low: int
    high: int
    slots: tuple[SlotForecast, ...]


class WeekForecast(Struct, frozen=True):
    """Calls expected on the open days of a week (Monday to Sunday) that lie in the range asked for."""

    from_on: date
    to_on: date
    mean: float
    low: int
    high: int


class Factor(StrEnum):
    """What moves a day's calls; `label` is the Japanese word."""

    WEEKDAY = "weekday"
    AFTER_CLOSED = "after_closed"
    MONTH_PART = "month_part"
    PEAK_DATE = "peak_date"
    YEAR_END = "year_end"
    MONTH = "month"

    @property
    def label(self) -> str:
        """The field's word for it."""
        return _FACTOR_LABELS[self]


_FACTOR_LABELS: Final = {
    Factor.WEEKDAY: "曜日",
    Factor.AFTER_CLOSED: "閉庁日の翌日",
    Factor.MONTH_PART: "月初・月末",
    Factor.PEAK_DATE: "5・10日",
    Factor.YEAR_END: "年末年始",
    Factor.MONTH: "月",
}


class Effect(Struct, frozen=True):
    """By what a factor multiplies a day's calls (`ratio`, 1 is no change), with its 80 % interval.

    `label` is the Japanese word for the case. A Monday after a weekend has two: its weekday and two closed days before.
    """

    factor: Factor
    label: str
    ratio: float
    low: float
    high: float


class Forecast(Struct, frozen=True):
    """Calls for the open days of a range, in order, and what the figures rest on.

    `based_on_days` counts the open days with data, the last of them `until_on`. `unusual_on` are days that lie so far
    from what was to be expected that they count half or less. `effects` are those the history has cases of.
    """

    days: tuple[DayForecast, ...]
    weeks: tuple[WeekForecast, ...]
    effects: tuple[Effect, ...]
    based_on_days: int
    until_on: date
    unusual_on: tuple[date, ...]

    def day(self, on: date) -> DayForecast | None:
        """The forecast of a date, None when it is closed or not in the range."""
        return next((one for one in self.days if one.on == on), None)


class TotalScore(Struct, frozen=True):
    """How well totals (of days, or of weeks) were forecast.

    `wape` = Σ|actual - mean| ÷ Σ actual. `floor` is the WAPE to be expected of somebody who knows the true means, were
    the counts Poisson: nobody does better for long. `naive_wape` belongs to "as on the last such weekday". `bias` =
    Σ(mean - actual) ÷ Σ actual. `coverage` is the share of totals inside their interval, `expected_coverage` the
    share that whole numbers allow (80 % or a little more). Ratios over no calls at all are None.
    """

    count: int
    calls: int
    wape: float | None
    floor: float | None
    naive_wape: float | None
    bias: float | None
    coverage: float
    expected_coverage: float


class SlotScore(Struct, frozen=True):
    """How often a slot's count lay inside its interval, and how often whole numbers let it be expected."""

    count: int
    coverage: float
    expected_coverage: float


class StaffingScore(Struct, frozen=True):
    """Operators that the forecast asks for, against those that the calls which came would have needed.

    `short`, `equal` and `over` count slots; `most_short` is the largest lack in one slot.
    """

    short: int
    equal: int
    over: int
    most_short: int


class Backtest(Struct, frozen=True):
    """Forecasts made as if on past mornings, held against what came. `origins` are the first days forecast.

    `weekly` takes only weeks of which every open day was forecast and has data, None when there is none.
    """

    origins: tuple[date, ...]
    daily: TotalScore
    weekly: TotalScore | None
    slots: SlotScore
    staffing: StaffingScore | None
