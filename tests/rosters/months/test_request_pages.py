from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from callcenter.protection.mynumber import check_digit
from callcenter.rosters.codes import RequestState
from callcenter.rosters.months.leave_reads import LeaveLine, leave_lines
from callcenter.rosters.months.swaps import Swap, swaps
from callcenter.rosters.queries import staff_list
from callcenter.web.access import Role
from tests.centre import Centre
from tests.rosters.factories import add_staff, plan
from tests.rosters.months.making import WHOLE, july, later, live, newest, publish, put, start


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _lines(centre: Centre) -> list[LeaveLine]:
    with centre.inside():
        return leave_lines(centre.contract_id, {one.id: one for one in staff_list(centre.contract_id)})


def _swaps(centre: Centre) -> list[Swap]:
    with centre.inside():
        return swaps(centre.contract_id, {one.id: one for one in staff_list(centre.contract_id)})


class Desk:
    """Two operators and the supervisor at their screens."""

    def __init__(self, centre: Centre) -> None:
        one, other = centre.person(Role.OPERATOR), centre.person(Role.OPERATOR)
        self.centre = centre
        self.first_id = add_staff(centre, "P01", "見本 花子", person=one)
        self.second_id = add_staff(centre, "P02", "例田 みどり", person=other)
        self.first, self.second = one.client(), other.client()
        self.chief = centre.person(Role.SUPERVISOR).client()


@pytest.fixture
def desk(sqlite_centre: Centre) -> Desk:
    return Desk(sqlite_centre)


LEAVE = {"kind": "paid", "from_on": "2026-07-01", "to_on": "", "note": "私用のため", "month": "2026-07"}


def test_a_person_asks_for_leave_and_the_supervisor_approves(desk: Desk) -> None:
    plan(desk.centre, desk.first_id, WHOLE, july(1))
    assert desk.first.post("/roster/mine/leave", data=LEAVE).status_code == 303
    assert "年次有給休暇（申請中）" in _text(desk.first.get("/roster/mine?month=2026-07"))
    said = _text(desk.chief.get("/roster/leave"))
    assert "承認すると取り下げる予定 1日" in said
    (line,) = _lines(desk.centre)
    done = desk.chief.post(f"/roster/leave/{line.id}/approve", follow_redirects=True)
    assert "令和8年7月1日（水）の予定を取り下げました" in _text(done)
    assert live(desk.centre) == ()
    assert "年次有給休暇（承認）" in _text(desk.first.get("/roster/mine?month=2026-07"))


def test_a_request_for_somebody_else_is_a_request_for_oneself(desk: Desk) -> None:
    """The form's person is not read from it."""
    desk.first.post("/roster/mine/leave", data={**LEAVE, "staff_id": str(desk.second_id)})
    assert [line.member.id for line in _lines(desk.centre)] == [desk.first_id]


def test_nobody_sees_or_withdraws_the_request_of_another(desk: Desk) -> None:
    desk.first.post("/roster/mine/leave", data=LEAVE)
    (line,) = _lines(desk.centre)
    assert "取り下げる" in _text(desk.first.get("/roster/mine?month=2026-07"))
    assert "取り下げる" not in _text(desk.second.get("/roster/mine?month=2026-07"))
    assert "年次有給休暇（" not in _text(desk.second.get("/roster/mine?month=2026-07"))
    assert desk.second.post(f"/roster/mine/leave/{line.id}/withdraw", data={}).status_code == 404
    assert desk.first.post(f"/roster/mine/leave/{line.id}/withdraw", data={}).status_code == 303
    assert _lines(desk.centre)[0].state is RequestState.WITHDRAWN


def test_a_refusal_without_its_reason_says_so_and_with_it_is_read_by_the_person(desk: Desk) -> None:
    desk.first.post("/roster/mine/leave", data=LEAVE)
    (line,) = _lines(desk.centre)
    assert desk.chief.post(f"/roster/leave/{line.id}/refuse", data={"note": ""}).status_code == 422
    assert desk.chief.post(f"/roster/leave/{line.id}/refuse", data={"note": "人員不足のため"}).status_code == 303
    assert "人員不足のため" in _text(desk.first.get("/roster/mine?month=2026-07"))


