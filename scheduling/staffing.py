"""How many people a load of calls needs, and what callers meet when there are so many: Erlang C and Erlang A.

Every argument is a number or an array of numbers (one element per interval); they broadcast. Numbers give a number,
arrays an array. Times are in seconds, shares between 0 and 1. Bad input raises ValueError naming the argument.

Without a patience nobody hangs up (Erlang C, the queue M/M/n); a load that reaches the agents is then overload: the
queue grows without end, the service level is 0 and the ASA infinite. With a patience (exponential, this mean), callers
hang up while they wait (Erlang A, the queue M/M/n+M), and no load is too large. Both describe an interval in which the
load stays as it is; what a whole day with its shifts and breaks brings is `scheduling.simulation`'s question. Where no
call comes, the answers are those for a call that might.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from scheduling import erlang
from scheduling.erlang import Counts, Floats

Answer: TypeAlias = Any
"""A float for numbers, a float64 array for arrays: said as numpy says it of its own functions."""

MOST_AGENTS = 100_000
"""Beyond this many agents, people or erlang a figure is taken for a slip, and refused."""

_ABOVE_ZERO = frozenset({"interval_seconds", "aht_seconds", "patience_seconds"})
_WHOLE = frozenset({"agents", "minimum"})


class ServiceLevelTarget(Struct, frozen=True):
    """The share of calls (above 0, below 1) to be answered within so many seconds: 80 % in 20 s is (0.8, 20).

    Raises ValueError for a share or a time outside; a share of 1 is refused, as no number of agents promises it.
    """

    share: float
    seconds: float

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"share must lie above 0 and below 1: {self.share}")
        if not 0 <= self.seconds < float("inf"):
            raise ValueError(f"seconds must be 0 or more: {self.seconds}")


def erlang_c(load: ArrayLike, agents: ArrayLike) -> Answer:
    """The probability that a call waits, for a load in erlang; 1 where the load reaches the agents."""
    shape, (loads, numbers) = _aligned(load=load, agents=agents)
    _refuse_vast("load", loads)
    return _shaped(_waiting(loads, numbers.astype(np.int64)), shape)


def service_level(
    calls: ArrayLike,
    interval_seconds: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    threshold_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Answer:
    """Calls answered within the threshold ÷ calls offered; who hangs up, however early, counts as not answered.

    Erlang C: 1 - P(wait)·exp(-(agents - load)·threshold ÷ AHT), and 0 in overload. Erlang A: P(no wait) + the
    integral over waits x up to the threshold of exp(-x ÷ patience), the callers still there, times the density of x.
    """
    desk = _desk((calls, interval_seconds, aht_seconds, agents), patience_seconds, threshold_seconds=threshold_seconds)
    (threshold,) = desk.others
    return _shaped(_levels(desk, threshold), desk.shape)


def asa_seconds(
    calls: ArrayLike,
    interval_seconds: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Answer:
    """Average speed of answer: the mean wait in seconds of the calls that are answered, those without a wait included.

    Infinite in overload without a patience and where there are no agents.
    """
    desk = _desk((calls, interval_seconds, aht_seconds, agents), patience_seconds)
    if desk.impatience is not None:
        waits = erlang.impatient(desk.load, desk.present, desk.impatience).answered_wait
        return _shaped(np.where(desk.agents > 0, waits * desk.aht, np.inf), desk.shape)
    spare = desk.agents - desk.load
    waits = _waiting(desk.load, desk.agents) * desk.aht
    return _shaped(np.where(spare > 0, waits / np.where(spare > 0, spare, 1.0), np.inf), desk.shape)


def occupancy(
    calls: ArrayLike,
    interval_seconds: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Answer:
    """占有率: the share of the agents' time spent on calls, load of the answered calls ÷ agents; 1 in overload."""
    desk = _desk((calls, interval_seconds, aht_seconds, agents), patience_seconds)
    return _shaped(_occupancies(desk), desk.shape)


