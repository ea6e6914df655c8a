"""The Labour Standards Act's limits as data: each row says from when it binds.

Facts of 労働基準法 Art. 32 (hours), 34 (breaks), 35 (rest days) and 36 (overtime). The cap of overtime came by the
law of 2018 (平成30年法律第71号): from 2019-04-01, for small and medium employers (中小事業主) from 2020-04-01. What
is not here: Art. 40's exceptions, variable hours (変形労働時間制, フレックスタイム制), trades with caps of their own.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

_HOUR = 60


class BreakRule(Struct, frozen=True):
    """Work of more than ``over`` minutes a day owes ``owed`` minutes of break (Art. 34(1))."""

    over: int
    owed: int


class OvertimeCap(Struct, frozen=True):
    """How much overtime the law allows at most (Art. 36(3) to (6)); minutes, but for ``months_over``."""

    month: int = 45 * _HOUR
    """Overtime of a month without the special clause (Art. 36(4))."""
    year: int = 360 * _HOUR
    """Overtime of a year without the special clause (Art. 36(4))."""
    month_total_below: int = 100 * _HOUR
    """Overtime and rest-day work of a month stay under this (Art. 36(6) no. 2)."""
    average_total: int = 80 * _HOUR
    """Overtime and rest-day work, averaged over any of the spans of months, at most (Art. 36(6) no. 3)."""
    average_spans: tuple[int, ...] = (2, 3, 4, 5, 6)
    special_year: int = 720 * _HOUR
    """Overtime of a year with the special clause (Art. 36(5))."""
    months_over: int = 6
    """In how many months of a year overtime may pass ``month`` with the special clause (Art. 36(5))."""


class LabourRules(Struct, frozen=True):
    """What the law says from a date on. ``cap`` is None where the law itself set none."""

    effective_from: date
    small_employers_from: date
    day_minutes: int = 8 * _HOUR
    week_minutes: int = 40 * _HOUR
    breaks: tuple[BreakRule, ...] = (BreakRule(6 * _HOUR, 45), BreakRule(8 * _HOUR, 60))
    cap: OvertimeCap | None = None

    def break_owed(self, worked_minutes: int) -> int:
        """Minutes of break owed for a day's work, which must be passed: exactly 6 hours owe none (Art. 34(1))."""
        return max((rule.owed for rule in self.breaks if worked_minutes > rule.over), default=0)


RULES = (
    LabourRules(date(1997, 4, 1), date(1997, 4, 1)),  # when 40 hours a week came to hold for all
    LabourRules(date(2019, 4, 1), date(2020, 4, 1), cap=OvertimeCap()),
)


def rules_on(on: date, *, small_employer: bool = False) -> LabourRules:
    """The rules that bind on a date. Raises ValueError for a date before the first row."""
    for rules in reversed(RULES):
        if (rules.small_employers_from if small_employer else rules.effective_from) <= on:
            return rules
    raise ValueError(f"no labour rules are known for {on}")
