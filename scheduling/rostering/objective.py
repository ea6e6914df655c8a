"""What makes one legal roster better than another, in weighted minutes of one person.

Fairness is asked for in a form whose bound is tight: a share that rounds up or down costs nothing, and only what lies
further away does. A spread between the most and the least would leave the solver without a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from scheduling.rostering.fairness import kinds_worked, minutes_worked
from scheduling.rostering.model import Band, RosterModel
from scheduling.rostering.problem import Demand, Group

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar, LinearExpr


class Weights(Struct, frozen=True):
    """What each thing costs.

    unmet: a minute with an operator fewer than the forecast asks for. leaderless: a minute without a leader, unless the
    settings do not mind. surplus: a minute somebody is more than asked for. wish: a shift on a day wished off.
    uneven_kind: a shift of a kind (started) one or more from one's fair share. uneven_hour: an hour of work (started)
    further than one shift from one's fair share.
    """

    unmet: int = 20
    leaderless: int = 5
    surplus: int = 1
    wish: int = 600
    uneven_kind: int = 20
    uneven_hour: int = 6

    def missing(self, group: Group) -> int:
        """What a minute with one fewer of the group than wanted costs."""
        return {Group.COUNTING: self.unmet, Group.LEADING: self.leaderless, Group.OTHER: 0}[group]


WEIGHTS = Weights()
HOUR = 60


def costs(model: RosterModel) -> LinearExpr:
    """The whole cost as an expression, with the variables it needs."""
    presence = [_presence(model, demand) for demand in model.problem.demands]
    return model.sum([*presence, month_costs(model)])


def month_costs(model: RosterModel) -> LinearExpr:
    """What persons bear: wishes that are not met, an unfair share."""
    wishes = [_wishes(model, demand) for demand in model.problem.demands]
    return model.sum([*wishes, *_fairness(model), *_evenness(model)])


def day_costs(model: RosterModel, demand: Demand) -> LinearExpr:
    """What a day costs by itself: presence and wishes."""
    return model.sum([_presence(model, demand), _wishes(model, demand)])


def _presence(model: RosterModel, demand: Demand) -> LinearExpr:
    groups = {worker.group for worker in model.problem.workers}
    found = [
        _band_cost(model, group, band) for group in Group if group in groups for band in model.bands(demand, group)
    ]
    return model.sum(found)


def _band_cost(model: RosterModel, group: Group, band: Band) -> LinearExpr:
    missing = model.cp.new_int_var(0, band.wanted, "")
    surplus = model.cp.new_int_var(0, 2 * len(model.problem.workers), "")
    model.cp.add(band.present + missing >= band.wanted)
    model.cp.add(band.present - surplus <= band.enough)
    each = [WEIGHTS.missing(group) * band.minutes, WEIGHTS.surplus * band.minutes]
    return model.weighted([missing, surplus], each)


def _wishes(model: RosterModel, demand: Demand) -> LinearExpr:
    options = (one for one in model.by_day[demand.on] if not one.settled)
    unmet = [one.var for one in options if demand.on in one.worker.wishes_off]
    return model.weighted(unmet, [WEIGHTS.wish] * len(unmet))


def _fairness(model: RosterModel) -> list[LinearExpr]:
    before = kinds_worked(model.problem, model.case.held)
    found: list[LinearExpr] = []
    for kind, able in model.fair.among:
        counts = [_count(model, person, kind, before[person, kind]) for person in able]
        shares = [model.fair.shares[person] for person in able]
        if sum(shares):
            found += [over * WEIGHTS.uneven_kind for over in _beyond(model, counts, shares)]
    return found


def _count(model: RosterModel, person: str, kind: str, before: int) -> IntVar:
    chosen = [option.var for option in model.by_worker[person] if option.counts_as == kind]
    count = model.cp.new_int_var(before, before + len(chosen), "")
    model.cp.add(count == model.sum(chosen) + before)
    return count


def _beyond(model: RosterModel, counts: list[IntVar], shares: list[int]) -> list[IntVar]:
    """By how many (started) each count lies one or more from its share of the sum."""
    whole = sum(shares)
    total = model.cp.new_int_var(0, 1_000_000, "")
    model.cp.add(total == model.sum(list(counts)))
    found = []
    for count, share in zip(counts, shares, strict=True):
        over = model.cp.new_int_var(0, 10_000, "")
        away = count * whole - total * share
        model.cp.add(away - over * whole <= whole - 1)
        model.cp.add(-away - over * whole <= whole - 1)
        found.append(over)
    return found


def _evenness(model: RosterModel) -> list[LinearExpr]:
    before = minutes_worked(model.case.held)
    found: list[LinearExpr] = []
    for worker in model.problem.workers:
        options = model.by_worker[worker.key]
        minutes = model.weighted([one.var for one in options], [one.minutes for one in options])
        away = model.fair.minutes[worker.key] - before[worker.key]
        over = model.cp.new_int_var(0, 1_000_000, "")
        model.cp.add(minutes - over * HOUR <= away + model.fair.free)
        model.cp.add(minutes + over * HOUR >= away - model.fair.free)
        found.append(over * WEIGHTS.uneven_hour)
    return found
