"""A roster held against the law, whoever or whatever made it.

Work of a day is all its shifts together, breaks taken off. A break is a time without work between two times of work
(Art. 34(1): 労働時間の途中): so the gap between two shifts of a day is one, and a break that touches the start or the
end of the day's work is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate, combinations, pairwise
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scheduling.intervals import MINUTES_PER_DAY, MinuteRange, subtract, total_minutes, union
from scheduling.labour.law import rules_on
from scheduling.labour.limits import overtime_findings
from scheduling.labour.overtime import beyond_rest_days, grouped, rest_day_work
from scheduling.labour.values import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Level,
    Roster,
    Violation,
    ViolationCode,
    in_force,
)
from scheduling.shifts import Assignment, ShiftTimes

_WEEK = "労働基準法第32条第1項"
_DAY = "労働基準法第32条第2項"
_BREAK = "労働基準法第34条第1項"
_AT_ONCE = "労働基準法第34条第2項"
# What a plan says of days and weeks without an agreement is told by DAY_HOURS, WEEK_HOURS and REST_DAYS.
_TOLD_BY_DAY_OR_WEEK = {ViolationCode.UNAGREED_OVERTIME, ViolationCode.UNAGREED_REST_DAY_WORK}

_Work: TypeAlias = tuple[MinuteRange, ...]


class _Person(Struct, frozen=True):
    """One person of a roster: the period's work as ranges, the minutes of every day known, and of rest-day work."""

    key: str
    work: Mapping[date, _Work]
    worked: Mapping[date, int]
    resting: Mapping[date, int]
    period: Interval
    agreements: tuple[Agreement, ...]
    settings: LabourSettings

    def permits(self, kind: AgreementKind, on: date) -> bool:
        return in_force(self.agreements, kind, on)


def validate(roster: Roster) -> list[Violation]:
    """Everything that the period's days do against the law, and faults of the roster itself; all are errors.

    Sorted by first day, person and code. Overtime within an agreement is no finding. Knows nothing of how the roster
    was made. Raises ValueError for days before the first row of the law's data.
    """
    people = _people(roster)
    found = [*_faults(roster), *_staggered(roster, people)]
    for person in people:
        found += [*_hours_of_days(person), *_hours_of_weeks(person), *_short_breaks(person)]
        found += [*_across_midnight(person), *_rest_days(person), *_limits(person)]
    return sorted(found, key=lambda one: (one.interval.from_on, one.person or "", one.code, one.interval.to_on))


def _people(roster: Roster) -> list[_Person]:
    work: defaultdict[str, defaultdict[date, list[MinuteRange]]] = defaultdict(lambda: defaultdict(list))
    for one in roster.assignments:
        work[one.person][one.on].extend(one.shift.work)
    worked: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day in roster.before:
        if day.person in work:
            worked[day.person][day.on] += day.minutes
    for key, days in work.items():
        worked[key].update({on: total_minutes(parts) for on, parts in days.items()})
    return [_person(roster, key, work[key], worked[key]) for key in sorted(work)]


def _person(roster: Roster, key: str, work: Mapping[date, list[MinuteRange]], worked: Mapping[date, int]) -> _Person:
    ranges = {on: union(parts) for on, parts in sorted(work.items())}
    resting = rest_day_work(worked, roster.settings)
    return _Person(key, ranges, dict(worked), resting, roster.period, roster.agreements, roster.settings)


def _faults(roster: Roster) -> Iterator[Violation]:
    by_day: defaultdict[tuple[str, date], list[ShiftTimes]] = defaultdict(list)
    for one in roster.assignments:
        by_day[one.person, one.on].append(one.shift)
        yield from _breaks_outside(one)
    for (person, on), shifts in by_day.items():
        for left, right in combinations(shifts, 2):
            both = left.span.intersection(right.span)
            if both is not None:
                interval = Interval(on, on, both)
                yield Violation(ViolationCode.OVERLAP, "", person, interval, found=both.minutes)


def _breaks_outside(assignment: Assignment) -> Iterator[Violation]:
    for outside in subtract(assignment.shift.breaks, [assignment.shift.span]):
        interval = Interval(assignment.on, assignment.on, outside)
        yield Violation(ViolationCode.BREAK_OUTSIDE, "", assignment.person, interval, found=outside.minutes)


