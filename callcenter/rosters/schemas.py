"""What the forms of rosters bring, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from werkzeug.datastructures import MultiDict

from callcenter.audit.service import Act
from callcenter.errors import InvalidInput
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line
from callcenter.rosters.attendance import Correction
from callcenter.rosters.planning import DayPlan, RowPlan
from callcenter.rosters.rules import Employment, Mark, PunchKind, StaffRole
from callcenter.rosters.service import NewStaff, StaffDetails
from callcenter.rosters.shifts import Pattern, shift_times
from callcenter.web.forms import Errors, attempt, date_of, id_of, minute_of, optional_date, whole_of
from scheduling.shifts import ShiftTimes

Form = MultiDict[str, str]
E = TypeVar("E", bound=StrEnum)

WEEK_LIMIT = 40 * 60
LONGEST = {"code": 12, "name": 60, "name_kana": 80, "note": 200, "reason": 200}
NEEDED = {
    "code": "記号を入力してください。",
    "name": "氏名を入力してください。",
    "name_kana": "ふりがなを入力してください。",
    "reason": "理由を入力してください。",
}
ADDED_ROWS = 4
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・ 　]+")


def texts(form: Form, names: tuple[str, ...], entity: str) -> dict[str, str]:
    """The typed lines of a form, cleaned. Raises `InvalidInput` for each that is missing or too long, and
    `IndividualNumberRefused` (with its entry for the log) before anything else sees them."""
    typed = {name: form.get(name, "") for name in names}
    scan(typed, entity)
    errors: Errors = {}
    found = {name: attempt(errors, _line, typed[name], name) or "" for name in names}
    if errors:
        raise InvalidInput(errors=errors)
    return found


def scan(typed: Mapping[str, str], entity: str) -> None:
    try:
        require_clean(typed)
    except IndividualNumberRefused as refused:
        spans = [{"field": one.field, "length": one.length, "rule": one.rule} for one in refused.findings]
        refused.act = Act("individual_number.refused", entity, "-", {"spans": spans})  # type: ignore[attr-defined]
        raise


def _line(value: str, name: str) -> str:
    line = clean_line(value, max_length=LONGEST[name], field=name)
    if not line and name in NEEDED:
        raise InvalidInput(errors={name: [NEEDED[name]]})
    return line


def _choice(kind: type[E], value: str | None, name: str) -> E:
    try:
        return kind(value or "")
    except ValueError as error:
        raise InvalidInput(errors={name: ["選んでください。"]}) from error


def _code(form: Form) -> str:
    code = unicodedata.normalize("NFKC", texts(form, ("code",), "staff")["code"]).upper()
    if not _CODE.fullmatch(code):
        raise InvalidInput(errors={"code": ["英字・数字・ハイフンで、12文字以内で入力してください（例：P07）。"]})
    return code


def optional_id(value: str | None, name: str) -> UUID | None:
    return id_of(value, name) if value else None


# --- the staff list ---


def staff_details(form: Form) -> StaffDetails:
    """Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    found = attempt(errors, texts, form, ("name", "name_kana", "note"), "staff") or {}
    if found and not _KANA.fullmatch(found["name_kana"]):
        errors["name_kana"] = ["ふりがなは、ひらがなかカタカナで入力してください。"]
    user_id = attempt(errors, optional_id, form.get("user_id"), "user_id")
    week = attempt(errors, _week_minutes, form.get("week_hours", ""))
    if errors:
        raise InvalidInput(errors=errors)
    return StaffDetails(found["name"], found["name_kana"], user_id, found["note"], week)


def _week_minutes(typed: str) -> int | None:
    """Hours a week as they are written (38:45, or 24); nothing where none are agreed. At most the law's 40."""
    line = unicodedata.normalize("NFKC", typed).strip()
    if not line:
        return None
    hours, _, minutes = line.partition(":")
    if not (hours.isdecimal() and (minutes or "0").isdecimal()) or int(minutes or 0) > 59:
        raise InvalidInput(errors={"week_hours": ["38:45 か 24 のように、時間（と分）で入力してください。"]})
    found = int(hours) * 60 + int(minutes or 0)
    if not 60 <= found <= WEEK_LIMIT:
        raise InvalidInput(errors={"week_hours": ["1時間から40時間（法定労働時間）までで入力してください。"]})
    return found


