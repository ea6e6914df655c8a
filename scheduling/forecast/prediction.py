"""From history to the expected calls of coming days, as arrays: what `forecast` words and `backtest` judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from msgspec import Struct

from scheduling.forecast.factors import Floats, factor_table
from scheduling.forecast.profile import (
    QUARTERS,
    Limits,
    PastDays,
    learn_profile,
    limits,
    mean_rates,
    open_quarters,
)
from scheduling.forecast.regression import Fit, Table, fit
from scheduling.forecast.values import LEAST_DAYS, OpeningCalendar, TooLittleHistory
from scheduling.intervals import MinuteRange

LONGEST_HISTORY: Final = timedelta(days=2 * 366)
_KNOWS_MONTHS: Final = timedelta(days=395)
_MOST_STEPS: Final = 60
_MOST_UNCERTAIN: Final = 0.5


class Prediction(Struct, frozen=True, eq=False):
    """Open days to come with their `hours`, and what they will bring.

    `means` of each day (n), their relative `covariance` from what is not known of the level and the factors (n × n),
    `dispersion` of single days beyond that, and `quarters`: calls expected in each quarter of an hour (n × 96).
    """

    days: tuple[date, ...]
    hours: tuple[MinuteRange, ...]
    means: Floats
    covariance: Floats
    dispersion: float
    quarters: Floats
    quarter_dispersion: float

    def day_limits(self) -> Limits:
        """Between which limits the days' totals will lie."""
        return limits(self.means, self._day_dispersions())

    def total_limits(self, members: Sequence[int]) -> tuple[float, Limits]:
        """Mean and limits of the sum over some of the days, by their places."""
        rows = list(members)
        means = self.means[rows]
        shared = means @ self.covariance[np.ix_(rows, rows)] @ means
        own = (self._day_dispersions()[rows] - self.covariance[rows, rows]) @ means**2
        total = float(means.sum())
        return total, limits(np.array([total]), np.array([(shared + own) / total**2]))

    def slot_limits(self, day: int, means: Floats) -> Limits:
        """Between which limits the counts of slots of one day will lie."""
        known = (1 + self._day_dispersions()[day]) * (1 + self.quarter_dispersion) - 1
        return limits(means, np.full(len(means), known))

    def _day_dispersions(self) -> Floats:
        variances = np.diag(self.covariance)
        return np.asarray((1 + variances) * (1 + self.dispersion) - 1, dtype=np.float64)


class Learned(Struct, frozen=True, eq=False):
    """A history's days, what was learned from them, whether months are part of it, and what all that predicts."""

    past: PastDays
    fit: Fit
    factors: Floats
    knows_months: bool
    prediction: Prediction


def predict(past: PastDays, calendar: OpeningCalendar, days: Sequence[date]) -> Learned:
    """Learn from the past days and predict the open ones among `days`, at least one, all later.

    Raises TooLittleHistory below `LEAST_DAYS` past days.
    """
    if len(past.days) < LEAST_DAYS:
        raise TooLittleHistory(len(past.days))
    hours = {on: calendar.open_interval(on) for on in days}
    coming = {on: span for on, span in hours.items() if span is not None}
    table = _table(past, coming, calendar)
    learned = fit(table, past.totals)
    known = len(past.days)
    return Learned(past, learned, table.factors[:known], table.by_month, _prediction(past, coming, table, learned))


def before(past: PastDays, on: date) -> PastDays:
    """Only the days before the date, and of those the last two years."""
    rows = [row for row, day in enumerate(past.days) if on - LONGEST_HISTORY <= day < on]
    return PastDays(tuple(past.days[row] for row in rows), past.calls[rows], past.open[rows])


def _table(past: PastDays, coming: Mapping[date, MinuteRange], calendar: OpeningCalendar) -> Table:
    days = (*past.days, *coming)
    first = days[0].toordinal() - days[0].weekday()
    # By the history alone: a day's forecast is the same, however long the range that was asked for.
    length = 7 * (1 + (past.days[-1].toordinal() - first) // (7 * _MOST_STEPS))
    steps = np.array([(on.toordinal() - first) // length for on in days], dtype=np.float64)
    exposure = np.vstack([past.open, _opened(coming)]) @ mean_rates(past)
    by_month = past.days[-1] - past.days[0] >= _KNOWS_MONTHS
    return Table(steps, factor_table(days, calendar), exposure, by_month)


def _opened(coming: Mapping[date, MinuteRange]) -> Floats:
    return np.reshape([open_quarters(span) for span in coming.values()], (len(coming), QUARTERS))


def _prediction(past: PastDays, coming: Mapping[date, MinuteRange], table: Table, found: Fit) -> Prediction:
    known, design = len(past.days), table.design()
    logs = design @ found.coefficients + found.offset
    profile = learn_profile(past, np.exp(logs[:known]), found.weights)
    ahead = design[known:]
    covariance = np.minimum(ahead @ found.covariance @ ahead.T, _MOST_UNCERTAIN)
    means = table.exposure[known:] * np.exp(logs[known:] + np.diag(covariance) / 2)
    shares = profile.shares([on.weekday() for on in coming], _opened(coming))
    return Prediction(
        days=tuple(coming),
        hours=tuple(coming.values()),
        means=means,
        covariance=np.expm1(covariance),
        dispersion=found.dispersion,
        quarters=means[:, None] * shares,
        quarter_dispersion=profile.dispersion,
    )
