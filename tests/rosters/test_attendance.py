from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from callcenter.audit.models import AuditEntry
from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.rosters import attendance, queries
from callcenter.rosters.attendance import Correction
from callcenter.rosters.history import HistoryDay, load_history
from callcenter.rosters.models import Punch
from callcenter.rosters.records import corrections_of, standing_punches
from callcenter.rosters.rules import PunchKind, StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.rosters.factories import (
    FRIDAY_BEFORE,
    KINDS,
    MONDAY,
    TUESDAY,
    add_staff,
    at,
    marks,
    plan,
    punched,
    shift,
)


def _operator(centre: Centre, code: str = "P01", name: str = "見本 花子") -> tuple[Person, UUID]:
    person = centre.person(Role.OPERATOR, name=name)
    return person, add_staff(centre, code, name, person=person)


def _punch(centre: Centre, person: Person, word: str, clock: str, key: UUID | None = None) -> UUID:
    with centre.inside(), transaction():
        return attendance.punch(KINDS[word], key=key, by=person.actor, at=at(clock))


def _refused(centre: Centre, person: Person, word: str, clock: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        _punch(centre, person, word, clock)
    return caught.value.message


def _standing(centre: Centre, staff_id: UUID, on: date = MONDAY) -> list[tuple[PunchKind, int]]:
    with centre.inside():
        return [(one.kind, one.minute) for one in standing_punches(centre.contract_id, on, staff_id)]


def _correct(centre: Centre, by: Person, correction: Correction) -> UUID:
    with centre.inside(), transaction():
        return attendance.correct(correction, by=by.actor, at=centre.now)


# --- one's own punches ---


def test_half_past_eight_in_tokyo_is_the_day_before_in_utc(centre: Centre) -> None:
    person, staff_id = _operator(centre)
    with centre.inside(), transaction():
        attendance.punch(PunchKind.IN, by=person.actor, at=datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    assert _standing(centre, staff_id, TUESDAY) == [(PunchKind.IN, 510)]
    assert _standing(centre, staff_id, MONDAY) == []


def test_a_day_is_punched_in_its_order(centre: Centre) -> None:
    person, staff_id = _operator(centre)
    for word, clock in (("in", "8:29"), ("rest", "12:00"), ("back", "13:00"), ("out", "17:15")):
        _punch(centre, person, word, clock)
    assert [minute for _, minute in _standing(centre, staff_id)] == [509, 720, 780, 1035]


def test_a_punch_that_may_not_follow_names_person_day_and_rule(centre: Centre) -> None:
    person, _ = _operator(centre)
    head = "見本 花子さん・令和8年6月1日（月）："
    assert _refused(centre, person, "out", "8:30") == head + "出勤の打刻がないため、退勤できません。"
    _punch(centre, person, "in", "8:30")
    assert "すでに出勤しています" in _refused(centre, person, "in", "8:31")
    _punch(centre, person, "rest", "12:00")
    assert "先に休憩終了" in _refused(centre, person, "out", "12:30")


def test_the_same_punch_within_a_minute_is_the_same(centre: Centre) -> None:
    person, staff_id = _operator(centre)
    first = _punch(centre, person, "in", "8:30")
    with centre.inside(), transaction():
        soon = at("8:30") + timedelta(seconds=59)
        assert attendance.punch(PunchKind.IN, by=person.actor, at=soon) == first
    assert len(_standing(centre, staff_id)) == 1


def test_a_form_sent_twice_punches_once_and_its_key_serves_no_other_punch(centre: Centre) -> None:
    person, staff_id = _operator(centre)
    key = uuid4()
    assert _punch(centre, person, "in", "8:30", key) == _punch(centre, person, "in", "8:45", key)
    with pytest.raises(Conflict):
        _punch(centre, person, "rest", "12:00", key)
    assert len(_standing(centre, staff_id)) == 1


def test_someone_who_is_not_on_the_list_is_told_whom_to_ask(centre: Centre) -> None:
    stranger = centre.person(Role.OPERATOR)
    assert "名簿に登録されていない" in _refused(centre, stranger, "in", "8:30")


def test_after_the_assignment_nobody_punches(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    add_staff(centre, "P01", person=person, ends_on=FRIDAY_BEFORE)
    assert "名簿に登録されていない" in _refused(centre, person, "in", "8:30")


def test_a_clock_that_went_back_is_refused(centre: Centre) -> None:
    person, _ = _operator(centre)
    _punch(centre, person, "in", "8:30")
    assert "前の打刻（08:30）より前" in _refused(centre, person, "out", "8:00")


# --- corrections ---


def test_a_correction_sets_aside_and_adds_and_removes_nothing(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR, name="見本 あおい")
    person, staff_id = _operator(centre)
    _punch(centre, person, "in", "8:30")
    wrong = _punch(centre, person, "out", "9:00")
    centre.at(at("17:30"))
    _correct(centre, supervisor, Correction(staff_id, MONDAY, (wrong,), marks("out 17:15"), "打ち間違い"))
    assert [minute for _, minute in _standing(centre, staff_id)] == [510, 1035]
    with centre.inside():
        assert len(db.session.execute(select(Punch.id)).all()) == 3
        seen = corrections_of(centre.contract_id, staff_id, MONDAY)[0]
        assert (seen.approver, seen.reason) == ("見本 あおい", "打ち間違い")
        assert (seen.voided, seen.added) == (marks("out 9:00"), marks("out 17:15"))
        person_day = queries.day_attendance(centre.contract_id, MONDAY, centre.now).people[0]
        assert "打刻訂正あり" in person_day.note


def test_a_forgotten_break_is_added_as_a_pair(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    staff_id = add_staff(centre, "P01")
    punched(centre, staff_id, "in 8:30, out 17:15", FRIDAY_BEFORE)
    added = marks("back 13:00, rest 12:00")
    _correct(centre, supervisor, Correction(staff_id, FRIDAY_BEFORE, (), added, "休憩の打ち忘れ"))
    assert [minute for _, minute in _standing(centre, staff_id, FRIDAY_BEFORE)] == [510, 720, 780, 1035]


@pytest.mark.parametrize(
    ("adds", "reason", "field", "said"),
    [
        ("rest 12:00", "理由", "adds", "見本 花子さん・令和8年5月29日（金）：訂正後の 17:15 退勤 が続きません。"),
        ("out 8:00", "理由", "adds", "出勤の打刻がない"),
        ("in 9:00", "理由", "adds", "すでに出勤しています"),
        ("", "理由", "adds", "選ぶか"),
        ("rest 12:00, back 13:00", "", "reason", "理由を入力"),
    ],
)
def test_a_correction_has_to_leave_a_possible_day(
    sqlite_centre: Centre, adds: str, reason: str, field: str, said: str
) -> None:
    supervisor = sqlite_centre.person(Role.SUPERVISOR)
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    punched(sqlite_centre, staff_id, "in 8:30, out 17:15", FRIDAY_BEFORE)
    with pytest.raises(InvalidInput) as caught:
        _correct(sqlite_centre, supervisor, Correction(staff_id, FRIDAY_BEFORE, (), marks(adds), reason))
    assert said in caught.value.errors[field][0]


def test_a_time_that_has_not_come_cannot_be_added(sqlite_centre: Centre) -> None:
    supervisor = sqlite_centre.person(Role.SUPERVISOR)
    staff_id = add_staff(sqlite_centre, "P01")
    for on, clock in ((MONDAY, "9:31"), (TUESDAY, "8:30")):
        with pytest.raises(InvalidInput, match="入力内容") as caught:
            _correct(sqlite_centre, supervisor, Correction(staff_id, on, (), marks(f"in {clock}"), "理由"))
        assert "まだ来ていない" in caught.value.errors["adds"][0]
    _correct(sqlite_centre, supervisor, Correction(staff_id, MONDAY, (), marks("in 9:30"), "理由"))


def test_a_punch_is_set_aside_once(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    person, staff_id = _operator(centre)
    wrong = _punch(centre, person, "in", "8:30")
    correction = Correction(staff_id, MONDAY, (wrong,), (), "打ち間違い")
    _correct(centre, supervisor, correction)
    with pytest.raises(Conflict):
        _correct(centre, supervisor, correction)


def test_a_correction_sent_twice_is_one(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    staff_id = add_staff(centre, "P01")
    correction = Correction(staff_id, MONDAY, (), marks("in 8:30"), "打ち忘れ", uuid4())
    assert _correct(centre, supervisor, correction) == _correct(centre, supervisor, correction)


def test_the_punch_of_another_person_cannot_be_set_aside(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    person, _ = _operator(centre)
    theirs = _punch(centre, person, "in", "8:30")
    other = add_staff(centre, "P02")
    with pytest.raises(Conflict):
        _correct(centre, supervisor, Correction(other, MONDAY, (theirs,), (), "理由"))


# --- who is here ---


def _present(centre: Centre, clock: str) -> queries.PresentNow:
    with centre.inside():
        return queries.present_now(centre.contract_id, at(clock))


def test_present_are_operators_at_work_and_nobody_else(centre: Centre) -> None:
    for code, role, day in (
        ("S01", StaffRole.SUPERVISOR, "in 8:00"),
        ("S02", StaffRole.DEPUTY, "in 8:00"),
        ("P01", StaffRole.OPERATOR, "in 8:20"),
        ("P02", StaffRole.OPERATOR, "in 8:20, rest 9:00"),
        ("P03", StaffRole.OPERATOR, "in 8:20, out 9:00"),
        ("P04", StaffRole.OPERATOR, ""),
    ):
        punched(centre, add_staff(centre, code, code, role), day)
    found = _present(centre, "9:30")
    assert (found.count, found.minimum, found.names, found.on_break) == (1, 2, ("P01",), 1)
    assert (found.below, found.kind, found.word) == (True, "bad", "最少人員を下回っています")


@pytest.mark.parametrize(("clock", "below"), [("8:29", False), ("8:30", True), ("17:14", True), ("17:15", False)])
def test_the_minimum_applies_from_opening_to_closing(sqlite_centre: Centre, clock: str, below: bool) -> None:
    found = _present(sqlite_centre, clock)
    assert (found.below, found.open) == (below, below)


def test_two_operators_are_enough(sqlite_centre: Centre) -> None:
    for code in ("P01", "P02"):
        punched(sqlite_centre, add_staff(sqlite_centre, code), "in 8:30")
    assert _present(sqlite_centre, "9:00").word == "最少人員を満たしています"


# --- the day ---


def test_the_day_holds_plan_and_record_of_everybody_in_the_order_of_the_report(centre: Centre) -> None:
    late = add_staff(centre, "P01", "仮山", kana="かりやま")
    for code, role in (("S01", StaffRole.SUPERVISOR), ("S02", StaffRole.DEPUTY)):
        add_staff(centre, code, code, role)
    plan(centre, late, shift("8:30-17:15", "12:00-13:00"))
    punched(centre, late, "in 8:40")
    with centre.inside():
        day = queries.day_attendance(centre.contract_id, MONDAY, at("9:30"))
    assert [one.member.code for one in day.people] == ["S01", "S02", "P01"]
    person = day.people[2]
    assert (person.planned_minutes, person.worked_minutes, person.note) == (465, 50, "遅刻 10分")
    assert [one.involved for one in day.people] == [False, False, True]
    assert [(one.span.start, one.span.end, one.present) for one in day.shortages] == [(510, 520, 0), (520, 570, 1)]
    assert day.below_minutes == 60


def test_a_day_to_come_and_a_closed_day_are_not_judged(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    plan(centre, staff_id, shift("8:30-17:15"), TUESDAY)
    with centre.inside():
        tomorrow = queries.day_attendance(centre.contract_id, TUESDAY, centre.now)
        sunday = queries.day_attendance(centre.contract_id, date(2026, 5, 31), centre.now)
    assert (tomorrow.judged, tomorrow.below_minutes, tomorrow.people[0].note) == (None, 0, "")
    assert (sunday.hours, sunday.shortages) == (None, ())


def test_a_forgotten_punch_is_listed_when_its_day_is_over(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    punched(centre, staff_id, "in 8:30", FRIDAY_BEFORE)
    punched(centre, staff_id, "in 8:30", MONDAY)
    with centre.inside():
        found = queries.open_days(centre.contract_id, FRIDAY_BEFORE, MONDAY, centre.now)
        assert [(one.on, one.member.code) for one in found] == [(FRIDAY_BEFORE, "P01")]
        day = queries.day_attendance(centre.contract_id, FRIDAY_BEFORE, centre.now)
        assert (day.people[0].open_end, day.people[0].note) == (True, "打刻もれ（退勤）、予定外の出勤")


def test_a_day_costs_the_same_statements_for_any_number_of_people(sqlite_centre: Centre) -> None:
    def statements() -> int:
        seen: list[str] = []
        with sqlite_centre.inside():
            queries.day_attendance(sqlite_centre.contract_id, MONDAY, sqlite_centre.now)
            listener = lambda *given: seen.append(given[2])  # noqa: E731
            event.listen(db.engine, "before_cursor_execute", listener)
            queries.day_attendance(sqlite_centre.contract_id, MONDAY, sqlite_centre.now)
            event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    add_staff(sqlite_centre, "P01")
    one = statements()
    for number in range(2, 8):
        staff_id = add_staff(sqlite_centre, f"P0{number}")
        plan(sqlite_centre, staff_id, shift("8:30-17:15", "12:00-13:00"))
        punched(sqlite_centre, staff_id, "in 8:30")
    assert statements() == one <= 7


# --- history and the log ---


def test_a_year_is_loaded_at_once_with_one_entry(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    whole = shift("8:30-17:15", "12:00-13:00")
    day = "in 8:25, rest 12:00, back 13:00, out 17:20"
    days = [HistoryDay(staff_id, on, whole, marks(day)) for on in (FRIDAY_BEFORE, date(2026, 5, 28))]
    with centre.inside():
        with transaction():
            assert load_history(days, by=system_actor(centre.contract_id), at=centre.now) == 8
        found = queries.day_attendance(centre.contract_id, FRIDAY_BEFORE, centre.now).people[0]
        entries = db.session.execute(select(AuditEntry).where(AuditEntry.action == "attendance.loaded")).all()
    assert (found.worked_minutes, found.planned_breaks, found.note) == (475, whole.breaks, "")
    assert len(entries) == 1


def test_an_impossible_history_is_refused(sqlite_centre: Centre) -> None:
    day = HistoryDay(uuid4(), MONDAY, None, marks("out 17:15"))
    with sqlite_centre.inside(), pytest.raises(ValueError, match="may not follow"), transaction():
        load_history([day], by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)


def test_no_name_and_no_reason_ever_stands_in_the_log(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR, name="業務 あおい")
    person, staff_id = _operator(centre, name="極秘 氏名子")
    plan(centre, staff_id, shift("8:30-17:15"))
    wrong = _punch(centre, person, "in", "8:30")
    _correct(centre, supervisor, Correction(staff_id, MONDAY, (wrong,), (), "極秘の理由"))
    with centre.inside():
        entries = db.session.execute(select(AuditEntry.action, AuditEntry.details)).all()
    details = json.dumps([entry.details for entry in entries], ensure_ascii=False)
    assert {"staff.added", "shift.planned", "punch.recorded", "punch.corrected"} <= {one.action for one in entries}
    assert "極秘" not in details
    assert "みほん" not in details