def abandonment(
    calls: ArrayLike,
    interval_seconds: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Answer:
    """Calls hung up while waiting ÷ calls offered: 0 without a patience, 1 with one and no agents."""
    desk = _desk((calls, interval_seconds, aht_seconds, agents), patience_seconds)
    return _shaped(_abandoned(desk), desk.shape)


def required_agents(
    calls: ArrayLike,
    interval_seconds: ArrayLike,
    aht_seconds: ArrayLike,
    target: ServiceLevelTarget = ServiceLevelTarget(0.8, 20),
    patience_seconds: ArrayLike | None = None,
    max_occupancy: float | None = None,
    shrinkage: ArrayLike = 0.0,
    minimum: ArrayLike = 2,
) -> Any:
    """The fewest people with whom the target is met, an int (or an int64 array): always finite.

    The fewest agents whose service level reaches the target and whose occupancy does not exceed `max_occupancy`
    (above 0, at most 1), divided by 1 - `shrinkage` (the share of paid time away from the calls, 0 or more, below 1)
    and rounded up; but never below `minimum`, which counts people as rostered (two operators: 003 clause 6). Without
    calls it is the minimum.
    """
    _check_max_occupancy(max_occupancy)
    shrunk, fewest = _checked("shrinkage", shrinkage), _checked("minimum", minimum)
    desk = _desk((calls, interval_seconds, aht_seconds), patience_seconds)
    if max_occupancy is not None:
        _refuse_vast("load ÷ max_occupancy", desk.load / max_occupancy)
    if desk.impatience is None:
        needed = _least_patient(desk, target, max_occupancy, fewest)
    else:
        needed = _least_impatient(desk, target, max_occupancy)
    needed = (needed * (desk.load > 0)).reshape(desk.shape)
    people = np.maximum(_ceil(needed / (1.0 - shrunk)), fewest)
    _refuse_vast("agents ÷ (1 - shrinkage)", people)
    return _shaped(people.astype(np.int64), people.shape)


class _Desk(NamedTuple):
    """The checked arguments, flat and of one length: load in erlang, AHT in seconds, AHT ÷ patience."""

    shape: tuple[int, ...]
    load: Floats
    aht: Floats
    agents: Counts
    impatience: Floats | None
    others: list[Floats]

    @property
    def present(self) -> Counts:
        """The agents, 1 in place of 0: for formulas whose answer for 0 is overwritten."""
        return np.maximum(self.agents, 1)

    def part(self, at: NDArray[np.intp], agents: Counts) -> _Desk:
        """The intervals `at` alone, with other numbers of agents."""
        impatience = None if self.impatience is None else self.impatience[at]
        return _Desk((at.size,), self.load[at], self.aht[at], agents, impatience, [])


def _desk(main: tuple[ArrayLike, ...], patience: ArrayLike | None, **others: ArrayLike) -> _Desk:
    """From calls, interval, AHT and (unless they are what is sought) agents."""
    given = dict(zip(("calls", "interval_seconds", "aht_seconds", "agents"), main, strict=False)) | others
    shape, found = _aligned(**given, **({} if patience is None else {"patience_seconds": patience}))
    calls, interval, aht = found[:3]
    load = calls * aht / interval
    _refuse_vast("calls × aht_seconds ÷ interval_seconds", load)
    agents = found[3].astype(np.int64) if len(main) > 3 else np.zeros(0, np.int64)
    impatience = None if patience is None else aht / found[-1]
    return _Desk(shape, load, aht, agents, impatience, found[len(main) : len(given)])


def _aligned(**given: ArrayLike) -> tuple[tuple[int, ...], list[Floats]]:
    """The common shape, and the checked arguments as flat arrays of one length."""
    arrays = np.broadcast_arrays(*(_checked(name, value) for name, value in given.items()))
    return arrays[0].shape, [one.ravel() for one in arrays]


def _checked(name: str, value: ArrayLike) -> Floats:
    found = np.asarray(value, dtype=np.float64)
    least, most = found.min(initial=np.inf), found.max(initial=0.0)
    if np.isnan(least) or most == np.inf:
        raise ValueError(f"{name} must be finite numbers")
    if least < 0 or (least == 0 and name in _ABOVE_ZERO):
        raise ValueError(f"{name} must be {'above 0' if name in _ABOVE_ZERO else '0 or more'}: {least}")
    if name in _WHOLE:
        _check_whole(name, found)
    if name == "shrinkage" and most >= 1:
        raise ValueError(f"shrinkage must be below 1: {most}")
    return found


def _check_whole(name: str, found: Floats) -> None:
    if (found != np.floor(found)).any():
        raise ValueError(f"{name} must be whole numbers")
    _refuse_vast(name, found)


def _refuse_vast(name: str, found: Floats) -> None:
    if found.max(initial=0) > MOST_AGENTS:
        raise ValueError(f"{name} must not exceed {MOST_AGENTS}: {found.max()}")


def _check_max_occupancy(given: float | None) -> None:
    if given is not None and not 0 < given <= 1:
        raise ValueError(f"max_occupancy must lie above 0 and not above 1: {given}")


def _shaped(found: NDArray[Any], shape: tuple[int, ...]) -> Answer:
    return found.reshape(shape) if shape else found.item()


def _waiting(load: Floats, agents: Counts) -> Floats:
    present = np.maximum(agents, 1)
    return np.where(agents > 0, erlang.waiting(erlang.carried(load, present), load, present), 1.0)


def _levels(desk: _Desk, threshold: Floats | float) -> Floats:
    within, agents = threshold / desk.aht, desk.present
    if desk.impatience is None:
        found = np.maximum(erlang.on_time(erlang.carried(desk.load, agents), desk.load, agents, within), 0.0)
    else:
        found = erlang.impatient_level(desk.load, agents, desk.impatience, within)
    return np.where(desk.agents > 0, found, 0.0)


def _abandoned(desk: _Desk) -> Floats:
    if desk.impatience is None:
        return np.zeros_like(desk.load)
    return np.where(desk.agents > 0, erlang.impatient(desk.load, desk.present, desk.impatience).abandoned, 1.0)


def _occupancies(desk: _Desk) -> Floats:
    served = desk.load * (1.0 - _abandoned(desk))
    idle = np.where(desk.load > 0, 1.0, 0.0)
    return np.where(desk.agents > 0, np.minimum(served / desk.present, 1.0), idle)


def _ceil(found: Floats) -> Floats:
    """Rounded up, but 10.000000000000002, which is 1 ÷ (1 - 0.9), is ten."""
    return np.ceil(found - 1e-9)


def _least_patient(desk: _Desk, target: ServiceLevelTarget, max_occupancy: float | None, fewest: Floats) -> Counts:
    """Erlang C; fewer than the least of `fewest` are of no interest."""
    found = _least_on_time(desk, target, max(int(fewest.min(initial=MOST_AGENTS)), 1))
    return found if max_occupancy is None else np.maximum(found, _ceil(desk.load / max_occupancy).astype(np.int64))


def _least_on_time(desk: _Desk, target: ServiceLevelTarget, first: int) -> Counts:
    """One walk up the recursion for all intervals at once, which each leaves with its answer; at least `first`.

    Up to `first`, and while not one interval has more agents than load, the recursion alone goes on.
    """
    load, within = desk.load, target.seconds / desk.aht
    blocked, number = np.ones_like(load), 0
    first = max(first, int(load.min(initial=MOST_AGENTS)))
    left, needed = np.arange(load.size), np.full(load.size, first)
    while left.size:
        number += 1
        carried = load * blocked
        blocked = erlang.blocking(carried, number)
        if number < first:
            continue
        short = np.flatnonzero(erlang.on_time(carried, load, number, within) < target.share)
        left, load = left.take(short), load.take(short)
        within, blocked = within.take(short), blocked.take(short)
        needed[left] = number + 1
    return needed


def _least_impatient(desk: _Desk, target: ServiceLevelTarget, max_occupancy: float | None) -> Counts:
    """Erlang A: doubling and halving for all intervals at once, as each number of agents costs an integral.

    Fewer agents than share × load cannot even answer the share in the long run: the search begins there.
    """

    def meets(at: NDArray[np.intp], agents: Counts) -> NDArray[np.bool_]:
        part = desk.part(at, agents)
        reached = _levels(part, target.seconds) >= target.share
        return reached if max_occupancy is None else reached & (_occupancies(part) <= max_occupancy)

    return _first_that(meets, np.maximum(np.floor(desk.load * target.share), 1).astype(np.int64))


def _first_that(meets: Callable[[NDArray[np.intp], Counts], NDArray[np.bool_]], start: Counts) -> Counts:
    """The least number from `start` on that meets a condition which holds for all greater numbers too."""
    short, enough = start - 1, start.copy()
    pending, stride = np.arange(start.size), 1
    while (pending := pending[~meets(pending, enough[pending])]).size:
        short[pending] = enough[pending]
        enough[pending] += stride
        stride *= 2
    while (pending := np.flatnonzero(enough - short > 1)).size:
        middle = (short[pending] + enough[pending]) // 2
        reached = meets(pending, middle)
        enough[pending[reached]] = middle[reached]
        short[pending[~reached]] = middle[~reached]
    return enough
