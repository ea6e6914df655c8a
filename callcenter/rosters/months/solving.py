"""A month's roster as a problem of the solver, and its answer in cells and words. Reads nothing, writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from uuid import UUID

from msgspec import Struct

from callcenter.rosters.months.facts import MonthFacts
from callcenter.rosters.months.required import Required
from callcenter.rosters.months.rules import Cell, Change, Day, Key, Month, differences
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.shifts import Pattern, patterns
from scheduling import labour
from scheduling.intervals import MinuteRange
from scheduling.rostering.outcome import Conflict, Infeasible, Outcome, Solution, Unsolved
from scheduling.rostering.problem import Demand, Problem, Settings, ShiftKind, Worker
from scheduling.rostering.rules import DAY_LIMIT_MINUTES
from scheduling.shifts import ShiftTimes

TELLING_GAP = 0.2
"""Beyond it the distance to the bound says more of the bound than of the roster."""
WORKDAYS, LEEWAY = 5, 0.1
REACH_BACK = timedelta(days=35)
"""So far back the days before matter to the solver: the week, and days of work in a row."""


class Effort(Struct, frozen=True):
    """How long the solver may look, and how near to the best (a ratio) is near enough to stop building."""

    seconds: float = 8.0
    gap: float = 0.01


USUAL_EFFORT = Effort()


class Proposal(Struct, frozen=True):
    """What the solver made of the month. `cells` None: there is no roster; `words` say how good it is, or why not."""

    cells: tuple[Cell, ...] | None
    changes: tuple[Change, ...]
    words: tuple[str, ...]


class _Frame(Struct, frozen=True):
    """The days the solver plans, and the cells it has to start from. `kept` are the cells it never sees."""

    days: tuple[Day, ...]
    cells: tuple[Cell, ...]
    kept: tuple[Cell, ...]


def _frame(facts: MonthFacts, cells: Iterable[Cell], start_on: date) -> _Frame:
    days = tuple(day for day in facts.month.days if day.hours is not None and day.on >= start_on)
    planned, inside, outside = {day.on for day in days}, [], []
    for cell in cells:
        if cell.on not in planned:
            outside.append(cell)
        elif _available(facts, facts.members[cell.staff_id], cell.on):
            inside.append(cell)
    return _Frame(days, tuple(inside), tuple(outside))


def _available(facts: MonthFacts, member: StaffMember, on: date) -> bool:
    return member.assigned_on(on) and member.trained_on(on) and (member.id, on) not in facts.off


def _problem(facts: MonthFacts, frame: _Frame, fixed: Iterable[Cell], required: Required) -> Problem:
    held: defaultdict[UUID, list[Cell]] = defaultdict(list)
    for cell in fixed:
        held[cell.staff_id].append(cell)
    worked = _worked_before(facts, frame)
    return Problem(
        workers=tuple(_worker(facts, frame, one, held[one.id], worked.get(str(one.id), {})) for one in facts.people),
        demands=tuple(Demand(day.on, day.hours, required.get(day.on, {})) for day in frame.days if day.hours),
        kinds=kinds_of(facts.month),
        settings=Settings(
            minimum=max((day.minimum for day in frame.days), default=0),
            staggered_breaks=_in_force(facts, frame, labour.AgreementKind.STAGGERED_BREAKS),
            overtime_agreed=_in_force(facts, frame, labour.AgreementKind.OVERTIME),
            leader_per_slot=facts.leader_rule,
            minimum_during_breaks=not all(day.breaks_count for day in frame.days),
        ),
    )


def _worker(
    facts: MonthFacts, frame: _Frame, member: StaffMember, fixed: Sequence[Cell], worked: dict[date, int]
) -> Worker:
    available = frozenset(day.on for day in frame.days if _available(facts, member, day.on))
    return Worker(
        key=str(member.id),
        available=available,
        month_minutes=_contract_minutes(member, len(available), sum(cell.times.worked_minutes for cell in fixed)),
        counts=member.role.counts_to_minimum,
        leads=not member.role.counts_to_minimum,
        fixed=tuple(cell.assignment for cell in fixed),
        wishes_off=frozenset(on for staff_id, on in facts.asked if staff_id == member.id),
        worked_before=worked,
    )


def _contract_minutes(member: StaffMember, days: int, held: int) -> tuple[int, int] | None:
    """The least and most minutes of work on so many days by the hours of the contract, a tenth either way; what is
    `held` already is never too much. None where no hours are agreed."""
    if member.week_minutes is None:
        return None
    agreed = member.week_minutes * days / WORKDAYS
    most = max(ceil(agreed * (1 + LEEWAY)), held)
    return min(int(agreed * (1 - LEEWAY)), most), most


def _worked_before(facts: MonthFacts, frame: _Frame) -> dict[str, dict[date, int]]:
    since = facts.month.from_on - REACH_BACK
    found: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day in facts.before:
        if day.on >= since:
            found[day.person][day.on] += day.minutes
    for cell in frame.kept:
        found[str(cell.staff_id)][cell.on] += cell.times.worked_minutes
    return {person: dict(days) for person, days in found.items()}


def _in_force(facts: MonthFacts, frame: _Frame, kind: labour.AgreementKind) -> bool:
    """Whether the agreement covers every day that is planned."""
    return all(labour.in_force(facts.agreements, kind, day.on) for day in frame.days)


# --- shift kinds ---


def month_patterns(month: Month) -> tuple[Pattern, ...]:
    """What is usually planned in the month: the patterns of its most common opening hours."""
    hours = [day.hours for day in month.days if day.hours is not None]
    return patterns(max(hours, key=hours.count)) if hours else ()


def kinds_of(month: Month) -> tuple[ShiftKind, ...]:
    """The patterns of every day's hours as kinds of the solver: those that differ only in their break are one."""
    groups: defaultdict[tuple[MinuteRange, int], list[Pattern]] = defaultdict(list)
    for hours in sorted({day.hours for day in month.days if day.hours is not None}):
        for pattern in patterns(hours):
            minutes = sum(one.minutes for one in pattern.times.breaks)
            groups[pattern.times.span, minutes].append(pattern)
    return tuple(_kind(span, minutes, alike) for (span, minutes), alike in groups.items())


