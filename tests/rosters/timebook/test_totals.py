from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from callcenter.audit.service import system_actor
from callcenter.clock import instant_of
from callcenter.extensions import db
from callcenter.rosters import attendance, codes
from callcenter.rosters.attendance import Correction
from callcenter.rosters.history import HistoryDay, load_history
from callcenter.rosters.models import PlannedShift
from callcenter.rosters.months.models import LeaveRequest
from callcenter.rosters.papers.models import LabourAgreement
from callcenter.rosters.records import planned_on, standing_punches
from callcenter.rosters.rules import Mark, PunchKind, RemarkCode, StaffRole
from callcenter.rosters.timebook.book import remark_of
from callcenter.rosters.timebook.totals import MonthBook, PersonMonth, month_book
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from scheduling.labour import ViolationCode
from scheduling.shifts import ShiftTimes
from tests.centre import Centre
from tests.rosters.factories import MONDAY, add_staff, at, marks, shift

MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)
SHIFT = shift("8:30-17:15", "12:00-13:00")
WHOLE = "in 8:30, rest 12:00, back 13:00, out 17:15"
LONG = "in 8:30, rest 12:00, back 13:00, out 19:30"


def _worked(centre: Centre, staff_id: UUID, days: dict[date, str], times: ShiftTimes | None = SHIFT) -> None:
    with centre.inside(), transaction():
        history = [HistoryDay(staff_id, on, times, marks(text)) for on, text in days.items()]
        load_history(history, by=system_actor(centre.contract_id), at=centre.now)


def _book(centre: Centre, month: date = MAY, now: datetime | None = None) -> MonthBook:
    with centre.inside():
        return month_book(centre.contract_id, month, now or centre.now)


def _only(book: MonthBook) -> PersonMonth:
    (person,) = book.people
    return person


def _agreed(
    centre: Centre, kind: codes.AgreementKind, month_limit: int | None = None, from_on: date = date(2026, 4, 1)
) -> None:
    with centre.inside(), transaction():
        row = LabourAgreement(
            contract_id=centre.contract_id,
            id=uuid4(),
            kind=kind.value,
            from_on=from_on,
            to_on=date(2027, 3, 31),
            concluded_on=date(2026, 3, 20),
            month_limit=month_limit,
            recorded_at=centre.now,
        )
        db.session.add(row)


