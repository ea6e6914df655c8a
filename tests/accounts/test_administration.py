from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from callcenter.accounts import administration, directory, service
from callcenter.accounts.passwords import Prepared
from callcenter.audit import queries as log
from callcenter.audit.service import system_actor
from callcenter.errors import Forbidden
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.accounts.factories import code_at, is_in, sign_in, with_authenticator, with_password
from tests.centre import Browser, Centre, Person

NUMBER = f"12345678901{check_digit('12345678901')}"
NEW = {"name": "例田 みどり", "reading": "れいだ みどり", "login": "midori"}


def _admin(centre: Centre) -> Browser:
    return centre.person(Role.ADMINISTRATOR).client()


def _add(browser: Browser, *roles: Role, **changes: str) -> Any:
    return browser.post("/admin/users", data={**NEW, **changes, "roles": list(roles or [Role.OPERATOR])})


def _temporary(answer: Any) -> str:
    found = re.search(r"<code>([a-z2-9-]{23})</code>", answer.text)
    assert found
    return found[1]


def _listed(centre: Centre, login: str = "midori") -> directory.Listed:
    with centre.inside():
        return next(found for found in directory.people_under(centre.contract_id) if found.login == login)


def test_an_added_person_signs_in_with_the_password_shown_once_and_must_change_it(centre: Centre) -> None:
    browser = _admin(centre)
    answer = _add(browser, Role.OPERATOR, Role.SUPERVISOR)
    assert answer.status_code == 200
    password = _temporary(answer)
    assert _listed(centre).roles == (Role.OPERATOR, Role.SUPERVISOR)
    theirs = centre.browser()
    assert sign_in(theirs, "midori", password).status_code == 303
    assert theirs.get("/contract", headers={"Accept": "application/json"}).status_code == 403
    assert password not in browser.get(f"/admin/users/{_listed(centre).id}").text


