"""A day's calls as level × factors: regularised negative binomial regression on the logarithm.

The level moves in steps of a week (two in long histories), and a step resembles the one before (`persistence`), so that
a trend goes on and fades out. Steps and factors are held to zero by a normal prior; how tightly, the history itself
decides by its marginal likelihood over a short list of spreads: what the data do not support stays near "no effect".
Steps to come are part of the level without counts of their own, so that the uncertainty of a forecast grows by itself.
Days further than 2.5 standard deviations from what was to be expected lose weight by the square of their distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct

from scheduling.forecast.factors import COLUMNS, Column, Floats
from scheduling.forecast.values import Factor

_ROUNDS: Final = 4
_NEWTON_STEPS: Final = 4
_CLIP: Final = 2.5
_CLIPPED_VARIANCE: Final = 0.97756  # of a standard normal whose squares are clipped at 2.5²
_START_DISPERSION: Final = 0.02
_USUAL_DISPERSION: Final = 0.005  # about 7 % from day to day beyond chance
_USUAL_DISPERSION_DAYS: Final = 10
_MOST_DISPERSION: Final = 4.0
_INTERCEPT_SPREAD: Final = 2.0
_LEAST_LOG, _MOST_LOG = -12.0, 14.0
_PIECE_ROWS: Final = 10
_SATURDAY: Final = 5

LEVEL: Final = "level"
PERSISTENCE: Final = "persistence"
WEEKEND: Final = "weekend"  # an opening on a day of rest: another kind of day, of which there are few
_PERSISTENCES: Final = (0.0, 0.5, 0.8)
_SCALES: Final = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
_USUAL: Final[Mapping[str, float]] = {
    LEVEL: 0.015,
    PERSISTENCE: 0.5,
    Factor.WEEKDAY: 0.08,
    Factor.AFTER_CLOSED: 0.08,
    Factor.MONTH_PART: 0.03,
    Factor.PEAK_DATE: 0.02,
    Factor.YEAR_END: 0.3,
    WEEKEND: 0.2,
    Factor.MONTH: 0.04,
}
_LEARNED: Final = tuple(name for name in _USUAL if name not in (Factor.YEAR_END, WEEKEND))
_DOUBT: Final = 1.0  # how far, in logarithms, a spread may lie from the usual one


class Table(Struct, frozen=True, eq=False):
    """Days as rows: the level's `steps` (weeks, or pairs of them) counted from the first, `factors` as
    `factors` has them, `exposure` the calls to be expected from the day's opening hours alone. `by_month`:
    whether a month came twice; before, a new level would pass for a month's, and be taken back at the month's end.
    """

    steps: Floats
    factors: Floats
    exposure: Floats
    by_month: bool

    def design(self) -> Floats:
        """Columns: 1, each step of the level (1 from there on), each factor."""
        steps = np.arange(1, int(self.steps.max()) + 1)
        columns = [np.ones((len(self.steps), 1)), self.steps[:, None] >= steps, self.factors * self._known()]
        return np.hstack(columns).astype(np.float64)

    def _known(self) -> Floats:
        return np.array([self.by_month or column.factor is not Factor.MONTH for column in COLUMNS], dtype=np.float64)


class Fit(Struct, frozen=True, eq=False):
    """What was learned: coefficients with their covariance, the offset they start from, day-to-day dispersion,
    and how much each day of the history counted (0 to 1)."""

    coefficients: Floats
    covariance: Floats
    offset: float
    dispersion: float
    weights: Floats
    spreads: Mapping[str, float]


class _Problem(Struct, frozen=True, eq=False):
    design: Floats
    counts: Floats
    offset: Floats

    def means(self, coefficients: Floats) -> Floats:
        return np.exp(np.clip(self.design @ coefficients + self.offset, _LEAST_LOG, _MOST_LOG))


class _Normal(Struct, frozen=True, eq=False):
    """The quadratic that stands for the likelihood: its information matrix and the score at zero."""

    information: Floats
    score: Floats


def fit(table: Table, counts: Floats) -> Fit:
    """Learn from the first `len(counts)` rows of the table; the rows behind them are days to come."""
    known = len(counts)
    base = float(np.log(np.median(counts) + 0.5) - np.log(np.median(table.exposure[:known])))
    problem = _Problem(table.design()[:known], counts, np.log(table.exposure[:known]) + base)
    # A level free to move at first: else weeks of a new level would pass for outliers, and stay so.
    spreads, dispersion = {**_USUAL, LEVEL: _SCALES[-1]}, _START_DISPERSION
    means = problem.means(np.zeros(problem.design.shape[1]))
    for _ in range(_ROUNDS):
        coefficients, normal = _mode(problem, means, dispersion, _precision(problem.design, spreads))
        means = problem.means(coefficients)
        dispersion = _dispersion(counts, means, _used(normal, _precision(problem.design, spreads)))
        spreads = _learned(problem.design, normal, spreads)
    precision = _precision(problem.design, spreads)
    coefficients, normal = _mode(problem, means, dispersion, precision)
    weights = _weights(counts, problem.means(coefficients), dispersion)
    covariance = np.asarray(np.linalg.inv(normal.information + precision), dtype=np.float64)
    return Fit(coefficients, covariance, base, dispersion, weights, spreads)


def _mode(problem: _Problem, means: Floats, dispersion: float, precision: Floats) -> tuple[Floats, _Normal]:
    """The most likely coefficients by Newton steps, weights following; and the quadratic at the last of them."""
    for _ in range(_NEWTON_STEPS):
        weights = _weights(problem.counts, means, dispersion) * means / (1 + dispersion * means)
        target = np.log(means) - problem.offset + (problem.counts - means) / means
        normal = _Normal(_information(problem.design, weights), problem.design.T @ (weights * target))
        coefficients = np.asarray(np.linalg.solve(normal.information + precision, normal.score), dtype=np.float64)
        means = problem.means(coefficients)
    return coefficients, normal


def _information(design: Floats, weights: Floats) -> Floats:
    """Σ weight × row × row', in small pieces: a large product would be shared among threads, and on a busy machine
    these wait for each other a hundred times longer than they work."""
    pieces = -(-len(design) // _PIECE_ROWS)
    padding = ((0, pieces * _PIECE_ROWS - len(design)), (0, 0))
    rows = np.pad(design, padding).reshape(pieces, _PIECE_ROWS, -1)
    weighted = np.pad(design * weights[:, None], padding).reshape(rows.shape)
    return np.asarray((weighted.swapaxes(1, 2) @ rows).sum(axis=0), dtype=np.float64)


def _weights(counts: Floats, means: Floats, dispersion: float) -> Floats:
    # The 1 keeps a second call on a day that expects none from passing for an outlier.
    distance = np.abs(counts - means) / np.sqrt(means + dispersion * means**2 + 1)
    return np.asarray(np.minimum(1.0, (_CLIP / np.maximum(distance, _CLIP)) ** 2), dtype=np.float64)


def _used(normal: _Normal, precision: Floats) -> float:
    """How many coefficients the data pay for (effective degrees of freedom)."""
    return float(np.trace(np.linalg.solve(normal.information + precision, normal.information)))


def _dispersion(counts: Floats, means: Floats, used: float) -> float:
    """The dispersion at which clipped squared residuals are as large as they should be, held to the usual one."""
    wanted = _CLIPPED_VARIANCE * max(len(counts) - used, 1.0)
    low, high = 0.0, _MOST_DISPERSION
    for _ in range(40):
        middle = (low + high) / 2
        squares = (counts - means) ** 2 / (means + middle * means**2)
        low, high = (middle, high) if np.minimum(squares, _CLIP**2).sum() > wanted else (low, middle)
    usual = _USUAL_DISPERSION_DAYS * _USUAL_DISPERSION
    return (len(counts) * low + usual) / (len(counts) + _USUAL_DISPERSION_DAYS)


def _precision(design: Floats, spreads: Mapping[str, float]) -> Floats:
    """The prior's inverse covariance: intercept, weekly steps as a stationary first-order process, factors."""
    steps = design.shape[1] - 1 - len(COLUMNS)
    precision = np.zeros((design.shape[1], design.shape[1]))
    precision[0, 0] = _INTERCEPT_SPREAD**-2
    precision[1 : 1 + steps, 1 : 1 + steps] = _step_precision(steps, spreads)
    factors = np.arange(1 + steps, design.shape[1])
    precision[factors, factors] = [spreads[_spread_of(column)] ** -2 for column in COLUMNS]
    return precision


