"""The people of a period: who worked how long, days below the minimum, training, what the city said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from callcenter.reporting.periods.counting import Counted
from callcenter.rosters import queries as rosters
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.coverage.queries import DayCoverage
from callcenter.rosters.coverage.rules import Note
from callcenter.rosters.papers.queries import Instruction
from callcenter.rosters.rules import StaffRole
from reports import period as values
from reports.daily import Person

UNREGISTERED = Person("未登録", None)
_TRAINED = (CertificateKind.TRAINING, CertificateKind.PLEDGE)


def responsible(counted: Counted, on: date) -> Person:
    """The supervisor (業務責任者) assigned on a day, else one of the period; a contract without one says so."""
    found = [one.member for one in counted.work.people if one.member.role is StaffRole.SUPERVISOR]
    for member in sorted(found, key=lambda one: not one.assigned_on(on)):
        return _person(member)
    return UNREGISTERED


def _person(member: rosters.StaffMember) -> Person:
    return Person(member.code, member.name)


def staff_totals(counted: Counted) -> tuple[values.StaffTotal, ...]:
    """Each person's days and hours, the responsible first."""
    return tuple(
        values.StaffTotal(_person(one.member), one.member.role.label, one.days, one.planned_minutes, one.worked_minutes)
        for one in counted.work.people
    )


def trainings(counted: Counted, members: Sequence[rosters.StaffMember]) -> tuple[values.Training, ...]:
    """Trainings finished and pledges given, by day."""
    known = {member.id: _person(member) for member in members}
    return tuple(
        values.Training(one.issued_on, one.kind.label, one.title, known[one.staff_id])
        for one in counted.papers
        if one.kind in _TRAINED
    )


def instructions(found: Iterable[Instruction]) -> tuple[values.Instruction, ...]:
    """What the city said and what was done."""
    return tuple(
        values.Instruction(one.number, one.received_on, one.kind.label, one.content, one.response or None, one.done_on)
        for one in found
    )


def coverage_days(days: Iterable[DayCoverage]) -> tuple[values.CoverageDay, ...]:
    """The days below the minimum, planned or in fact, with what was noted of them."""
    return tuple(_coverage_day(day) for day in days if day.minutes.below or day.minutes.planned_below)


def _coverage_day(day: DayCoverage) -> values.CoverageDay:
    notes = _standing_notes(day)
    return values.CoverageDay(
        on=day.on,
        minimum=day.minimum,
        planned_below=day.minutes.planned_below,
        below=day.minutes.below,
        causes=tuple(dict.fromkeys(note.cause.label for note in notes)),
        measures="\n".join(dict.fromkeys(note.measure for note in notes)) or None,
    )


def _standing_notes(day: DayCoverage) -> list[Note]:
    """The notes of the stretches below the minimum, each once, in order."""
    return list({note.id: note for stretch in day.stretches for note in stretch.notes}.values())
