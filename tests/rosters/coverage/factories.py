"""Worked days and noted shortages for the tests of the coverage proof."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from callcenter.audit.service import system_actor
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage import queries, service
from callcenter.rosters.coverage.queries import DayCoverage
from callcenter.rosters.history import HistoryDay, load_history
from callcenter.web.transaction import transaction
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes
from tests.centre import Centre, Person
from tests.rosters.factories import MONDAY, add_staff, marks, shift, span

WHOLE_DAY = "8:30-17:15"


def worked(
    centre: Centre, staff_id: UUID, punches: str = "", planned: ShiftTimes | None = None, on: date = MONDAY
) -> None:
    """Let somebody have been planned and have punched on a day, without the rules of the moment."""
    with centre.inside(), transaction():
        day = HistoryDay(staff_id, on, planned, marks(punches))
        load_history([day], by=system_actor(centre.contract_id), at=centre.now)


def two_operators(centre: Centre, first: str, second: str, on: date = MONDAY) -> tuple[UUID, UUID]:
    """Two operators planned from 8:30 to 17:15 without a break, with these punches."""
    found = add_staff(centre, "P01", "見本 花子"), add_staff(centre, "P02", "例田 一郎")
    for staff_id, punches in zip(found, (first, second), strict=True):
        worked(centre, staff_id, punches, shift(WHOLE_DAY), on)
    return found


def judged(centre: Centre, on: date = MONDAY) -> DayCoverage:
    """The day as it stands now."""
    with centre.inside():
        (day,) = queries.days(centre.contract_id, on, on, centre.now)
        return day


def spans(found: tuple[object, ...]) -> list[str]:
    """Stretches or notes as `12:00-13:00`."""
    return [_clocks(one.span) for one in found]  # type: ignore[attr-defined]


def _clocks(one: MinuteRange) -> str:
    return "-".join(f"{minute // 60}:{minute % 60:02d}" for minute in (one.start, one.end))


def new_note(when: str, on: date = MONDAY, **changes: object) -> service.NewNote:
    given = {
        "cause": ShortageCause.ABSENCE,
        "detail": "体調不良による欠勤。",
        "measure": "業務責任者が応援を手配した。",
        **changes,
    }
    return service.NewNote(on, span(when), **given)  # type: ignore[arg-type]


def noted(centre: Centre, by: Person, when: str, on: date = MONDAY, **changes: object) -> UUID:
    """Note these minutes; against what stands now unless `seen` says otherwise."""
    found = next((one for one in judged(centre, on).stretches if one.span.overlaps(span(when))), None)
    seen = found.last.id if found and found.last else None
    with centre.inside(), transaction():
        new = new_note(when, on, **{"seen": seen, **changes})
        return service.note_shortage(new, by=by.actor, at=centre.now)
