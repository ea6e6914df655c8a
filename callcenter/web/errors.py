"""Errors become answers: one JSON shape under `/api` and for scripts, a page in Japanese for people.

A refused act may carry an entry for the log (`refusal_recorder`), written in a transaction of its own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from callcenter.errors import (
    AppError,
    Conflict,
    InvalidInput,
    SetupRequired,
    SignInRequired,
    TooLarge,
    Unavailable,
)
from callcenter.extensions import db
from callcenter.web.transaction import is_overlap, unavailable

log = logging.getLogger("callcenter")
RefusalRecorder = Callable[[AppError], None]
Answer = tuple[Any, int, dict[str, str]]

HTTP_MESSAGES = {
    400: "送信された内容を読み取れませんでした。",
    403: "この操作を行う権限がありません。",
    404: "ページが見つかりませんでした。",
    405: "この操作はできません。",
    413: "データが大きすぎます。",
    415: "対応していない形式です。",
    422: "入力内容を確認してください。",
    429: "しばらく待ってから、もう一度お試しください。",
}
UNEXPECTED = "予期しない問題が起きました。もう一度お試しください。続くときは管理者に連絡してください。"
SIGN_IN_PATH, HOME_PATH = "/sign-in", "/"
LONGEST_RETURN_PATH = 500
# Where a request's values may stand, as the schema library reports them.
LOCATIONS = frozenset({"json", "query", "form", "files", "path", "headers", "cookies"})
# SQLite says these with its general error class.
LOST_FILE = ("malformed", "not a database", "disk i/o")


class FormExpired(Conflict):
    """The token of a page is not the session's: the page is of an earlier session, or not ours."""

    code = "csrf_expired"
    default_message = "画面の有効期限が切れました。画面を読み直してから、もう一度お試しください。"


def init_app(app: Flask) -> None:
    app.register_error_handler(AppError, answer)
    app.register_error_handler(ValidationError, lambda error: answer(from_validation(error)))
    app.register_error_handler(CSRFError, lambda _error: answer(FormExpired()))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(PoolTimeout, lambda _error: answer(Unavailable()))
    app.register_error_handler(Exception, _answer_unexpected)


def from_validation(error: ValidationError) -> InvalidInput:
    """marshmallow's messages under their field names; a nested path is joined with dots."""
    return InvalidInput(errors=dict(_flatten(error.messages)))


def _flatten(messages: Any, prefix: str = "") -> list[tuple[str, list[str]]]:
    return [(_without_numbers(name), texts) for name, texts in _named_messages(messages, prefix)]


def _without_numbers(name: str) -> str:
    """What a request calls a field is typed text like any other."""
    masked: str = current_app.jinja_env.filters["echo"](name)
    return masked


def _named_messages(messages: Any, prefix: str = "") -> list[tuple[str, list[str]]]:
    if isinstance(messages, list):
        return [(prefix or "_", [str(text) for text in messages])]
    if not isinstance(messages, dict):
        return [(prefix or "_", [str(messages)])]
    found: list[tuple[str, list[str]]] = []
    for name, inner in messages.items():
        found += _named_messages(inner, f"{prefix}.{name}" if prefix else str(name))
    return found


def answer(error: AppError) -> Answer:
    """One error, in the shape its reader understands. The refusal is recorded first."""
    _settle(error)
    elsewhere = _leads_to(error)
    if elsewhere is not None:
        return redirect(elsewhere), 302, {}
    waits: int | None = getattr(error, "retry_after_seconds", None)
    headers = {"Retry-After": str(waits)} if waits else {}
    return body_of(error), error.status, headers


def _settle(error: AppError) -> None:
    """End what the failed act began and record the refusal; whatever fails here must not hide the answer."""
    try:
        db.session.rollback()
        recorder: RefusalRecorder | None = current_app.extensions.get("callcenter_refusals")
        if recorder is not None:
            recorder(error)
    except Exception as failure:
        log.error("a refusal could not be recorded: %s", type(failure).__name__)


def _leads_to(error: AppError) -> str | None:
    """Where a person who opened a page is sent instead of an error; scripts and panels get the error itself."""
    opens_page = request.method in {"GET", "HEAD"} and not wants_json() and "HX-Request" not in request.headers
    if not opens_page:
        return None
    if isinstance(error, SignInRequired):
        return _sign_in_and_return()
    if isinstance(error, SetupRequired) and request.path != HOME_PATH:
        return HOME_PATH
    return None


def _sign_in_and_return() -> str:
    back = request.full_path.removesuffix("?")
    if back == HOME_PATH or len(back) > LONGEST_RETURN_PATH or _without_numbers(back) != back:
        return SIGN_IN_PATH
    return f"{SIGN_IN_PATH}?{urlencode({'next': back})}"


def body_of(error: AppError) -> Response | str:
    reference = getattr(error, "reference", None)
    if wants_json():
        more = {"reference": reference} if reference else {}
        return jsonify({**error.as_dict(), **getattr(error, "extra", {}), **more})
    return render_template("errors/error.html", error=error, status=error.status, reference=reference)


def wants_json() -> bool:
    """Under /api, and whenever a script (not a page load) asked."""
    accepts = request.accept_mimetypes
    return request.path.startswith("/api/") or request.is_json or accepts.best == "application/json"


class _Http(AppError):
    def __init__(self, status: int, message: str, reference: str | None = None) -> None:
        super().__init__(message)
        self.status = status  # type: ignore[misc]
        self.code = f"http_{status}"  # type: ignore[misc]
        self.reference = reference


def _answer_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status == TooLarge.status:
        return answer(TooLarge())
    messages = _messages_of(error)
    if messages:
        return answer(InvalidInput(errors=dict(_flatten(messages))))
    body, code, headers = answer(_Http(status, HTTP_MESSAGES.get(status, UNEXPECTED)))
    allowed = getattr(error, "valid_methods", None)
    return body, code, {**headers, **({"Allow": ", ".join(sorted(allowed))} if allowed else {})}


def _messages_of(error: HTTPException) -> dict[str, Any]:
    """The field messages a schema attached, without the part of the request they were found in."""
    data = getattr(error, "data", None)
    messages = data.get("messages") if isinstance(data, dict) else None
    if not isinstance(messages, dict):
        return {}
    if not messages.keys() <= LOCATIONS:
        return messages
    return {name: texts for inner in messages.values() for name, texts in _named(inner).items()}


def _named(inner: Any) -> dict[str, Any]:
    return inner if isinstance(inner, dict) else {"_": inner}


def _answer_database(error: DBAPIError) -> Answer:
    if isinstance(error, IntegrityError) and is_overlap(error):
        return answer(Conflict())
    if isinstance(error, DataError):
        return answer(InvalidInput("使えない文字、または大きすぎる値が含まれています。"))
    if _is_away(error):
        log.error("database away: %s", type(error.orig).__name__)
        return answer(unavailable(error) if isinstance(error, OperationalError) else Unavailable())
    return _answer_unexpected(error)


def _is_away(error: DBAPIError) -> bool:
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return True
    return any(text in str(error.orig).lower() for text in LOST_FILE)


def _answer_unexpected(error: Exception) -> Answer:
    # Never the message: it may hold what a caller said. The trace names places, not values.
    reference = secrets.token_hex(4)
    log.error("unexpected %s, reference %s", type(error).__name__, reference, exc_info=_without_values(error))
    return answer(_Http(500, UNEXPECTED, reference))


def _without_values(error: Exception) -> tuple[type[Exception], Exception, Any]:
    kind = type(error)
    return Exception, Exception(kind.__name__), error.__traceback__
