"""Reads of the coverage proof: many days judged at once, by the rules that judge a single one (003 clause 6).

A range takes the same few statements however long it is; each day is computed from what they brought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.models import User
from callcenter.contracts.queries import Terms, calendar, terms
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.rosters import rules
from callcenter.rosters.codes import LeaveKind, RequestState, ShortageCause
from callcenter.rosters.coverage.models import ShortageNote
from callcenter.rosters.coverage.rules import Note, Stretch, resolved, stretches
from callcenter.rosters.floor import BreakReading, break_reading
from callcenter.rosters.months.models import LeaveRequest
from callcenter.rosters.queries import StaffMember, cut_of, staff_list
from callcenter.rosters.records import StandingPunch, planned_between, standing_between
from reports.coverage import Minutes
from scheduling.calendar import DayStatus
from scheduling.intervals import CoverageRun, MinuteRange, coverage, total_minutes

NOBODY = "システム"


class DayCoverage(Struct, frozen=True):
    """A day against the minimum. `judged` is the part of the opening hours that is over; `planned` the operators who
    were to be at work, empty when no operator was planned at all."""

    on: date
    closed_because: str
    minimum: int
    hours: MinuteRange | None
    judged: MinuteRange | None
    planned: tuple[CoverageRun, ...]
    present: tuple[CoverageRun, ...]
    stretches: tuple[Stretch, ...]
    resolved: tuple[Note, ...]
    notes: tuple[Note, ...]
    breaks_count: bool = False

    @property
    def shortages(self) -> tuple[rules.Shortage, ...]:
        return rules.shortages(self.present, self.minimum)

    @property
    def planned_shortages(self) -> tuple[rules.Shortage, ...]:
        return rules.shortages(self.planned, self.minimum)

    @property
    def fewest(self) -> int | None:
        """The fewest operators present at any judged minute."""
        return min((run.count for run in self.present), default=None)

    @property
    def planned_fewest(self) -> int | None:
        return min((run.count for run in self.planned), default=None)

    @property
    def minutes(self) -> Minutes:
        """What is added up over days."""
        return Minutes(
            days=int(self.hours is not None),
            opened=self.hours.minutes if self.hours else 0,
            judged=self.judged.minutes if self.judged else 0,
            below=total_minutes(one.span for one in self.shortages),
            planned_below=total_minutes(one.span for one in self.planned_shortages),
            stretches=len(self.stretches),
            unnoted=sum(not one.notes for one in self.stretches),
        )


class _Range(Struct, frozen=True):
    """What was read of a range of days; shifts, punches and leave by day and person."""

    members: Sequence[StaffMember]
    terms: Sequence[Terms]
    planned: Mapping[tuple[date, UUID], Sequence[MinuteRange]]
    punches: Mapping[tuple[date, UUID], Sequence[StandingPunch]]
    leave: Mapping[UUID, Sequence[tuple[date, date]]]
    notes: Mapping[date, Sequence[Note]]
    breaks: BreakReading


def days(contract_id: UUID, from_on: date, to_on: date, now: datetime) -> list[DayCoverage]:
    """Each day of a range, both ends included, judged as far as it is over. Raises `NotFound` for a day before the
    contract's first terms."""
    found = _read(contract_id, from_on, to_on)
    return [_day(status, found, now) for status in calendar(contract_id).days(from_on, to_on)]


def unnoted(contract_id: UUID, from_on: date, to_on: date, now: datetime) -> list[tuple[date, int]]:
    """The days of a range with stretches that are over and without a note, and how many."""
    counted = ((day.on, sum(one.unfinished for one in day.stretches)) for day in days(contract_id, from_on, to_on, now))
    return [(on, number) for on, number in counted if number]


def notes_between(contract_id: UUID, from_on: date, to_on: date) -> list[Note]:
    """Every note of a range, the superseded too, the oldest first."""
    rows = db.session.execute(
        select(ShortageNote, User.display_name)
        .outerjoin(User, User.id == ShortageNote.recorded_by)
        .where(ShortageNote.contract_id == contract_id, ShortageNote.local_on.between(from_on, to_on))
        .order_by(ShortageNote.recorded_at, ShortageNote.id)
    )
    return [_note(row, name) for row, name in rows]


def _note(row: ShortageNote, name: str | None) -> Note:
    return Note(
        id=row.id,
        on=row.local_on,
        span=MinuteRange(row.start_minute, row.end_minute),
        cause=ShortageCause.of(row.cause),
        detail=row.detail,
        measure=row.measure,
        recorded_at=row.recorded_at,
        recorder=name or NOBODY,
        superseded=row.superseded_at is not None,
    )


