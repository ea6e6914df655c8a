"""The month of everybody: plan against record for each day, overtime, adherence, sums of month and year.

One definition for the page, the print and the workbook. Few statements whatever the number of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.clock import local
from callcenter.contracts.queries import calendar
from callcenter.rosters import codes, rules
from callcenter.rosters.months import absences
from callcenter.rosters.papers import queries as papers
from callcenter.rosters.queries import ROLE_ORDER, StaffDay, StaffMember, cut_of, staff_list
from callcenter.rosters.records import PlannedTimes, StandingPunch, standing_between
from callcenter.rosters.timebook.queries import (
    Closing,
    PersonOn,
    closings,
    corrected_between,
    marks_between,
    shifts_between,
)
from callcenter.rosters.timebook.rules import DayFigures, Totals, day_figures, kept_of, last_of_month, totals
from scheduling.labour import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Violation,
    agreement_year,
    overtime_by_day,
    overtime_findings,
    rest_day_work,
)

LOOK_BACK = timedelta(days=27)
"""So many days before a limit's first day decide how it counts (four weeks, of which the last is in it)."""
AVERAGED_MONTHS = 6
_SATURDAY = 5
_KINDS = {
    codes.AgreementKind.OVERTIME: (AgreementKind.OVERTIME, AgreementKind.REST_DAY_WORK),
    codes.AgreementKind.OVERTIME_SPECIAL: (AgreementKind.SPECIAL_CLAUSE,),
    codes.AgreementKind.STAGGERED_BREAKS: (AgreementKind.STAGGERED_BREAKS,),
}
"""An agreement on file is a 時間外・休日労働に関する協定: one paper for overtime and rest-day work."""


class PersonDay(Struct, frozen=True):
    """One day of a person's month. `outside`: the person is not assigned on that day. `leave`: approved leave.
    `closed`: why the centre is closed (振替休日), empty on an open day."""

    on: date
    found: StaffDay
    figures: DayFigures
    outside: bool
    leave: codes.LeaveKind | None = None
    closed: str = ""

    @property
    def absence(self) -> str:
        """What the book says of a day without work: the leave, else the holiday. Weekends speak for themselves."""
        if self.leave is not None:
            return self.leave.label
        return self.closed if self.on.weekday() < _SATURDAY else ""


class YearFigures(Struct, frozen=True):
    """The agreement's year up to the end of the month: minutes."""

    worked: int
    overtime: int
    rest_day: int


class PersonMonth(Struct, frozen=True):
    """A person's month, with what Art. 36 has to say of it."""

    member: StaffMember
    days: tuple[PersonDay, ...]
    totals: Totals
    year: YearFigures
    findings: tuple[Violation, ...]


class MonthBook(Struct, frozen=True):
    """The month from its first day to `last_on`. `year` is that of the overtime agreement. `forgotten`: days with a
    missing last punch. `closings`: the newest first."""

    month: date
    last_on: date
    over: bool
    year: Interval
    people: tuple[PersonMonth, ...]
    days: tuple[tuple[date, Totals], ...]
    totals: Totals
    closings: tuple[Closing, ...]

    @property
    def closing(self) -> Closing | None:
        """The closing in force."""
        return next((one for one in self.closings if one.reopened_at is None), None)

    @property
    def forgotten(self) -> list[tuple[StaffMember, date]]:
        """Whose last punch of which day is missing, by day."""
        found = [
            (person.member, day.on)
            for person in self.people
            for day in person.days
            if not rules.FORGOTTEN.isdisjoint(remark.code for remark in day.found.remarks)
        ]
        return sorted(found, key=lambda one: one[1])


class _Rows(Struct, frozen=True):
    """What was read for a month; `worked` holds minutes by person and day from well before the month."""

    shifts: Mapping[PersonOn, Sequence[PlannedTimes]]
    punches: Mapping[PersonOn, Sequence[StandingPunch]]
    corrected: set[PersonOn]
    worked: Mapping[UUID, Mapping[date, int]]
    agreements: tuple[Agreement, ...]
    leave: Mapping[PersonOn, codes.LeaveKind]
    closed: Mapping[date, str]
    settings: LabourSettings = LabourSettings()


def month_book(contract_id: UUID, month: date, now: datetime, staff_id: UUID | None = None) -> MonthBook:
    """The month that begins with `month`: everybody who was assigned or punched in it, the responsible first, each in
    reading order; or (`staff_id`) one person alone."""
    last_on = last_of_month(month)
    agreed = agreements(contract_id)
    year = agreement_year(last_on, agreed)
    rows = _read(contract_id, Interval(month, last_on), year, now, agreed)
    members = [one for one in _members(contract_id, month, last_on, rows) if staff_id in (None, one.id)]
    people = tuple(_person(member, Interval(month, last_on), year, rows, now) for member in members)
    by_day = [(day, [person.days[index].figures for person in people]) for index, day in enumerate(_days(month))]
    return MonthBook(
        month=month,
        last_on=last_on,
        over=local(now).on > last_on,
        year=year,
        people=people,
        days=tuple((on, totals(figures)) for on, figures in by_day),
        totals=totals([day.figures for person in people for day in person.days]),
        closings=tuple(closings(contract_id, month)),
    )


