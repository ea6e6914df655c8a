from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from callcenter.app import create_app
from callcenter.extensions import db
from callcenter.web.access import Role
from callcenter.web.headers import ALWAYS
from tests.accounts.factories import cheap_hashing, sign_in, with_password
from tests.centre import PASSWORD, Centre

URLS = ("/sign-in", "/account", "/nowhere", "/static/app.css", "/static/nowhere.css", "/healthz")


@pytest.mark.parametrize("url", URLS)
def test_every_answer_carries_the_headers(sqlite_centre: Centre, url: str) -> None:
    with sqlite_centre.app.test_client().get(url) as answer:
        found = answer.headers
    assert {name: found.get(name) for name in ALWAYS} == ALWAYS
    assert "Access-Control-Allow-Origin" not in found


def test_nothing_but_files_is_kept_by_the_browser(sqlite_centre: Centre) -> None:
    client = sqlite_centre.person(Role.OPERATOR).client().http
    for url in ("/sign-in", "/account", "/nowhere", "/healthz", "/static/nowhere.css"):
        assert client.get(url).headers["Cache-Control"] == "no-store"
    with client.get("/static/app.css") as file:
        assert "max-age" in file.headers["Cache-Control"]


def test_the_policy_lets_nothing_be_loaded_from_elsewhere_and_nothing_run_inline() -> None:
    policy = ALWAYS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    for loose in ("unsafe", "http:", "https:", "*"):
        assert loose not in policy


def _secure_app(centre: Centre) -> Flask:
    return create_app(replace(centre.settings, secure_cookies=True))


def _get(app: Flask, url: str, **more: Any) -> Any:
    return app.test_client().get(url, base_url="https://desk.example", **more)


def test_over_tls_the_browser_is_told_to_stay_there(sqlite_centre: Centre) -> None:
    assert "max-age" in _get(sqlite_centre.app, "/sign-in").headers["Strict-Transport-Security"]
    plain = sqlite_centre.app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in plain.headers


def test_the_cookie_is_secure_hidden_from_scripts_and_of_this_host(sqlite_centre: Centre) -> None:
    app = _secure_app(sqlite_centre)
    cookie = _get(app, "/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    _dispose(app)


def _dispose(app: Flask) -> None:
    app.extensions["callcenter_log"].checkpoints.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_over_tls_a_form_comes_from_a_page_of_ours(sqlite_centre: Centre) -> None:
    """Our own policy lets the browser say so: with `no-referrer` every form would be refused."""
    assert ALWAYS["Referrer-Policy"] == "same-origin"
    with cheap_hashing():
        person = with_password(sqlite_centre, sqlite_centre.person(Role.OPERATOR))
        browser = sqlite_centre.browser()
        form = {"login": person.login, "password": PASSWORD}
        assert sign_in(browser, person.login).status_code == 303
        for referrer, status in (("https://localhost/sign-in", 303), ("https://evil.example/", 409), (None, 409)):
            headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(sqlite_centre.contract_id)}
            headers |= {"Referer": referrer} if referrer else {}
            answer = browser.http.post("/sign-in", data=form, headers=headers, base_url="https://localhost")
            assert answer.status_code == status
