from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from callcenter.accounts import service
from callcenter.accounts.models import UserSession
from callcenter.accounts.rules import IDLE, KEEP_ENDED_SESSIONS, LONGEST_SESSION
from callcenter.audit.service import system_actor
from callcenter.extensions import db
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.accounts.factories import (
    OTHER_PASSWORD,
    code_at,
    is_in,
    resume,
    sign_in,
    token_of,
    with_authenticator,
    with_password,
)
from tests.centre import PASSWORD, Browser, Centre


def test_a_session_ends_when_idle_and_not_before(centre: Centre) -> None:
    browser = centre.person(Role.OPERATOR).client()
    centre.at(centre.now + IDLE - timedelta(microseconds=1))
    assert is_in(browser)
    centre.at(centre.now + IDLE)
    assert not is_in(browser)


def test_a_session_in_use_ends_when_it_is_too_old(sqlite_centre: Centre) -> None:
    browser, began = sqlite_centre.person(Role.OPERATOR).client(), sqlite_centre.now
    while sqlite_centre.now - began < LONGEST_SESSION:
        assert is_in(browser)
        sqlite_centre.at(sqlite_centre.now + timedelta(minutes=20))
    assert not is_in(browser)


def test_extending_keeps_a_session_alive(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    sqlite_centre.at(sqlite_centre.now + IDLE - timedelta(seconds=1))
    assert browser.post("/session/extend").get_json() == {"idle_seconds": 1800}
    sqlite_centre.at(sqlite_centre.now + IDLE - timedelta(seconds=1))
    assert is_in(browser)


def test_signing_out_ends_the_session_and_not_only_the_cookie(centre: Centre) -> None:
    browser = centre.person(Role.OPERATOR).client()
    token = token_of(browser)
    assert browser.post("/sign-out").status_code == 303
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = token
    assert not is_in(browser)


def test_a_session_ends_at_once_when_its_user_is_disabled(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    browser = person.client()
    with centre.inside(), transaction():
        service.disable_user(person.user_id, by=system_actor(), at=centre.now)
    assert not is_in(browser)
    with centre.inside(), transaction():
        service.enable_user(person.user_id, by=system_actor(), at=centre.now)
    assert not is_in(browser)


def test_a_session_without_a_role_left_under_its_contract_ends(sqlite_centre: Centre) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    browser = person.client()
    with sqlite_centre.inside(), transaction():
        by = system_actor(sqlite_centre.contract_id)
        service.revoke_role(person.user_id, sqlite_centre.contract_id, Role.OPERATOR, by=by, at=sqlite_centre.now)
    assert not is_in(browser)


def test_ended_sessions_are_removed_days_later(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    person.client().post("/sign-out")
    centre.at(centre.now + KEEP_ENDED_SESSIONS - timedelta(seconds=1))
    sign_in(centre.browser(), person.login)
    assert _sessions(centre) == 2
    centre.at(centre.now + timedelta(seconds=1))
    sign_in(centre.browser(), person.login)
    assert _sessions(centre) == 2


def _sessions(centre: Centre) -> int:
    with centre.inside():
        return db.session.execute(select(func.count()).select_from(UserSession)).scalar_one()


def test_the_use_of_a_session_is_written_at_most_once_a_minute(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()

    def seen() -> object:
        with sqlite_centre.inside():
            return db.session.execute(select(UserSession.last_seen_at)).scalar_one()

    before = seen()
    sqlite_centre.at(sqlite_centre.now + timedelta(seconds=59))
    is_in(browser)
    assert seen() == before
    sqlite_centre.at(sqlite_centre.now + timedelta(seconds=1))
    is_in(browser)
    assert seen() == sqlite_centre.now


def test_pages_can_be_read_where_the_use_cannot_be_noted(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callcenter.errors import Unavailable

    def full(*_: object) -> None:
        raise Unavailable("満杯")

    browser = sqlite_centre.person(Role.OPERATOR).client()
    monkeypatch.setattr(service, "touch_session", full)
    sqlite_centre.at(sqlite_centre.now + timedelta(minutes=5))
    assert is_in(browser)


# --- taken up again ---


def _ended(centre: Centre) -> tuple[Browser, str]:
    person = with_password(centre, centre.person(Role.OPERATOR))
    browser = person.client()
    centre.at(centre.now + IDLE)
    assert not is_in(browser)
    return browser, person.login


def test_an_ended_session_is_taken_up_by_the_same_person(centre: Centre) -> None:
    browser, login = _ended(centre)
    answer = resume(browser, login)
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"csrf_token", "idle_seconds"}
    assert is_in(browser)
    headers = {"X-CSRFToken": answer.get_json()["csrf_token"], "X-Contract-Id": str(centre.contract_id)}
    assert browser.http.post("/session/extend", headers=headers).status_code == 200


def test_it_is_taken_up_under_the_contract_it_was_for(centre: Centre) -> None:
    """Also when the term of another contract of theirs holds today."""
    with centre.inside():
        old = centre.new_contract("R7", starts_on=_day("2025-04-01"), ends_on=_day("2026-03-31"))
    person = with_password(centre, centre.person(Role.OPERATOR))
    with centre.inside(), transaction():
        service.grant_role(person.user_id, old, Role.OPERATOR, by=system_actor(old), at=centre.now)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(person, old)
    centre.at(centre.now + IDLE)
    assert resume(browser, person.login).status_code == 200
    assert f'content="{old}"' in browser.get("/account").text


def _day(written: str) -> object:
    from datetime import date

    return date.fromisoformat(written)


def test_another_person_may_not_take_up_somebodys_words(centre: Centre) -> None:
    browser, _ = _ended(centre)
    other = with_password(centre, centre.person(Role.OPERATOR))
    answer = resume(browser, other.login)
    assert answer.status_code == 403
    assert not is_in(browser)


def test_one_with_the_role_gone_may_not_either(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R9", starts_on=_day("2027-04-01"), ends_on=_day("2028-03-31"))
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    browser = person.client()
    with sqlite_centre.inside(), transaction():
        by = system_actor(sqlite_centre.contract_id)
        service.grant_role(person.user_id, other, Role.OPERATOR, by=by, at=sqlite_centre.now)
        service.revoke_role(person.user_id, sqlite_centre.contract_id, Role.OPERATOR, by=by, at=sqlite_centre.now)
    assert resume(browser, person.login).status_code == 403


def test_a_browser_that_had_no_session_has_nothing_to_take_up(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    assert resume(sqlite_centre.browser(), person.login).status_code == 403


def test_words_left_in_another_tab_are_taken_up_after_sign_out(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    browser = person.client()
    browser.post("/sign-out")
    other = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    assert resume(browser, other.login).status_code == 403
    assert resume(browser, person.login).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_it_is_taken_up_from_a_page_of_ours_only(sqlite_centre: Centre, headers: dict[str, str], status: int) -> None:
    browser, login = _ended(sqlite_centre)
    assert resume(browser, login, **headers).status_code == status


def test_a_form_of_another_site_cannot_ask_for_it(sqlite_centre: Centre) -> None:
    browser, login = _ended(sqlite_centre)
    form = {"login": login, "password": PASSWORD}
    assert browser.http.post("/session/resume", data=form, headers={"Origin": "http://localhost"}).status_code == 403


def test_what_is_wrong_is_said_in_the_shape_the_dialog_reads(centre: Centre) -> None:
    browser, login = _ended(centre)
    wrong = resume(browser, login, "wrong-horse-battery")
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "sign_in_required")
    for _ in range(4):
        resume(browser, login, "wrong-horse-battery")
    locked = resume(browser, login)
    assert (locked.status_code, locked.get_json()["code"]) == (429, "too_many_attempts")
    assert locked.get_json()["message"]


def test_the_dialog_asks_for_the_code(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    browser = person.client()
    sqlite_centre.at(sqlite_centre.now + IDLE)
    answer = resume(browser, person.login)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "second_factor_required")
    assert resume(browser, person.login, code=code_at(sqlite_centre, seed)).status_code == 200


@pytest.mark.parametrize("body", [[], "x", {"login": 3, "password": {"a": 1}, "code": None}, {}])
def test_nonsense_is_refused_quietly(sqlite_centre: Centre, body: object) -> None:
    browser, _ = _ended(sqlite_centre)
    answer = browser.http.post("/session/resume", json=body, headers={"Origin": "http://localhost"})
    assert answer.status_code in {401, 422}


# --- one's own account ---


def _change(browser: Browser, current: str, new: str, again: str | None = None) -> int:
    form = {"current": current, "password": new, "again": new if again is None else again}
    return int(browser.post("/account/password", data=form).status_code)


def test_changing_the_password_ends_the_other_sessions_and_renews_this_one(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    here, elsewhere = person.client(), person.client()
    before = token_of(here)
    assert _change(here, PASSWORD, OTHER_PASSWORD) == 303
    assert is_in(here)
    assert token_of(here) != before
    assert not is_in(elsewhere)
    assert sign_in(centre.browser(), person.login, OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again"),
    [
        ("wrong-horse-battery", OTHER_PASSWORD, OTHER_PASSWORD),
        (PASSWORD, OTHER_PASSWORD, "different-horse-1"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "fourteen-chars", "fourteen-chars"),
        (PASSWORD, "aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"),
        (PASSWORD, "person1-and-a-horse", "person1-and-a-horse"),
        (PASSWORD, "x1y2z" * 60, "x1y2z" * 60),
    ],
)
def test_a_password_that_must_not_be_is_refused(sqlite_centre: Centre, current: str, new: str, again: str) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    assert _change(person.client(), current, new, again) == 422


def test_fifteen_characters_are_enough(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    assert _change(person.client(), PASSWORD, "fifteen-chars-!") == 303


def test_guessing_the_present_password_is_throttled(sqlite_centre: Centre) -> None:
    browser = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR)).client()
    assert [_change(browser, "wrong", OTHER_PASSWORD) for _ in range(6)][-1] == 429


def test_a_temporary_password_opens_nothing_but_its_change(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.SUPERVISOR), temporary=True)
    browser = centre.browser()
    sign_in(browser, person.login)
    assert browser.get("/contract", headers={"Accept": "application/json"}).status_code == 403
    assert browser.get("/contract").headers["Location"] == "/"
    assert _change(browser, PASSWORD, OTHER_PASSWORD) == 303
    assert browser.get("/contract").status_code == 200


def test_after_the_temporary_password_the_second_factor_is_still_to_be_set_up(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.SUPERVISOR), temporary=True)
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.require_second_factor(Role.SUPERVISOR, True, by=by, at=centre.now)
    browser = centre.browser()
    sign_in(browser, person.login)
    _change(browser, PASSWORD, OTHER_PASSWORD)
    assert browser.get("/contract", headers={"Accept": "application/json"}).status_code == 403


def test_requiring_the_second_factor_holds_sessions_that_are_open(centre: Centre) -> None:
    person = centre.person(Role.SUPERVISOR)
    browser = person.client()
    assert browser.get("/contract").status_code == 200
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.require_second_factor(Role.SUPERVISOR, True, by=by, at=centre.now)
    assert browser.get("/contract", headers={"Accept": "application/json"}).status_code == 403
    assert is_in(browser)


def test_a_role_that_requires_it_holds_the_session_of_who_gets_it(sqlite_centre: Centre) -> None:
    by = system_actor(sqlite_centre.contract_id)
    with sqlite_centre.inside(), transaction():
        service.require_second_factor(Role.ADMINISTRATOR, True, by=by, at=sqlite_centre.now)
    person = sqlite_centre.person(Role.OPERATOR)
    browser = person.client()
    with sqlite_centre.inside(), transaction():
        service.grant_role(person.user_id, sqlite_centre.contract_id, Role.ADMINISTRATOR, by=by, at=sqlite_centre.now)
    assert browser.get("/admin/users", headers={"Accept": "application/json"}).status_code == 403


def test_registering_an_authenticator_opens_the_pages_and_its_code_is_spent(centre: Centre) -> None:
    import re

    import pyotp

    person = with_password(centre, centre.person(Role.SUPERVISOR))
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.require_second_factor(Role.SUPERVISOR, True, by=by, at=centre.now)
    browser = centre.browser()
    sign_in(browser, person.login)
    page = browser.get("/account/second-factor").text
    seed, offer = re.search(r"<code>([A-Z2-7]{32})</code>", page), re.search(r'name="offer" value="([0-9a-f]+)"', page)
    assert seed
    assert offer
    code = pyotp.TOTP(seed[1]).at(int(centre.now.timestamp()))
    right = {"offer": offer[1], "code": code, "current": PASSWORD}
    for wrong in ({"code": "000000"}, {"current": OTHER_PASSWORD}):
        answer = browser.post("/account/second-factor", data={**right, **wrong})
        assert answer.status_code == 422
        assert seed[1] in answer.text
    assert browser.post("/account/second-factor", data=right).status_code == 303
    assert browser.get("/contract").status_code == 200
    assert sign_in(centre.browser(), person.login, code=code).status_code == 401


def _offer(centre: Centre, browser: Browser) -> dict[str, str]:
    """What the page of one session would send, whoever sends it."""
    import re

    import pyotp

    page = browser.get("/account/second-factor").text
    seed, offer = re.search(r"<code>([A-Z2-7]{32})</code>", page), re.search(r'name="offer" value="([0-9a-f]+)"', page)
    assert seed
    assert offer
    code = pyotp.TOTP(seed[1]).at(int(centre.now.timestamp()))
    return {"offer": offer[1], "code": code, "current": PASSWORD}


def test_a_registered_authenticator_is_not_replaced_by_oneself(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    browser = person.client()
    offered = _offer(sqlite_centre, browser)
    with_authenticator(sqlite_centre, person)
    assert browser.post("/account/second-factor", data=offered).status_code == 409


def test_a_seed_that_this_session_was_not_offered_is_not_taken(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    other = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    offered = _offer(sqlite_centre, other.client())
    assert person.client().post("/account/second-factor", data=offered).status_code == 422
    assert person.client().post("/account/second-factor", data={**offered, "offer": "A" * 32}).status_code == 422


# --- another contract ---


def test_switching_the_contract_starts_a_session_that_is_no_younger(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R7")
    person = centre.person(Role.OPERATOR)
    with centre.inside(), transaction():
        service.grant_role(person.user_id, other, Role.CONTRACT_MANAGER, by=system_actor(other), at=centre.now)
    browser, began = person.client(), centre.now
    old = token_of(browser)
    centre.at(began + timedelta(minutes=20))
    assert browser.post("/account/contract", data={"wanted": str(other)}).status_code == 303
    assert f'content="{other}"' in browser.get("/account").text
    with centre.inside():
        ages = db.session.execute(select(UserSession.created_at, UserSession.ended_at)).all()
    assert {age.created_at for age in ages} == {began}
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = old
    assert not is_in(browser)


def test_a_form_of_the_other_contract_is_refused(sqlite_centre: Centre) -> None:
    from uuid import uuid4

    browser = sqlite_centre.person(Role.OPERATOR).client()
    answer = browser.post("/session/extend", headers={"X-Contract-Id": str(uuid4()), "Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "contract_mismatch")
    both = browser.post("/session/extend", data={"contract_id": str(uuid4())})
    assert both.status_code == 409


def test_one_cannot_switch_to_a_contract_without_a_role_there(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
    browser = sqlite_centre.person(Role.OPERATOR).client()
    assert browser.post("/account/contract", data={"wanted": str(other)}).status_code == 404
    assert is_in(browser)
