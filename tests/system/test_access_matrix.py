"""Every route × method against everybody: nobody, the wrong role, a forged form, another contract, a machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callcenter.accounts import tokens
from callcenter.web import access
from callcenter.web.access import SCOPES, Actor, Role, Rule
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre

SAFE = {"GET", "HEAD", "OPTIONS"}
JSON = {"Accept": "application/json"}
DUMMIES: dict[str, Any] = {
    "UUIDConverter": str(uuid4()),
    "IntegerConverter": 1,
    "FloatConverter": 1.0,
    "PathConverter": "x/y",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One route × method with an address that leads to it."""

    url: str
    method: str
    rule: Rule
    view: Any

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    @property
    def is_open(self) -> bool:
        return bool(self.rule.open_because)


def _routes(app: Flask) -> Iterator[Route]:
    for entry in app.url_map.iter_rules():
        values = {name: DUMMIES.get(type(made).__name__, "x") for name, made in entry._converters.items()}
        built = entry.build(values)
        assert built is not None
        for method in sorted((entry.methods or set()) - {"HEAD"}):
            rule = access.rule_of(app, entry.endpoint, method)
            assert rule is not None
            yield Route(built[1], method, rule, app.view_functions[entry.endpoint])


def _ask(browser: Browser, route: Route, **headers: str) -> int:
    """The status of asking as a page of ours would, except for what `headers` changes."""
    sent = {**JSON, "X-CSRFToken": browser.csrf(), "X-Contract-Id": str(browser.centre.contract_id), **headers}
    return _status(browser.http, route, sent)


def _status(client: FlaskClient, route: Route, headers: dict[str, str]) -> int:
    with client.open(route.url, method=route.method, headers=headers) as answer:
        return int(answer.status_code)


def _wrong(found: list[tuple[Route, int]], *right: int) -> list[str]:
    return [f"{route} answered {status}" for route, status in found if status not in right]


def _without_session(centre: Centre) -> list[str]:
    client = centre.app.test_client()
    closed = [route for route in _routes(centre.app) if not route.is_open]
    asked = [(route, _status(client, route, JSON)) for route in closed]
    return _wrong(asked, 401)


def _with_wrong_role(centre: Centre) -> list[str]:
    browsers = {role: centre.person(role).client() for role in Role}
    denied = [
        (route, _ask(browsers[role], route))
        for route in _routes(centre.app)
        if not route.is_open and not route.rule.anyone_signed_in
        for role in set(Role) - route.rule.roles
    ]
    return _wrong(denied, 403)


def test_without_a_session_every_closed_route_asks_to_sign_in(sqlite_centre: Centre) -> None:
    assert _without_session(sqlite_centre) == []


def test_without_a_session_a_visited_page_leads_to_sign_in(sqlite_centre: Centre) -> None:
    client = sqlite_centre.app.test_client()
    pages = [r for r in _routes(sqlite_centre.app) if not r.is_open and not r.changes and "/api/" not in r.url]
    answers = [(str(route), client.get(route.url, headers={"Accept": "text/html"})) for route in pages]
    assert [name for name, answer in answers if not answer.headers.get("Location", "").startswith("/sign-in")] == []


def test_a_role_that_is_not_admitted_is_refused_everywhere(sqlite_centre: Centre) -> None:
    assert _with_wrong_role(sqlite_centre) == []


def test_one_without_any_role_is_refused_everywhere(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person().client()
    closed = [r for r in _routes(sqlite_centre.app) if not r.is_open and not r.rule.anyone_signed_in]
    assert _wrong([(route, _ask(browser, route)) for route in closed], 403) == []


def test_one_with_something_to_set_up_first_is_refused_everywhere(sqlite_centre: Centre) -> None:
    from callcenter.accounts import service
    from callcenter.audit.service import system_actor

    browser = sqlite_centre.person(*Role).client()
    with sqlite_centre.inside(), transaction():
        by = system_actor(sqlite_centre.contract_id)
        service.require_second_factor(Role.OPERATOR, True, by=by, at=sqlite_centre.now)
    closed = [r for r in _routes(sqlite_centre.app) if not r.is_open and not r.rule.anyone_signed_in]
    assert _wrong([(route, _ask(browser, route)) for route in closed], 403) == []


def test_a_change_without_the_token_of_its_page_is_refused_everywhere(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(*Role).client()
    found = [
        (route, _ask(browser, route, **{"X-CSRFToken": token}))
        for route in _routes(sqlite_centre.app)
        if route.changes and not hasattr(route.view, "__checks_origin__")
        for token in ("", "forged")
    ]
    assert len(found) > 40
    assert _wrong(found, 409) == []


def test_a_change_made_on_another_contracts_page_is_refused_everywhere(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(*Role).client()
    changes = [r for r in _routes(sqlite_centre.app) if r.changes and not hasattr(r.view, "__checks_origin__")]
    for named in (str(uuid4()), "", "x"):
        found = [(route, _ask(browser, route, **{"X-Contract-Id": named})) for route in changes]
        assert _wrong(found, 409) == []


def test_a_user_of_another_contract_cannot_change_this_one(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
    person = sqlite_centre.person(*Role, contract_id=other)
    browser = sqlite_centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = sqlite_centre.open_session(person, other)
    changes = [r for r in _routes(sqlite_centre.app) if r.changes and not hasattr(r.view, "__checks_origin__")]
    assert _wrong([(route, _ask(browser, route)) for route in changes], 409) == []


def test_a_machine_is_admitted_by_its_scope_only(sqlite_centre: Centre) -> None:
    clients = {scope: _token(sqlite_centre, scope) for scope in SCOPES}
    client = sqlite_centre.app.test_client()
    found = [
        (route, _status(client, route, _bearer(token)))
        for route in _routes(sqlite_centre.app)
        if not route.is_open
        for scope, token in clients.items()
        if route.rule.scope != scope
    ]
    assert _wrong(found, 401, 403) == []


def _bearer(token: str) -> dict[str, str]:
    return {**JSON, "Authorization": f"Bearer {token}"}


def _token(centre: Centre, scope: str, contract_id: UUID | None = None) -> str:
    by = Actor(None, "試験", frozenset({Role.ADMINISTRATOR}), contract_id or centre.contract_id)
    with centre.inside(), transaction():
        new = tokens.NewToken(scope, frozenset({scope}), timedelta(days=1))
        return tokens.create_token(new, by=by, at=centre.now)[1]


def test_every_scope_that_a_route_names_exists(sqlite_centre: Centre) -> None:
    assert {route.rule.scope for route in _routes(sqlite_centre.app)} <= {None, *SCOPES}


def test_the_open_routes_are_these(sqlite_centre: Centre) -> None:
    """A new one is a decision: add it here with its reason in mind."""
    assert {str(route) for route in _routes(sqlite_centre.app) if route.is_open} == {
        "GET /sign-in",
        "POST /sign-in",
        "POST /session/resume",
        "GET /healthz",
        "GET /api/docs",
        "GET /calendar/x.ics",
        "GET /api/openapi.json",
        "GET /static/x/y",
        "GET /kiosk",
        "POST /kiosk/find",
        f"GET /kiosk/{DUMMIES['UUIDConverter']}",
        f"POST /kiosk/{DUMMIES['UUIDConverter']}",
        f"GET /kiosk/done/{DUMMIES['UUIDConverter']}",
    }


def test_these_tests_notice_when_the_rules_are_not_enforced(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "enforce", lambda: None)
    assert _without_session(sqlite_centre) != []
    assert _with_wrong_role(sqlite_centre) != []
