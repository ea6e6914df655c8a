"""Reads of rosters: the staff, a day's plan against its punches, who is here now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, or_, select, union_all

from callcenter.accounts.models import Membership, User
from callcenter.clock import local
from callcenter.contracts.queries import calendar, terms_on
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.protection.text import normalise_for_search
from callcenter.rosters import rules
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.coverage.models import ShortageNote
from callcenter.rosters.floor import break_reading
from callcenter.rosters.models import PlannedShift, Punch, PunchCorrection, Staff
from callcenter.rosters.papers.models import StaffCertificate
from callcenter.rosters.papers.rules import Period, covered
from callcenter.rosters.records import (
    PlannedTimes,
    StandingPunch,
    corrected_staff,
    planned_on,
    standing_between,
    standing_punches,
)
from callcenter.rosters.rules import Cut, Employment, Mark, Presence, Record, Remark, Span, StaffRole
from callcenter.web.access import Role
from scheduling.intervals import CoverageRun, MinuteRange, subtract, total_minutes

ROLE_ORDER = tuple(StaffRole)
LINKABLE = (Role.OPERATOR.value, Role.SUPERVISOR.value)


class StaffMember(Struct, frozen=True):
    """A person of the roster, assigned from `starts_on` to `ends_on` (both included). `trained`: when the training
    they finished is valid, in order."""

    id: UUID
    code: str
    name: str
    name_kana: str
    role: StaffRole
    employment: Employment
    user_id: UUID | None
    starts_on: date
    ends_on: date | None
    note: str
    week_minutes: int | None
    version: int
    trained: tuple[Period, ...] = ()

    def trained_on(self, on: date) -> bool:
        """Whether the training is finished and valid on a day: who may be placed (9(2))."""
        return covered(self.trained, on)

    def assigned_on(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    @property
    def reading(self) -> tuple[str, str]:
        """Sorts people by their reading, then by code."""
        return normalise_for_search(self.name_kana), self.code


_TRAINING = and_(
    StaffCertificate.contract_id == Staff.contract_id,
    StaffCertificate.staff_id == Staff.id,
    StaffCertificate.kind == CertificateKind.TRAINING.value,
    StaffCertificate.set_aside_at.is_(None),
)
# A row for each training of a person, one without for who has none: everybody and their training in one statement.
_MEMBERS = (
    select(
        Staff.id,
        Staff.code,
        Staff.name,
        Staff.name_kana,
        Staff.role,
        Staff.employment,
        Staff.user_id,
        Staff.starts_on,
        Staff.ends_on,
        Staff.note,
        Staff.week_minutes,
        Staff.version,
        StaffCertificate.issued_on,
        StaffCertificate.valid_until,
    )
    .outerjoin(StaffCertificate, _TRAINING)
    .where(Staff.contract_id == bindparam("contract_id"))
)
_ASSIGNED = Staff.starts_on <= bindparam("on"), or_(Staff.ends_on.is_(None), Staff.ends_on >= bindparam("on"))
_MEMBERS_ON = _MEMBERS.where(*_ASSIGNED)
_MEMBER = _MEMBERS.where(Staff.id == bindparam("staff_id"))
_MEMBER_OF_USER = _MEMBERS_ON.where(Staff.user_id == bindparam("user_id"))


def _members(statement: Any, given: dict[str, Any]) -> list[StaffMember]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.session.execute(statement, given):
        found[row.id].append(row)
    return sorted((_member(rows) for rows in found.values()), key=lambda one: one.reading)


def _member(rows: Sequence[Any]) -> StaffMember:
    values = rows[0]._asdict()
    for name in ("issued_on", "valid_until"):
        del values[name]
    values |= {"role": StaffRole(values["role"]), "employment": Employment(values["employment"])}
    trained = (Period(row.issued_on, row.valid_until) for row in rows if row.issued_on is not None)
    return StaffMember(**values, trained=tuple(sorted(trained, key=lambda one: one.from_on)))


def staff_list(contract_id: UUID, on: date | None = None) -> list[StaffMember]:
    """The people assigned on a day, or everybody ever assigned, in the order of the reading."""
    given: dict[str, Any] = {"contract_id": contract_id} | ({} if on is None else {"on": on})
    return _members(_MEMBERS if on is None else _MEMBERS_ON, given)


def staff_member(contract_id: UUID, staff_id: UUID) -> StaffMember:
    """Raises `NotFound`."""
    found = _members(_MEMBER, {"contract_id": contract_id, "staff_id": staff_id})
    if not found:
        raise NotFound("業務従事者が見つかりませんでした。")
    return found[0]


def staff_of_user(contract_id: UUID, user_id: UUID | None, on: date) -> StaffMember | None:
    """The assignment of a user on a day, None when there is none."""
    given = {"contract_id": contract_id, "user_id": user_id, "on": on}
    found = _members(_MEMBER_OF_USER, given) if user_id else []
    return found[0] if found else None


def linkable_users(contract_id: UUID) -> list[tuple[UUID, str]]:
    """The enabled users of the desk (id, display name with login) whom a person of the roster may be."""
    statement = (
        select(User.id, User.display_name, User.login)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.contract_id == contract_id, Membership.role.in_(LINKABLE), User.disabled_at.is_(None))
        .distinct()
    )
    rows = sorted(db.session.execute(statement), key=lambda row: row.login)
    return [(row.id, f"{row.display_name}（{row.login}）") for row in rows]


# --- days that are not complete ---


class OpenDay(Struct, frozen=True):
    """A day on which somebody's last punch is missing."""

    on: date
    member: StaffMember


