"""Figures of reservations over a period: additive counts, as page, daily report and result report show them."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Table(Struct, frozen=True):
    """Counts of each kind of step by one key: (name, counts in the order of the kinds)."""

    heading: str
    lines: tuple[tuple[str, tuple[int, ...]], ...]


class Counts(Struct, frozen=True):
    """Every figure of a period. `use`: place, seats, used. `lead_days`: open days → reservations. `entries`: to be
    entered in the city's system, not entered, not verified."""

    kinds: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    days: tuple[tuple[date, tuple[int, ...]], ...] = ()
    use: tuple[tuple[str, int, int], ...] = ()
    cancel_reasons: tuple[tuple[str, int], ...] = ()
    lead_days: tuple[tuple[int, int], ...] = ()
    entries: tuple[int, int, int] | None = None
    differences: int = 0
    to_rebook: int = 0

    def __post_init__(self) -> None:
        for table in self.tables:
            summed = tuple(map(sum, zip(*(counts for _, counts in table.lines), strict=True)))
            if table.lines and summed != self.totals:
                raise ValueError(f"{table.heading}: the lines hold {summed}, the days {self.totals}")

    @property
    def totals(self) -> tuple[int, ...]:
        """Each kind over the whole period."""
        if not self.days:
            return (0,) * len(self.kinds)
        return tuple(map(sum, zip(*(counts for _, counts in self.days), strict=True)))

    @property
    def mean_lead(self) -> float | None:
        """Σ open days ÷ Σ reservations; None when none was made."""
        number = sum(count for _, count in self.lead_days)
        return sum(days * count for days, count in self.lead_days) / number if number else None
