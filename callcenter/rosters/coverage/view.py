"""From judged days to what page, print and workbook show of a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from callcenter.contracts.queries import contract
from callcenter.rosters.coverage import queries
from callcenter.rosters.coverage.queries import DayCoverage
from callcenter.rosters.coverage.rules import Note, Stretch
from reports.coverage import CoverageReport, DayLine, Minutes, NoteLine, StretchLine, total


class Month(Struct, frozen=True):
    """The days of a month that lie inside the contract; `first` is the first of the month in any case."""

    first: date
    days: tuple[DayCoverage, ...]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        return _next_month(self.first)

    @property
    def open_days(self) -> tuple[DayCoverage, ...]:
        return tuple(day for day in self.days if day.hours is not None)

    @property
    def breaks_count(self) -> bool:
        """Whether people on a break count, as on the last day shown."""
        return bool(self.days) and self.days[-1].breaks_count

    @property
    def closed(self) -> int:
        return len(self.days) - len(self.open_days)

    @property
    def shown_days(self) -> tuple[DayCoverage, ...]:
        """The open days, and a closed one of which something was noted while it was open."""
        return tuple(day for day in self.days if day.hours is not None or day.resolved)

    @property
    def totals(self) -> Minutes:
        return total(day.minutes for day in self.open_days)


def month(contract_id: UUID, first: date, at: datetime) -> Month:
    """Read and judge a month. Raises `NotFound`."""
    term, last = contract(contract_id), _next_month(first) - timedelta(days=1)
    from_on, to_on = max(first, term.starts_on), min(last, term.ends_on)
    found = queries.days(contract_id, from_on, to_on, at) if from_on <= to_on else []
    return Month(first, tuple(found))


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def report(contract_id: UUID, found: Month, at: datetime) -> CoverageReport:
    """The values of the workbook."""
    facts = contract(contract_id)
    return CoverageReport(
        contract=facts.title,
        city=facts.city_name,
        contractor=facts.contractor_name,
        place=facts.place,
        first=found.first,
        built_at=at,
        days=tuple(_day(day) for day in found.open_days),
        stretches=tuple(_stretch(day.on, one) for day in found.open_days for one in day.stretches),
        closed_days=found.closed,
        breaks_count=found.breaks_count,
    )


def _day(day: DayCoverage) -> DayLine:
    return DayLine(day.on, day.minimum, day.planned_fewest, day.fewest, day.minutes)


def _stretch(on: date, one: Stretch) -> StretchLine:
    notes = tuple(_note(note) for note in one.notes)
    return StretchLine(on, one.span.start, one.span.end, one.fewest, notes, running=not one.over)


def _note(note: Note) -> NoteLine:
    return NoteLine(note.cause.label, note.detail, note.measure)


def chart(days: Sequence[DayCoverage]) -> list[dict[str, object]]:
    """Bars of the month: minutes below on each open day, beside those that the plan fell short by."""
    return [
        {
            "label": f"{day.on.day}日",
            "value": day.minutes.below if day.judged else None,
            "usual": day.minutes.planned_below if day.planned else None,
        }
        for day in days
    ]
