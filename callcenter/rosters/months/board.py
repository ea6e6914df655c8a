"""The month on the screen: rows of people, columns of days, and what follows from them. Values for templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from callcenter.rosters.months.facts import MonthFacts
from callcenter.rosters.months.judging import DayShortage, Finding, judge, month_shortages
from callcenter.rosters.months.required import Required
from callcenter.rosters.months.rules import (
    Cell,
    Day,
    Key,
    Shifts,
    by_cell,
    cell_label,
    day_runs,
    encoded,
    shifts_words,
    worked_minutes,
)
from callcenter.rosters.months.solving import month_patterns
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.rules import fewest_by_slot
from callcenter.rosters.shifts import Pattern
from reports.wareki import WEEKDAYS, clock

WEEK_MINUTES, WEEK_DAYS, HOUR = 2_400, 7, 60
LEAVE_MARKS = {"paid": "休", "special": "休", "sick": "休", "wish": "希"}
"""What hangs on the wall tells colleagues that somebody is off, not why."""


class CellView(Struct, frozen=True):
    """A cell as it is drawn. `value` is what the script sends back; `mark` of leave, `word` of the gravest finding."""

    on: date
    top: str
    below: str
    value: str
    fixed: bool
    mark: str
    leave: str
    word: str
    blocking: bool
    closed: bool
    past: bool
    title: str


class RowView(Struct, frozen=True):
    """A person's month: the cells, and what they amount to."""

    member: StaffMember
    cells: tuple[CellView, ...]
    days: int
    minutes: int
    early: int
    late: int


class HeadView(Struct, frozen=True):
    """A day at the head of its column and in the strip below. `fewest` operators at work at any opening minute."""

    day: Day
    weekday: str
    fewest: int | None
    below: int
    past: bool

    @property
    def short(self) -> bool:
        return self.below > 0


class Board(Struct, frozen=True):
    """The whole screen. `frame_minutes`: the statutory hours of the month (40 hours a week)."""

    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]
    findings: tuple[Finding, ...]
    shortages: tuple[DayShortage, ...]
    patterns: tuple[Pattern, ...]
    frame_minutes: int

    @property
    def blocking(self) -> int:
        return sum(one.blocking for one in self.findings)


def board(facts: MonthFacts, cells: Sequence[Cell]) -> Board:
    """What the page shows of a roster."""
    findings, known = judge(facts, cells), month_patterns(facts.month)
    planned, fixed = by_cell(cells), {cell.key for cell in cells if cell.fixed}
    marked: defaultdict[Key, list[Finding]] = defaultdict(list)
    for one in findings:
        for key in one.keys:
            # What a week or a month has too much of is marked where there is work.
            if key in planned:
                marked[key].append(one)
    shortages = month_shortages(facts, cells)
    rows = (_row(facts, one, (planned, fixed, marked), known) for one in shown_people(facts, cells))
    frame = WEEK_MINUTES * len(facts.month.days) // WEEK_DAYS
    return Board(_heads(facts, cells, shortages), tuple(rows), findings, shortages, known, frame)


def shown_people(facts: MonthFacts, cells: Iterable[Cell]) -> list[StaffMember]:
    """The people of the month, and anybody else who stands in the roster."""
    ids = {one.id for one in facts.people}
    others = {cell.staff_id for cell in cells} - ids
    return [*facts.people, *(one for one in facts.members.values() if one.id in others)]


_Found = tuple[Mapping[Key, Shifts], set[Key], Mapping[Key, list[Finding]]]


def _row(facts: MonthFacts, member: StaffMember, found: _Found, known: tuple[Pattern, ...]) -> RowView:
    cells = tuple(_cell(facts, member, day, found, known) for day in facts.month.days)
    own = {day: found[0].get((member.id, day.on), ()) for day in facts.month.days}
    worked = {day: shifts for day, shifts in own.items() if shifts}
    return RowView(
        member,
        cells,
        len(worked),
        sum(map(worked_minutes, worked.values())),
        sum(day.hours is not None and shifts[-1].span.end < day.hours.end for day, shifts in worked.items()),
        sum(day.hours is not None and shifts[0].span.start > day.hours.start for day, shifts in worked.items()),
    )


def _cell(facts: MonthFacts, member: StaffMember, day: Day, found: _Found, known: tuple[Pattern, ...]) -> CellView:
    key = member.id, day.on
    shifts, findings = found[0].get(key, ()), found[2].get(key, [])
    top, below = cell_label(shifts, known)
    leave = facts.off.get(key) or facts.asked.get(key)
    worst = next((one for one in findings if one.blocking), findings[0] if findings else None)
    leave_words = f"{leave.kind.label}（{leave.state.label}）" if leave else ""
    parts = [f"{member.name}さん {day.on.month}月{day.on.day}日（{WEEKDAYS[day.on.weekday()]}）", shifts_words(shifts)]
    parts += [leave_words] if leave_words else []
    parts += ["固定"] if key in found[1] else []
    return CellView(
        on=day.on,
        top=top,
        below=below,
        value=encoded(shifts),
        fixed=key in found[1],
        mark=LEAVE_MARKS[leave.kind.value] if leave else "",
        leave="off" if key in facts.off else "asked" if leave else "",
        word=worst.word if worst else "",
        blocking=bool(worst and worst.blocking),
        closed=day.hours is None,
        past=day.on < facts.today,
        title="　".join([*parts, *(one.text for one in findings)]),
    )


def _heads(facts: MonthFacts, cells: Iterable[Cell], shortages: Iterable[DayShortage]) -> tuple[HeadView, ...]:
    below = {one.day.on: one.minutes for one in shortages}
    present: defaultdict[date, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.key not in facts.off:
            present[cell.on].append(cell)
    return tuple(
        HeadView(
            day,
            WEEKDAYS[day.on.weekday()],
            _fewest(facts, present[day.on], day),
            below.get(day.on, 0),
            day.on < facts.today,
        )
        for day in facts.month.days
    )


def _fewest(facts: MonthFacts, cells: Iterable[Cell], day: Day) -> int | None:
    if day.hours is None:
        return None
    return min(run.count for run in day_runs(cells, facts.operators, day))


# --- the coverage of one day ---


class DayCoverage(Struct, frozen=True):
    """Operators per quarter of an hour. `rows` are the bars: planned (the fewest in the slot) beside required."""

    day: Day
    rows: tuple[dict[str, object], ...]
    forecast: bool


def day_coverage(facts: MonthFacts, cells: Iterable[Cell], on: date, required: Required) -> DayCoverage | None:
    """The coverage of a day; None where there is no such day."""
    day = facts.month.day(on)
    if day is None:
        return None
    if day.hours is None:
        return DayCoverage(day, (), False)
    present = [cell for cell in cells if cell.on == on and cell.key not in facts.off]
    wanted = required.get(on, {})
    found = fewest_by_slot(day_runs(present, facts.operators, day), day.hours)
    rows: tuple[dict[str, object], ...] = tuple(
        {
            "label": clock(slot.start) if index == 0 or slot.start % HOUR == 0 else f":{slot.start % HOUR:02d}",
            "value": count,
            "usual": max(day.minimum, wanted.get(slot.start, 0)),
        }
        for index, (slot, count) in enumerate(found)
    )
    return DayCoverage(day, rows, bool(wanted))