def new_staff(form: Form) -> NewStaff:
    """Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    code = attempt(errors, _code, form)
    details = attempt(errors, staff_details, form)
    role = attempt(errors, _choice, StaffRole, form.get("role"), "role")
    employment = attempt(errors, _choice, Employment, form.get("employment"), "employment")
    starts_on = attempt(errors, date_of, form.get("starts_on"), "starts_on")
    ends_on = attempt(errors, optional_date, form.get("ends_on"), "ends_on")
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if errors or not (code and details and role and employment and starts_on):
        raise InvalidInput(errors=errors)
    return NewStaff(code, role, employment, starts_on, details, ends_on, key)


def ending(form: Form) -> tuple[date, int]:
    """The last day of an assignment and the version of the row that was seen."""
    return date_of(form.get("ends_on"), "ends_on"), version(form)


def version(form: Form) -> int:
    return whole_of(form.get("version"), "version", least=1)


# --- the day's plan ---


def day_plan(on: date, form: Form, known: tuple[Pattern, ...]) -> DayPlan:
    """The rows of the day's form. Raises `InvalidInput` with `<row>.<field>` for each wrong time."""
    errors: Errors = {}
    named = {pattern.key: pattern for pattern in known}
    rows = [attempt(errors, _row, form, key, named) for key in form.getlist("row")]
    scan({"reason": form.get("reason", "")}, "planned_shift")
    reason = attempt(errors, clean_line, form.get("reason", ""), max_length=200, field="reason")
    if errors:
        raise InvalidInput(errors=errors)
    return DayPlan(on, tuple(row for row in rows if row is not None), reason or "")


def _row(form: Form, key: str, named: Mapping[str, Pattern]) -> RowPlan:
    staff_id = id_of(form.get(f"staff-{key}"), f"{key}.start")
    shift_id = optional_id(form.get(f"shift-{key}"), f"{key}.start")
    return RowPlan(key, staff_id, row_times(form, key, named), shift_id)


def row_times(form: Form, key: str, named: Mapping[str, Pattern]) -> ShiftTimes | None:
    """The times typed in a row; where there are none, those of the chosen pattern."""
    start, end = form.get(f"start-{key}", ""), form.get(f"end-{key}", "")
    pairs = [(form.get(f"break_start{n}-{key}", ""), form.get(f"break_end{n}-{key}", "")) for n in (1, 2)]
    if not any([start, end, *(one for pair in pairs for one in pair)]):
        chosen = named.get(form.get(f"pattern-{key}", ""))
        return chosen.times if chosen else None
    errors: Errors = {}
    span = _minutes(errors, (start, f"{key}.start"), (end, f"{key}.end"))
    breaks = [_minutes(errors, (a, f"{key}.break_start"), (b, f"{key}.break_end")) for a, b in pairs if a or b]
    if errors or span is None:
        raise InvalidInput(errors=errors)
    found = shift_times(*span, [one for one in breaks if one is not None])
    if isinstance(found, ShiftTimes):
        return found
    raise InvalidInput(errors={f"{key}.{field}": [text] for field, text in found.items()})


def _minutes(errors: Errors, *named: tuple[str, str]) -> tuple[int, int] | None:
    found = [attempt(errors, minute_of, value, name) for value, name in named]
    start, end = found
    return None if start is None or end is None else (start, end)


# --- corrections ---


def correction(staff_id: UUID, on: date, form: Form) -> Correction:
    """Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    reason = (attempt(errors, texts, form, ("reason",), "punch_correction") or {}).get("reason", "")
    adds = list(_adds(form, errors))
    voids = attempt(errors, _ids, form.getlist("void"))
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if errors:
        raise InvalidInput(errors=errors)
    return Correction(staff_id, on, voids or (), tuple(adds), reason, key)


def _ids(values: list[str]) -> tuple[UUID, ...]:
    return tuple(id_of(value, "adds") for value in values)


def _adds(form: Form, errors: Errors) -> Iterator[Mark]:
    for number in range(1, ADDED_ROWS + 1):
        kind, at = form.get(f"kind{number}", ""), form.get(f"at{number}", "")
        if not kind and not at:
            continue
        chosen = attempt(errors, _choice, PunchKind, kind, f"kind{number}")
        minute = attempt(errors, minute_of, at, f"at{number}")
        if chosen is not None and minute is not None:
            yield Mark(chosen, minute)
