"""Reading what a request brings: form or JSON, the contract it names, and typed values with Japanese refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import MethodNotAllowed

from callcenter.errors import Conflict, InvalidInput
from callcenter.web.access import Actor
from callcenter.web.errors import from_validation

CONTRACT_FIELD = "contract_id"
CONTRACT_HEADER = "X-Contract-Id"
P = ParamSpec("P")
T = TypeVar("T")
Errors = dict[str, list[str]]
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Beyond them neither the holidays nor anybody's birth date are known.
FIRST_YEAR, LAST_YEAR = 1900, 2099


class ContractMismatch(Conflict):
    code = "contract_mismatch"
    default_message = "別の契約の画面から送信されました。画面を読み直してから、もう一度お試しください。"


def require_same_contract(who: Actor) -> None:
    """Every form names the contract it was made for, in the header or a field or both; any other one than the
    session's is refused (409)."""
    named = {request.headers.get(CONTRACT_HEADER), *_fields(CONTRACT_FIELD)} - {None, ""}
    if named != {str(who.contract_id)}:
        raise ContractMismatch()


def require_no_other_contract(who: Actor) -> None:
    """A machine need not name its contract, which its token does; another one is refused (409)."""
    if request.headers.get(CONTRACT_HEADER) not in {None, "", str(who.contract_id)}:
        raise ContractMismatch()


def _fields(name: str) -> list[str]:
    """A JSON body holds no form fields, and reading it as a form is not free."""
    return [] if request.is_json else request.form.getlist(name)


def body() -> dict[str, Any]:
    """The JSON object of the request; raises `InvalidInput` for anything else."""
    try:
        found = request.get_json(silent=True)
    except RecursionError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("送信された内容を読み取れませんでした。")
    return found


def load(schema: Schema, data: Any) -> Any:
    """Parse with a marshmallow schema; raises `InvalidInput` with the field names."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise from_validation(error) from error


def text(name: str, default: str = "") -> str:
    """A typed line of the form, stripped."""
    return request.form.get(name, default).strip()


def date_of(value: str | None, name: str) -> date:
    """A date as browsers send it (2026-06-01), of the years 1900 to 2099; raises `InvalidInput` naming the field."""
    written = (value or "").strip()
    try:
        found = date.fromisoformat(written) if DATE.fullmatch(written) else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(errors={name: ["日付を正しく入力してください。"]})
    return found


def optional_date(value: str | None, name: str) -> date | None:
    return date_of(value, name) if value and value.strip() else None


def minute_of(value: str | None, name: str) -> int:
    """A time of day as browsers send it (08:30 or 08:30:00) in minutes; raises `InvalidInput` naming the field."""
    parts = (value or "").split(":")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) == 2 for part in parts):
        hours, minutes = int(parts[0]), int(parts[1])
        if hours < 24 and minutes < 60:
            return hours * 60 + minutes
    raise InvalidInput(errors={name: ["時刻を 08:30 の形で入力してください。"]})


def whole_of(value: str | None, name: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number within bounds; raises `InvalidInput` naming the field."""
    digits = (value or "").strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= 10 and least <= int(digits) <= most:
        return int(digits)
    raise InvalidInput(errors={name: [f"{least} から {most} までの数字で入力してください。"]})


def id_of(value: str | None, name: str) -> UUID:
    """An id; raises `InvalidInput` naming the field."""
    try:
        return UUID(value or "")
    except ValueError as error:
        raise InvalidInput(errors={name: ["選び直してください。"]}) from error


def raise_all(*attempts: InvalidInput | None) -> None:
    """Raise one `InvalidInput` holding the field errors of all that failed."""
    errors: dict[str, list[str]] = {}
    for attempt in attempts:
        if attempt is not None:
            errors.update(attempt.errors)
    if errors:
        raise InvalidInput(errors=errors)


def require_whole_answer() -> None:
    """A file whose leaving is an entry is not asked about without being fetched (HEAD)."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])


def attempt(errors: Errors, read: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
    """What `read` returns; a refusal is put among `errors` instead of raised: all of a form are told at once."""
    try:
        return read(*args, **named)
    except InvalidInput as error:
        errors.update(error.errors)
        return None