def _kind(span: MinuteRange, minutes: int, alike: Sequence[Pattern]) -> ShiftKind:
    breaks = [one for pattern in alike for one in pattern.times.breaks]
    return ShiftKind(
        key=f"{span.start}-{span.end}-{minutes}",
        start=span.start,
        end=span.end,
        break_minutes=minutes,
        break_from=min((one.start for one in breaks), default=0),
        break_until=max((one.end for one in breaks), default=0),
    )


# --- asking the solver ---


def build_month(
    facts: MonthFacts, cells: Sequence[Cell], required: Required, *, anew: bool = False, effort: Effort = USUAL_EFFORT
) -> Proposal:
    """Fill the month from today on (tomorrow, once it has begun). Cells that are there stay; `anew`: only fixed ones
    do."""
    from scheduling.rostering import build

    begun = facts.today >= facts.month.from_on
    frame = _frame(facts, cells, facts.today + timedelta(days=1) if begun else facts.month.from_on)
    if not frame.days:
        return Proposal(None, (), ("自動作成の対象になる開庁日が、この月に残っていません。",))
    held = tuple(cell for cell in frame.cells if cell.fixed or not anew)
    problem = _problem(facts, frame, held, required)
    outcome = build(problem, seconds=effort.seconds, gap=effort.gap)
    return _proposal(facts, cells, (held, frame.kept), outcome)


def replan_month(
    facts: MonthFacts, cells: Sequence[Cell], required: Required, minute: int, *, effort: Effort = USUAL_EFFORT
) -> Proposal:
    """Repair the month with as few changed person's days as possible; what lies before today's `minute` stays."""
    from scheduling.rostering import replan

    frame = _frame(facts, cells, max(facts.today, facts.month.from_on))
    if not frame.days:
        return Proposal(None, (), ("再計画の対象になる開庁日が、この月に残っていません。",))
    agreed = _in_force(facts, frame, labour.AgreementKind.OVERTIME)
    held = tuple(one for one in frame.cells if one.fixed or (agreed and one.times.worked_minutes > DAY_LIMIT_MINUTES))
    problem = _problem(facts, frame, held, required)
    current = tuple(cell.assignment for cell in frame.cells)
    outcome = replan(problem, current, (facts.today, minute), seconds=effort.seconds)
    return _proposal(facts, cells, (held, frame.kept), outcome)


def _proposal(
    facts: MonthFacts, before: Sequence[Cell], held_and_kept: tuple[Sequence[Cell], Sequence[Cell]], outcome: Outcome
) -> Proposal:
    if not isinstance(outcome, Solution):
        return Proposal(None, (), _why_not(facts, outcome))
    held, kept = held_and_kept
    fixed = {(cell.key, cell.times) for cell in held if cell.fixed}
    solved = (_cell(one.person, one.on, one.shift, fixed) for one in outcome.assignments)
    cells = tuple(sorted([*kept, *solved]))
    return Proposal(cells, differences(before, cells), _how_good(outcome))


def _cell(person: str, on: date, times: ShiftTimes, fixed: set[tuple[Key, ShiftTimes]]) -> Cell:
    staff_id = UUID(person)
    return Cell(staff_id, on, times, ((staff_id, on), times) in fixed)


def _nearness(found: Solution) -> str:
    if found.optimal:
        return "最適な案です（これより良い案はありません）。"
    if found.gap > TELLING_GAP:
        return "時間のゆるす限り計算しました。もっと良い案があるかもしれません。"
    return f"時間のゆるす限り計算しました。最も良い案との差は、大きくても{found.gap:.0%}です。"


def _how_good(found: Solution) -> tuple[str, ...]:
    words = [_nearness(found)]
    if found.shortfalls:
        days = len({one.on for one in found.shortfalls})
        words.append(f"予測の必要人数に届かない時間帯が{days}日にあります（最少人員は満たしています）。")
    if found.leader_gaps:
        days = len({one.on for one in found.leader_gaps})
        words.append(f"業務責任者・副責任者が席にいない時間帯が{days}日にあります。")
    return tuple(words)


def _why_not(facts: MonthFacts, outcome: Infeasible | Unsolved) -> tuple[str, ...]:
    if isinstance(outcome, Unsolved):
        return (f"{outcome.seconds:.0f}秒の上限まで計算しましたが、シフト表を見つけられませんでした。",)
    return tuple(_conflict_words(facts, one) for one in outcome.conflicts)


def _conflict_words(facts: MonthFacts, found: Conflict) -> str:
    named = {str(one.id): one.name for one in facts.people}
    names = "、".join(f"{named[key]}さん" for key in found.persons if key in named)
    return found.describe() + (f"（関係する人：{names}）" if names else "")
