"""The coming days: a slowly moving level times factors (`factors`), learned by a regression that believes only what
the history supports (`regression`); the quarters of an hour share a day's calls by a profile (`profile`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Final

import numpy as np

from scheduling.forecast.factors import COLUMNS, contrast, label
from scheduling.forecast.prediction import Learned, Prediction, before, predict
from scheduling.forecast.profile import past_days
from scheduling.forecast.regression import Fit
from scheduling.forecast.values import (
    SLOT_MINUTES,
    DayForecast,
    Effect,
    Factor,
    Forecast,
    History,
    OpeningCalendar,
    SlotForecast,
    WeekForecast,
)

_TO_THE_LIMIT: Final = 1.2816  # standard deviations from the middle to the end of an 80 % interval
_COUNTS_HALF: Final = 0.5


def forecast(history: History, calendar: OpeningCalendar, from_on: date, to_on: date) -> Forecast:
    """The calls of every open day from `from_on` to `to_on`, both included, told from the days before `from_on`.

    Days of special opening and unusual hours have the calls of the hours they are open. Counts on or after `from_on`
    are not looked at. Raises ValueError if the range ends before it starts, TooLittleHistory below `LEAST_DAYS`
    open days with data.
    """
    if to_on < from_on:
        raise ValueError(f"the range ends before it starts: {from_on} to {to_on}")
    days = [from_on + timedelta(days=ahead) for ahead in range((to_on - from_on).days + 1)]
    learned = predict(before(past_days(history, calendar), from_on), calendar, days)
    past, prediction = learned.past, learned.prediction
    return Forecast(
        days=tuple(_day_forecasts(prediction)),
        weeks=tuple(_week_forecasts(prediction)),
        effects=tuple(_effects(learned)),
        based_on_days=len(past.days),
        until_on=past.days[-1],
        unusual_on=tuple(
            on for on, weight in zip(past.days, learned.fit.weights, strict=True) if weight <= _COUNTS_HALF
        ),
    )


def _day_forecasts(prediction: Prediction) -> Iterator[DayForecast]:
    between = prediction.day_limits()
    for row, on in enumerate(prediction.days):
        slots = _slot_forecasts(prediction, row)
        yield DayForecast(on, float(prediction.means[row]), int(between.low[row]), int(between.high[row]), slots)


def _slot_forecasts(prediction: Prediction, row: int) -> tuple[SlotForecast, ...]:
    places = np.flatnonzero(prediction.quarters[row])
    means = prediction.quarters[row, places]
    between = prediction.slot_limits(row, means)
    starts = np.maximum(places * SLOT_MINUTES, prediction.hours[row].start)
    rows = zip(starts.tolist(), means.tolist(), between.low.tolist(), between.high.tolist(), strict=True)
    return tuple(SlotForecast(*one) for one in rows)


def _week_forecasts(prediction: Prediction) -> Iterator[WeekForecast]:
    for _, members in groupby(range(len(prediction.days)), key=lambda row: prediction.days[row].isocalendar()[:2]):
        rows = list(members)
        mean, between = prediction.total_limits(rows)
        first, last = prediction.days[rows[0]], prediction.days[rows[-1]]
        yield WeekForecast(first, last, mean, int(between.low[0]), int(between.high[0]))


def _effects(learned: Learned) -> Iterator[Effect]:
    """The factors of which the history has cases, with what they do."""
    found: Fit = learned.fit
    behind = len(found.coefficients) - len(COLUMNS)
    coefficients, covariance = found.coefficients[behind:], found.covariance[behind:, behind:]
    for column, cases in zip(COLUMNS, learned.factors.sum(axis=0), strict=True):
        if cases and (learned.knows_months or column.factor is not Factor.MONTH):
            row = contrast(column)
            middle, spread = row @ coefficients, _TO_THE_LIMIT * np.sqrt(row @ covariance @ row)
            low, high = np.exp(middle - spread), np.exp(middle + spread)
            yield Effect(column.factor, label(column), float(np.exp(middle)), float(low), float(high))
