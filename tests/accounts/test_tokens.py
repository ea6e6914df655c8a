from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, jsonify
from sqlalchemy import select

from callcenter.accounts import tokens
from callcenter.accounts.models import ApiToken
from callcenter.app import create_app
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.web.access import DESK, Actor, Role, actor, allow, only, rule_of, signed_in
from callcenter.web.transaction import transaction
from tests.centre import Centre


@pytest.fixture
def machines(sqlite_centre: Centre) -> Centre:
    """A centre whose application has two more routes: one for machines and people, one for people."""
    _add_routes(sqlite_centre.app)
    return sqlite_centre


def _add_routes(app: Flask) -> None:
    app._got_first_request = False

    @allow(only(DESK, scope="calls:read"))
    def read() -> Any:
        return jsonify({"who": actor().name, "contract": str(actor().contract), "session": str(actor().session_id)})

    @allow(only(DESK, scope="calls:write"))
    def write() -> Any:
        return jsonify({})

    @allow(signed_in())
    def personal() -> Any:
        return jsonify({})

    app.add_url_rule("/api/test/read", "test_read", read)
    app.add_url_rule("/api/test/write", "test_write", write, methods=["POST"])
    app.add_url_rule("/api/test/personal", "test_personal", personal)
    app.add_url_rule("/test/page", "test_page", read)


def _token(centre: Centre, *scopes: str, days: int = 30, contract_id: UUID | None = None) -> str:
    by = Actor(None, "試験", frozenset({Role.ADMINISTRATOR}), contract_id or centre.contract_id)
    new = tokens.NewToken("電話交換機", frozenset(scopes or {"calls:read"}), timedelta(days=days))
    with centre.inside(), transaction():
        return tokens.create_token(new, by=by, at=centre.now)[1]


def _ask(centre: Centre, token: str, url: str = "/api/test/read", method: str = "GET", **more: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", **more}
    return centre.app.test_client().open(url, method=method, headers=headers)


def test_a_token_opens_what_its_scope_names_and_nothing_else(machines: Centre) -> None:
    token = _token(machines, "calls:read")
    assert _status(machines, token) == 200
    assert _status(machines, token, "/api/test/write", "POST") == 403
    assert _status(machines, token, "/api/test/personal") == 403


def _status(centre: Centre, token: str, url: str = "/api/test/read", method: str = "GET") -> int:
    return int(_ask(centre, token, url, method).status_code)


def test_a_machine_changes_things_without_a_token_against_forgery(machines: Centre) -> None:
    assert _status(machines, _token(machines, "calls:write"), "/api/test/write", "POST") == 200


def test_a_token_opens_no_page(machines: Centre) -> None:
    client = machines.app.test_client()
    headers = {"Authorization": f"Bearer {_token(machines)}", "Accept": "application/json"}
    assert client.get("/test/page", headers=headers).status_code == 401


def test_a_cookie_beside_a_token_is_ignored(machines: Centre) -> None:
    """Neither does a good session help a bad token, nor does a good token act as the person of the cookie."""
    browser = machines.person(Role.OPERATOR, name="見本 花子").client()
    assert browser.get("/api/test/read").get_json()["who"] == "見本 花子"
    bad = browser.get("/api/test/read", headers={"Authorization": "Bearer wrong"})
    assert bad.status_code == 401
    good = browser.get("/api/test/read", headers={"Authorization": f"Bearer {_token(machines)}"})
    assert good.get_json() == {"who": "電話交換機", "contract": str(machines.contract_id), "session": "None"}
    personal = browser.get("/api/test/personal", headers={"Authorization": f"Bearer {_token(machines)}"})
    assert personal.status_code == 403


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer ", "bearer\t", "Token x", "x"])
def test_whatever_else_stands_in_the_header_is_nobody(machines: Centre, header: str) -> None:
    browser = machines.person(Role.OPERATOR).client()
    assert browser.get("/api/test/read", headers={"Authorization": header}).status_code == 401


def test_an_expired_or_revoked_token_is_refused(machines: Centre) -> None:
    token, other = _token(machines, days=1), _token(machines)
    machines.at(machines.now + timedelta(days=1))
    assert _status(machines, token) == 401
    assert _status(machines, other) == 200
    with machines.inside():
        ids = list(db.session.execute(select(ApiToken.id)).scalars())
    by = machines.person(Role.ADMINISTRATOR).actor
    with machines.inside(), transaction():
        for token_id in ids:
            tokens.revoke_token(token_id, by=by, at=machines.now)
    assert _status(machines, other) == 401


def test_a_token_is_kept_as_a_hash_only(machines: Centre) -> None:
    token = _token(machines)
    with machines.inside():
        row = db.session.execute(select(*ApiToken.__table__.columns)).one()
    assert token not in " ".join(map(str, row))
    assert len(row.token_hash) == 32


def test_wrong_tokens_are_throttled_by_address(machines: Centre) -> None:
    token = _token(machines)
    codes = [_status(machines, "wrong") for _ in range(31)]
    assert codes == [401] * 30 + [429]
    assert int(_ask(machines, "wrong").headers["Retry-After"]) > 0
    assert _status(machines, token) == 200, "another machine of the same office goes on"
    machines.at(machines.now + timedelta(minutes=2))
    assert _status(machines, "wrong") == 401


def test_the_scopes_and_the_life_of_a_token_are_bounded(machines: Centre) -> None:
    for scopes, days in ((["calls:everything"], 1), ([""], 1), (["calls:read"], 0), (["calls:read"], 400)):
        with pytest.raises(InvalidInput):
            _token(machines, *scopes, days=days)


def test_a_token_of_another_contract_cannot_be_revoked(machines: Centre) -> None:
    with machines.inside():
        other = machines.new_contract("R7")
    _token(machines, contract_id=other)
    with machines.inside():
        token_id = db.session.execute(select(ApiToken.id)).scalar_one()
    browser = machines.person(Role.ADMINISTRATOR).client()
    assert browser.post(f"/admin/tokens/{token_id}/revoke").status_code == 404
    assert "トークンはまだありません" in browser.get("/admin/tokens").text


def test_a_fresh_application_has_rules_for_what_the_tests_added_only_here(sqlite_centre: Centre) -> None:
    app = create_app(sqlite_centre.settings)
    assert "test_read" not in app.view_functions
    assert rule_of(app, "people.list_people", "GET") is not None
