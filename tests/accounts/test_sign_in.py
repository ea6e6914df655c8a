from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from callcenter.accounts import passwords
from callcenter.accounts.models import SignInAttempt, User
from callcenter.accounts.pages import safe_next
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.accounts.factories import (
    OTHER_PASSWORD,
    code_at,
    is_in,
    sign_in,
    token_of,
    with_authenticator,
    with_password,
)
from tests.centre import PASSWORD, Centre


def test_a_person_with_the_right_password_gets_in(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    browser = centre.browser()
    assert sign_in(browser, person.login).status_code == 303
    assert is_in(browser)


def test_full_width_typing_and_capitals_make_no_difference(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    browser = sqlite_centre.browser()
    assert sign_in(browser, f" {person.login.upper().replace('P', 'Ｐ')} ").status_code == 303


@pytest.mark.parametrize("password", ["", "wrong-horse-battery", PASSWORD + "x", "x" * 100_000])
def test_a_wrong_password_is_refused_in_words_that_tell_nothing(sqlite_centre: Centre, password: str) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    known = sign_in(sqlite_centre.browser(), person.login, password)
    unknown = sign_in(sqlite_centre.browser(), "nobody-there", password)
    assert known.status_code == unknown.status_code == 401
    assert "正しくありません" in known.text
    assert "正しくありません" in unknown.text


def test_an_unknown_login_name_costs_one_hash_like_a_known_one(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seen: list[str | None] = []

    def watched(stored: str | None, given: str) -> bool:
        seen.append(stored)
        return passwords.password_matches(stored, given)

    monkeypatch.setattr("callcenter.accounts.sign_in.password_matches", watched)
    for login in (person.login, "nobody-there", "12"):
        sign_in(sqlite_centre.browser(), login, "wrong-horse-battery")
    assert len(seen) == 3
    assert seen[1:] == [None, None]


def test_a_disabled_person_is_refused_like_an_unknown_one(sqlite_centre: Centre) -> None:
    from callcenter.accounts import service
    from callcenter.audit.service import system_actor
    from callcenter.web.transaction import transaction

    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    with sqlite_centre.inside(), transaction():
        service.disable_user(person.user_id, by=system_actor(), at=sqlite_centre.now)
    answer = sign_in(sqlite_centre.browser(), person.login)
    assert answer.status_code == 401
    assert "正しくありません" in answer.text


def test_someone_without_any_role_is_told_to_ask(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person())
    answer = sign_in(sqlite_centre.browser(), person.login)
    assert answer.status_code == 403
    assert "担当する契約がありません" in answer.text


def test_signing_in_gives_a_new_cookie_and_ends_the_session_before(centre: Centre) -> None:
    """A session that somebody planted into a browser is worth nothing after sign-in."""
    person = with_password(centre, centre.person(Role.OPERATOR))
    planted = centre.person(Role.OPERATOR).client()
    before = token_of(planted)
    assert sign_in(planted, person.login).status_code == 303
    assert token_of(planted) != before
    stale = centre.browser()
    with stale.http.session_transaction() as cookie:
        cookie["sid"] = before
    assert not is_in(stale)


def test_the_token_against_forgery_is_new_after_sign_in(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    browser = sqlite_centre.browser()
    before = browser.csrf()
    sign_in(browser, person.login)
    answer = browser.http.post(
        "/sign-out", headers={"X-CSRFToken": before, "X-Contract-Id": str(sqlite_centre.contract_id)}
    )
    assert answer.status_code == 409


def test_signing_in_takes_the_token_of_the_page(sqlite_centre: Centre) -> None:
    """Otherwise a foreign page could sign a person in as somebody else and read what they type."""
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    answer = sqlite_centre.app.test_client().post("/sign-in", data={"login": person.login, "password": PASSWORD})
    assert answer.status_code == 409


@pytest.mark.parametrize("target", ["/account", "/account?a=1", "/admin/log?chain=system&page=2"])
def test_a_page_of_ours_is_gone_on_to(sqlite_centre: Centre, target: str) -> None:
    with sqlite_centre.app.test_request_context():
        assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "account",
        "//evil.example",
        "//evil.example/account",
        "/\t/evil.example/account",
        "/\\\\evil.example/account",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "/ /evil.example",
        "/\n/evil.example",
        "//[",
        "/@evil.example",
        "/sign-out",
        "/nowhere",
        "javascript:alert(1)",
        "/アカウント",
    ],
)
def test_nothing_else_is_gone_on_to(sqlite_centre: Centre, target: str) -> None:
    with sqlite_centre.app.test_request_context():
        assert safe_next(target) == ""
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    answer = sign_in(sqlite_centre.browser(), person.login, next=target)
    assert answer.headers["Location"] == "/"


def test_an_individual_number_typed_as_login_name_is_kept_nowhere(sqlite_centre: Centre) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    answer = sign_in(sqlite_centre.browser(), f"a{number}", "wrong-horse-battery")
    assert number not in answer.text
    with sqlite_centre.inside():
        subjects = db.session.execute(select(SignInAttempt.subject)).scalars().all()
    assert sorted(subjects) == ["-", "127.0.0.1"]


def test_a_password_typed_as_login_name_is_not_kept_in_the_clear(sqlite_centre: Centre) -> None:
    sign_in(sqlite_centre.browser(), "my-secret-phrase-2026", "")
    with sqlite_centre.inside():
        rows = db.session.execute(select(SignInAttempt.subject)).scalars().all()
    assert not [row for row in rows if "secret" in row]


# --- the throttle ---


def _fail(centre: Centre, login: str, times: int) -> list[int]:
    return [sign_in(centre.browser(), login, "wrong-horse-battery").status_code for _ in range(times)]


def test_the_fifth_failure_locks_a_login_name_even_for_the_right_password(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    assert _fail(centre, person.login, 6) == [401] * 5 + [429]
    refused = sign_in(centre.browser(), person.login)
    assert refused.status_code == 429
    centre.at(centre.now + timedelta(seconds=60))
    assert sign_in(centre.browser(), person.login).status_code == 303


def test_unknown_and_malformed_login_names_lock_alike(sqlite_centre: Centre) -> None:
    assert _fail(sqlite_centre, "nobody-there", 6)[-1] == 429
    assert _fail(sqlite_centre, "何か", 6)[-1] == 429


def test_each_further_failure_doubles_the_lock(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    _fail(sqlite_centre, person.login, 5)
    sqlite_centre.at(sqlite_centre.now + timedelta(minutes=1))
    _fail(sqlite_centre, person.login, 1)
    sqlite_centre.at(sqlite_centre.now + timedelta(seconds=119))
    assert sign_in(sqlite_centre.browser(), person.login).status_code == 429
    sqlite_centre.at(sqlite_centre.now + timedelta(seconds=1))
    assert sign_in(sqlite_centre.browser(), person.login).status_code == 303


def test_a_success_forgives_the_login_name(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    _fail(sqlite_centre, person.login, 4)
    sign_in(sqlite_centre.browser(), person.login)
    assert _fail(sqlite_centre, person.login, 4) == [401] * 4


def test_an_address_is_locked_after_thirty_failures_over_many_names(sqlite_centre: Centre) -> None:
    codes = [_fail(sqlite_centre, f"nobody{n}", 1)[0] for n in range(31)]
    assert codes == [401] * 30 + [429]


def test_good_sign_ins_of_an_office_do_not_lock_its_address(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    codes = [sign_in(sqlite_centre.browser(), person.login).status_code for _ in range(35)]
    assert codes == [303] * 35


def test_guesses_made_at_the_same_moment_get_no_more_tries(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    browsers = [centre.browser() for _ in range(12)]
    for browser in browsers:
        browser.csrf()
    with ThreadPoolExecutor(12) as pool:
        codes = list(
            pool.map(lambda browser: sign_in(browser, person.login, "wrong-horse-battery").status_code, browsers)
        )
    assert codes.count(401) == 5
    assert codes.count(429) == 7


def test_the_lock_out_survives_a_restart(sqlite_centre: Centre) -> None:
    from callcenter.app import create_app

    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    _fail(sqlite_centre, person.login, 5)
    again = Centre.__new__(Centre)
    again.__dict__.update(sqlite_centre.__dict__)
    again.app = create_app(sqlite_centre.settings)
    again.at(sqlite_centre.now)
    assert sign_in(again.browser(), person.login).status_code == 429
    again.app.extensions["callcenter_log"].checkpoints.close()
    with again.app.app_context():
        db.session.remove()
        db.engine.dispose()


# --- the second factor ---


def test_a_registered_authenticator_is_asked_for(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    seed = with_authenticator(centre, person)
    browser = centre.browser()
    assert sign_in(browser, person.login).status_code == 422
    assert not is_in(browser)
    assert sign_in(browser, person.login, code=code_at(centre, seed)).status_code == 303


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_the_step_before_or_after_is_taken(sqlite_centre: Centre, steps: int) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    code = code_at(sqlite_centre, seed, steps)
    assert sign_in(sqlite_centre.browser(), person.login, code=code).status_code == 303


@pytest.mark.parametrize("steps", [-2, 2])
def test_an_older_or_later_code_is_refused(sqlite_centre: Centre, steps: int) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    code = code_at(sqlite_centre, seed, steps)
    assert sign_in(sqlite_centre.browser(), person.login, code=code).status_code == 401


def test_a_code_is_taken_once_and_none_before_it_afterwards(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    code = code_at(sqlite_centre, seed)
    assert sign_in(sqlite_centre.browser(), person.login, code=code).status_code == 303
    assert sign_in(sqlite_centre.browser(), person.login, code=code).status_code == 401
    before = code_at(sqlite_centre, seed, -1)
    assert sign_in(sqlite_centre.browser(), person.login, code=before).status_code == 401


def test_a_demonstration_on_another_day_takes_the_code_that_a_real_authenticator_shows(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed, clock = with_authenticator(sqlite_centre, person), sqlite_centre.app.extensions["callcenter_clock"]
    shown = code_at(sqlite_centre, seed)
    clock.offset = timedelta(days=90, seconds=17)
    sqlite_centre.at(sqlite_centre.now + clock.offset)
    assert sign_in(sqlite_centre.browser(), person.login, code=code_at(sqlite_centre, seed)).status_code == 401
    assert sign_in(sqlite_centre.browser(), person.login, code=shown).status_code == 303


def test_the_same_code_at_the_same_moment_lets_one_in(centre: Centre) -> None:
    person = with_password(centre, centre.person(Role.OPERATOR))
    seed = with_authenticator(centre, person)
    code = code_at(centre, seed)
    browsers = [centre.browser() for _ in range(4)]
    for browser in browsers:
        browser.csrf()
    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(lambda browser: sign_in(browser, person.login, code=code).status_code, browsers))
    assert codes == [303, 401, 401, 401]


@pytest.mark.parametrize("written", ["１２３４５６", "abcdef", "1" * 500, "٣٤٥٦٧٨", "12345", "\x00"])
def test_a_code_written_strangely_is_wrong_and_no_fault(sqlite_centre: Centre, written: str) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    with_authenticator(sqlite_centre, person)
    assert sign_in(sqlite_centre.browser(), person.login, code=written).status_code in {401, 422}


def test_full_width_digits_and_the_space_in_the_middle_are_understood(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    seed = with_authenticator(sqlite_centre, person)
    code = code_at(sqlite_centre, seed)
    wide = f"{code[:3]} {code[3:]}".translate({48 + n: 0xFF10 + n for n in range(10)})
    assert sign_in(sqlite_centre.browser(), person.login, code=wide).status_code == 303


def test_wrong_codes_count_towards_the_lock(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    with_authenticator(sqlite_centre, person)
    codes = [sign_in(sqlite_centre.browser(), person.login, code="000000").status_code for _ in range(6)]
    assert codes[-1] == 429


def test_asking_for_the_code_is_no_failure(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    with_authenticator(sqlite_centre, person)
    assert {sign_in(sqlite_centre.browser(), person.login).status_code for _ in range(8)} == {422}


def test_a_password_hashed_more_cheaply_is_hashed_anew(sqlite_centre: Centre) -> None:
    from argon2 import PasswordHasher

    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        assert sign_in(sqlite_centre.browser(), person.login).status_code == 303
    with sqlite_centre.inside():
        stored = db.session.execute(select(User.password_hash).where(User.login == person.login)).scalar_one()
    assert "t=2" in stored


def test_passwords_differ_from_each_other(sqlite_centre: Centre) -> None:
    person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR), OTHER_PASSWORD)
    assert sign_in(sqlite_centre.browser(), person.login).status_code == 401
