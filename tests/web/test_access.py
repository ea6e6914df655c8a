from __future__ import annotations

import pytest
from flask import Flask

from callcenter.web import access
from callcenter.web.access import Role, allow, only, require_rules
from tests.centre import Centre


def test_every_route_and_method_has_an_access_rule(sqlite_centre: Centre) -> None:
    app = sqlite_centre.app
    without = [(url, m) for url, endpoint, m in access.routes(app) if not access.rule_of(app, endpoint, m)]
    assert without == []


def test_an_app_with_a_route_without_a_rule_does_not_start() -> None:
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="GET /open"):
        require_rules(app)


def test_a_machine_is_admitted_by_scope_and_never_by_role() -> None:
    rule = only(access.DESK, scope="calls:read")
    machine = access.Actor(
        None, "robot", access.DESK, None, channel=access.Channel.API, scopes=frozenset({"calls:write"})
    )
    assert not rule.admits(machine)


def test_an_unknown_page_is_a_page_in_japanese_with_404(sqlite_centre: Centre) -> None:
    answer = sqlite_centre.person(Role.OPERATOR).client().get("/nowhere")
    assert answer.status_code == 404
    assert "見つかりません" in answer.text


def test_two_clients_never_share_an_identity(sqlite_centre: Centre) -> None:
    """A context left open between requests would carry one client's actor over to the next."""
    signed_in = sqlite_centre.person(Role.OPERATOR).client()
    stranger = sqlite_centre.browser()
    assert signed_in.get("/account").status_code == 200
    assert stranger.get("/account", headers={"Accept": "application/json"}).status_code == 401


@allow(access.anyone("a test"))
def _open_view() -> str:
    return ""


def test_the_rule_stays_on_the_view_it_marks() -> None:
    assert _open_view.__access_rule__.open_because == "a test"  # type: ignore[attr-defined]
