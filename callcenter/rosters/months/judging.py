"""A month's roster held against its facts: what stands in the way of publishing, what a person should look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months.facts import MonthFacts
from callcenter.rosters.months.rules import Cell, Day, Key, day_shortages
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.rules import Shortage
from callcenter.rosters.service import about, assignment_fault
from callcenter.web.labels import date_label
from scheduling import labour

NO_LEADER = "業務責任者・副責任者がいません（仕様書6）。"
LEAVE_RULE = "承認された休暇（{kind}）の日のため、配置できません。"
CLOSED = "閉庁日です（{why}）。"


class Finding(Struct, frozen=True):
    """What is wrong with a person's day (`staff_id` None: with the day). `blocking` ones refuse the publication.

    `word` fits into a cell's corner, `text` is a sentence with its rule; `to_on` is the last day it concerns."""

    on: date
    to_on: date
    staff_id: UUID | None
    word: str
    text: str
    blocking: bool

    @property
    def keys(self) -> Iterator[Key]:
        """The person's days it is marked at."""
        if self.staff_id is not None:
            for ordinal in range(self.on.toordinal(), self.to_on.toordinal() + 1):
                yield self.staff_id, date.fromordinal(ordinal)


def judge(facts: MonthFacts, cells: Sequence[Cell]) -> tuple[Finding, ...]:
    """Every finding but the shortages, by day and person. Days that are over are left out: nothing changes them."""
    found = [*_cell_findings(facts, cells), *_labour_findings(facts, cells), *_leaderless(facts, cells)]
    coming = (one for one in found if one.to_on >= facts.today)
    return tuple(sorted(coming, key=lambda one: (one.on, _place(facts, one.staff_id), one.word)))


def _place(facts: MonthFacts, staff_id: UUID | None) -> int:
    ids = [one.id for one in facts.people]
    return ids.index(staff_id) if staff_id in ids else -1


def fault_of(facts: MonthFacts, member: StaffMember, on: date) -> tuple[str, str] | None:
    """Why a person cannot be placed on a day: a word and the sentence naming person, day and rule."""
    fault = assignment_fault(member, on)
    if fault is not None:
        return ("未研修" if member.assigned_on(on) else "期間外"), fault
    leave = facts.off.get((member.id, on))
    if leave is not None:
        return "休暇", about(member, on) + LEAVE_RULE.format(kind=leave.kind.label)
    return None


def _cell_findings(facts: MonthFacts, cells: Iterable[Cell]) -> Iterator[Finding]:
    days = {day.on: day for day in facts.month.days}
    for staff_id, on in dict.fromkeys(cell.key for cell in cells):
        member, day = facts.members[staff_id], days[on]
        fault = fault_of(facts, member, on)
        if fault is not None:
            yield Finding(on, on, staff_id, *fault, blocking=True)
        if day.hours is None:
            yield Finding(on, on, staff_id, "閉庁", about(member, on) + CLOSED.format(why=day.why), blocking=False)
        if (staff_id, on) in facts.asked:
            kind = facts.asked[staff_id, on].kind
            word = "希望休" if kind is LeaveKind.WISH else "申請中"
            yield Finding(
                on, on, staff_id, word, f"{about(member, on)}{kind.label}の申請がある日です。", blocking=False
            )


def _labour_findings(facts: MonthFacts, cells: Iterable[Cell]) -> Iterator[Finding]:
    roster = labour.Roster(
        facts.month.from_on,
        facts.month.to_on,
        tuple(cell.assignment for cell in cells),
        facts.before,
        facts.agreements,
    )
    for one in labour.validate(roster):
        yield _of_violation(facts, one)


def _of_violation(facts: MonthFacts, one: labour.Violation) -> Finding:
    staff_id = UUID(one.person) if one.person else None
    span = date_label(one.interval.from_on)
    if one.interval.to_on > one.interval.from_on:
        span += f"～{date_label(one.interval.to_on)}"
    name = f"{facts.members[staff_id].name}さん・" if staff_id else ""
    text = f"{name}{span}：{labour.describe(one)}"
    blocking = one.level is labour.Level.ERROR
    return Finding(one.interval.from_on, one.interval.to_on, staff_id, one.code.label, text, blocking)


def _leaderless(facts: MonthFacts, cells: Iterable[Cell]) -> Iterator[Finding]:
    """Open days of a roster that is begun, with nobody responsible at work."""
    on_duty: defaultdict[date, set[UUID]] = defaultdict(set)
    for cell in cells:
        on_duty[cell.on].add(cell.staff_id)
    for day in facts.month.days:
        if day.hours is not None and on_duty[day.on] and on_duty[day.on] <= facts.operators:
            text = f"{date_label(day.on)}：{NO_LEADER}"
            yield Finding(day.on, day.on, None, "責任者なし", text, blocking=False)


class DayShortage(Struct, frozen=True):
    """The stretches of a day in which fewer operators are planned than the minimum."""

    day: Day
    stretches: tuple[Shortage, ...]

    @property
    def minutes(self) -> int:
        return sum(one.span.minutes for one in self.stretches)


def month_shortages(facts: MonthFacts, cells: Iterable[Cell]) -> tuple[DayShortage, ...]:
    """The days below the minimum (003 clause 6), today and later. Nobody on approved leave counts as there."""
    present: defaultdict[date, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.key not in facts.off:
            present[cell.on].append(cell)
    days = [day for day in facts.month.days if day.on >= facts.today]
    found = (DayShortage(day, day_shortages(present[day.on], facts.operators, day)) for day in days)
    return tuple(one for one in found if one.stretches)