def test_a_month_sums_plan_work_and_breaks_of_each_day(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    _worked(centre, staff_id, {date(2026, 5, 7): WHOLE, date(2026, 5, 8): "in 8:40, rest 12:00, back 13:03, out 17:00"})
    found = _only(_book(centre)).totals
    assert (found.planned, found.worked, found.breaks) == (930, 465 + 437, 60 + 63)
    assert (found.planned_days, found.worked_days) == (2, 2)
    assert (found.count("late"), found.minute("late")) == (1, 10)
    assert (found.count("early"), found.minute("early")) == (1, 15)
    assert (found.count("over_break"), found.minute("over_break")) == (1, 3)
    assert found.kept.ratio == (465 + 437) / 930


def test_each_day_of_the_month_has_its_row_and_the_day_of_all_its_sum(sqlite_centre: Centre) -> None:
    first, second = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02", "架空 一郎")
    _worked(sqlite_centre, first, {date(2026, 5, 7): WHOLE})
    _worked(sqlite_centre, second, {date(2026, 5, 7): ""})
    book = _book(sqlite_centre)
    assert [len(person.days) for person in book.people] == [31, 31]
    sums = dict(book.days)
    assert (sums[date(2026, 5, 7)].planned, sums[date(2026, 5, 7)].worked) == (930, 465)
    assert sums[date(2026, 5, 7)].count("absent") == 1
    assert book.totals.worked == sum(one.worked for one in sums.values()) == 465


def test_what_a_day_has_over_eight_hours_is_overtime(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    _worked(sqlite_centre, staff_id, {date(2026, 5, 7): LONG})
    days = {day.on: day.figures for day in _only(_book(sqlite_centre)).days}
    assert (days[date(2026, 5, 7)].worked, days[date(2026, 5, 7)].overtime) == (600, 120)


def test_a_week_that_began_in_the_month_before_passes_forty_hours_in_this_one(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    eight = "in 8:30, rest 12:00, back 13:00, out 17:30"
    week = [date(2026, 4, 26) + timedelta(days=n) for n in range(1, 7)]
    _worked(sqlite_centre, staff_id, dict.fromkeys(week, eight))
    may = {day.on: day.figures.overtime for day in _only(_book(sqlite_centre)).days}
    assert may[date(2026, 5, 1)] == 0
    assert may[date(2026, 5, 2)] == 480
    assert _only(_book(sqlite_centre)).year.overtime == 480


def test_the_seventh_day_of_a_week_is_rest_day_work_and_no_overtime(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    week = [date(2026, 5, 10) + timedelta(days=n) for n in range(7)]
    _worked(sqlite_centre, staff_id, dict.fromkeys(week, "in 9:00, out 14:00"), times=None)
    found = _only(_book(sqlite_centre)).totals
    assert (found.worked, found.rest_day, found.overtime) == (2100, 300, 0)


def test_the_year_sums_from_april_to_the_months_end_and_not_beyond(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    days = {date(2026, 4, 1): LONG, date(2026, 5, 29): LONG, date(2026, 6, 1): LONG}
    sqlite_centre.at(at("20:00"))
    _worked(sqlite_centre, staff_id, days)
    assert _only(_book(sqlite_centre)).year.overtime == 240
    assert _only(_book(sqlite_centre, JUNE)).year.overtime == 360


def test_a_year_that_begins_within_a_week_knows_what_was_worked_before_it(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    sqlite_centre.at(instant_of(date(2027, 1, 4), 600))
    week = [date(2026, 6, 28) + timedelta(days=n) for n in range(1, 7)]
    _worked(sqlite_centre, staff_id, dict.fromkeys(week, "in 8:30, rest 12:00, back 13:00, out 17:30"))
    _agreed(sqlite_centre, codes.AgreementKind.OVERTIME, from_on=date(2026, 7, 1))
    book = _book(sqlite_centre, date(2026, 12, 1))
    assert (book.year.from_on, _only(book).year.overtime) == (date(2026, 7, 1), 480)


def test_one_persons_month_is_theirs_alone(sqlite_centre: Centre) -> None:
    first, second = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02", "架空 一郎")
    for staff_id in (first, second):
        _worked(sqlite_centre, staff_id, {date(2026, 5, 7): WHOLE})
    with sqlite_centre.inside():
        book = month_book(sqlite_centre.contract_id, MAY, sqlite_centre.now, second)
    assert (_only(book).member.id, book.totals.worked) == (second, 465)


def _findings(centre: Centre) -> set[ViolationCode]:
    return {one.code for one in _only(_book(centre)).findings}


def _much_overtime(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    days = [date(2026, 5, day) for day in (7, 8, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 25, 26, 27, 28, 29)]
    _worked(centre, staff_id, dict.fromkeys(days, "in 8:30, rest 12:00, back 13:00, out 20:10"))


def test_overtime_without_an_agreement_on_file_is_said(sqlite_centre: Centre) -> None:
    _much_overtime(sqlite_centre)
    assert ViolationCode.UNAGREED_OVERTIME in _findings(sqlite_centre)
    _agreed(sqlite_centre, codes.AgreementKind.OVERTIME)
    assert _findings(sqlite_centre) == {ViolationCode.MONTH_OVERTIME}


def test_the_agreements_own_lower_limit_counts(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    _worked(sqlite_centre, staff_id, {date(2026, 5, 7): LONG})
    _agreed(sqlite_centre, codes.AgreementKind.OVERTIME, month_limit=100)
    assert _findings(sqlite_centre) == {ViolationCode.MONTH_OVERTIME}


def test_a_day_that_goes_on_is_judged_as_far_as_it_is_over(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    _worked(sqlite_centre, staff_id, {MONDAY: "in 8:30"})
    book = _book(sqlite_centre, JUNE, at("9:30"))
    found = _only(book)
    assert (found.totals.worked, found.totals.kept.due, found.totals.kept.ratio) == (60, 60, 1.0)
    assert book.forgotten == []
    assert not book.over


def test_the_month_is_over_with_midnight_in_japan(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01")
    last_minute = instant_of(date(2026, 5, 31), 1439)
    assert not _book(sqlite_centre, MAY, last_minute).over
    assert _book(sqlite_centre, MAY, last_minute + timedelta(minutes=1)).over


def test_what_was_withdrawn_or_set_aside_counts_no_more(centre: Centre) -> None:
    staff_id, boss = add_staff(centre, "P01"), centre.person(Role.SUPERVISOR)
    _worked(centre, staff_id, {date(2026, 5, 7): WHOLE})
    with centre.inside():
        (planned,) = planned_on(centre.contract_id, date(2026, 5, 7))
        out = standing_punches(centre.contract_id, date(2026, 5, 7))[-1].id
        correction = Correction(staff_id, date(2026, 5, 7), (out,), (Mark(PunchKind.OUT, 1170),), "打ち間違い")
        with transaction():
            attendance.correct(correction, by=boss.actor, at=centre.now)
        with transaction():
            rows = db.session.execute(select(PlannedShift).where(PlannedShift.id == planned.id)).scalars()
            next(rows).withdrawn_at = centre.now
    found = _only(_book(centre))
    assert (found.totals.planned, found.totals.worked, found.totals.overtime) == (0, 600, 120)
    assert found.year.worked == 600
    assert [day.on.day for day in found.days if day.found.corrected] == [7]


def test_forgotten_punches_are_named_by_day(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    _worked(sqlite_centre, staff_id, {date(2026, 5, 8): "in 8:30", date(2026, 5, 7): "in 8:30, rest 12:00"})
    book = _book(sqlite_centre)
    assert [(one.name, on.day) for one, on in book.forgotten] == [("見本 花子", 7), ("見本 花子", 8)]
    assert _only(book).totals.forgotten == 2


def test_who_left_before_the_month_is_not_in_it_and_who_left_within_is(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01", ends_on=date(2026, 4, 30))
    add_staff(sqlite_centre, "P02", ends_on=date(2026, 5, 1))
    add_staff(sqlite_centre, "P03", starts_on=date(2026, 5, 31))
    add_staff(sqlite_centre, "P04", starts_on=date(2026, 6, 1))
    assert {person.member.code for person in _book(sqlite_centre).people} == {"P02", "P03"}
    outside = {day.on for person in _book(sqlite_centre).people for day in person.days if not day.outside}
    assert outside == {date(2026, 5, 1), date(2026, 5, 31)}


def test_the_responsible_come_first_then_the_reading(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P02", "架空 一郎", kana="かくう いちろう")
    add_staff(sqlite_centre, "P01", "見本 花子", kana="みほん はなこ")
    add_staff(sqlite_centre, "S01", "架空 和子", StaffRole.SUPERVISOR, kana="わこ")
    assert [person.member.code for person in _book(sqlite_centre).people] == ["S01", "P02", "P01"]


def _statements(centre: Centre) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        seen.append(sql)

    with centre.inside():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            month_book(centre.contract_id, MAY, centre.now)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_month_takes_the_same_few_statements_for_one_person_and_for_many(centre: Centre) -> None:
    _worked(centre, add_staff(centre, "P01"), {date(2026, 5, 7): WHOLE})
    _statements(centre)  # builds the opening calendar, which is kept
    few = _statements(centre)
    for number in range(2, 9):
        _worked(centre, add_staff(centre, f"P0{number}"), {date(2026, 5, day): WHOLE for day in (7, 8, 11)})
    assert _statements(centre) == few
    assert few <= 9


@pytest.mark.parametrize("code", list(RemarkCode))
def test_every_remark_is_counted_in_the_totals(sqlite_centre: Centre, code: RemarkCode) -> None:
    add_staff(sqlite_centre, "P01")
    assert _only(_book(sqlite_centre)).totals.count(code.value) == 0


def _leave(centre: Centre, staff_id: UUID, kind: codes.LeaveKind, state: codes.RequestState) -> None:
    with centre.inside(), transaction():
        row = LeaveRequest(
            contract_id=centre.contract_id,
            id=uuid4(),
            staff_id=staff_id,
            kind=kind.value,
            from_on=date(2026, 5, 7),
            to_on=date(2026, 5, 8),
            note="",
            state=state.value,
            requested_at=centre.now,
            decided_at=centre.now if state is codes.RequestState.APPROVED else None,
        )
        db.session.add(row)


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [
        (codes.LeaveKind.PAID, codes.RequestState.APPROVED, "年次有給休暇"),
        (codes.LeaveKind.SICK, codes.RequestState.APPROVED, "病気休暇・欠勤"),
        (codes.LeaveKind.PAID, codes.RequestState.REQUESTED, ""),
        (codes.LeaveKind.WISH, codes.RequestState.APPROVED, ""),
    ],
)
def test_the_book_names_leave_that_was_approved_and_no_wish(
    sqlite_centre: Centre, kind: codes.LeaveKind, state: codes.RequestState, said: str
) -> None:
    _leave(sqlite_centre, add_staff(sqlite_centre, "P01"), kind, state)
    days = {day.on.day: day for day in _only(_book(sqlite_centre)).days}
    assert [remark_of(days[number]) for number in (6, 7, 8, 9)] == ["振替休日", said, said, ""]


def test_the_book_names_a_holiday_and_leaves_weekends_to_the_calendar(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01")
    days = {day.on.day: day for day in _only(_book(sqlite_centre)).days}
    assert [(bool(days[number].closed), days[number].absence != "") for number in (1, 2, 4, 5, 6, 7)] == [
        (False, False),
        (True, False),
        (True, True),
        (True, True),
        (True, True),
        (False, False),
    ]
