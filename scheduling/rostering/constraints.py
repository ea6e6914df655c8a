"""The hard rules as constraints, one table; a rule that is left out of it is not kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from scheduling.rostering.model import Option, RosterModel
from scheduling.rostering.problem import Group, LeaderRule, Worker
from scheduling.rostering.rules import DAY_LIMIT_MINUTES, REST_DAY_WEEK, RuleCode

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar


_ANY = 1_000_000
"""More than anything here can be; a constraint whose upper end lies below its lower one would say nothing."""


def constrain(model: RosterModel, without: Set[RuleCode] = frozenset()) -> None:
    """Add every rule but those in `without`."""
    for code, add in CONSTRAINTS.items():
        if code not in without:
            add(model)


def _floor(model: RosterModel) -> None:
    settings = model.problem.settings
    for demand in model.problem.demands:
        for band in model.bands(demand, Group.COUNTING):
            there = band.present if settings.minimum_during_breaks else band.placed
            model.cp.add_linear_constraint(there, settings.minimum, _ANY)


def _leader(model: RosterModel) -> None:
    if not any(worker.leads for worker in model.problem.workers):
        return
    for demand in model.problem.demands:
        if not model.case.open_slots(demand):
            continue
        leaders = [one.var for one in model.by_day[demand.on] if one.worker.leads]
        model.cp.add_bool_or(leaders)
        if model.problem.settings.leader_per_slot is LeaderRule.REQUIRE:
            for band in model.bands(demand, Group.LEADING):
                model.cp.add_linear_constraint(band.present, 1, _ANY)


def _one_shift(model: RosterModel) -> None:
    for options in model.options.values():
        if len(options) > 1:
            model.cp.add_at_most_one([option.var for option in options])


def _available(model: RosterModel) -> None:
    for option in model.all_options:
        if option.on not in option.worker.available and not option.settled:
            _forbid(model, option)


def _fixed(model: RosterModel) -> None:
    for options in model.options.values():
        if any(option.fixed for option in options):
            for option in options:
                model.cp.add_linear_constraint(option.var, int(option.fixed), int(option.fixed))


def _kinds(model: RosterModel) -> None:
    for option in model.all_options:
        allowed = option.worker.kinds
        if option.kind is not None and allowed is not None and option.kind.key not in allowed:
            _forbid(model, option)


def _forbid(model: RosterModel, option: Option) -> None:
    model.cp.add_linear_constraint(option.var, 0, 0)


def _day_minutes(model: RosterModel) -> None:
    for options in model.options.values():
        if sum(option.minutes for option in options) > DAY_LIMIT_MINUTES:
            _limit_minutes(model, options, DAY_LIMIT_MINUTES)


def _week_minutes(model: RosterModel) -> None:
    for worker, week, options in _weeks(model):
        before = sum(minutes for on, minutes in worker.worked_before.items() if _week(model, on) == week)
        _limit_minutes(model, options, worker.week_minutes - before)


def _limit_minutes(model: RosterModel, options: list[Option], most: int) -> None:
    # What is past cannot be undone, and agreed overtime was fixed by a person: it forbids more, and not the roster.
    agreed = model.problem.settings.overtime_agreed
    given = sum(option.minutes for option in options if option.settled or (agreed and option.fixed))
    minutes = model.weighted([one.var for one in options], [one.minutes for one in options])
    model.cp.add_linear_constraint(minutes, 0, max(most, given))


def _rest_day(model: RosterModel) -> None:
    for worker, week, options in _weeks(model):
        week_days = [week + timedelta(days=number) for number in range(REST_DAY_WEEK)]
        _limit_days(model, worker, options, week_days)


def _consecutive(model: RosterModel) -> None:
    length = model.problem.settings.most_consecutive + 1
    for worker in model.problem.workers:
        options = model.by_worker[worker.key]
        for first in sorted({option.on for option in options} | worker.worked_before.keys()):
            window = [first + timedelta(days=number) for number in range(length)]
            _limit_days(model, worker, [one for one in options if one.on in window], window)


def _limit_days(model: RosterModel, worker: Worker, options: list[Option], days: list[date]) -> None:
    """At least one of the days is without work."""
    worked = sum(worker.worked_before.get(on, 0) > 0 for on in days)
    settled = len({option.on for option in options if option.settled})
    if len({option.on for option in options}) + worked >= len(days):
        most = max(len(days) - 1 - worked, settled)
        model.cp.add_linear_constraint(model.sum([option.var for option in options]), 0, most)


def _contract_hours(model: RosterModel) -> None:
    for worker in model.problem.workers:
        if worker.month_minutes is None:
            continue
        options = model.by_worker[worker.key]
        least, most = worker.month_minutes
        settled = sum(option.minutes for option in options if option.settled)
        minutes = model.weighted([one.var for one in options], [one.minutes for one in options])
        model.cp.add_linear_constraint(minutes, least, max(most, settled))


def _break(model: RosterModel) -> None:
    for key, starts in model.breaks.items():
        if starts:
            model.cp.add(model.sum(list(starts.values())) >= model.heads[key])


def _same_break(model: RosterModel) -> None:
    if model.problem.settings.staggered_breaks:
        return
    for demand in model.problem.demands:
        chosen: dict[int, IntVar] = defaultdict(lambda: model.cp.new_bool_var(""))
        for (on, group, _), starts in model.breaks.items():
            if on == demand.on:
                most = sum(worker.group is group for worker in model.problem.workers)
                for start, count in starts.items():
                    model.cp.add(count <= most * chosen[start])
        for option in model.by_day[demand.on]:
            _join_break(model, option, chosen)
        model.cp.add_at_most_one(list(chosen.values()))


def _join_break(model: RosterModel, option: Option, chosen: dict[int, IntVar]) -> None:
    if not option.settled:
        for start in {pause.start for shift in option.block for pause in shift.breaks}:
            model.cp.add_implication(option.var, chosen[start])


def _weeks(model: RosterModel) -> Iterator[tuple[Worker, date, list[Option]]]:
    """Each person's options of each calendar week, with the week's first day."""
    for worker in model.problem.workers:
        options = sorted(model.by_worker[worker.key], key=lambda option: option.on)
        for week, members in groupby(options, key=lambda option: _week(model, option.on)):
            yield worker, week, list(members)


def _week(model: RosterModel, on: date) -> date:
    return model.problem.settings.week_of(on)


CONSTRAINTS: Mapping[RuleCode, Callable[[RosterModel], None]] = {
    RuleCode.FLOOR: _floor,
    RuleCode.LEADER: _leader,
    RuleCode.ONE_SHIFT: _one_shift,
    RuleCode.AVAILABLE: _available,
    RuleCode.FIXED: _fixed,
    RuleCode.KINDS: _kinds,
    RuleCode.DAY_MINUTES: _day_minutes,
    RuleCode.WEEK_MINUTES: _week_minutes,
    RuleCode.REST_DAY: _rest_day,
    RuleCode.CONSECUTIVE: _consecutive,
    RuleCode.CONTRACT_HOURS: _contract_hours,
    RuleCode.BREAK: _break,
    RuleCode.SAME_BREAK: _same_break,
}
