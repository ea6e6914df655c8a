"""Erlang's formulas in their own terms: load in erlang, time in mean handling times, one array element per interval.

Arguments are one-dimensional arrays of one length and are not checked: `scheduling.staffing` speaks in seconds,
checks, and is what others use. `agents` is at least 1; `impatience` is the mean handling time ÷ the mean patience.
Nothing here overflows: what grows beyond a float is carried as its logarithm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_DROP = 40.0
"""How far below its peak, in natural logarithms, a density is followed: exp(-40) is lost in a float's rounding."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
# To the fourth power, so that they crowd at the peak, where a short patience bends the integrands sharply.
_STEPS = ((_NODES + 1) / 2) ** 4
_STEP_WEIGHTS = _WEIGHTS / 2 * 4 * ((_NODES + 1) / 2) ** 3


def carried(load: Floats, agents: Counts) -> Floats:
    """load × B, where B (Erlang B) is the share of calls that one agent fewer, without a queue, would turn away.

    By the recursion over agents, the elements sorted by agents, so that a step is one operation on all not finished.
    """
    order = np.argsort(-agents, kind="stable")
    loads, wanted = load[order], agents[order]
    steps = np.arange(1, int(agents.max(initial=0)))
    unfinished = np.searchsorted(-wanted, -steps, side="left")
    blocked = np.ones_like(loads)
    for number, count in zip(steps.tolist(), unfinished.tolist(), strict=True):
        blocked[:count] = blocking(loads[:count] * blocked[:count], number)
    found = np.empty_like(blocked)
    found[order] = loads * blocked
    return found


def blocking(carried_load: Floats, agents: int) -> Floats:
    """Erlang B for so many agents from what `carried` is for them: a step of the recursion."""
    return carried_load / (agents + carried_load)


def waiting(carried_load: Floats, load: Floats, agents: Counts | int) -> Floats:
    """Erlang C, the probability of waiting; exactly 1 where the load reaches the agents.

    The textbook's agents·B ÷ (agents - load·(1 - B)) with B written as `blocking` has it: the divisor is never below 1.
    """
    return np.minimum(carried_load / (agents - load + carried_load), 1.0)


def on_time(carried_load: Floats, load: Floats, agents: Counts | int, within: Floats) -> Floats:
    """Erlang C, the share answered `within` that time: 1 - C·exp(-(agents - load)·within); in overload 0 or below."""
    excess = load - agents
    found: Floats = 1.0 - carried_load / (carried_load - excess) * np.exp(np.minimum(excess * within, 0.0))
    return found


class Impatient(NamedTuple):
    """Erlang A in equilibrium: the share of calls that waits, the share that hangs up, the mean wait of the rest."""

    waiting: Floats
    abandoned: Floats
    answered_wait: Floats


def impatient(load: Floats, agents: Counts, impatience: Floats) -> Impatient:
    """Erlang A, the queue M/M/n+M: see `impatient_level`."""
    whole = _density(load, agents, impatience, np.full_like(load, np.inf))
    mass = whole.mass * _queue_share(whole, load, agents)[:, None]
    stays = np.exp(-impatience[:, None] * whole.at)
    abandoned = np.minimum((mass * -np.expm1(-impatience[:, None] * whole.at)).sum(axis=1), 1.0)
    answered = np.maximum(1.0 - abandoned, np.finfo(np.float64).tiny)
    return Impatient(np.minimum(mass.sum(axis=1), 1.0), abandoned, (mass * stays * whole.at).sum(axis=1) / answered)


def impatient_level(load: Floats, agents: Counts, impatience: Floats, within: Floats) -> Floats:
    """Erlang A, the share of all calls that is answered `within` that time (hanging up counts as not answered).

    The wait x that a patient caller would have has the density ∝ g(x) = exp(load·(1 - exp(-qx))/q - agents·x), q the
    impatience, and weighs `carried`·∫g against 1 for no wait at all. Answered within w are those without a
    wait and exp(-qx) of those with a wait x ≤ w.
    """
    whole = _density(load, agents, impatience, np.full_like(load, np.inf))
    part = _density(load, agents, impatience, within)
    share = _queue_share(whole, load, agents)
    stays = np.exp(-impatience[:, None] * part.at)
    in_time = (part.mass * stays).sum(axis=1) * np.exp(part.peak - whole.peak) * share
    at_once = 1.0 - whole.mass.sum(axis=1) * share
    found: Floats = np.clip(at_once + in_time, 0.0, 1.0)
    return found


class _Density(NamedTuple):
    """g(x) ÷ exp(peak) at points `at`, times what each stands for in an integral; elements × points."""

    at: Floats
    mass: Floats
    peak: Floats


def _density(load: Floats, agents: Counts, impatience: Floats, until: Floats) -> _Density:
    """g from 0 to `until`, around its peak and as far on both sides as it counts (its logarithm is concave)."""
    peak_at = np.minimum(np.log(np.maximum(load / agents, 1.0)) / impatience, until)
    pull = load * np.exp(-impatience * peak_at)
    left = np.minimum(_reach_left(pull, agents, impatience), peak_at)
    right = np.minimum(_reach_right(pull, agents, impatience), until - peak_at)
    step = np.concatenate([-left[:, None] * _STEPS, right[:, None] * _STEPS], axis=1)
    width = np.concatenate([left[:, None] * _STEP_WEIGHTS, right[:, None] * _STEP_WEIGHTS], axis=1)
    mass = width * np.exp(_log_g(pull[:, None], agents[:, None], impatience[:, None], step))
    return _Density(peak_at[:, None] + step, mass, _log_g(load, agents, impatience, peak_at))


def _log_g(pull: Floats, agents: Counts, impatience: Floats, step: Floats) -> Floats:
    """log g(x + step) - log g(x), where pull = load·exp(-impatience·x)."""
    return -pull * np.expm1(-impatience * step) / impatience - agents * step


def _reach_right(pull: Floats, agents: Counts, impatience: Floats) -> Floats:
    """A step to the right after which log g has fallen by `_DROP` at least, where it falls from the start.

    With z - 1 + exp(-z) ≥ z²/(2 + z), z = impatience·step, this is the root of a quadratic.
    """
    steep = 2.0 * (agents - pull) - _DROP * impatience
    bend = agents * impatience
    root = np.sqrt(steep * steep + 8.0 * _DROP * bend)
    return np.where(steep > 0, 4.0 * _DROP / (np.abs(steep) + root), (root - steep) / (2.0 * bend))


def _reach_left(pull: Floats, agents: Counts, impatience: Floats) -> Floats:
    """A step to the left after which log g has fallen by `_DROP` at least: exp(z) - 1 - z ≥ z²/2."""
    pull = np.maximum(pull, np.finfo(np.float64).tiny)
    slope = np.maximum(pull - agents, 0.0)
    return 2.0 * _DROP / (slope + np.sqrt(slope * slope + 2.0 * _DROP * pull * impatience))


def _queue_share(whole: _Density, load: Floats, agents: Counts) -> Floats:
    """What a unit of `whole.mass` is worth as a probability."""
    weight = carried(load, agents)
    found: Floats = weight / (np.exp(-whole.peak) + weight * whole.mass.sum(axis=1))
    return found
