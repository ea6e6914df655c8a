"""What comes of building a roster: a solution, a proof that there is none, or neither in the time given."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from scheduling.intervals import MinuteRange
from scheduling.rostering.rules import RuleCode
from scheduling.shifts import Assignment


class Shortfall(Struct, frozen=True, order=True):
    """A slot in which `missing` operators (or leaders) are fewer at work than asked for."""

    on: date
    start: int
    missing: int


class Cell(Struct, frozen=True, order=True):
    """One person's day."""

    person: str
    on: date


class Solution(Struct, frozen=True, kw_only=True):
    """A legal roster.

    objective and bound are in weighted minutes (`objective.WEIGHTS`), after `replan` in weighted changes; gap is
    (objective - bound) / objective, 0 when proven. first_seconds: until the first legal roster; seconds: in all,
    without loading the solver. shortfalls: forecast demand above the minimum that is not met; leader_gaps: slots
    without a leader. changed: cells that differ from the roster given to `replan`.
    """

    assignments: tuple[Assignment, ...]
    optimal: bool
    objective: int
    bound: int
    first_seconds: float
    seconds: float
    shortfalls: tuple[Shortfall, ...] = ()
    leader_gaps: tuple[Shortfall, ...] = ()
    changed: tuple[Cell, ...] = ()

    @property
    def gap(self) -> float:
        """How far, at most, the best roster could lie below this one, as a ratio."""
        return max(0.0, (self.objective - self.bound) / max(1, abs(self.objective)))


class Conflict(Struct, frozen=True):
    """Rules that cannot be kept together on these days: leaving any one of them out would help.

    interval: the slots concerned, where it is about presence. persons: keys of those concerned. needed and available:
    operators that would have to be there on such a day, and that are.
    """

    rules: tuple[RuleCode, ...]
    days: tuple[date, ...]
    interval: MinuteRange | None = None
    persons: tuple[str, ...] = ()
    needed: int | None = None
    available: int | None = None

    @property
    def on(self) -> date | None:
        """The first of the days; None where there is no open day at all."""
        return self.days[0] if self.days else None

    def describe(self) -> str:
        """One Japanese sentence: days, slots and rules (persons are keys, and named by whoever knows their names)."""
        rules = "・".join(f"「{rule.label}」" for rule in self.rules)
        verb = "を守れません。" if len(self.rules) == 1 else "を同時に守れません。"
        return f"{self._when()}は、{rules}{verb}{self._number()}"

    def _when(self) -> str:
        if not self.days:
            return "開庁日のない期間"
        days = [f"{on.month}月{on.day}日" for on in self.days]
        when = "、".join(days) if len(days) <= 3 else f"{days[0]}から{days[-1]}までの{len(days)}日間"
        return when if self.interval is None else f"{when}の{_clock(self.interval.start)}～{_clock(self.interval.end)}"

    def _number(self) -> str:
        if self.needed is None:
            return ""
        return f"オペレーターが{self.needed}人必要ですが、従事できるのは{self.available}人です。"


class Infeasible(Struct, frozen=True):
    """No roster keeps every rule; `conflicts` (at least one) say why."""

    conflicts: tuple[Conflict, ...]
    seconds: float = 0.0

    def describe(self) -> tuple[str, ...]:
        """One Japanese sentence per conflict."""
        return tuple(one.describe() for one in self.conflicts)


class Unsolved(Struct, frozen=True):
    """The time ran out: neither a roster was found nor a proof that there is none."""

    seconds: float


Outcome = Solution | Infeasible | Unsolved


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
