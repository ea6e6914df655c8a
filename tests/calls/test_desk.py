from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.calls.rules import Disposition
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from tests.calls.factories import actions, counted, keep, opened_call, row_of, save, saved_call
from tests.centre import Centre


def test_opening_twice_with_one_key_is_one_call(centre: Centre) -> None:
    desk, key = centre.person(Role.OPERATOR).client(), str(new_id())
    first = desk.post("/desk/calls", json={"open_key": key})
    again = desk.post("/desk/calls", json={"open_key": key})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["url"] == f"/desk/calls/{first.json['id']}"


def test_a_key_of_a_colleague_opens_nothing(centre: Centre) -> None:
    key = str(new_id())
    centre.person(Role.OPERATOR).client().post("/desk/calls", json={"open_key": key})
    other = centre.person(Role.OPERATOR).client().post("/desk/calls", json={"open_key": key})
    assert other.status_code == 404


@pytest.mark.parametrize("key", [None, 7, "", "x", ["a"]])
def test_a_key_that_is_none_is_refused(sqlite_centre: Centre, key: object) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert desk.post("/desk/calls", json={"open_key": key}).status_code == 422


def test_the_desk_without_an_open_call_opens_one_by_script(centre: Centre) -> None:
    page = centre.person(Role.OPERATOR).client().get("/desk").text
    assert "data-auto-open" in page
    assert "data-call-id" not in page