def open_days(contract_id: UUID, from_on: date, to_on: date, now: datetime) -> list[OpenDay]:
    """The finished days of a range with a forgotten punch. Somebody who is still here today has forgotten none."""
    marks: dict[tuple[date, UUID], list[Mark]] = defaultdict(list)
    for punch in standing_between(contract_id, from_on, to_on):
        marks[punch.local_on, punch.staff_id].append(punch.mark)
    members = {member.id: member for member in staff_list(contract_id)}
    today = local(now).on
    return [
        OpenDay(on, members[staff_id])
        for (on, staff_id), day in sorted(marks.items(), key=lambda entry: (entry[0][0], members[entry[0][1]].reading))
        if on < today and rules.presence_after(day) is not Presence.AWAY
    ]


def last_changes(contract_id: UUID, from_on: date, to_on: date) -> dict[date, datetime]:
    """When the plan, the punches or the noted shortages of each day that has any were last changed."""
    stamps = (
        (PlannedShift, PlannedShift.planned_at),
        (PlannedShift, PlannedShift.withdrawn_at),
        (Punch, Punch.recorded_at),
        (PunchCorrection, PunchCorrection.approved_at),
        (ShortageNote, ShortageNote.recorded_at),
    )
    found = union_all(
        *(
            select(table.local_on.label("on"), at.label("at")).where(
                table.contract_id == contract_id, table.local_on.between(from_on, to_on), at.is_not(None)
            )
            for table, at in stamps
        )
    ).subquery()
    return dict(db.session.execute(select(found.c.on, func.max(found.c.at)).group_by(found.c.on)).all())


# --- plan against record ---


class StaffDay(Struct, frozen=True):
    """One person's day: planned, punched, and what follows from both."""

    member: StaffMember
    shifts: tuple[PlannedTimes, ...]
    punches: tuple[StandingPunch, ...]
    record: Record
    remarks: tuple[Remark, ...]
    corrected: bool

    @property
    def planned(self) -> tuple[MinuteRange, ...]:
        return tuple(shift.times.span for shift in self.shifts)

    @property
    def planned_breaks(self) -> tuple[MinuteRange, ...]:
        return tuple(one for shift in self.shifts for one in shift.times.breaks)

    @property
    def planned_work(self) -> tuple[MinuteRange, ...]:
        """The planned minutes, breaks taken off."""
        return subtract(self.planned, self.planned_breaks)

    @property
    def planned_minutes(self) -> int:
        """Planned work, breaks taken off."""
        return sum(shift.times.worked_minutes for shift in self.shifts)

    @property
    def worked_minutes(self) -> int:
        """Minutes known to be worked, breaks taken off; 0 when nothing was punched."""
        return self.record.worked_minutes

    @property
    def actual(self) -> tuple[Span, ...]:
        return self.record.actual

    @property
    def breaks(self) -> tuple[Span, ...]:
        return self.record.breaks

    @property
    def open_end(self) -> bool:
        return self.record.open_end

    @property
    def still_there(self) -> bool:
        """Not punched out on a day that is not over; afterwards the punch was forgotten."""
        return self.open_end and rules.FORGOTTEN.isdisjoint(remark.code for remark in self.remarks)

    @property
    def note(self) -> str:
        """The derived remarks as one line, and that the punches were corrected."""
        return "、".join([remark.text for remark in self.remarks] + (["打刻訂正あり"] if self.corrected else []))

    @property
    def involved(self) -> bool:
        """Has a plan or a punch on this day."""
        return bool(self.shifts or self.punches or self.corrected)


