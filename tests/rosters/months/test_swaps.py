from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.rosters.codes import LeaveKind, RequestState
from callcenter.rosters.months import leave, swaps
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.months.swaps import NewSwap
from callcenter.rosters.queries import staff_list
from callcenter.rosters.rules import StaffRole
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import add_staff
from tests.rosters.months.making import (
    MORNING,
    WHOLE,
    by,
    cells,
    july,
    later,
    live,
    newest,
    publish,
    put,
    start,
)

Pair = tuple[UUID, UUID]


@pytest.fixture
def pair(centre: Centre) -> Pair:
    return _published(centre)


def _published(centre: Centre) -> Pair:
    """Two people; the first works on 1 and 2 July, the second on 3 July."""
    one, other = add_staff(centre, "P01", "見本 花子"), add_staff(centre, "P02", "例田 みどり", ends_on=july(20))
    start(centre)
    for staff_id, on in ((one, july(1)), (one, july(2)), (other, july(3)), (one, july(22))):
        put(centre, staff_id, on, WHOLE)
    publish(centre, reason="人員不足")
    later(centre)
    return one, other


def _ask(centre: Centre, new: NewSwap) -> UUID:
    with centre.inside(), transaction():
        return swaps.request_swap(new, by=by(centre), at=centre.now)


def _agree(centre: Centre, swap_id: UUID, other: UUID, agrees: bool = True) -> None:
    with centre.inside(), transaction():
        swaps.answer_swap(swap_id, agrees, own=other, by=by(centre), at=centre.now)


def _approve(centre: Centre, swap_id: UUID) -> int:
    with centre.inside(), transaction():
        return swaps.approve_swap(swap_id, by=by(centre), at=centre.now)


def _state(centre: Centre) -> RequestState:
    with centre.inside():
        members = {one.id: one for one in staff_list(centre.contract_id)}
        return swaps.swaps(centre.contract_id, members)[0].state


def _who(centre: Centre) -> dict[date, list[UUID]]:
    found: dict[date, list[UUID]] = {}
    for cell in live(centre):
        found.setdefault(cell.on, []).append(cell.staff_id)
    return found


def test_a_swap_both_agree_on_changes_the_plan_and_makes_a_version(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other, july(3)))
    _agree(centre, swap_id, other)
    later(centre)
    assert _approve(centre, swap_id) == 2
    assert _who(centre) == {july(1): [other], july(2): [one], july(3): [one], july(22): [one]}
    assert (newest(centre).number, newest(centre).reason) == (2, "勤務の交替")
    assert cells(centre, newest(centre).id) == live(centre)
    assert _state(centre) is RequestState.APPROVED


def test_a_day_is_given_away_without_one_in_return(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(2), other))
    _agree(centre, swap_id, other)
    _approve(centre, swap_id)
    assert _who(centre)[july(2)] == [other]


def test_two_shifts_of_one_day_are_exchanged(sqlite_centre: Centre) -> None:
    one, other = _published(sqlite_centre)
    start(sqlite_centre)
    put(sqlite_centre, other, july(1), MORNING)
    publish(sqlite_centre, reason="追加")
    later(sqlite_centre)
    swap_id = _ask(sqlite_centre, NewSwap(one, july(1), other, july(1)))
    _agree(sqlite_centre, swap_id, other)
    _approve(sqlite_centre, swap_id)
    assert {(cell.staff_id, cell.times) for cell in live(sqlite_centre) if cell.on == july(1)} == {
        (one, MORNING),
        (other, WHOLE),
    }


def test_without_the_other_nothing_is_approved(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other))
    with pytest.raises(Conflict):
        _approve(centre, swap_id)


def test_the_other_may_say_no(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other))
    _agree(centre, swap_id, other, agrees=False)
    assert _state(centre) is RequestState.REFUSED
    with pytest.raises(Conflict):
        _agree(centre, swap_id, other)


def test_only_the_one_who_was_asked_answers(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other))
    with pytest.raises(NotFound):
        _agree(centre, swap_id, one)


def test_only_the_one_who_asked_withdraws(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other))
    with centre.inside(), pytest.raises(NotFound), transaction():
        swaps.withdraw_swap(swap_id, own=other, by=by(centre), at=centre.now)
    with centre.inside(), transaction():
        swaps.withdraw_swap(swap_id, own=one, by=by(centre), at=centre.now)
    assert _state(centre) is RequestState.WITHDRAWN