def test_the_desk_shows_the_call_last_typed_in_and_a_tab_for_each_open_one(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    first, second = opened_call(desk), opened_call(desk)
    centre.at(centre.now.replace(minute=31))
    keep(desk, first, fields={"phone": "073-432-0001"})
    page = desk.get("/desk").text
    assert f'data-call-id="{first}"' in page
    assert f"/desk/calls/{second}" in page
    assert "下4桁0001" in page


def test_a_fragment_is_answered_to_the_script_and_a_page_to_the_browser(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    part = desk.get(f"/desk/calls/{call_id}", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="desk"')
    assert "<html" in desk.get(f"/desk/calls/{call_id}").text


def test_a_colleagues_or_a_saved_call_leads_back_to_ones_own_desk(centre: Centre) -> None:
    mine = centre.person(Role.OPERATOR).client()
    other = centre.person(Role.OPERATOR).client()
    call_id = opened_call(mine)
    keep(mine, call_id, fields={"question": "私の通話"})
    answer = other.get(f"/desk/calls/{call_id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    assert "私の通話" not in other.get("/desk").text
    done = saved_call(mine)
    assert mine.get(f"/desk/calls/{done}").status_code == 303


def test_the_desk_offers_sixty_categories_and_seven_results_with_their_keys(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    page = desk.get(f"/desk/calls/{opened_call(desk)}").text
    assert page.count('class="minor" ') == 60
    for member, key in zip(Disposition, "QWRTYUI", strict=True):
        assert f'value="{member.value}"' in page
        assert f'data-key="Alt+Key{key}"' in page


def test_an_empty_call_is_closed_without_a_number_and_one_with_words_is_not(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    kept, empty = opened_call(desk), opened_call(desk)
    keep(desk, kept, fields={"question": "あ"})
    answer = desk.post(f"/desk/calls/{empty}/discard", json={"version": 1})
    assert answer.json == {"next": f"/desk/calls/{kept}"}
    row = row_of(centre, empty)
    assert (row.state, row.number) == ("voided", None)
    assert desk.post(f"/desk/calls/{empty}/discard", json={"version": 1}).status_code == 200
    assert desk.post(f"/desk/calls/{kept}/discard", json={"version": 2}).status_code == 409
    assert save(desk, kept, version=2).json["number"] == 1


def test_a_call_whose_words_were_erased_again_is_an_empty_one(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あ"})
    keep(desk, call_id, version=2, fields={"question": ""})
    assert desk.post(f"/desk/calls/{call_id}/discard", json={"version": 3}).status_code == 200


def test_words_are_dropped_only_when_that_was_said_and_the_entry_names_the_fields(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "まちがい", "disposition": "completed"})
    answer = desk.post(f"/desk/calls/{call_id}/discard", json={"version": 2, "drop": True})
    assert answer.status_code == 200
    row = row_of(centre, call_id)
    assert (row.state, row.number, row.draft) == ("voided", None, None)
    with centre.inside():
        entry = db.session.execute(select(AuditEntry.details).where(AuditEntry.action == "call.dropped")).scalar_one()
    assert entry == {"fields": ["disposition", "question"]} or entry == {"fields": ["question", "disposition"]}


def test_a_draft_answers_with_what_the_tab_says(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    answer = keep(desk, opened_call(desk), fields={"phone": "０７３（４３２）０００１内線12"})
    assert answer.json["tab_label"].endswith("下4桁0001")
    assert answer.json["started_label"]


def test_a_discarded_call_is_in_no_list(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    empty = opened_call(desk)
    desk.post(f"/desk/calls/{empty}/discard", json={"version": 1})
    assert "該当する記録はありません" in desk.get("/calls?state=all").text
    assert desk.get(f"/calls/{empty}").status_code == 404


# --- the caller ---


@pytest.mark.parametrize("written", ["0734320001", "073-432-0001", "０７３（４３２）０００１", "+81 73 432 0001"])
def test_earlier_contacts_are_found_by_any_written_form_of_the_number(centre: Centre, written: str) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk, complaint=True)
    found = desk.post("/desk/caller", json={"phone": written, "call_id": opened_call(desk)}).text
    assert "カード更新の時期" in found
    assert "0401 カード本体の更新" in found
    assert "苦情" in found
    assert "更新の通知が届いた" not in found


def test_earlier_contacts_are_shown_when_a_draft_with_a_number_is_restored(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"phone": "073-432-0001"})
    assert "カード更新の時期" in desk.get(f"/desk/calls/{call_id}").text


def test_another_number_and_another_contract_find_nothing(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    assert "はじめてです" in desk.post("/desk/caller", json={"phone": "073-432-0002"}).text
    with centre.inside():
        other = centre.new_contract("R8-B")
    centre.contract_id = other
    stranger = centre.person(Role.OPERATOR, contract_id=other).client()
    assert "はじめてです" in stranger.post("/desk/caller", json={"phone": "073-432-0001"}).text


@pytest.mark.parametrize("phone", ["", "12", None, 5, "あ" * 100_000])
def test_what_is_no_number_finds_nothing_and_breaks_nothing(sqlite_centre: Centre, phone: object) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    answer = desk.post("/desk/caller", json={"phone": phone})
    assert answer.status_code == 200
    assert "同じ電話番号からの問合せ" in answer.text


def test_a_voided_contact_is_not_shown_and_only_ten_are_listed(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    ids = [saved_call(desk) for _ in range(12)]
    desk.post(f"/calls/{ids[-1]}/void", data={"reason": "二重登録", "version": "2"})
    found = desk.post("/desk/caller", json={"phone": "073-432-0001"}).text
    assert found.count("history-item") == 10
    assert "11件のうち新しい10件" in found
    assert "#12<" not in found


def test_the_notes_of_an_earlier_contact_are_shown_on_demand_with_an_entry(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    shown = desk.post(f"/calls/{call_id}/reveal/notes")
    assert "更新の通知が届いた" in shown.text
    assert actions(centre, call_id) == ["call.saved", "call.shown"]


def test_the_next_call_is_read_without_a_write(centre: Centre) -> None:
    """The request after each save: it must not queue behind other savers."""
    desk = centre.person(Role.OPERATOR).client()
    following = save(desk, opened_call(desk)).json["next"]
    with counted(centre) as seen:
        assert desk.get(following, headers={"HX-Request": "true"}).status_code == 200
    assert not [sql for sql in seen if sql.startswith(("INSERT", "UPDATE"))]
    assert len(seen) <= 4, seen
