"""What everybody worked over a period, by day and by person; what was certified, what the city said.

The same few statements however long the period is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.rosters import rules
from callcenter.rosters.papers.queries import Certificate, Instruction, certificates, instructions
from callcenter.rosters.queries import ROLE_ORDER, StaffMember, cut_of, staff_list
from callcenter.rosters.rules import Mark
from callcenter.rosters.timebook.models import AttendanceClosing
from callcenter.rosters.timebook.queries import PersonOn, marks_between, shifts_between
from scheduling.calendar import DayStatus
from scheduling.intervals import MinuteRange, intersect, total_minutes


class PersonTotal(Struct, frozen=True):
    """One person's period: days with a punch, minutes planned and minutes known to be worked, breaks taken off."""

    member: StaffMember
    days: int
    planned_minutes: int
    worked_minutes: int


class Work(Struct, frozen=True):
    """`operators`: minutes of the opening hours at which operators were at work, summed over them, breaks taken off;
    only days that have any."""

    people: tuple[PersonTotal, ...] = ()
    operators: Mapping[date, int] = {}


class _Rows(Struct, frozen=True):
    members: Sequence[StaffMember]
    planned: Mapping[PersonOn, Sequence[MinuteRange]]
    marks: Mapping[PersonOn, Sequence[Mark]]


def work(contract_id: UUID, days: Sequence[DayStatus], now: datetime) -> Work:
    """The work of these days in a row, as far as they are over. The responsible first, each in reading order. Three
    statements."""
    if not days:
        return Work()
    period = (days[0].on, days[-1].on)
    shifts = shifts_between(contract_id, *period)
    rows = _Rows(
        members=sorted(staff_list(contract_id), key=lambda one: ROLE_ORDER.index(one.role)),
        planned={key: [part for shift in ones for part in shift.times.work] for key, ones in shifts.items()},
        marks=marks_between(contract_id, *period),
    )
    people = tuple(_person(member, days, rows, now) for member in rows.members if _concerned(member, days, rows))
    return Work(people, {day.on: minutes for day in days if (minutes := _operator_minutes(day, rows, now))})


def _concerned(member: StaffMember, days: Sequence[DayStatus], rows: _Rows) -> bool:
    """Assigned within the period, or planned or punched in it all the same."""
    begun = member.starts_on <= days[-1].on and (member.ends_on is None or member.ends_on >= days[0].on)
    return begun or any((member.id, day.on) in rows.planned or (member.id, day.on) in rows.marks for day in days)


def _person(member: StaffMember, days: Sequence[DayStatus], rows: _Rows, now: datetime) -> PersonTotal:
    keys = [(member.id, day.on) for day in days]
    records = [rules.record_of(rows.marks[key], cut_of(key[1], now)) for key in keys if key in rows.marks]
    return PersonTotal(
        member=member,
        days=sum(bool(record.actual) for record in records),
        planned_minutes=sum(total_minutes(rows.planned.get(key, ())) for key in keys),
        worked_minutes=sum(record.worked_minutes for record in records),
    )


def _operator_minutes(day: DayStatus, rows: _Rows, now: datetime) -> int:
    cut = cut_of(day.on, now)
    judged = rules.judged(day.hours, cut)
    if judged is None:
        return 0
    marks = (
        rows.marks[member.id, day.on]
        for member in rows.members
        if member.role.counts_to_minimum and member.assigned_on(day.on) and (member.id, day.on) in rows.marks
    )
    return sum(total_minutes(intersect(rules.record_of(one, cut).present, [judged])) for one in marks)


def completed_papers(contract_id: UUID, from_on: date, to_on: date) -> list[Certificate]:
    """The standing papers of everybody that were issued in a period, in order of their days. One statement."""
    found = (one for one in certificates(contract_id) if one.stands and from_on <= one.issued_on <= to_on)
    return sorted(found, key=lambda one: (one.issued_on, one.kind.value, one.title, one.id))


def instructions_of(contract_id: UUID, from_on: date, to_on: date) -> list[Instruction]:
    """What the city said on staffing in a period, what was done in it, and what was still open at its end; by number.
    One statement."""
    found = (
        one
        for one in instructions(contract_id)
        if one.received_on <= to_on and (one.received_on >= from_on or one.done_on is None or one.done_on >= from_on)
    )
    return sorted(found, key=lambda one: one.number)


def closed_months(contract_id: UUID) -> set[date]:
    """The first days of the months whose attendance is closed. One statement."""
    statement = select(AttendanceClosing.month).where(
        AttendanceClosing.contract_id == contract_id, AttendanceClosing.reopened_at.is_(None)
    )
    return set(db.session.execute(statement).scalars())
