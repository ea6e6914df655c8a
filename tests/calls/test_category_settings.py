from __future__ import annotations

from datetime import date

import pytest

from callcenter.calls import category_queries, category_service
from callcenter.calls.category_service import NewName
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import individual_number, saved_call
from tests.centre import Centre

JULY = date(2026, 7, 1)


def _rename(centre: Centre, code: str, name: str, on: date) -> None:
    by = centre.person(Role.SUPERVISOR).actor
    with centre.inside(), transaction():
        category_service.rename_category(NewName(code, name, on), by=by, at=centre.now)


def _retire(centre: Centre, code: str, on: date) -> None:
    by = centre.person(Role.SUPERVISOR).actor
    with centre.inside(), transaction():
        category_service.retire_category(code, on, by=by, at=centre.now)


def test_a_new_contract_has_twelve_majors_and_sixty_minors_from_its_first_day(centre: Centre) -> None:
    with centre.inside():
        tree = category_queries.categories_on(centre.contract_id, date(2026, 4, 1))
    assert len(tree) == 12
    assert sum(len(major.minors) for major in tree) == 60
    assert all(minor.selectable for major in tree for minor in major.minors)
    assert [major.key for major in tree] == list("1234567890-^")


def test_the_day_before_a_rename_keeps_the_old_name(centre: Centre) -> None:
    _rename(centre, "0401", "本体の更新", JULY)
    with centre.inside():
        known = category_queries.names(centre.contract_id)
    assert known.label("0401", date(2026, 6, 30)) == "カード本体の更新"
    assert known.label("0401", JULY) == "本体の更新"


def test_a_record_keeps_the_name_of_its_day_in_list_and_page(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    _rename(centre, "0401", "本体の更新", date(2026, 6, 2))
    assert "カード本体の更新" in desk.get("/calls?from=2026-06-01&to=2026-06-01").text.split("<table")[1]
    assert "カード本体の更新" in desk.get(f"/calls/{call_id}").text


def test_a_retired_category_is_offered_until_the_day_before(centre: Centre) -> None:
    _retire(centre, "0401", JULY)
    with centre.inside():
        known = category_queries.names(centre.contract_id)
    for on, offered in ((date(2026, 6, 30), True), (JULY, False)):
        codes = [minor.code for major in category_queries.selectable(known.tree(on)) for minor in major.minors]
        assert ("0401" in codes) is offered
    assert known.label("0401", date(2027, 1, 1)) == "カード本体の更新"


def test_a_major_without_a_minor_left_is_not_offered(centre: Centre) -> None:
    with centre.inside():
        minors = category_queries.categories_on(centre.contract_id, JULY)[-1].minors
    for minor in minors:
        _retire(centre, minor.code, JULY)
    with centre.inside():
        tree = category_queries.categories_on(centre.contract_id, JULY)
    assert len(category_queries.selectable(tree)) == 11


@pytest.mark.parametrize(
    ("code", "name", "on", "refusal"),
    [
        ("0401", "", JULY, InvalidInput),
        ("0401", "長" * 61, JULY, InvalidInput),
        ("0401", "新", date(2026, 4, 1), InvalidInput),
        ("9999", "新", JULY, NotFound),
        ("", "新", JULY, NotFound),
    ],
)
def test_a_rename_that_cannot_be_is_refused(
    sqlite_centre: Centre, code: str, name: str, on: date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _rename(sqlite_centre, code, name, on)


def test_a_retired_category_is_neither_renamed_nor_retired_again(centre: Centre) -> None:
    _retire(centre, "0401", JULY)
    with pytest.raises(Conflict):
        _rename(centre, "0401", "新", date(2026, 8, 1))
    with pytest.raises(Conflict):
        _retire(centre, "0401", date(2026, 8, 1))


@pytest.mark.parametrize(("code", "on"), [("04", JULY), ("0401", date(2026, 4, 1))])
def test_a_major_or_the_past_of_a_code_is_not_retired(sqlite_centre: Centre, code: str, on: date) -> None:
    with pytest.raises(InvalidInput):
        _retire(sqlite_centre, code, on)


def test_a_supervisor_renames_and_retires_on_the_page(centre: Centre) -> None:
    browser = centre.person(Role.SUPERVISOR).client()
    renamed = browser.post("/settings/categories/0401/rename", data={"name": "本体の更新", "valid_from": "2026-07-01"})
    retired = browser.post("/settings/categories/0402/retire", data={"retired_on": "2026-07-01"})
    assert (renamed.status_code, retired.status_code) == (303, 303)
    page = browser.get("/settings/categories").text
    assert "令和8年7月1日（水）から「本体の更新」" in page
    assert "令和8年7月1日（水）に廃止" in page
    assert "本体の更新" in browser.get("/settings/categories/0401").text
    assert browser.get("/settings/categories/9999").status_code == 404


def test_a_refused_form_keeps_what_was_typed(centre: Centre) -> None:
    browser = centre.person(Role.SUPERVISOR).client()
    answer = browser.post("/settings/categories/0401/rename", data={"name": "本体の更新", "valid_from": "x"})
    assert answer.status_code == 422
    assert 'value="本体の更新"' in answer.text
    number = individual_number()
    refused = browser.post("/settings/categories/0401/rename", data={"name": number, "valid_from": "2026-07-01"})
    assert refused.status_code == 422
    assert number not in refused.text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CONTRACT_MANAGER, Role.CITY_OFFICER])
def test_others_do_not_touch_categories(sqlite_centre: Centre, role: Role) -> None:
    browser = sqlite_centre.person(role).client()
    assert browser.get("/settings/categories").status_code == 403
    assert browser.get("/settings/categories/0401").status_code == 403
    assert browser.post("/settings/categories/0401/rename", data={}).status_code == 403
    assert browser.post("/settings/categories/0401/retire", data={}).status_code == 403


def test_a_change_in_one_contract_does_not_reach_another(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R8-B")
    _rename(centre, "0401", "本体の更新", JULY)
    with centre.inside():
        assert category_queries.names(other).label("0401", JULY) == "カード本体の更新"
