"""How a day's calls spread over its quarters of an hour, and the limits between which a count will lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scheduling.forecast.factors import Floats
from scheduling.forecast.values import SLOT_MINUTES, History, OpeningCalendar
from scheduling.intervals import MINUTES_PER_DAY, MinuteRange

Integers = NDArray[np.int64]

QUARTERS: Final = MINUTES_PER_DAY // SLOT_MINUTES
_LOW, _HIGH = 0.1, 0.9
_TO_THE_LIMIT: Final = 1.2816  # standard deviations from the middle to either of them
_MOST_COUNTED: Final = 4_000
_FAR: Final = 10  # standard deviations: beyond lies nothing that matters
_LEAST_RATE: Final = 1e-3  # calls per quarter where none was ever counted


class PastDays(Struct, frozen=True, eq=False):
    """Open days with data, in order. `calls` and `open` are days × 96 quarters: calls, and the open share (0 to 1)."""

    days: tuple[date, ...]
    calls: Floats
    open: Floats

    @property
    def totals(self) -> Floats:
        """Calls of each day inside its opening hours."""
        return np.asarray(self.calls.sum(axis=1), dtype=np.float64)


def past_days(history: History, calendar: OpeningCalendar) -> PastDays:
    """The history on the grid of quarters; closed days and calls outside the hours are left out."""
    hours = {on: calendar.open_interval(on) for on in sorted(history.days)}
    opened = {on: open_quarters(span) for on, span in hours.items() if span is not None}
    calls = [_on_grid(history.days[on], history.step, quarters) for on, quarters in opened.items()]
    shape = (len(opened), QUARTERS)
    return PastDays(tuple(opened), np.reshape(calls, shape), np.reshape(list(opened.values()), shape))


def open_quarters(hours: MinuteRange) -> Floats:
    """For each quarter of the day the share of it (0 to 1) in which the centre is open."""
    starts = np.arange(QUARTERS) * SLOT_MINUTES
    minutes = np.minimum(starts + SLOT_MINUTES, hours.end) - np.maximum(starts, hours.start)
    return np.asarray(np.clip(minutes, 0, None) / SLOT_MINUTES, dtype=np.float64)


def _on_grid(slots: Mapping[int, int], step: int, opened: Floats) -> Floats:
    """Calls per quarter; those of a longer slot spread evenly over its open minutes."""
    cells = np.zeros(MINUTES_PER_DAY // step)
    for minute, calls in slots.items():
        cells[minute // step] += calls
    shares = opened.reshape(len(cells), -1)
    whole = shares.sum(axis=1, keepdims=True)
    spread = np.divide(shares, whole, out=np.zeros_like(shares), where=whole > 0)
    return np.asarray(spread * cells[:, None], dtype=np.float64).ravel()


def mean_rates(past: PastDays) -> Floats:
    """Calls per quarter of an hour, over the days on which it was open: 96 values, all above zero."""
    return _filled(past.calls.sum(axis=0), past.open.sum(axis=0)) + _LEAST_RATE


class Profile(Struct, frozen=True, eq=False):
    """`rates`: for each weekday and quarter its share of a usual day's calls, if open in full (7 × 96).
    `dispersion`: how much a quarter's counts vary beyond chance and beyond their day's total."""

    rates: Floats
    dispersion: float

    def shares(self, weekdays: Sequence[int], opened: Floats) -> Floats:
        """Days × 96 quarters: which part of the day's calls comes in which quarter; each row adds up to 1."""
        parts = self.rates[list(weekdays)] * opened
        return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float64)


def learn_profile(past: PastDays, usual: Floats, weights: Floats) -> Profile:
    """The profile of each weekday, held to that of all days, itself held to its own smooth course.

    `usual` is what each day would have had with the usual hours, `weights` how much it counts. Quarters that were
    never open have the rate of the nearest that were.
    """
    weekdays = np.eye(7)[[on.weekday() for on in past.days]]
    calls = weekdays.T @ (past.calls * weights[:, None])
    exposed = weekdays.T @ (past.open * (usual * weights)[:, None])
    overall = _overall(calls.sum(axis=0), exposed.sum(axis=0))
    expected = overall * exposed
    total = expected.sum(axis=1, keepdims=True)
    expected *= np.divide(calls.sum(axis=1, keepdims=True), total, out=np.ones_like(total), where=total > 0)
    rates = overall * _held(calls, expected) + _LEAST_RATE / QUARTERS
    return Profile(rates, _beyond_chance(past, Profile(rates, 0.0), weights))