def agreements(contract_id: UUID) -> tuple[Agreement, ...]:
    """The labour agreements on file, as labour law knows them."""
    return tuple(
        Agreement(kind, one.from_on, one.to_on, one.month_limit, one.year_limit)
        for one in papers.agreements(contract_id)
        for kind in _KINDS[one.kind]
    )


def _days(month: date) -> list[date]:
    return list(Interval(month, last_of_month(month)).days())


def _read(contract_id: UUID, span: Interval, year: Interval, now: datetime, agreed: tuple[Agreement, ...]) -> _Rows:
    punches: dict[PersonOn, list[StandingPunch]] = defaultdict(list)
    for punch in standing_between(contract_id, span.from_on, span.to_on):
        punches[punch.staff_id, punch.local_on].append(punch)
    since = min(year.from_on, _months_before(span.from_on, AVERAGED_MONTHS - 1)) - LOOK_BACK
    return _Rows(
        shifts=shifts_between(contract_id, span.from_on, span.to_on),
        punches=punches,
        corrected=corrected_between(contract_id, span.from_on, span.to_on),
        worked=_worked(contract_id, since, span.to_on, now),
        agreements=agreed,
        leave=_leave(contract_id, span),
        closed=_closed(contract_id, span),
    )


def _leave(contract_id: UUID, span: Interval) -> dict[PersonOn, codes.LeaveKind]:
    found = (one for one in absences.standing(contract_id, span.from_on, span.to_on) if one.binding)
    return {(one.staff_id, on): one.kind for one in found for on in one.days()}


def _closed(contract_id: UUID, span: Interval) -> dict[date, str]:
    days = calendar(contract_id)
    return {on: days.day(on).why for on in span.days() if days.open_interval(on) is None}


def _months_before(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def _worked(contract_id: UUID, from_on: date, to_on: date, now: datetime) -> dict[UUID, dict[date, int]]:
    found: dict[UUID, dict[date, int]] = defaultdict(dict)
    for (staff_id, on), marks in marks_between(contract_id, from_on, to_on).items():
        found[staff_id][on] = rules.record_of(marks, cut_of(on, now)).worked_minutes
    return found


def _members(contract_id: UUID, from_on: date, to_on: date, rows: _Rows) -> list[StaffMember]:
    busy = {staff_id for staff_id, _ in [*rows.shifts, *rows.punches]}
    found = [
        one
        for one in staff_list(contract_id)
        if one.id in busy or (one.starts_on <= to_on and (one.ends_on is None or one.ends_on >= from_on))
    ]
    return sorted(found, key=lambda one: ROLE_ORDER.index(one.role))


def _person(member: StaffMember, span: Interval, year: Interval, rows: _Rows, now: datetime) -> PersonMonth:
    worked = rows.worked.get(member.id, {})
    overtime, resting = overtime_by_day(worked, rows.settings), rest_day_work(worked, rows.settings)
    days = tuple(_day(member, on, (overtime, resting), rows, now) for on in span.days())
    so_far = Interval(year.from_on, span.to_on)
    return PersonMonth(
        member=member,
        days=days,
        totals=totals([day.figures for day in days]),
        year=YearFigures(*(_sum(by_day, so_far) for by_day in (worked, overtime, resting))),
        findings=tuple(overtime_findings(member.name, worked, span, rows.agreements, rows.settings)),
    )


def _sum(by_day: Mapping[date, int], span: Interval) -> int:
    return sum(minutes for on, minutes in by_day.items() if on in span)


def _day(
    member: StaffMember,
    on: date,
    beyond: tuple[Mapping[date, int], Mapping[date, int]],
    rows: _Rows,
    now: datetime,
) -> PersonDay:
    cut, key = cut_of(on, now), (member.id, on)
    shifts, punches = rows.shifts.get(key, ()), rows.punches.get(key, ())
    record = rules.record_of([punch.mark for punch in punches], cut)
    spans = [shift.times.span for shift in shifts]
    remarks = rules.remarks(spans, [one for shift in shifts for one in shift.times.breaks], record, cut)
    found = StaffDay(member, tuple(shifts), tuple(punches), record, remarks, key in rows.corrected)
    kept = kept_of(found.planned_work, record, cut)
    alone = day_figures(found.planned_minutes, record, cut, remarks, kept)
    overtime, resting = (by_day.get(on, 0) for by_day in beyond)
    figures = _with_overtime(alone, overtime, resting)
    return PersonDay(on, found, figures, not member.assigned_on(on), rows.leave.get(key), rows.closed.get(on, ""))


def _with_overtime(figures: DayFigures, overtime: int, resting: int) -> DayFigures:
    return replace(figures, overtime=overtime, rest_day=resting)
