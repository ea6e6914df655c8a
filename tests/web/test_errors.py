from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge, UnprocessableEntity

from callcenter.errors import Conflict, Unavailable
from callcenter.web.access import Role, allow, anyone
from tests.centre import Centre

JSON = {"Accept": "application/json"}


def _raising(centre: Centre, make: Callable[[], Exception], headers: dict[str, str] | None = None) -> Any:
    @allow(anyone("a test"))
    def view() -> str:
        raise make()

    centre.app._got_first_request = False
    centre.app.add_url_rule("/raises", "raises", view)
    return centre.app.test_client().get("/raises", headers=headers or JSON)


def _lost(kind: type[Exception], text: str = "secret value 073-432-0001") -> Exception:
    return kind("SELECT 1", {}, Exception(text))


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda: _lost(OperationalError), 503),
        (lambda: _lost(InterfaceError), 503),
        (lambda: PoolTimeout("no connection"), 503),
        (lambda: _lost(OperationalError, "database or disk is full"), 503),
        (lambda: _lost(DataError), 422),
        (lambda: _lost(IntegrityError), 409),
        (Unavailable, 503),
        (Conflict, 409),
        (RequestEntityTooLarge, 413),
        (lambda: KeyError("073-432-0001"), 500),
        (RecursionError, 500),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_each_failure_has_its_answer_and_never_a_trace(
    sqlite_centre: Centre, make: Callable[[], Exception], status: int, accept: str
) -> None:
    answer = _raising(sqlite_centre, make, {"Accept": accept})
    assert answer.status_code == status
    assert "073-432" not in answer.text
    assert "Traceback" not in answer.text
    assert "SELECT" not in answer.text
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_json_shape_is_one(sqlite_centre: Centre) -> None:
    assert set(_raising(sqlite_centre, Conflict).get_json()) == {"code", "message", "errors"}


def test_a_full_disk_is_said_so(sqlite_centre: Centre) -> None:
    answer = _raising(sqlite_centre, lambda: _lost(OperationalError, "database or disk is full"))
    assert "空き容量" in answer.get_json()["message"]


def test_the_unexpected_has_a_number_that_stands_in_the_log_and_no_values_do(
    sqlite_centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "callcenter"):
        answer = _raising(sqlite_centre, lambda: KeyError("073-432-0001"))
    assert answer.get_json()["reference"] in caplog.text
    assert "073-432" not in caplog.text


def test_schema_messages_stand_under_their_fields(sqlite_centre: Centre) -> None:
    def refused() -> Exception:
        error = UnprocessableEntity()
        error.data = {"messages": {"query": {"page": ["数字で"]}, "json": {"deep": {"name": ["必須"]}}}}  # type: ignore[attr-defined]
        return error

    answer = _raising(sqlite_centre, refused)
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"page": ["数字で"], "deep.name": ["必須"]}


def test_a_method_that_is_not_offered_says_which_are(sqlite_centre: Centre) -> None:
    answer = _raising(sqlite_centre, lambda: MethodNotAllowed(valid_methods=["POST"]))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# --- without a session ---


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/account", "/sign-in?next=%2Faccount"),
        ("/contract/calendar?year=2026", "/sign-in?next=%2Fcontract%2Fcalendar%3Fyear%3D2026"),
        ("/", "/sign-in"),
        ("/account?x=" + "y" * 600, "/sign-in"),
    ],
)
@pytest.mark.parametrize("accept", [None, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "*/*"])
def test_a_page_visited_without_a_session_leads_to_sign_in_and_back(
    sqlite_centre: Centre, url: str, leads_to: str, accept: str | None
) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = sqlite_centre.app.test_client().get(url, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


@pytest.mark.parametrize("headers", [JSON, {"HX-Request": "true"}, {"Content-Type": "application/json"}])
def test_scripts_and_panels_get_401(sqlite_centre: Centre, headers: dict[str, str]) -> None:
    assert sqlite_centre.app.test_client().get("/account", headers=headers).status_code == 401


def test_a_form_sent_without_a_session_gets_401_before_its_token_is_looked_at(sqlite_centre: Centre) -> None:
    answer = sqlite_centre.app.test_client().post("/session/extend", headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_required")


def test_a_token_of_another_session_is_said_to_be_expired(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    answer = browser.http.post("/session/extend", headers={"X-CSRFToken": "x", **JSON})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "csrf_expired")


def test_a_refusal_that_cannot_be_recorded_is_still_answered(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callcenter.audit import service as audit

    def broken(*_: object) -> None:
        raise RuntimeError("the log cannot be written")

    browser = sqlite_centre.person(Role.OPERATOR).client()
    monkeypatch.setattr(audit, "_extend", broken)
    assert browser.get("/admin/users").status_code == 403
