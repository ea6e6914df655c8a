from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months import leave
from callcenter.rosters.months.judging import judge, month_shortages
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.months.rules import Cell
from callcenter.rosters.months.solver_pages import EFFORT
from callcenter.rosters.months.solving import (
    Effort,
    Proposal,
    _nearness,
    build_month,
    kinds_of,
    month_patterns,
    replan_month,
)
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from scheduling.rostering import Solution
from tests.centre import Centre
from tests.rosters.factories import add_staff, shift
from tests.rosters.months.making import (
    EARLY_LUNCH,
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
    newest,
    open_days,
    publish,
    put,
    start,
)

QUICK = Effort(seconds=20, gap=0.5)
"""Ample time on a busy machine, and content with the first rosters."""


def _crew(centre: Centre, operators: int = 4) -> list[UUID]:
    """A supervisor and operators, in this order."""
    leader = add_staff(centre, "P00", "架空 責子", role=StaffRole.SUPERVISOR)
    return [leader, *(add_staff(centre, f"P{number:02d}") for number in range(1, operators + 1))]


def _build(centre: Centre, given: tuple[Cell, ...] = (), *, anew: bool = False) -> Proposal:
    return build_month(facts(centre), given, {}, anew=anew, effort=QUICK)


def test_kinds_that_differ_in_their_break_are_one_kind(sqlite_centre: Centre) -> None:
    month = facts(sqlite_centre).month
    whole, morning, afternoon = kinds_of(month)
    assert (whole.start, whole.end, whole.break_minutes) == (510, 1035, 60)
    assert (whole.break_from, whole.break_until) == (660, 840)
    assert (morning.break_minutes, afternoon.break_minutes) == (0, 0)
    assert len(month_patterns(month)) == 5


def _long_days(centre: Centre) -> tuple[UUID, tuple[Cell, ...]]:
    """A supervisor who is there from 8:15 to 17:45 on every day of the month."""
    leader, *_ = _crew(centre)
    times = shift("8:15-17:45", "12:00-13:00")
    return leader, tuple(Cell(leader, on, times) for on in open_days(centre))