def _hours_of_days(person: _Person) -> Iterator[Violation]:
    for on in person.work:
        minutes, allowed = _governed(person, on), rules_on(on).day_minutes
        if minutes > allowed and not person.permits(AgreementKind.OVERTIME, on):
            yield Violation(ViolationCode.DAY_HOURS, _DAY, person.key, Interval(on, on), found=minutes, allowed=allowed)


def _governed(person: _Person, on: date) -> int:
    """The day's minutes to which Art. 32 applies: none of rest-day work that an agreement permits."""
    permitted = on in person.resting and person.permits(AgreementKind.REST_DAY_WORK, on)
    return 0 if permitted else person.worked[on]


def _hours_of_weeks(person: _Person) -> Iterator[Violation]:
    for week in grouped(person.work, person.settings.week_of):
        counted = {on: _counted_for_week(person, on) for on in sorted(person.worked) if on in week}
        allowed = rules_on(week.to_on).week_minutes
        running = zip(counted, accumulate(counted.values()), strict=True)
        passing = (on for on, total in running if total > allowed and counted[on] and on in person.period)
        if not all(person.permits(AgreementKind.OVERTIME, on) for on in passing):
            interval, found = week.within(person.period), sum(counted.values())
            yield Violation(ViolationCode.WEEK_HOURS, _WEEK, person.key, interval, found=found, allowed=allowed)


def _counted_for_week(person: _Person, on: date) -> int:
    """The day's share of the 40 hours: where overtime is agreed, the minutes over 8 hours are already apart."""
    minutes = _governed(person, on)
    return min(minutes, rules_on(on).day_minutes) if person.permits(AgreementKind.OVERTIME, on) else minutes


def _pauses(work: _Work) -> _Work:
    """The times without work between a day's first and last minute of work."""
    return tuple(MinuteRange(left.end, right.start) for left, right in pairwise(work))


def _short_breaks(person: _Person) -> Iterator[Violation]:
    for on, work in person.work.items():
        owed = rules_on(on).break_owed(person.worked[on])
        found = total_minutes(_pauses(work))
        if found < owed:
            interval = Interval(on, on, MinuteRange(work[0].start, work[-1].end))
            yield Violation(ViolationCode.SHORT_BREAK, _BREAK, person.key, interval, found=found, allowed=owed)


def _staggered(roster: Roster, people: list[_Person]) -> Iterator[Violation]:
    """Days on which those to whom the law owes a break do not all have the same one, without an agreement.

    A pause of somebody who is owed none (6 hours or less) is not the law's; who is owed one and has none is told so.
    """
    pauses: defaultdict[date, set[_Work]] = defaultdict(set)
    for person in people:
        for on, work in person.work.items():
            if rules_on(on).break_owed(person.worked[on]) and len(work) > 1:
                pauses[on].add(_pauses(work))
    for on, different in pauses.items():
        if len(different) > 1 and not in_force(roster.agreements, AgreementKind.STAGGERED_BREAKS, on):
            code = ViolationCode.STAGGERED_BREAKS
            yield Violation(code, _AT_ONCE, None, Interval(on, on), found=len(different), allowed=1)


def _across_midnight(person: _Person) -> Iterator[Violation]:
    """Work that goes on past midnight belongs to the day on which it began, so that days cannot be judged apart."""
    for on, work in person.work.items():
        following = on + timedelta(days=1)
        later = person.work.get(following)
        if later and work and work[-1].end == MINUTES_PER_DAY and later[0].start == 0:
            yield Violation(ViolationCode.ACROSS_MIDNIGHT, "", person.key, Interval(on, following))


def _rest_days(person: _Person) -> Iterator[Violation]:
    rule = person.settings.rest_rule
    beyond = [on for on in beyond_rest_days(person.worked, person.settings) if on in person.period]
    unpermitted = (on for on in beyond if not person.permits(AgreementKind.REST_DAY_WORK, on))
    for window in grouped(unpermitted, person.settings.rest_window_of):
        rest = sum(not person.worked.get(on) for on in window.days())
        interval = window.within(person.period)
        yield Violation(ViolationCode.REST_DAYS, rule.law, person.key, interval, found=rest, allowed=rule.weeks)


def _limits(person: _Person) -> Iterator[Violation]:
    found = overtime_findings(person.key, person.worked, person.period, person.agreements, person.settings)
    for one in found:
        if one.level is Level.ERROR and one.code not in _TOLD_BY_DAY_OR_WEEK:
            yield replace(one, interval=one.interval.within(person.period))