def test_somebody_ill_is_entered_by_the_supervisor(desk: Desk) -> None:
    plan(desk.centre, desk.first_id, WHOLE, july(1))
    sent = {"staff_id": str(desk.first_id), "kind": "sick", "from_on": "2026-07-01", "note": ""}
    assert "再計画" in _text(desk.chief.post("/roster/leave", data=sent, follow_redirects=True))
    (line,) = _lines(desk.centre)
    assert (line.state, live(desk.centre)) == (RequestState.APPROVED, ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from_on": ""}, "日付を正しく入力してください"),
        ({"kind": "holiday"}, "選んでください"),
        ({"from_on": "2026-05-29"}, "過ぎた日の休み"),
        ({"to_on": "2026-06-01"}, "終わりの日は、始めの日以後"),
        ({"from_on": "2027-04-01"}, "契約期間"),
    ],
)
def test_wrong_leave_keeps_what_was_typed(desk: Desk, changes: dict[str, str], said: str) -> None:
    answer = desk.first.post("/roster/mine/leave", data={**LEAVE, **changes})
    assert answer.status_code == 422
    assert said in _text(answer)
    assert "私用のため" in _text(answer)


def test_an_individual_number_in_a_note_is_refused_and_masked(desk: Desk) -> None:
    number = "12345678901"
    number += str(check_digit(number))
    for url, name in (("/roster/mine/leave", "note"), ("/roster/mine/swap", "swap_note")):
        sent = {**LEAVE, "on": "2026-07-01", "other_id": str(desk.second_id), name: f"番号{number}"}
        answer = desk.first.post(url, data=sent)
        assert answer.status_code == 422
        assert number not in _text(answer)
    assert _lines(desk.centre) == []


def test_a_user_who_is_not_on_the_list_is_told_whom_to_ask(sqlite_centre: Centre) -> None:
    stranger = sqlite_centre.person(Role.OPERATOR).client()
    assert "従事者名簿に登録されていません" in _text(stranger.get("/roster/mine"))
    assert stranger.post("/roster/mine/leave", data=LEAVE).status_code == 422


def _published(desk: Desk) -> None:
    start(desk.centre)
    put(desk.centre, desk.first_id, july(1), WHOLE)
    put(desk.centre, desk.second_id, july(2), WHOLE)
    publish(desk.centre, reason="人員不足")
    later(desk.centre)


def _swap(desk: Desk) -> UUID:
    sent = {"on": "2026-07-01", "other_id": str(desk.second_id), "other_on": "2026-07-02", "month": "2026-07"}
    assert desk.first.post("/roster/mine/swap", data=sent).status_code == 303
    return _swaps(desk.centre)[0].id


def test_a_swap_goes_from_one_to_the_other_to_the_supervisor(desk: Desk) -> None:
    _published(desk)
    swap_id = _swap(desk)
    assert "同意する" in _text(desk.second.get("/roster/mine?month=2026-07"))
    assert "同意する" not in _text(desk.first.get("/roster/mine?month=2026-07"))
    assert desk.chief.post(f"/roster/swaps/{swap_id}/approve", data={}).status_code == 409
    assert desk.second.post(f"/roster/mine/swap/{swap_id}/answer", data={"agrees": "1"}).status_code == 303
    done = desk.chief.post(f"/roster/swaps/{swap_id}/approve", data={}, follow_redirects=True)
    assert "第2版として公開しました" in _text(done)
    assert [(cell.on, cell.staff_id) for cell in sorted(live(desk.centre), key=lambda one: one.on)] == [
        (july(1), desk.second_id),
        (july(2), desk.first_id),
    ]
    assert newest(desk.centre).reason == "勤務の交替"


def test_who_asked_cannot_agree_for_the_other(desk: Desk) -> None:
    _published(desk)
    swap_id = _swap(desk)
    assert desk.first.post(f"/roster/mine/swap/{swap_id}/answer", data={"agrees": "1"}).status_code == 404
    assert _swaps(desk.centre)[0].state is RequestState.REQUESTED


def test_the_other_declines_and_the_asker_withdraws(desk: Desk) -> None:
    _published(desk)
    swap_id = _swap(desk)
    assert desk.second.post(f"/roster/mine/swap/{swap_id}/answer", data={"agrees": "0"}).status_code == 303
    assert _swaps(desk.centre)[0].state is RequestState.REFUSED
    second = _swap(desk)
    assert desk.first.post(f"/roster/mine/swap/{second}/withdraw", data={}).status_code == 303
    assert RequestState.WITHDRAWN in {one.state for one in _swaps(desk.centre)}


def test_the_own_month_counts_hours_and_shows_only_oneself(desk: Desk) -> None:
    plan(desk.centre, desk.first_id, WHOLE, july(1))
    plan(desk.centre, desk.first_id, WHOLE, july(2))
    plan(desk.centre, desk.second_id, WHOLE, july(3))
    said = _text(desk.first.get("/roster/mine?month=2026-07"))
    assert "<b>2日</b>" in said
    assert "<b>15:30</b>" in said
    assert said.count("8:30～17:15（休憩12:00～13:00）") == 2
