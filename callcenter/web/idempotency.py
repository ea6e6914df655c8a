"""The same request sent twice is one act: the key its sender chose, and a mark that tells one body from another."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

from flask import request

from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.web.forms import id_of

IDEMPOTENCY = "Idempotency-Key"
KEY_PARAMETER = {
    "in": "header",
    "name": IDEMPOTENCY,
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "同じ値で再送しても、処理は1回です",
}
MATCH_PARAMETER = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "読み取ったときのETag（版）。ほかの人が先に変えていれば412です",
}


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"
    default_message = "同じIdempotency-Keyで、内容の異なる登録があります。"


class PreconditionRequired(AppError):
    code = "precondition_required"
    status = 428
    default_message = "If-Matchに、読み取ったときのETagを付けてください。"


class PreconditionFailed(AppError):
    code = "precondition_failed"
    status = 412
    default_message = "ほかの人が先に変更しました。読み直してから、もう一度お試しください。"


def idempotency_key() -> UUID:
    """Raises `InvalidInput` for a missing or malformed header."""
    try:
        return id_of(request.headers.get(IDEMPOTENCY), IDEMPOTENCY)
    except InvalidInput as error:
        raise InvalidInput(errors={IDEMPOTENCY: ["UUIDを付けてください。"]}) from error


def mark_of_body(key: bytes, purpose: str) -> bytes:
    """16 bytes that tell one JSON body for a purpose from another without keeping any of it: a keyed hash."""
    return mark_of(key, purpose, request.get_json(silent=True))


def mark_of(key: bytes, purpose: str, value: Any) -> bytes:
    content = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hmac.new(key, f"{purpose} {content}".encode(), hashlib.sha256).digest()[:16]


def matched_version() -> int:
    """The version that `If-Match` names. Raises `PreconditionRequired`, `PreconditionFailed` for what no ETag of ours
    can be."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionRequired()
    number = given.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise PreconditionFailed()
    return int(number)


def etag(version: int) -> str:
    return f'"{version}"'
