"""The month as the values of the attendance book (出勤簿)."""

from __future__ import annotations

from datetime import datetime

from callcenter.contracts.queries import ContractFacts
from callcenter.rosters.timebook.totals import MonthBook, PersonDay, PersonMonth
from reports.attendance_book import AttendanceBook, BookDay, BookPerson
from reports.wareki import span

OUTSIDE = "従事期間外"


def book_of(found: MonthBook, facts: ContractFacts, at: datetime) -> AttendanceBook:
    """The values of the workbook; nothing in them is counted anew."""
    return AttendanceBook(
        contract=f"{facts.city_name} {facts.title}",
        contractor=facts.contractor_name,
        month=found.month,
        built_at=at,
        closed_at=found.closing.closed_at if found.closing else None,
        people=tuple(_person(one) for one in found.people),
    )


def _person(one: PersonMonth) -> BookPerson:
    return BookPerson(
        code=one.member.code,
        name=one.member.name,
        role=one.member.role.label,
        days=tuple(_day(day) for day in one.days),
        kept=one.totals.kept.ratio,
        year_overtime=one.year.overtime,
    )


def _day(day: PersonDay) -> BookDay:
    found, figures = day.found, day.figures
    return BookDay(
        on=day.on,
        planned=(found.planned[0].start, found.planned[-1].end) if found.planned else None,
        planned_minutes=figures.planned,
        came=found.actual[0].start if found.actual else None,
        left=found.actual[-1].end if found.actual else None,
        break_minutes=figures.breaks,
        worked_minutes=figures.worked,
        overtime_minutes=figures.overtime,
        rest_day_minutes=figures.rest_day,
        remark=remark_of(day),
        closed=bool(day.closed),
    )


def remark_of(day: PersonDay) -> str:
    """Leave or holiday, the derived remarks, and each stretch of a day that has several."""
    parts = [text for text in (day.absence, day.found.note) if text]
    if len(day.found.actual) > 1:
        parts.append("、".join(span(one.start, one.end) for one in day.found.actual))
    if day.outside and not day.found.involved:
        parts.append(OUTSIDE)
    return "、".join(parts)
