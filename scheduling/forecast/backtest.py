"""Forecasts made as if on past mornings, held against what came afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby
from math import exp, floor, lgamma, log
from typing import Final

import numpy as np
from msgspec import Struct

from scheduling.forecast.factors import Floats
from scheduling.forecast.prediction import Prediction, before, predict
from scheduling.forecast.profile import Integers, Limits, PastDays, past_days
from scheduling.forecast.values import (
    LEAST_DAYS,
    SLOT_MINUTES,
    Backtest,
    History,
    OpeningCalendar,
    SlotScore,
    StaffingScore,
    TooLittleHistory,
    TotalScore,
)

_ONE_DAY: Final = timedelta(days=1)

StaffingRule = Callable[[Sequence[float]], Sequence[int]]
"""Calls of consecutive slots of 15 minutes → operators each needs."""


class _Outcome(Struct, frozen=True):
    """A total as it was expected, by the forecast and by the naive one, and as it came."""

    actual: float
    mean: float
    naive: float
    inside: bool
    probability: float


class _Fold(Struct, frozen=True, eq=False):
    """A prediction from `origin` up to, not including, `end`, with the row of the past days that each predicted day
    became (None without data)."""

    origin: date
    end: date
    past: PastDays
    prediction: Prediction
    came: tuple[int | None, ...]
    naive: Floats


def backtest(
    history: History,
    calendar: OpeningCalendar,
    *,
    horizon_days: int = 28,
    folds: int = 6,
    staffing: StaffingRule | None = None,
) -> Backtest:
    """Forecast `horizon_days` from each of up to `folds` past mornings, knowing only the days before, and compare.

    The horizons lie end to end up to the last day of data (the end of its week, if they are whole weeks), so that each
    day is judged once; mornings with fewer than `LEAST_DAYS` open days behind them are left out. `staffing` tells how
    many operators calls per slot need; it is asked for the forecast's means and for what came (if the history has
    slots of 15 minutes). Raises ValueError for a horizon or folds below 1, TooLittleHistory when no morning is left.
    """
    if horizon_days < 1 or folds < 1:
        raise ValueError(f"a horizon and folds of at least 1 are needed: {horizon_days}, {folds}")
    whole = past_days(history, calendar)
    made = [_fold(whole, calendar, origin, horizon_days) for origin in _origins(whole, horizon_days, folds)]
    judged = [fold for fold in made if any(row is not None for row in fold.came)]
    if not judged:
        raise TooLittleHistory(len(whole.days), _needed(whole, horizon_days))
    weekly = [one for fold in judged for one in _weeks(fold)]
    return Backtest(
        origins=tuple(fold.origin for fold in judged),
        daily=_total_score([one for fold in judged for one in _days(fold)]),
        weekly=_total_score(weekly) if weekly else None,
        slots=_slot_score(judged, history.step),
        staffing=_staffing_score(judged, staffing) if staffing and history.step == SLOT_MINUTES else None,
    )


def poisson_floor(means: Sequence[float]) -> float | None:
    """The WAPE to be expected of the true means, were the counts Poisson: Σ E|N - mean| ÷ Σ mean, None for no calls.

    E|N - m| = 2 m^(⌊m⌋+1) e^(-m) ÷ ⌊m⌋! (De Moivre), about 0.8 √m: 7.8 % of 104 calls.
    """
    total = sum(means)
    return sum(_mean_deviation(mean) for mean in means) / total if total else None


def _mean_deviation(mean: float) -> float:
    whole = floor(mean)
    return 2 * exp((whole + 1) * log(mean) - mean - lgamma(whole + 1)) if mean else 0.0


def _origins(whole: PastDays, horizon_days: int, folds: int) -> list[date]:
    """The first days of the horizons, in order; each has history enough before it."""
    if len(whole.days) <= LEAST_DAYS:
        return []
    end = _end(whole, horizon_days)
    starts = [end - fold * horizon_days * _ONE_DAY for fold in range(folds, 0, -1)]
    return [on for on in starts if on > whole.days[LEAST_DAYS - 1]]


def _end(whole: PastDays, horizon_days: int) -> date:
    """The day after the last horizon: a Monday for horizons of whole weeks, so that no week is cut in two."""
    last_on = whole.days[-1]
    return last_on + (1 if horizon_days % 7 else 7 - last_on.weekday()) * _ONE_DAY


def _needed(whole: PastDays, horizon_days: int) -> int:
    """How many days with data would have been enough for one horizon."""
    start = _end(whole, horizon_days) - horizon_days * _ONE_DAY if whole.days else date.max
    return LEAST_DAYS + max(1, sum(on >= start for on in whole.days))


def _fold(whole: PastDays, calendar: OpeningCalendar, origin: date, horizon_days: int) -> _Fold:
    known = before(whole, origin)
    prediction = predict(known, calendar, [origin + ahead * _ONE_DAY for ahead in range(horizon_days)]).prediction
    rows = {on: row for row, on in enumerate(whole.days)}
    naive = np.array([_naive(known, on.weekday()) for on in prediction.days])
    end = origin + horizon_days * _ONE_DAY
    return _Fold(origin, end, whole, prediction, tuple(rows.get(on) for on in prediction.days), naive)


def _naive(known: PastDays, weekday: int) -> float:
    """The calls of the last such weekday, of the last day where there was none."""
    same = [row for row, on in enumerate(known.days) if on.weekday() == weekday]
    return float(known.totals[same[-1] if same else -1])


def _days(fold: _Fold) -> list[_Outcome]:
    between, totals = fold.prediction.day_limits(), fold.past.totals
    return [
        _outcome((totals[row], fold.prediction.means[at], fold.naive[at]), between, at)
        for at, row in enumerate(fold.came)
        if row is not None
    ]


def _weeks(fold: _Fold) -> list[_Outcome]:
    """Whole weeks of the horizon; one of which an open day has no data, or lies outside, is left out."""
    days = fold.prediction.days
    outcomes = []
    for _, members in groupby(range(len(days)), key=lambda at: days[at].isocalendar()[:2]):
        places = list(members)
        rows = [fold.came[at] for at in places]
        monday = days[places[0]] - days[places[0]].weekday() * _ONE_DAY
        if None in rows or monday < fold.origin or monday + 7 * _ONE_DAY > fold.end:
            continue
        mean, between = fold.prediction.total_limits(places)
        actual = sum(fold.past.totals[row] for row in rows if row is not None)
        outcomes.append(_outcome((actual, mean, fold.naive[places].sum()), between, 0))
    return outcomes


def _outcome(figures: tuple[float, float, float], between: Limits, at: int) -> _Outcome:
    actual, mean, naive = (float(figure) for figure in figures)
    inside = bool(between.low[at] <= actual <= between.high[at])
    return _Outcome(actual, mean, naive, inside, float(between.probability[at]))


def _total_score(outcomes: Sequence[_Outcome]) -> TotalScore:
    actual, mean, naive = (np.array([getattr(one, name) for one in outcomes]) for name in ("actual", "mean", "naive"))
    calls = float(actual.sum())

    def relative(errors: Floats) -> float | None:
        return float(errors.sum()) / calls if calls else None

    # The true means are not known: the forecast's, brought to the level of what came, stand for them.
    means = mean * (calls / mean.sum())
    return TotalScore(
        count=len(outcomes),
        calls=round(calls),
        wape=relative(np.abs(actual - mean)),
        floor=poisson_floor(means.tolist()),
        naive_wape=relative(np.abs(actual - naive)),
        bias=relative(mean - actual),
        coverage=float(np.mean([one.inside for one in outcomes])),
        expected_coverage=float(np.mean([one.probability for one in outcomes])),
    )


def _slot_score(folds: Sequence[_Fold], step: int) -> SlotScore:
    inside, probabilities = [], []
    for fold in folds:
        for at, row in enumerate(fold.came):
            if row is None:
                continue
            means, actual = _cells(fold.prediction.quarters[at], step), _cells(fold.past.calls[row], step)
            opened = np.flatnonzero(_cells(fold.past.open[row], step))
            between = fold.prediction.slot_limits(at, means[opened])
            came = np.round(actual[opened])
            inside.append((between.low <= came) & (came <= between.high))
            probabilities.append(between.probability)
    hits = np.concatenate(inside)
    return SlotScore(len(hits), float(hits.mean()), float(np.concatenate(probabilities).mean()))


def _cells(quarters: Floats, step: int) -> Floats:
    """Quarters summed to the slots that the history counts in."""
    return np.asarray(quarters.reshape(-1, step // SLOT_MINUTES).sum(axis=1), dtype=np.float64)


def _staffing_score(folds: Sequence[_Fold], staffing: StaffingRule) -> StaffingScore:
    surplus = np.concatenate(
        [_surplus(fold, at, row, staffing) for fold in folds for at, row in enumerate(fold.came) if row is not None]
    )
    short, over = int((surplus < 0).sum()), int((surplus > 0).sum())
    return StaffingScore(short, len(surplus) - short - over, over, max(0, -int(surplus.min())))


def _surplus(fold: _Fold, at: int, row: int, staffing: StaffingRule) -> Integers:
    """Operators asked for beyond those needed, for each open slot of a day."""
    opened = np.flatnonzero(fold.past.open[row])
    planned = staffing(fold.prediction.quarters[at, opened].tolist())
    needed = staffing(fold.past.calls[row, opened].tolist())
    return np.asarray(np.subtract(planned, needed), dtype=np.int64)
