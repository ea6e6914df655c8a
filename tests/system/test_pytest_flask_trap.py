"""pytest-flask pushes a request context of its `app` into each test. What an application keeps on `flask.g` then
outlives the requests of the test's clients: one client's identity answers for the next, and a missing access check
looks like a working one. Our identity stands on the request itself; this proves it, and that the trap is real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, g, request

from callcenter.web.access import Role
from tests.centre import Centre

JSON = {"Accept": "application/json"}
ROOT = Path(__file__).parents[1]
FIXTURE = re.compile(r"^@pytest\.fixture.*\n(?:@.*\n)*def app\(", re.M)


@contextmanager
def as_pytest_flask(app: Flask) -> Iterator[None]:
    """What its autouse fixture `_push_request_context` does for the time of a test."""
    context = app.test_request_context()
    context.push()
    try:
        yield
    finally:
        context.pop()


def _careless_app() -> Flask:
    """An application that remembers on `g` who asks."""
    app = Flask("careless", static_folder=None)

    @app.get("/me")
    def me() -> str:
        if "who" not in g:
            g.who = request.headers.get("X-Who", "nobody")
        return str(g.who)

    return app


def test_the_trap_is_real_for_an_identity_kept_on_g() -> None:
    app = _careless_app()
    with as_pytest_flask(app):
        assert app.test_client().get("/me", headers={"X-Who": "hanako"}).text == "hanako"
        assert app.test_client().get("/me").text == "hanako"


def test_our_identity_does_not_leak_from_one_client_to_the_next(sqlite_centre: Centre) -> None:
    signed_in, stranger = sqlite_centre.person(Role.OPERATOR).client(), sqlite_centre.app.test_client()
    with as_pytest_flask(sqlite_centre.app):
        assert signed_in.http.get("/account", headers=JSON).status_code == 200
        assert stranger.get("/account", headers=JSON).status_code == 401


def test_nor_does_one_persons_role_serve_another(sqlite_centre: Centre) -> None:
    admin = sqlite_centre.person(Role.ADMINISTRATOR).client()
    operator = sqlite_centre.person(Role.OPERATOR).client()
    with as_pytest_flask(sqlite_centre.app):
        for _ in range(2):
            assert admin.http.get("/admin/users", headers=JSON).status_code == 200
            assert operator.http.get("/admin/users", headers=JSON).status_code == 403


def test_this_would_be_seen(sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same two clients with the identity moved to `g`: the stranger gets in."""
    from callcenter.web import access

    def careless() -> access.Actor | None:
        if "actor" not in g:
            g.actor = sqlite_centre.app.extensions["callcenter_identity"](request)
        found: access.Actor | None = g.actor
        return found

    monkeypatch.setattr(access, "current_actor", careless)
    signed_in, stranger = sqlite_centre.person(Role.OPERATOR).client(), sqlite_centre.app.test_client()
    with as_pytest_flask(sqlite_centre.app):
        assert signed_in.http.get("/account", headers=JSON).status_code == 200
        assert stranger.get("/contract", headers=JSON).status_code == 200


def test_no_test_asks_for_the_fixture_that_lays_the_trap() -> None:
    """A fixture called `app` switches pytest-flask's context on for every test that can see it."""
    assert [str(file) for file in ROOT.rglob("*.py") if FIXTURE.search(file.read_text())] == []
