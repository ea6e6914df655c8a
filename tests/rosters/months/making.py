"""Months for the tests: people, agreements, drafts and versions of July 2026, which lies wholly ahead of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from callcenter.audit.service import system_actor
from callcenter.extensions import db, new_id
from callcenter.rosters.months import drafts, publishing, queries
from callcenter.rosters.months.drafts import CellChange
from callcenter.rosters.months.facts import MonthFacts, month_days, month_facts
from callcenter.rosters.months.publishing import Publication, Published
from callcenter.rosters.months.queries import Version
from callcenter.rosters.months.rules import Cell
from callcenter.rosters.papers.models import LabourAgreement
from callcenter.web.access import Actor
from callcenter.web.transaction import transaction
from scheduling.shifts import ShiftTimes
from tests.centre import Centre
from tests.rosters.factories import shift

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
WHOLE = shift("8:30-17:15", "12:00-13:00")
EARLY_LUNCH = shift("8:30-17:15", "11:00-12:00")
LATE_LUNCH = shift("8:30-17:15", "13:00-14:00")
MORNING, AFTERNOON = shift("8:30-12:30"), shift("12:30-17:15")


def july(day: int) -> date:
    return date(2026, 7, day)


def by(centre: Centre) -> Actor:
    return system_actor(centre.contract_id)


def later(centre: Centre, minutes: int = 1) -> datetime:
    """Let the clock go on, so that what follows is later than what was."""
    centre.at(centre.now + timedelta(minutes=minutes))
    return centre.now


def agree(centre: Centre, kind: str = "staggered_breaks", from_on: date = date(2026, 4, 1)) -> None:
    """Put an agreement of the whole contract on file."""
    with centre.inside(), transaction():
        db.session.add(
            LabourAgreement(
                contract_id=centre.contract_id,
                id=new_id(),
                kind=kind,
                from_on=from_on,
                to_on=date(2027, 3, 31),
                concluded_on=from_on,
                recorded_at=centre.now,
            )
        )


def facts(centre: Centre, first: date = JULY) -> MonthFacts:
    with centre.inside():
        return month_facts(centre.contract_id, first, centre.now)


def open_days(centre: Centre, first: date = JULY) -> list[date]:
    with centre.inside():
        return [day.on for day in month_days(centre.contract_id, first).days if day.hours]


def start(centre: Centre, first: date = JULY, *, empty: bool = False) -> UUID:
    with centre.inside(), transaction():
        return drafts.start_draft(first, empty=empty, by=by(centre), at=centre.now)


def versions(centre: Centre, first: date = JULY) -> list[Version]:
    with centre.inside():
        return queries.versions(centre.contract_id, first)


def newest(centre: Centre, first: date = JULY) -> Version:
    return versions(centre, first)[0]


def cells(centre: Centre, roster_id: UUID) -> tuple[Cell, ...]:
    with centre.inside():
        return queries.cells_of(centre.contract_id, roster_id)


def live(centre: Centre, first: date = JULY) -> tuple[Cell, ...]:
    with centre.inside():
        month = month_days(centre.contract_id, first)
        return queries.live_cells(centre.contract_id, month.from_on, month.to_on)


def put(centre: Centre, staff_id: UUID, on: date, *shifts: ShiftTimes, fixed: bool = False) -> int:
    """Write one cell of the draft of its month; the draft's new version."""
    first = on.replace(day=1)
    with centre.inside(), transaction():
        change = CellChange(staff_id, on, tuple(shifts), fixed)
        seen = queries.versions(centre.contract_id, first)[0].version
        return drafts.set_cells(first, (change,), seen, by=by(centre), at=centre.now)


def fill(centre: Centre, people: Sequence[tuple[UUID, ShiftTimes]], days: Sequence[date]) -> None:
    """Write the same shift for each person on all the days of the draft."""
    first = days[0].replace(day=1)
    changes = tuple(CellChange(staff_id, on, (times,)) for staff_id, times in people for on in days)
    with centre.inside(), transaction():
        seen = queries.versions(centre.contract_id, first)[0].version
        drafts.set_cells(first, changes, seen, by=by(centre), at=centre.now)


def publish(centre: Centre, first: date = JULY, *, reason: str = "", accepts: bool = True) -> Published:
    """Publish the draft as it stands; with a reason even where the month has too few people."""
    with centre.inside(), transaction():
        seen = queries.versions(centre.contract_id, first)[0].version
        wanted = Publication(first, seen, reason, accepts_shortage=accepts)
        return publishing.publish(wanted, by=by(centre), at=centre.now)