def test_a_login_name_that_is_taken_is_refused_and_the_form_stays_filled(centre: Centre) -> None:
    browser = _admin(centre)
    _add(browser)
    answer = _add(browser, Role.SUPERVISOR, name="別の 人", login="ＭＩＤＯＲＩ")
    assert answer.status_code == 409
    assert 'value="別の 人"' in answer.text
    assert re.search(r'value="supervisor" checked', answer.text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", ""),
        ("login", "ab"),
        ("login", "1abc"),
        ("login", "みどり"),
        ("login", "a" * 41),
        ("login", "a b c"),
        ("name", ""),
        ("name", "　\t\r\n"),
        ("name", "あ" * 101),
        ("reading", ""),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(sqlite_centre: Centre, field: str, value: str) -> None:
    answer = _add(_admin(sqlite_centre), **{field: value})
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text


def test_nobody_is_of_the_city_and_of_the_contractor(sqlite_centre: Centre) -> None:
    assert _add(_admin(sqlite_centre), Role.CITY_OFFICER, Role.OPERATOR).status_code == 422
    assert _add(_admin(sqlite_centre), Role.CITY_OFFICER, Role.ADMINISTRATOR).status_code == 200


def test_a_role_that_does_not_exist_is_refused(sqlite_centre: Centre) -> None:
    answer = _admin(sqlite_centre).post("/admin/users", data={**NEW, "roles": ["root"]})
    assert answer.status_code == 422


@pytest.mark.parametrize("field", ["name", "reading", "login"])
def test_an_individual_number_is_refused_in_every_field(centre: Centre, field: str) -> None:
    browser = _admin(centre)
    answer = _add(browser, **{field: f"a{NUMBER}"})
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    with centre.inside():
        page = log.LogFilter(centre.contract_id, action="individual_number.refused")
        entries, total = log.page_of_entries(page, _first_page())
    assert total == 1
    assert entries[0].details == {"fields": [{"field": field, "length": 12, "rule": "check_digit"}]}


def _first_page() -> Any:
    from callcenter.web.pagination import Page

    return Page()


def test_it_is_not_shown_again_when_another_field_is_wrong_too(sqlite_centre: Centre) -> None:
    answer = _add(_admin(sqlite_centre), name=f"山田{NUMBER}", login="")
    assert NUMBER not in answer.text


def test_roles_are_granted_and_taken_away(centre: Centre) -> None:
    browser = _admin(centre)
    _add(browser)
    url = f"/admin/users/{_listed(centre).id}/roles"
    assert browser.post(url, data={"roles": ["supervisor", "contract_manager"]}).status_code == 303
    assert _listed(centre).roles == (Role.SUPERVISOR, Role.CONTRACT_MANAGER)
    assert browser.post(url, data={}).status_code == 422
    assert _listed(centre).roles == (Role.SUPERVISOR, Role.CONTRACT_MANAGER)


def test_nobody_takes_their_own_administration_or_account_away(sqlite_centre: Centre) -> None:
    admin = sqlite_centre.person(Role.ADMINISTRATOR)
    browser, url = admin.client(), f"/admin/users/{admin.user_id}"
    assert browser.post(f"{url}/roles", data={"roles": ["operator"]}).status_code == 409
    assert browser.post(f"{url}/disable").status_code == 409
    assert browser.post(f"{url}/password").status_code == 409
    assert browser.post(f"{url}/second-factor").status_code == 409
    assert is_in(browser)


def test_disabling_and_enabling(centre: Centre) -> None:
    browser = _admin(centre)
    person = with_password(centre, centre.person(Role.OPERATOR))
    theirs, url = person.client(), f"/admin/users/{person.user_id}"
    assert browser.post(f"{url}/disable").status_code == 303
    assert not is_in(theirs)
    assert sign_in(centre.browser(), person.login).status_code == 401
    assert browser.post(f"{url}/enable").status_code == 303
    assert sign_in(centre.browser(), person.login).status_code == 303


def test_a_reset_password_ends_the_sessions_and_is_temporary(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    theirs = person.client()
    answer = _admin(centre).post(f"/admin/users/{person.user_id}/password")
    assert not is_in(theirs)
    assert sign_in(centre.browser(), person.login).status_code == 401
    assert sign_in(centre.browser(), person.login, _temporary(answer)).status_code == 303
    assert _listed(centre, person.login).must_change_password


def test_a_lost_authenticator_is_taken_away(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    assert sign_in(sqlite_centre.browser(), person.login, code=code_at(sqlite_centre, seed)).status_code == 303
    _admin(sqlite_centre).post(f"/admin/users/{person.user_id}/second-factor")
    assert sign_in(sqlite_centre.browser(), person.login).status_code == 303


def test_people_are_listed_in_the_order_of_the_reading(centre: Centre) -> None:
    browser = _admin(centre)
    for name, reading, login in (("渡辺", "わたなべ", "wata"), ("東", "あずま", "azuma"), ("佐藤", "さとう", "sato")):
        _add(browser, name=name, reading=reading, login=login)
    page = browser.get("/admin/users").text
    assert page.index("azuma") < page.index("sato") < page.index("wata")


def test_the_policy_of_roles_is_saved(centre: Centre) -> None:
    browser = _admin(centre)
    assert browser.post("/admin/second-factor", data={"roles": ["city_officer", "supervisor"]}).status_code == 303
    assert browser.post("/admin/second-factor", data={"roles": ["city_officer"]}).status_code == 303
    with centre.inside():
        assert directory.roles_with_second_factor(centre.contract_id) == {Role.CITY_OFFICER}


def test_a_token_is_shown_once_and_revoked(centre: Centre) -> None:
    browser = _admin(centre)
    form = {"name": "電話交換機A", "scopes": ["calls:read"], "expires_on": "2026-06-30"}
    answer = browser.post("/admin/tokens", data=form)
    found = re.search(r"<code>([\w-]{43})</code>", answer.text)
    assert found
    again = browser.get("/admin/tokens").text
    assert found[1] not in again
    assert "令和8年6月30日（火）まで" in again
    revoke = re.search(r"/admin/tokens/[0-9a-f-]{36}/revoke", again)
    assert revoke
    assert browser.post(revoke[0]).status_code == 303
    assert "失効" in browser.get("/admin/tokens").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", f"機械{NUMBER}"),
        ("scopes", "everything"),
        ("expires_on", "2026-05-31"),
        ("expires_on", "2026-06-01"),
        ("expires_on", "2027-06-03"),
        ("expires_on", "0001-01-01"),
        ("expires_on", "tomorrow"),
    ],
)
def test_a_token_that_cannot_be_is_refused(sqlite_centre: Centre, field: str, value: str) -> None:
    form = {"name": "電話交換機A", "scopes": "calls:read", "expires_on": "2026-06-30", field: value}
    answer = _admin(sqlite_centre).post("/admin/tokens", data=form)
    assert answer.status_code == 422
    assert NUMBER not in answer.text


# --- another contract's people ---


@pytest.fixture
def neighbours(centre: Centre) -> tuple[Centre, UUID]:
    with centre.inside():
        return centre, centre.new_contract("R7", city_name="となり架空市")


ACTS = ("name", "roles", "password", "second-factor", "disable", "enable")


@pytest.mark.parametrize("act", ACTS)
def test_people_of_another_contract_do_not_exist(neighbours: tuple[Centre, UUID], act: str) -> None:
    centre, other = neighbours
    stranger = centre.person(Role.ADMINISTRATOR, name="隣 人", contract_id=other)
    browser = _admin(centre)
    form = {"name": "乗取 人", "reading": "のっとり", "roles": ["operator"]}
    assert browser.post(f"/admin/users/{stranger.user_id}/{act}", data=form).status_code == 404
    assert browser.get(f"/admin/users/{stranger.user_id}").status_code == 404
    assert "隣 人" not in browser.get("/admin/users").text
    assert "隣 人" not in browser.get("/admin/log?chain=system").text


@pytest.mark.parametrize("act", ["name", "password", "second-factor", "disable", "enable"])
def test_who_also_belongs_elsewhere_is_out_of_reach_except_for_roles_here(
    neighbours: tuple[Centre, UUID], act: str
) -> None:
    """Else an administrator here would sign in there as that person."""
    centre, other = neighbours
    both = centre.person(Role.OPERATOR)
    _grant(centre, both, other, Role.ADMINISTRATOR)
    browser = _admin(centre)
    form = {"name": "乗取 人", "reading": "のっとり"}
    assert browser.post(f"/admin/users/{both.user_id}/{act}", data=form).status_code == 403
    assert browser.post(f"/admin/users/{both.user_id}/roles", data={"roles": ["supervisor"]}).status_code == 303


def _grant(centre: Centre, person: Person, contract_id: UUID, role: Role) -> None:
    with centre.inside(), transaction():
        service.grant_role(person.user_id, contract_id, role, by=system_actor(contract_id), at=centre.now)


def test_the_administrator_of_both_contracts_reaches_them(neighbours: tuple[Centre, UUID]) -> None:
    centre, other = neighbours
    both = centre.person(Role.OPERATOR)
    _grant(centre, both, other, Role.OPERATOR)
    admin = centre.person(Role.ADMINISTRATOR)
    _grant(centre, admin, other, Role.ADMINISTRATOR)
    assert admin.client().post(f"/admin/users/{both.user_id}/password").status_code == 200


def test_a_role_elsewhere_is_no_administration_here(neighbours: tuple[Centre, UUID]) -> None:
    centre, other = neighbours
    person = centre.person(Role.OPERATOR)
    _grant(centre, person, other, Role.ADMINISTRATOR)
    assert person.client().get("/admin/users").status_code == 403


def test_one_whose_role_was_just_taken_away_can_no_longer_act(centre: Centre) -> None:
    """The page was asked while they still were administrator; the act comes after."""
    one, two = centre.person(Role.ADMINISTRATOR), centre.person(Role.ADMINISTRATOR)
    with centre.inside(), transaction():
        administration.set_roles(one.user_id, frozenset({Role.OPERATOR}), by=two.actor, at=centre.now)
    with centre.inside(), pytest.raises(Forbidden), transaction():
        administration.set_roles(two.user_id, frozenset({Role.OPERATOR}), by=one.actor, at=centre.now)
    with centre.inside(), transaction():
        service.grant_role(one.user_id, centre.contract_id, Role.ADMINISTRATOR, by=two.actor, at=centre.now)
        administration.disable(one.user_id, by=two.actor, at=centre.now)
    with centre.inside(), pytest.raises(Forbidden), transaction():
        administration.reset_password(two.user_id, Prepared("x"), by=one.actor, at=centre.now)


def test_two_who_close_each_other_at_once_do_not_both_succeed(centre: Centre) -> None:
    from concurrent.futures import ThreadPoolExecutor

    people = [centre.person(Role.ADMINISTRATOR) for _ in range(2)]
    browsers = [person.client() for person in people]
    for browser in browsers:
        browser.csrf()
    acts = [(browsers[0], people[1]), (browsers[1], people[0])]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda act: act[0].post(f"/admin/users/{act[1].user_id}/disable").status_code, acts))
    with centre.inside():
        left = [found for found in directory.people_under(centre.contract_id) if found.disabled_at is None]
    assert left