def _overall(calls: Floats, exposed: Floats) -> Floats:
    smooth = _filled(_blurred(calls), _blurred(exposed))
    return smooth * _held(calls, smooth * exposed)


def _blurred(values: Floats) -> Floats:
    return np.convolve(values, [0.25, 0.5, 0.25], mode="same")


def _held(calls: Floats, expected: Floats) -> Floats:
    """By what to multiply the expected calls: calls ÷ expected, held to 1 as far as the difference may be chance.

    The counts are taken for Poisson around a gamma-distributed truth, its variance found from their own scatter.
    """
    squares = float((expected**2).sum())
    variance = float(((calls - expected) ** 2 - expected).sum()) / squares if squares else 0.0
    if variance <= 0:
        return np.ones_like(expected)
    return np.asarray((1 + variance * calls) / (1 + variance * expected), dtype=np.float64)


def _filled(calls: Floats, exposed: Floats) -> Floats:
    """Calls ÷ exposure; where there was none, as in the nearest quarter with some."""
    seen = np.flatnonzero(exposed > 0)
    return np.interp(np.arange(QUARTERS), seen, calls[seen] / exposed[seen])


def _beyond_chance(past: PastDays, profile: Profile, weights: Floats) -> float:
    """The variance of a quarter's true share, relative to the share, from the scatter around day total × share."""
    shares = profile.shares([on.weekday() for on in past.days], past.open)
    means = past.totals[:, None] * shares
    scatter = (past.calls - means) ** 2 - means * (1 - shares)
    squares = float((weights[:, None] * means**2).sum())
    return max(float((weights[:, None] * scatter).sum()) / squares, 0.0) if squares else 0.0


class Limits(Struct, frozen=True, eq=False):
    """The 10 % and 90 % quantiles of counts, and the probability that a count lies on or between them."""

    low: Integers
    high: Integers
    probability: Floats


def limits(means: Floats, dispersion: Floats) -> Limits:
    """Quantiles of negative binomial counts with these means (n) and variance mean + dispersion × mean² (n)."""
    variances = means + dispersion * means**2
    countable = means + _FAR * np.sqrt(variances) < _MOST_COUNTED
    found = _smooth_limits(means, variances)
    if countable.any():
        counted = _counted_limits(means[countable], dispersion[countable])
        found.low[countable], found.high[countable] = counted.low, counted.high
        found.probability[countable] = counted.probability
    return found


def _smooth_limits(means: Floats, variances: Floats) -> Limits:
    """A gamma distribution in the counts' stead, its quantiles by Wilson and Hilferty's cube."""
    shape = means**2 / variances
    low, high = (
        np.asarray(np.maximum(means * (1 - 1 / (9 * shape) + step / (3 * np.sqrt(shape))), 0) ** 3 / means**2)
        for step in (-_TO_THE_LIMIT, _TO_THE_LIMIT)
    )
    return Limits(low.round().astype(np.int64), high.round().astype(np.int64), np.full(len(means), _HIGH - _LOW))


def _counted_limits(means: Floats, dispersion: Floats) -> Limits:
    far = means + _FAR * np.sqrt(means + dispersion * means**2)
    counts = np.arange(int(far.max()) + 20)
    spread = dispersion[:, None]
    # From each count to the next the probability changes by a simple factor, also where the dispersion is 0.
    growth = np.log(means / (1 + dispersion * means))[:, None] + np.log1p(spread * counts) - np.log(counts + 1.0)
    logs = np.cumsum(np.hstack([_log_none(means, dispersion)[:, None], growth[:, :-1]]), axis=1)
    below = np.minimum(np.cumsum(np.exp(logs), axis=1), 1.0)
    low, high = (np.asarray((below < level).sum(axis=1), dtype=np.int64) for level in (_LOW, _HIGH))
    padded = np.hstack([np.zeros((len(means), 1)), below, np.ones((len(means), 1))])
    rows = np.arange(len(means))
    return Limits(low, high, padded[rows, high + 1] - padded[rows, low])


def _log_none(means: Floats, dispersion: Floats) -> Floats:
    """The logarithm of the probability of no call at all."""
    scattered = np.log1p(dispersion * means)
    return -np.divide(scattered, dispersion, out=means.copy(), where=dispersion > 0)