# --- reading a range ---


def _read(contract_id: UUID, from_on: date, to_on: date) -> _Range:
    punches, notes = defaultdict(list), defaultdict(list)
    for punch in standing_between(contract_id, from_on, to_on):
        punches[punch.local_on, punch.staff_id].append(punch)
    for note in notes_between(contract_id, from_on, to_on):
        notes[note.on].append(note)
    reading = break_reading(contract_id)
    return _Range(
        members=[one for one in staff_list(contract_id) if one.role.counts_to_minimum],
        terms=terms(contract_id),
        planned=_planned_work(contract_id, from_on, to_on, reading),
        punches=punches,
        leave=_leave(contract_id, from_on, to_on),
        notes=notes,
        breaks=reading,
    )


def _planned_work(
    contract_id: UUID, from_on: date, to_on: date, reading: BreakReading
) -> dict[tuple[date, UUID], list[MinuteRange]]:
    """The minutes each person was to be there on each day; breaks are taken off where they do not count."""
    found: dict[tuple[date, UUID], list[MinuteRange]] = defaultdict(list)
    for one in planned_between(contract_id, from_on, to_on):
        found[one.on, one.staff_id] += [one.times.span] if reading.counts_on(one.on) else one.times.work
    return found


def _leave(contract_id: UUID, from_on: date, to_on: date) -> dict[UUID, list[tuple[date, date]]]:
    """Approved leave that touches the range, by person. A wish never binds, also when it was approved."""
    rows = db.session.execute(
        select(LeaveRequest.staff_id, LeaveRequest.from_on, LeaveRequest.to_on).where(
            LeaveRequest.contract_id == contract_id,
            LeaveRequest.to_on >= from_on,
            LeaveRequest.from_on <= to_on,
            LeaveRequest.state == RequestState.APPROVED.value,
            LeaveRequest.kind != LeaveKind.WISH.value,
        )
    )
    found = defaultdict(list)
    for row in rows:
        found[row.staff_id].append((row.from_on, row.to_on))
    return found


# --- judging a day ---


def _day(status: DayStatus, found: _Range, now: datetime) -> DayCoverage:
    """As `rosters.queries.day_attendance` judges it, by the same rules."""
    on, hours, cut = status.on, status.hours, cut_of(status.on, now)
    minimum, judged = _minimum(found.terms, on), rules.judged(hours, cut)
    breaks_count = found.breaks.counts_on(on)
    present = rules.operators_present(_records(found, on, cut), judged, breaks_count=breaks_count)
    notes = tuple(found.notes.get(on, ()))
    short = stretches(rules.shortages(present, minimum), judged, hours, notes)
    return DayCoverage(
        on=on,
        closed_because="" if status.open else status.why,
        minimum=minimum,
        hours=hours,
        judged=judged,
        planned=_planned(found, on, hours),
        present=present,
        stretches=short,
        resolved=resolved(short, notes),
        notes=notes,
        breaks_count=breaks_count,
    )


def _records(found: _Range, on: date, cut: rules.Cut) -> list[tuple[rules.StaffRole, rules.Record]]:
    return [
        (member.role, rules.record_of([punch.mark for punch in found.punches.get((on, member.id), ())], cut))
        for member in found.members
        if member.assigned_on(on)
    ]


def _planned(found: _Range, on: date, hours: MinuteRange | None) -> tuple[CoverageRun, ...]:
    """Operators who were to be at work; whoever is on approved leave, or has no valid training (9(2)), is not, whatever
    the plan still says."""
    shifts = [
        part
        for member in found.members
        if _placeable(member, on) and not _on_leave(found.leave.get(member.id, ()), on)
        for part in found.planned.get((on, member.id), ())
    ]
    anybody = any((on, member.id) in found.planned for member in found.members)
    return coverage(shifts, hours) if hours is not None and anybody else ()


def _placeable(member: StaffMember, on: date) -> bool:
    return member.assigned_on(on) and member.trained_on(on)


def _on_leave(periods: Sequence[tuple[date, date]], on: date) -> bool:
    return any(from_on <= on <= to_on for from_on, to_on in periods)


def _minimum(known: Sequence[Terms], on: date) -> int:
    begun = [entry for entry in known if entry.effective_on <= on]
    if not begun:
        raise NotFound("この日の契約条件が登録されていません。")
    return begun[-1].minimum_operators