@pytest.mark.parametrize(
    ("on", "other_on", "said"),
    [
        (july(6), None, "見本 花子さん・令和8年7月6日（月）：予定がないため"),
        (july(1), july(2), "例田 みどりさん・令和8年7月2日（木）：予定がないため"),
        (july(22), None, "例田 みどりさん・令和8年7月22日（水）：従事期間"),
        (july(1), date(2026, 8, 3), "同じ月の日"),
        (date(2026, 5, 29), None, "まだ公開されていません"),
    ],
)
def test_a_swap_that_cannot_be_says_who_when_and_why(
    sqlite_centre: Centre, on: date, other_on: date | None, said: str
) -> None:
    one, other = _published(sqlite_centre)
    with pytest.raises(InvalidInput) as caught:
        _ask(sqlite_centre, NewSwap(one, on, other, other_on))
    assert said in str(caught.value.errors)


def test_somebody_at_work_already_cannot_take_the_day(sqlite_centre: Centre) -> None:
    one, other = _published(sqlite_centre)
    start(sqlite_centre)
    put(sqlite_centre, other, july(1), MORNING)
    publish(sqlite_centre, reason="追加")
    with pytest.raises(InvalidInput) as caught:
        _ask(sqlite_centre, NewSwap(one, july(1), other))
    assert "例田 みどりさん・令和8年7月1日（水）：ほかの予定があるため" in str(caught.value.errors)


def test_somebody_on_leave_cannot_take_the_day(sqlite_centre: Centre) -> None:
    one, other = _published(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        new = NewLeave(other, LeaveKind.PAID, july(1), july(1))
        leave.enter_leave(new, by=by(sqlite_centre), at=sqlite_centre.now)
    with pytest.raises(InvalidInput) as caught:
        _ask(sqlite_centre, NewSwap(one, july(1), other))
    assert "休暇" in str(caught.value.errors)


def test_a_swap_that_breaks_labour_law_is_refused(sqlite_centre: Centre) -> None:
    one, other = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02", "例田 みどり")
    start(sqlite_centre)
    put(sqlite_centre, one, july(11), WHOLE)
    for day in range(6, 11):
        put(sqlite_centre, other, july(day), WHOLE)
    publish(sqlite_centre, reason="人員不足")
    with pytest.raises(InvalidInput) as caught:
        _ask(sqlite_centre, NewSwap(one, july(11), other))
    assert "例田 みどりさん・" in str(caught.value.errors)
    assert "労働基準法第32条第1項" in str(caught.value.errors)


def test_a_plan_that_changed_since_refuses_the_approval(centre: Centre, pair: Pair) -> None:
    one, other = pair
    swap_id = _ask(centre, NewSwap(one, july(1), other))
    _agree(centre, swap_id, other)
    with centre.inside(), transaction():
        new = NewLeave(one, LeaveKind.PAID, july(1), july(1))
        leave.enter_leave(new, by=by(centre), at=later(centre))
    with pytest.raises(InvalidInput) as caught:
        _approve(centre, swap_id)
    assert "予定がないため" in str(caught.value.errors)


def test_one_day_is_asked_about_once_at_a_time(centre: Centre, pair: Pair) -> None:
    one, other = pair
    _ask(centre, NewSwap(one, july(1), other))
    with pytest.raises(InvalidInput):
        _ask(centre, NewSwap(one, july(1), other))


def test_nobody_swaps_with_themselves(sqlite_centre: Centre) -> None:
    one, _ = _published(sqlite_centre)
    with pytest.raises(InvalidInput):
        _ask(sqlite_centre, NewSwap(one, july(1), one))


@pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.DEPUTY])
def test_an_operators_day_goes_to_an_operator_only(sqlite_centre: Centre, role: StaffRole) -> None:
    """Who leads is not counted towards the two (003 clause 6): the day would be one operator short, unnoticed."""
    one, _ = _published(sqlite_centre)
    leader = add_staff(sqlite_centre, "P09", "仮名 さくら", role)
    with pytest.raises(InvalidInput) as caught:
        _ask(sqlite_centre, NewSwap(one, july(1), leader))
    assert caught.value.errors["other_id"] == [
        "仮名 さくらさんは最少人員に数えられる役割が異なるため、交替できません（仕様書6）。"
    ]
