"""Errors become answers: one JSON shape under `/api` and for scripts, a page in Japanese for people.

A refused act may carry an entry for the log (`refusal_recorder`), written in a transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from callcenter.errors import AppError, Conflict, InvalidInput, TooLarge, Unavailable
from callcenter.extensions import db
from callcenter.web.transaction import unavailable

log = logging.getLogger("callcenter")
RefusalRecorder = Callable[[AppError], None]

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


def init_app(app: Flask) -> None:
    app.register_error_handler(AppError, answer)
    app.register_error_handler(ValidationError, lambda error: answer(from_validation(error)))
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(Exception, _answer_unexpected)


def from_validation(error: ValidationError) -> InvalidInput:
    """marshmallow's messages under their field names; a nested path is joined with dots."""
    return InvalidInput(errors=dict(_flatten(error.messages)))


def _flatten(messages: Any, prefix: str = "") -> list[tuple[str, list[str]]]:
    if isinstance(messages, list):
        return [(prefix or "_", [str(text) for text in messages])]
    if not isinstance(messages, dict):
        return [(prefix or "_", [str(messages)])]
    found: list[tuple[str, list[str]]] = []
    for name, inner in messages.items():
        found += _flatten(inner, f"{prefix}.{name}" if prefix else str(name))
    return found


def answer(error: AppError) -> tuple[Response | str, int, dict[str, str]]:
    """One error, in the shape its reader understands. The refusal is recorded first."""
    db.session.rollback()
    recorder: RefusalRecorder | None = current_app.extensions.get("callcenter_refusals")
    if recorder is not None:
        recorder(error)
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, Unavailable) else {}
    return body_of(error), error.status, headers


def body_of(error: AppError) -> Response | str:
    if wants_json():
        return jsonify({**error.as_dict(), **getattr(error, "extra", {})})
    title = HTTPStatus(error.status).phrase
    return render_template("errors/error.html", error=error, status=error.status, title=title)


def wants_json() -> bool:
    """Under /api, and whenever a script (not a page load) asked."""
    accepts = request.accept_mimetypes
    return request.path.startswith("/api/") or request.is_json or accepts.best == "application/json"


def _answer_csrf(_error: CSRFError) -> tuple[Response | str, int, dict[str, str]]:
    return answer(Conflict("画面の有効期限が切れました。画面を読み直してから、もう一度お試しください。"))


class _Http(AppError):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status  # type: ignore[misc]
        self.code = f"http_{status}"  # type: ignore[misc]


def _answer_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status == TooLarge.status:
        return answer(TooLarge())
    messages = (
        getattr(error, "data", {}).get("messages") if isinstance(getattr(error, "data", None), dict) else None
    )
    if messages:
        return answer(InvalidInput(errors=dict(_flatten(messages.get("json", messages)))))
    return answer(_Http(status, HTTP_MESSAGES.get(status, UNEXPECTED)))


def _answer_database(error: DBAPIError) -> tuple[Response | str, int, dict[str, str]]:
    if isinstance(error, IntegrityError):
        return answer(Conflict())
    if isinstance(error, OperationalError):
        log.error("database away: %s", type(error.orig).__name__)
        return answer(unavailable(error))
    return _answer_unexpected(error)


def _answer_unexpected(error: Exception) -> tuple[Response | str, int, dict[str, str]]:
    # Never the message: it may hold what a caller said. The trace names places, not values.
    log.error("unexpected %s", type(error).__name__, exc_info=_without_values(error))
    return answer(_Http(500, UNEXPECTED))


def _without_values(error: Exception) -> tuple[type[Exception], Exception, Any]:
    kind = type(error)
    return Exception, Exception(kind.__name__), error.__traceback__
