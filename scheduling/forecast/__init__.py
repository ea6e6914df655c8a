"""Calls per quarter of an hour for coming days, from history, and how good such forecasts have been.

``values``      what goes in and comes out
``ahead``       `forecast`: the coming days
``factors``     what moves a day's calls, ``regression`` how much, by what the history supports
``profile``     how a day's calls fall into its quarters of an hour
``prediction``  means with their intervals
``backtest``    `backtest`: forecasts made as if on past mornings, held against what came

At about a hundred calls a day chance alone makes a perfect forecast miss a day by 8 % and a quarter of an hour by half:
judge totals of days and weeks, against the floor that `backtest` states, and the staffing that follows.
"""

from scheduling.forecast.ahead import forecast
from scheduling.forecast.backtest import backtest, poisson_floor
from scheduling.forecast.values import (
    LEAST_DAYS,
    SLOT_MINUTES,
    Backtest,
    DayForecast,
    Effect,
    Factor,
    Forecast,
    History,
    OpeningCalendar,
    SlotForecast,
    SlotScore,
    StaffingScore,
    TooLittleHistory,
    TotalScore,
    WeekForecast,
)

__all__ = [
    "LEAST_DAYS",
    "SLOT_MINUTES",
    "Backtest",
    "DayForecast",
    "Effect",
    "Factor",
    "Forecast",
    "History",
    "OpeningCalendar",
    "SlotForecast",
    "SlotScore",
    "StaffingScore",
    "TooLittleHistory",
    "TotalScore",
    "WeekForecast",
    "backtest",
    "forecast",
    "poisson_floor",
]
