"""Noting why operators were fewer than the minimum: append-only, bound to minutes that are short."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.rosters import attendance
from callcenter.rosters import queries as rosters
from callcenter.rosters.attendance import Correction
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage.models import ShortageNote
from callcenter.rosters.coverage.rules import NoteState
from callcenter.rosters.records import standing_punches
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.rosters.coverage.factories import judged, noted, spans, two_operators
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, at, marks

FULL = "in 8:30, out 17:15"


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def lunch(centre: Centre, minutes: str = "out 12:00, in 13:00") -> None:
    """A finished Monday with one operator away over noon."""
    centre.at(at("18:00"))
    two_operators(centre, FULL, f"in 8:30, {minutes}, out 17:15")


def corrected(centre: Centre, by: Person, code: str, adds: str) -> None:
    """Set all of somebody's Monday aside and let these punches stand instead."""
    with centre.inside(), transaction():
        member = next(one for one in rosters.staff_list(centre.contract_id, MONDAY) if one.code == code)
        voids = tuple(one.id for one in standing_punches(centre.contract_id, MONDAY, member.id))
        wanted = Correction(member.id, MONDAY, voids, marks(adds), "打ち間違い")
        attendance.correct(wanted, by=by.actor, at=centre.now)


def test_a_noted_stretch_shows_cause_measure_and_who(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    (one,) = judged(centre).stretches
    (note,) = one.notes
    assert (one.state, note.cause, note.recorder) == (NoteState.NOTED, ShortageCause.ABSENCE, "見本 責任者")
    assert (note.detail, note.measure) == ("体調不良による欠勤。", "業務責任者が応援を手配した。")
    assert judged(centre).minutes.unnoted == 0


def test_a_later_note_takes_the_earliers_place_and_both_are_kept(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    noted(centre, supervisor, "12:00-13:00", cause=ShortageCause.BREAK, measure="休憩をずらした。")
    day = judged(centre)
    assert [note.cause for note in day.stretches[0].notes] == [ShortageCause.BREAK]
    assert [note.superseded for note in day.notes] == [True, False]


def test_a_note_written_against_another_one_is_refused(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00", seen=None)
    with pytest.raises(Conflict, match="ほかの人が先に"):
        noted(centre, supervisor, "12:00-13:00", seen=None, measure="あとの人の記入")
    assert [note.measure for note in judged(centre).notes] == ["業務責任者が応援を手配した。"]


def test_a_form_sent_twice_is_one_note(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    key = uuid4()
    first = noted(centre, supervisor, "12:00-13:00", seen=None, key=key)
    assert noted(centre, supervisor, "12:00-13:00", seen=None, key=key) == first
    with centre.inside():
        assert len(db.session.execute(select(ShortageNote.id)).all()) == 1


@pytest.mark.parametrize("when", ["10:00-10:30", "11:00-12:00", "13:00-14:00"])
def test_minutes_that_are_not_short_cannot_be_noted(centre: Centre, supervisor: Person, when: str) -> None:
    lunch(centre)
    with pytest.raises(Conflict, match=r"令和8年6月1日（月） .*最少人数を下回っていません"):
        noted(centre, supervisor, when)


def test_neither_a_day_to_come_nor_a_closed_one_can_be_noted(centre: Centre, supervisor: Person) -> None:
    for on in (TUESDAY, MONDAY.replace(day=6)):
        with pytest.raises(Conflict, match="下回っていません"):
            noted(centre, supervisor, "12:00-13:00", on)


def test_a_stretch_that_became_another_one_has_to_be_looked_at_again(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    with pytest.raises(Conflict, match="12:00～13:00 に変わりました"):
        noted(centre, supervisor, "12:00-12:10")
    assert judged(centre).notes == ()


def test_a_stretch_that_is_going_on_may_have_grown_since_the_form_was_shown(centre: Centre, supervisor: Person) -> None:
    two_operators(centre, "in 8:30", "")
    noted(centre, supervisor, "8:30-9:00")
    assert spans(judged(centre).notes) == ["8:30-9:30"]
    centre.at(at("11:00"))
    (one,) = judged(centre).stretches
    assert (spans((one,)), one.state) == (["8:30-11:00"], NoteState.NOTED)


def test_after_a_correction_the_note_stands_on_what_is_left_of_its_stretch(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    corrected(centre, supervisor, "P02", "in 8:30, out 12:00, in 12:20, out 12:40, in 12:50, out 17:15")
    day = judged(centre)
    assert spans(day.stretches) == ["12:00-12:20", "12:40-12:50"]
    assert [one.state for one in day.stretches] == [NoteState.NOTED, NoteState.NOTED]
    noted(centre, supervisor, "12:00-12:20", cause=ShortageCause.LATE)
    assert [one.notes[0].cause.value for one in judged(centre).stretches] == ["late", "absence"]


def test_when_a_correction_shows_that_nobody_was_missing_the_note_is_resolved(
    centre: Centre, supervisor: Person
) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00", cause=ShortageCause.PUNCH)
    corrected(centre, supervisor, "P02", FULL)
    day = judged(centre)
    assert (day.stretches, spans(day.resolved), day.minutes.below) == ((), ["12:00-13:00"], 0)


def test_a_wider_note_supersedes_those_inside_it(centre: Centre, supervisor: Person) -> None:
    lunch(centre, "out 12:00, in 12:20, out 12:40, in 13:00")
    noted(centre, supervisor, "12:00-12:20")
    noted(centre, supervisor, "12:40-13:00")
    corrected(centre, supervisor, "P02", "in 8:30, out 12:00, in 13:00, out 17:15")
    assert len(judged(centre).stretches[0].notes) == 2
    noted(centre, supervisor, "12:00-13:00")
    assert [note.superseded for note in judged(centre).notes] == [True, True, False]


def test_a_note_moves_the_day_for_those_who_look_for_changes(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    centre.at(at("19:00"))
    noted(centre, supervisor, "12:00-13:00")
    with centre.inside():
        assert rosters.last_changes(centre.contract_id, FRIDAY_BEFORE, MONDAY)[MONDAY] == at("19:00")


def test_the_log_holds_field_names_and_no_words(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00", detail="極秘の事情", measure="極秘の対策")
    with centre.inside():
        entries = db.session.execute(
            select(AuditEntry.action, AuditEntry.details).where(AuditEntry.action == "shortage.noted")
        ).all()
    assert len(entries) == 1
    assert "極秘" not in json.dumps(entries[0].details, ensure_ascii=False)