class DayAttendance(Struct, frozen=True):
    """Who was to be there and who was. `judged` is the part of the opening hours that is over."""

    on: date
    minimum: int
    hours: MinuteRange | None
    judged: MinuteRange | None
    people: tuple[StaffDay, ...]
    coverage: tuple[CoverageRun, ...]
    shortages: tuple[rules.Shortage, ...]
    breaks_count: bool = False

    @property
    def below_minutes(self) -> int:
        """Minutes of the opening hours below the minimum (003 clause 6)."""
        return total_minutes(shortage.span for shortage in self.shortages)


def cut_of(on: date, now: datetime) -> Cut:
    """How much of a day is over at an instant."""
    today = local(now)
    if on == today.on:
        return Cut(today.minute)
    return rules.PAST if on < today.on else rules.FUTURE


def day_attendance(contract_id: UUID, on: date, now: datetime) -> DayAttendance:
    """The day of everybody assigned: supervisor, deputies, operators, each in reading order. Raises `NotFound` before
    the contract's first terms."""
    cut, hours = cut_of(on, now), calendar(contract_id).open_interval(on)
    minimum, judged = terms_on(contract_id, on).minimum_operators, rules.judged(hours, cut)
    people = _people(contract_id, on, cut)
    breaks_count = break_reading(contract_id).counts_on(on)
    runs = rules.operators_present(((day.member.role, day.record) for day in people), judged, breaks_count=breaks_count)
    return DayAttendance(on, minimum, hours, judged, people, runs, rules.shortages(runs, minimum), breaks_count)


def _people(contract_id: UUID, on: date, cut: Cut) -> tuple[StaffDay, ...]:
    shifts, punches = defaultdict(list), defaultdict(list)
    for shift in planned_on(contract_id, on):
        shifts[shift.staff_id].append(shift)
    for punch in standing_punches(contract_id, on):
        punches[punch.staff_id].append(punch)
    corrected = corrected_staff(contract_id, on)
    members = sorted(staff_list(contract_id, on), key=lambda one: ROLE_ORDER.index(one.role))
    return tuple(
        _staff_day(member, (shifts[member.id], punches[member.id]), cut, member.id in corrected) for member in members
    )


def _staff_day(
    member: StaffMember,
    found: tuple[Sequence[PlannedTimes], Sequence[StandingPunch]],
    cut: Cut,
    corrected: bool,
) -> StaffDay:
    shifts, punches = found
    record = rules.record_of([punch.mark for punch in punches], cut)
    spans = [shift.times.span for shift in shifts]
    breaks = [one for shift in shifts for one in shift.times.breaks]
    remarks = rules.remarks(spans, breaks, record, cut)
    return StaffDay(member, tuple(shifts), tuple(punches), record, remarks, corrected)


# --- now ---


class PresentNow(Struct, frozen=True):
    """The operators at work at this moment. `open` is whether the minimum applies now."""

    count: int
    minimum: int
    names: tuple[str, ...]
    on_break: int
    open: bool

    @property
    def below(self) -> bool:
        return self.open and self.count < self.minimum

    @property
    def kind(self) -> str:
        """The badge: colour and shape."""
        return "bad" if self.below else "ok" if self.open else "mute"

    @property
    def word(self) -> str:
        if not self.open:
            return "受付時間外"
        return "最少人員を下回っています" if self.below else "最少人員を満たしています"


def present_now(contract_id: UUID, now: datetime) -> PresentNow:
    """Who is there now: operators punched in, on a break only where the contract counts them. Raises `NotFound` before
    the first terms."""
    today = local(now).on
    marks: dict[UUID, list[Mark]] = defaultdict(list)
    for punch in standing_punches(contract_id, today):
        marks[punch.staff_id].append(punch.mark)
    operators = [one for one in staff_list(contract_id, today) if one.role.counts_to_minimum]
    state = {one.id: rules.presence_after(marks[one.id]) for one in operators}
    counted = {Presence.WORKING}
    if break_reading(contract_id).counts_on(today):
        counted.add(Presence.ON_BREAK)
    names = tuple(one.name for one in operators if state[one.id] in counted)
    return PresentNow(
        count=len(names),
        minimum=terms_on(contract_id, today).minimum_operators,
        names=names,
        on_break=sum(one is Presence.ON_BREAK for one in state.values()),
        open=calendar(contract_id).is_open_at(now),
    )