def test_days_of_agreed_overtime_stand_in_no_ones_way(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    agree(sqlite_centre, "overtime")
    leader, given = _long_days(sqlite_centre)
    found = _build(sqlite_centre, given)
    assert found.cells, found.words
    assert tuple(cell for cell in found.cells if cell.staff_id == leader) == given


def test_a_replan_leaves_agreed_overtime_as_it_is(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    agree(sqlite_centre, "overtime")
    _, given = _long_days(sqlite_centre)
    whole = _build(sqlite_centre, given).cells
    assert whole
    found = replan_month(facts(sqlite_centre), whole, {}, 540, effort=QUICK)
    assert found.changes == ()


def test_without_the_agreement_the_day_is_told(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _, given = _long_days(sqlite_centre)
    found = _build(sqlite_centre, given)
    assert found.cells is None
    assert any("1日の労働時間" in line for line in found.words), found.words


@pytest.mark.parametrize("week", [24 * 60, 37 * 60 + 30])
def test_everybody_gets_the_hours_of_their_contract(sqlite_centre: Centre, week: int) -> None:
    agree(sqlite_centre)
    _crew(sqlite_centre, 5)
    someone = add_staff(sqlite_centre, "P09", week_minutes=week)
    found = _build(sqlite_centre)
    assert found.cells, found.words
    worked = sum(cell.times.worked_minutes for cell in found.cells if cell.staff_id == someone)
    agreed = week * len(open_days(sqlite_centre)) / 5
    assert 0.9 * agreed - 1 <= worked <= 1.1 * agreed + 1


def test_what_is_there_already_is_never_too_much_for_a_contract(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _crew(sqlite_centre)
    someone = add_staff(sqlite_centre, "P09", week_minutes=10 * 60)
    given = tuple(Cell(someone, on, MORNING, True) for on in open_days(sqlite_centre))
    found = _build(sqlite_centre, given)
    assert found.cells, found.words
    assert tuple(cell for cell in found.cells if cell.staff_id == someone) == given


def test_hours_that_the_month_cannot_give_are_told_by_name(sqlite_centre: Centre) -> None:
    """Fixed to half days, nobody reaches a full week."""
    agree(sqlite_centre)
    _crew(sqlite_centre)
    someone = add_staff(sqlite_centre, "P09", "例田 一郎", week_minutes=40 * 60)
    given = tuple(Cell(someone, on, MORNING, True) for on in open_days(sqlite_centre))
    found = _build(sqlite_centre, given)
    assert found.cells is None
    assert any("例田 一郎さん" in line and "契約" in line for line in found.words), found.words


def test_a_month_is_built_that_nothing_speaks_against(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _crew(sqlite_centre)
    found = _build(sqlite_centre)
    assert found.cells
    judged = facts(sqlite_centre)
    assert [one.text for one in judge(judged, found.cells) if one.blocking] == []
    assert month_shortages(judged, found.cells) == ()
    assert {cell.on for cell in found.cells} == set(open_days(sqlite_centre))
    assert found.words[0].startswith(("最適", "時間のゆるす限り"))


def test_what_is_there_stays_and_leave_is_kept_free(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _, one, other, *_ = _crew(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        new = NewLeave(other, LeaveKind.PAID, july(6), july(10))
        leave.enter_leave(new, by=by(sqlite_centre), at=sqlite_centre.now)
    given = (Cell(one, july(1), MORNING), Cell(one, july(4), MORNING))
    found = _build(sqlite_centre, given)
    assert found.cells
    assert set(given) <= set(found.cells)
    assert not [cell for cell in found.cells if cell.staff_id == other and july(6) <= cell.on <= july(10)]


def test_only_fixed_cells_stay_when_the_rest_is_made_anew(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _, one, other, *_ = _crew(sqlite_centre)
    kept = Cell(one, july(1), MORNING, fixed=True)
    found = _build(sqlite_centre, (kept, Cell(other, july(1), MORNING)), anew=True)
    assert found.cells
    assert kept in found.cells


def test_two_operators_and_a_lunch_hour_name_the_rules_and_say_that_three_are_needed(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _crew(sqlite_centre, operators=2)
    found = _build(sqlite_centre)
    assert found.cells is None
    said = "".join(found.words)
    assert "窓口の最低人数" in said
    assert "3人必要" in said


def test_an_untrained_person_is_never_placed(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    _crew(sqlite_centre)
    untrained = add_staff(sqlite_centre, "P09", trained=False)
    found = _build(sqlite_centre)
    assert found.cells
    assert untrained not in {cell.staff_id for cell in found.cells}


# --- after an absence ---


def _manned(centre: Centre, operators: int = 5) -> tuple[list[UUID], tuple[Cell, ...]]:
    """A crew and a month they hold: who leads, and four operators of five every day."""
    agree(centre)
    crew = _crew(centre, operators)
    found = _build(centre)
    assert found.cells
    return crew, found.cells


def _replan(centre: Centre, given: tuple[Cell, ...]) -> Proposal:
    return replan_month(facts(centre), given, {}, 570, effort=Effort(seconds=20))


def _ill(centre: Centre, staff_id: UUID, *days: date) -> None:
    with centre.inside(), transaction():
        new = NewLeave(staff_id, LeaveKind.SICK, days[0], days[-1])
        leave.enter_leave(new, by=by(centre), at=centre.now)


def test_a_month_that_holds_is_left_as_it_is(sqlite_centre: Centre) -> None:
    _, given = _manned(sqlite_centre)
    found = _replan(sqlite_centre, given)
    assert (found.changes, found.cells) == ((), given)


def test_an_absence_changes_its_day_only_and_the_month_holds_again(sqlite_centre: Centre) -> None:
    crew, given = _manned(sqlite_centre)
    on = july(8)
    ill = next(one for one in crew[1:] if (one, on) in {cell.key for cell in given})
    _ill(sqlite_centre, ill, on)
    found = _replan(sqlite_centre, given)
    assert found.cells
    assert {change.on for change in found.changes} <= {on}
    assert (ill, on) not in {cell.key for cell in found.cells}
    judged = facts(sqlite_centre)
    assert month_shortages(judged, found.cells) == ()
    assert [one.text for one in judge(judged, found.cells) if one.blocking] == []


def test_fixed_cells_stay_when_the_month_is_repaired(sqlite_centre: Centre) -> None:
    crew, given = _manned(sqlite_centre)
    kept = next(cell for cell in given if cell.on == july(8) and cell.staff_id in crew[1:])
    held = tuple(replace(cell, fixed=cell == kept) for cell in given)
    ill = next(one for one in crew[1:] if one != kept.staff_id and (one, july(8)) in {cell.key for cell in given})
    _ill(sqlite_centre, ill, july(8))
    found = _replan(sqlite_centre, held)
    assert found.cells
    assert replace(kept, fixed=True) in found.cells


def test_an_absence_nobody_can_fill_names_day_and_rule(sqlite_centre: Centre) -> None:
    agree(sqlite_centre)
    crew = _crew(sqlite_centre, operators=3)
    _ill(sqlite_centre, crew[1], july(8))
    found = _replan(sqlite_centre, ())
    assert found.cells is None
    assert "7月8日" in "".join(found.words)


def test_a_month_that_is_over_has_nothing_to_build(sqlite_centre: Centre) -> None:
    found = build_month(facts(sqlite_centre, date(2026, 4, 1)), (), {})
    assert found.cells is None


@pytest.fixture
def quick(sqlite_centre: Centre) -> Centre:
    sqlite_centre.app.extensions[EFFORT] = QUICK
    return sqlite_centre


def test_the_page_fills_the_draft_and_says_how_good_it_is(quick: Centre) -> None:
    agree(quick)
    _crew(quick)
    start(quick)
    chief = quick.person(Role.SUPERVISOR).client()
    assert chief.post("/roster/month/build", data={"month": "2026-07", "version": 1}).status_code == 303
    assert len({cell.on for cell in cells(quick, newest(quick).id)}) == len(open_days(quick))
    said = str(chief.get("/roster/month?month=2026-07").get_data(as_text=True))
    assert "自動作成で" in said
    assert publish(quick, accepts=False).number == 1


def test_the_page_names_the_rules_when_there_is_no_roster(quick: Centre) -> None:
    _crew(quick, operators=2)
    start(quick)
    chief = quick.person(Role.SUPERVISOR).client()
    answer = chief.post("/roster/month/build", data={"month": "2026-07", "version": 1})
    assert answer.status_code == 422
    assert "自動作成できませんでした" in answer.get_data(as_text=True)
    assert cells(quick, newest(quick).id) == ()


def test_a_draft_that_moved_on_while_the_solver_ran_is_a_conflict(quick: Centre) -> None:
    agree(quick)
    _, one, *_ = _crew(quick)
    start(quick)
    put(quick, one, july(1), WHOLE)
    chief = quick.person(Role.SUPERVISOR).client()
    assert chief.post("/roster/month/build", data={"month": "2026-07", "version": 1}).status_code == 409
    assert len(cells(quick, newest(quick).id)) == 1


def test_the_page_shows_a_repair_before_it_is_saved(quick: Centre) -> None:
    """Three hold the month and a fourth is free: when one falls ill, the fourth's day changes and nothing else."""
    agree(quick)
    leader, *operators = _crew(quick)
    start(quick)
    people = [(leader, WHOLE), *zip(operators, (EARLY_LUNCH, WHOLE, LATE_LUNCH), strict=False)]
    fill(quick, people, open_days(quick))
    publish(quick, accepts=False)
    later(quick)
    _ill(quick, operators[0], july(8))
    later(quick)
    start(quick)
    chief = quick.person(Role.SUPERVISOR).client()
    before = cells(quick, newest(quick).id)
    answer = chief.post("/roster/month/replan", data={"month": "2026-07", "version": 1})
    assert answer.status_code == 200
    assert cells(quick, newest(quick).id) == before
    lines = re.findall(r'name="cell" value="([^"]+)"', str(answer.get_data(as_text=True)))
    assert [line.split("|")[:2] for line in lines] == [[str(operators[3]), "2026-07-08"]]
    sent = {"month": "2026-07", "version": newest(quick).version, "cell": lines}
    assert chief.post("/roster/month/proposal", data=sent).status_code == 303
    done = publish(quick, reason="病欠のため", accepts=False)
    assert (done.number, [change.key for change in done.changes]) == (3, [(operators[3], july(8))])


@pytest.mark.parametrize(
    ("objective", "bound", "said"),
    [(100, 100, "最適な案です"), (100, 90, "大きくても10%"), (100, 10, "もっと良い案があるかもしれません")],
)
def test_how_near_a_roster_is_to_the_best_is_said_in_words(objective: int, bound: int, said: str) -> None:
    found = Solution(
        assignments=(),
        optimal=objective == bound,
        objective=objective,
        bound=bound,
        first_seconds=0.1,
        seconds=8.0,
    )
    assert said in _nearness(found)
