from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months import drafts, publishing, queries
from callcenter.rosters.months.drafts import CellChange
from callcenter.rosters.months.publishing import Publication
from callcenter.rosters.papers.models import StaffingInstruction
from callcenter.rosters.records import planned_on
from callcenter.rosters.rules import StaffRole
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, add_staff, plan, shift
from tests.rosters.months.making import (
    EARLY_LUNCH,
    JULY,
    JUNE,
    LATE_LUNCH,
    MORNING,
    WHOLE,
    agree,
    by,
    cells,
    facts,
    fill,
    july,
    later,
    live,
    newest,
    open_days,
    publish,
    put,
    start,
    versions,
)


def _refusal(centre: Centre, **more: object) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        publish(centre, **more)  # type: ignore[arg-type]
    return caught.value.errors


def test_a_draft_begins_as_the_plan_in_force(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    plan(centre, operator, WHOLE, july(1))
    start(centre)
    assert newest(centre).state is RosterState.DRAFT
    assert [(one.staff_id, one.on, one.times) for one in cells(centre, newest(centre).id)] == [
        (operator, july(1), WHOLE)
    ]


WEDNESDAY = TUESDAY + timedelta(days=1)


def test_a_month_has_one_draft_however_often_it_is_begun(centre: Centre) -> None:
    assert start(centre) == start(centre)
    assert [one.number for one in versions(centre)] == [1]


def test_an_empty_draft_keeps_the_days_that_are_over_and_today(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    for on in (MONDAY, TUESDAY, WEDNESDAY):
        plan(sqlite_centre, operator, WHOLE, on)
    later(sqlite_centre, 24 * 60)
    start(sqlite_centre, JUNE, empty=True)
    assert [one.on for one in cells(sqlite_centre, newest(sqlite_centre, JUNE).id)] == [MONDAY, TUESDAY]


def test_publishing_writes_the_plan_and_the_version(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    start(centre)
    put(centre, operator, july(1), WHOLE)
    found = publish(centre, reason="採用が間に合わないため")
    assert (found.number, len(found.changes)) == (1, 1)
    assert [one.times for one in live(centre)] == [WHOLE]
    assert (newest(centre).state, newest(centre).published_at) == (RosterState.PUBLISHED, centre.now)


def test_the_next_version_supersedes_the_one_before_and_says_why(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    start(centre)
    put(centre, operator, july(1), WHOLE)
    publish(centre, reason="採用が間に合わないため")
    later(centre)
    start(centre)
    put(centre, operator, july(1))
    put(centre, operator, july(2), MORNING)
    assert "reason" in _refusal(centre)
    found = publish(centre, reason="本人の申し出")
    assert [change.words for change in found.changes] == [
        "8:30～17:15（休憩12:00～13:00） → 予定なし",
        "予定なし → 8:30～12:30",
    ]
    assert [(one.number, one.state, one.reason) for one in versions(centre)] == [
        (2, RosterState.PUBLISHED, "本人の申し出"),
        (1, RosterState.SUPERSEDED, "採用が間に合わないため"),
    ]


def test_a_shift_that_stays_is_not_planned_anew(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    plan(centre, operator, WHOLE, july(1))
    with centre.inside():
        before = planned_on(centre.contract_id, july(1))
    later(centre)
    start(centre)
    put(centre, operator, july(2), WHOLE)
    publish(centre, reason="人員不足")
    with centre.inside():
        assert planned_on(centre.contract_id, july(1)) == before


def test_a_split_day_keeps_the_half_that_stays(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, MORNING, july(1))
    later(sqlite_centre)
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), MORNING, shift("13:30-17:15"))
    publish(sqlite_centre, reason="人員不足")
    assert [one.times for one in live(sqlite_centre)] == [MORNING, shift("13:30-17:15")]


def test_a_day_that_is_over_is_never_rewritten(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    plan(centre, operator, WHOLE, MONDAY)
    start(centre, JUNE)
    put(centre, operator, MONDAY, MORNING)
    later(centre, 24 * 60)
    publish(centre, JUNE, reason="人員不足")
    assert [one.times for one in live(centre, JUNE)] == [WHOLE]
    assert [one.times for one in cells(centre, newest(centre, JUNE).id)] == [WHOLE]


def test_a_plan_changed_meanwhile_is_a_conflict_naming_the_day(centre: Centre) -> None:
    operator, other = add_staff(centre, "P01"), add_staff(centre, "P02")
    start(centre)
    put(centre, operator, july(2), WHOLE)
    later(centre)
    plan(centre, other, WHOLE, july(3))
    with pytest.raises(Conflict, match="令和8年7月3日（金）の予定"):
        publish(centre, reason="人員不足")
    with centre.inside(), transaction():
        assert drafts.reload_days(JULY, newest(centre).version, by=by(centre), at=later(centre)) == 1
    put(centre, other, july(3), MORNING)
    publish(centre, reason="人員不足")
    assert [(one.on, one.times) for one in live(centre)] == [(july(2), WHOLE), (july(3), MORNING)]


def test_the_plan_of_a_day_that_is_over_is_not_written(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, WHOLE, MONDAY)
    later(sqlite_centre, 24 * 60)
    judged = facts(sqlite_centre, JUNE)
    with sqlite_centre.inside(), transaction():
        changes = publishing.write_plan(judged, (), "", by=by(sqlite_centre), at=sqlite_centre.now)
    assert (changes, len(live(sqlite_centre, JUNE))) == ((), 1)


def test_the_same_change_made_elsewhere_is_no_conflict(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(2), WHOLE)
    later(sqlite_centre)
    plan(sqlite_centre, operator, WHOLE, july(2))
    assert publish(sqlite_centre, reason="人員不足").changes == ()


def test_an_older_screen_cannot_write_into_the_draft(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    start(centre)
    seen = newest(centre).version
    put(centre, operator, july(1), WHOLE)
    change = (CellChange(operator, july(1), ()),)
    with centre.inside(), pytest.raises(Conflict), transaction():
        drafts.set_cells(JULY, change, seen, by=by(centre), at=centre.now)


def test_without_a_draft_nothing_can_be_written(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    with sqlite_centre.inside(), pytest.raises(NotFound), transaction():
        drafts.set_cells(JULY, (CellChange(operator, july(1), ()),), 1, by=by(sqlite_centre), at=sqlite_centre.now)


@pytest.mark.parametrize(
    ("on", "shifts", "said"),
    [
        (FRIDAY_BEFORE, (WHOLE,), "この月のシフト表の外の日です"),
        (date(2026, 7, 1), (MORNING, shift("12:00-17:15")), "8:30～12:30 の勤務と時間が重なっています"),
    ],
)
def test_a_cell_that_no_roster_could_hold_is_refused(
    sqlite_centre: Centre, on: date, shifts: tuple[object, ...], said: str
) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    change = (CellChange(operator, on, shifts),)  # type: ignore[arg-type]
    with sqlite_centre.inside(), pytest.raises(InvalidInput, match="見本 花子さん・") as caught, transaction():
        drafts.set_cells(JULY, change, 1, by=by(sqlite_centre), at=sqlite_centre.now)
    assert said in caught.value.message


def test_a_day_that_is_over_is_not_changed_in_a_draft(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    later(sqlite_centre, 24 * 60)
    start(sqlite_centre, JUNE)
    with pytest.raises(InvalidInput, match="過ぎた日"):
        put(sqlite_centre, operator, MONDAY, WHOLE)


def test_a_discarded_draft_leaves_the_plan_alone(centre: Centre) -> None:
    operator = add_staff(centre, "P01")
    plan(centre, operator, WHOLE, july(1))
    start(centre)
    put(centre, operator, july(1))
    with centre.inside(), transaction():
        drafts.discard_draft(JULY, newest(centre).version, by=by(centre), at=centre.now)
    assert versions(centre) == []
    assert len(live(centre)) == 1


# --- what stands in the way ---


def test_a_month_below_the_minimum_needs_a_tick_and_a_reason(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    fill(sqlite_centre, [(operator, WHOLE)], open_days(sqlite_centre))
    errors = _refusal(sqlite_centre, accepts=False)
    assert (
        "令和8年7月1日（水）：8:30～12:00は1名、12:00～13:00は0名、13:00～17:15は1名（最少2名）。あわせて8時間45分"
        in (errors["accepts_shortage"])
    )
    assert "理由" in errors["reason"][0]


def test_three_with_staggered_breaks_hold_the_floor_and_need_no_tick(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    people = [
        (add_staff(sqlite_centre, f"P0{number}"), times)
        for number, times in enumerate((EARLY_LUNCH, WHOLE, LATE_LUNCH), 1)
    ]
    leader = add_staff(sqlite_centre, "P09", role=StaffRole.SUPERVISOR)
    start(sqlite_centre)
    fill(sqlite_centre, [*people, (leader, WHOLE)], open_days(sqlite_centre))
    assert publish(sqlite_centre, accepts=False).number == 1


def test_staggered_breaks_without_the_agreement_are_refused(sqlite_centre: Centre) -> None:
    one, other = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02")
    start(sqlite_centre)
    put(sqlite_centre, one, july(1), WHOLE)
    put(sqlite_centre, other, july(1), LATE_LUNCH)
    errors = _refusal(sqlite_centre, reason="人員不足")
    assert any("令和8年7月1日（水）" in text and "労使協定" in text for text in errors["_"])
    agree(sqlite_centre)
    assert publish(sqlite_centre, reason="人員不足").number == 1


def test_an_assignment_that_ended_names_person_day_and_rule(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01", "例田 みどり", ends_on=july(2))
    start(sqlite_centre)
    put(sqlite_centre, operator, july(3), WHOLE)
    (text,) = _refusal(sqlite_centre, reason="人員不足")["_"]
    assert "例田 みどりさん・令和8年7月3日（金）：従事期間" in text


def test_a_person_without_training_is_not_published(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01", trained=False)
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), WHOLE)
    (text,) = _refusal(sqlite_centre, reason="人員不足")["_"]
    assert "業務研修" in text


@pytest.mark.parametrize(
    ("times", "law"),
    [
        (shift("8:30-17:15"), "労働基準法第34条第1項"),
        (shift("8:00-18:00", "12:00-13:00"), "労働基準法第32条第2項"),
    ],
)
def test_what_labour_law_forbids_is_refused_with_its_clause(sqlite_centre: Centre, times: object, law: str) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), times)  # type: ignore[arg-type]
    texts = _refusal(sqlite_centre, reason="人員不足")["_"]
    assert any("見本 花子さん・令和8年7月1日（水）：" in text and law in text for text in texts)


def test_a_sixth_day_of_work_in_a_week_is_refused_for_its_hours(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    fill(sqlite_centre, [(operator, WHOLE)], [july(day) for day in range(5, 11)])
    texts = _refusal(sqlite_centre, reason="人員不足")["_"]
    assert any("労働基準法第32条第1項" in text for text in texts)


def test_the_week_that_began_in_the_month_before_counts(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    for day in (28, 29, 30):
        plan(sqlite_centre, operator, WHOLE, date(2026, 6, day))
    start(sqlite_centre)
    fill(sqlite_centre, [(operator, WHOLE)], [july(1), july(2), july(3)])
    assert any("第32条第1項" in text for text in _refusal(sqlite_centre, reason="人員不足")["_"])


# --- the city's instruction ---


def _instruct(centre: Centre, **more: object) -> UUID:
    with centre.inside(), transaction():
        row = StaffingInstruction(
            contract_id=centre.contract_id,
            id=new_id(),
            number=1,
            kind="instruction",
            received_on=MONDAY,
            given_by="市民課",
            content="7月は窓口を厚くすること",
            applies_on=JULY,
            recorded_at=centre.now,
            **more,
        )
        instruction_id = row.id
        db.session.add(row)
    return instruction_id


def _publish_with(centre: Centre, instruction_id: UUID) -> None:
    with centre.inside(), transaction():
        seen = queries.versions(centre.contract_id, JULY)[0].version
        wanted = Publication(JULY, seen, "市の指示による", instruction_id, accepts_shortage=True)
        publishing.publish(wanted, by=by(centre), at=centre.now)


def test_the_instruction_of_the_city_is_linked(sqlite_centre: Centre) -> None:
    instruction_id = _instruct(sqlite_centre)
    start(sqlite_centre)
    _publish_with(sqlite_centre, instruction_id)
    assert newest(sqlite_centre).instruction_id == instruction_id


def test_an_instruction_that_does_not_stand_is_not_linked(sqlite_centre: Centre) -> None:
    aside = _instruct(sqlite_centre, set_aside_at=sqlite_centre.now, set_aside_because="誤記")
    start(sqlite_centre)
    for instruction_id in (aside, UUID(int=7)):
        with pytest.raises(InvalidInput) as caught:
            _publish_with(sqlite_centre, instruction_id)
        assert "instruction_id" in caught.value.errors
