"""What the forms around the punches bring, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from callcenter.accounts.passwords import hash_password
from callcenter.errors import InvalidInput
from callcenter.protection.text import clean_line
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.rules import PunchKind
from callcenter.rosters.schemas import Form, scan
from callcenter.rosters.timebook.rules import LONGEST_CODE, code_faults, plain_code

LONGEST_NAME = 60
LONGEST_REASON = 200
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_SEARCHED = 12


def month_of(value: str | None, default: date) -> date:
    """The first day of a month written 2026-06; `default` when none is given. Raises `InvalidInput`."""
    if not value:
        return default
    found = _MONTH.fullmatch(value)
    if found is None or not 1900 <= int(found[1]) <= 2099:
        raise InvalidInput("月を選び直してください。", errors={"month": ["月を選び直してください。"]})
    return date(int(found[1]), int(found[2]), 1)


def device_name(form: Form) -> str:
    """Raises `InvalidInput`, and `IndividualNumberRefused` before anything else sees it."""
    return _line(form, "name", "kiosk_device", LONGEST_NAME, "端末の名前を入力してください（例：窓口のPC）。")


def reason(form: Form) -> str:
    """Why a month is opened again. Raises as `device_name` does."""
    return _line(form, "reason", "attendance_closing", LONGEST_REASON, "締めを解除する理由を入力してください。")


def _line(form: Form, name: str, entity: str, longest: int, missing: str) -> str:
    typed = form.get(name, "")
    scan({name: typed}, entity)
    line = clean_line(typed, max_length=longest, field=name)
    if not line:
        raise InvalidInput(errors={name: [missing]})
    return line


def new_code(form: Form, member: StaffMember) -> str:
    """The hash of a new personal code. Raises `InvalidInput` when it is no good or differs from its repetition."""
    code = plain_code(form.get("code", ""))
    faults = code_faults(code, member.code)
    if faults:
        raise InvalidInput(errors={"code": faults})
    if plain_code(form.get("again", "")) != code:
        raise InvalidInput(errors={"again": ["個人コードと一致しません。"]})
    return hash_password(code)


def typed_code(form: Form) -> str:
    """The personal code typed at a kiosk; what is too long to be one is cut, and wrong all the same."""
    return plain_code(form.get("code", "")[: 2 * LONGEST_CODE])


def staff_code(form: Form) -> str:
    """The code of a person on the staff list, as typed at a kiosk to be found."""
    return unicodedata.normalize("NFKC", form.get("staff_code", "")[: 2 * _SEARCHED]).strip().upper()


def punch_kind(form: Form) -> PunchKind:
    """Raises `InvalidInput`."""
    try:
        return PunchKind(form.get("kind", ""))
    except ValueError as error:
        raise InvalidInput("打刻の種類を選んでください。") from error
