"""Staff, plans and punches for the tests of rosters. Times are written as the desk says them: "8:30"."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from callcenter.audit.service import system_actor
from callcenter.clock import instant_of
from callcenter.rosters import planning, service
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.history import HistoryDay, load_history
from callcenter.rosters.papers import service as papers
from callcenter.rosters.papers.service import NewCertificate
from callcenter.rosters.rules import Cut as Cut
from callcenter.rosters.rules import Employment, Mark, PunchKind, Record, StaffRole, record_of
from callcenter.web.transaction import transaction
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes
from tests.centre import Centre, Person

MONDAY = date(2026, 6, 1)
TUESDAY = date(2026, 6, 2)
FRIDAY_BEFORE = date(2026, 5, 29)
TRAINED_ON = date(2026, 3, 23)
KINDS = {"in": PunchKind.IN, "rest": PunchKind.BREAK_START, "back": PunchKind.BREAK_END, "out": PunchKind.OUT}


def minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def at(clock: str, on: date = MONDAY) -> datetime:
    """The instant of a local time of day."""
    return instant_of(on, minute(clock))


def span(text: str) -> MinuteRange:
    """`8:30-17:15`"""
    start, end = text.split("-")
    return MinuteRange(minute(start), minute(end))


def marks(text: str) -> tuple[Mark, ...]:
    """`in 8:30, rest 12:00, back 13:00, out 17:15`"""
    parts = [part.split() for part in text.split(",")] if text else []
    return tuple(Mark(KINDS[kind], minute(clock)) for kind, clock in parts)


def record(text: str, cut: Cut) -> Record:
    return record_of(marks(text), cut)


def shift(text: str, *breaks: str) -> ShiftTimes:
    return ShiftTimes(span(text), tuple(span(one) for one in breaks))


def new_staff(code: str, name: str, role: StaffRole, **more: object) -> service.NewStaff:
    user_id = more.pop("user_id", None)
    assert user_id is None or isinstance(user_id, UUID)
    week_minutes = more.pop("week_minutes", None)
    assert week_minutes is None or isinstance(week_minutes, int)
    details = service.StaffDetails(name, str(more.pop("kana", "みほん はなこ")), user_id, week_minutes=week_minutes)
    given = {"employment": Employment.DIRECT, "starts_on": date(2026, 4, 1), **more}
    return service.NewStaff(code=code, role=role, details=details, **given)  # type: ignore[arg-type]


def add_staff(
    centre: Centre,
    code: str,
    name: str = "見本 花子",
    role: StaffRole = StaffRole.OPERATOR,
    person: Person | None = None,
    **more: object,
) -> UUID:
    """Put somebody on the centre's staff list; a user of the centre if `person` is given. The training is on file
    since before the contract, unless `trained=False`."""
    trained = more.pop("trained", True)
    new = new_staff(code, name, role, user_id=person.user_id if person else None, **more)
    by = system_actor(centre.contract_id)
    with centre.inside(), transaction():
        staff_id = service.add_staff(new, by=by, at=centre.now)
        if trained:
            papers.add_certificate(training_of(staff_id), by=by, at=centre.now)
    return staff_id


def training_of(staff_id: UUID, issued_on: date = TRAINED_ON, valid_until: date | None = None) -> NewCertificate:
    kind = CertificateKind.TRAINING
    key = uuid5(staff_id, issued_on.isoformat())
    return NewCertificate(staff_id, kind, kind.label, issued_on, valid_until, key)


def plan(centre: Centre, staff_id: UUID, times: ShiftTimes, on: date = MONDAY) -> None:
    with centre.inside(), transaction():
        planning.plan_shift(staff_id, on, times, by=system_actor(centre.contract_id), at=centre.now)


def punched(centre: Centre, staff_id: UUID, text: str, on: date = MONDAY) -> None:
    """Let somebody have punched on a day, without the rules of the moment."""
    with centre.inside(), transaction():
        load_history([HistoryDay(staff_id, on, None, marks(text))], by=system_actor(centre.contract_id), at=centre.now)