# --- the log ---


def test_every_act_is_an_entry_without_the_values(centre: Centre) -> None:
    browser = _admin(centre)
    _add(browser)
    user_id = _listed(centre).id
    browser.post(f"/admin/users/{user_id}/name", data={"name": "改名 した子", "reading": "かいめい"})
    browser.post(f"/admin/users/{user_id}/roles", data={"roles": ["supervisor"]})
    browser.post(f"/admin/users/{user_id}/password")
    browser.post(f"/admin/users/{user_id}/disable")
    with centre.inside():
        system = log.history_of(None, "user", str(user_id))
        here = log.history_of(centre.contract_id, "user", str(user_id))
    assert [entry.action for entry in system] == ["user.created", "user.renamed", "password.changed", "user.disabled"]
    assert [entry.action for entry in here] == ["role.granted", "role.granted", "role.revoked"]
    assert "改名" not in str([entry.details for entry in system])


def test_if_the_entry_cannot_be_written_the_act_does_not_happen(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callcenter.audit import service as audit

    person = centre.person(Role.OPERATOR)
    browser = _admin(centre)

    def broken(*_: object) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(audit, "_extend", broken)
    assert browser.post(f"/admin/users/{person.user_id}/disable").status_code == 500
    monkeypatch.undo()
    assert _listed(centre, person.login).disabled_at is None


def test_whoever_requires_a_second_factor_of_their_own_role_is_told_before(centre: Centre) -> None:
    assert "あなた自身はまだ認証アプリを登録していません" in _admin(centre).get("/admin/second-factor").text