def _spread_of(column: Column) -> str:
    return WEEKEND if column.factor is Factor.WEEKDAY and column.case >= _SATURDAY else column.factor


def _step_precision(steps: int, spreads: Mapping[str, float]) -> Floats:
    if not steps:
        return np.zeros((0, 0))
    alike = spreads[PERSISTENCE]
    diagonal = np.full(steps, 1 + alike**2)
    diagonal[0] -= alike**2
    diagonal[-1] -= alike**2
    beside = np.full(steps - 1, -alike)
    matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    return np.asarray(matrix / (spreads[LEVEL] ** 2 * (1 - alike**2)), dtype=np.float64)


def _learned(design: Floats, normal: _Normal, spreads: Mapping[str, float]) -> dict[str, float]:
    """Each spread in turn set to the one under which the history is most likely."""
    chosen = dict(spreads)
    for name in _LEARNED:
        choices = _PERSISTENCES if name == PERSISTENCE else _SCALES
        tried = [chosen | {name: choice} for choice in choices]
        chosen = max(tried, key=lambda one: _evidence(design, normal, one) - _surprise(one))
    return chosen


def _surprise(spreads: Mapping[str, float]) -> float:
    distances = [np.log(spreads[name] / _USUAL[name]) for name in _LEARNED if name != PERSISTENCE]
    return float(np.sum(np.square(distances)) / (2 * _DOUBT**2))


def _evidence(design: Floats, normal: _Normal, spreads: Mapping[str, float]) -> float:
    """The logarithm of the marginal likelihood, but for a constant."""
    precision = _precision(design, spreads)
    root = np.linalg.cholesky(normal.information + precision)
    explained = np.linalg.solve(root, normal.score)
    prior = np.log(np.diag(np.linalg.cholesky(precision))).sum()
    return float(explained @ explained / 2 + prior - np.log(np.diag(root)).sum())
