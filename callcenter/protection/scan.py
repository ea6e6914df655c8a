"""The gate every text passes before anything is stored: no Individual Number (番号法) enters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from callcenter.errors import AppError, InvalidInput
from callcenter.protection.mynumber import Span, find, mask
from callcenter.protection.phones import normalise_phone

_MESSAGE = "個人番号（マイナンバー）は記録できません。番号の部分を伏せました。"
# An Asterisk unique id (system name of few digits, epoch second, serial), or a UUID.
_MACHINE_ID = re.compile(
    r"(?:[A-Za-z][A-Za-z_.]{0,30}[0-9]{0,6}-)?1[0-9]{9}\.[0-9]{1,9}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
)


class FieldKind(StrEnum):
    """How a field's value is judged: as text, or by the pattern of its own kind when it fits that pattern."""

    TEXT = "text"
    PHONE = "phone"
    MACHINE_ID = "machine_id"


class RefusedSpan(Struct, frozen=True):
    """What the log may keep: the field, the length in characters and the rule. Never a digit."""

    field: str
    length: int
    rule: str


class IndividualNumberRefused(AppError):
    """An Individual Number stood in a field. `masked` holds every field, fit to go back on the screen."""

    code: ClassVar[str] = "individual_number"
    status: ClassVar[int] = 422
    default_message = _MESSAGE

    def __init__(self, masked: Mapping[str, str], findings: list[RefusedSpan], said: str = _MESSAGE) -> None:
        super().__init__(errors={finding.field: [said] for finding in findings})
        self.masked = dict(masked)
        self.findings = findings


def require_clean(fields: Mapping[str, str | None], kinds: Mapping[str, FieldKind] | None = None) -> None:
    """Raise IndividualNumberRefused if a field holds an Individual Number. `kinds` defaults to TEXT."""
    masked: dict[str, str] = {}
    findings: list[RefusedSpan] = []
    for field, text in fields.items():
        spans = spans_in(text or "", (kinds or {}).get(field, FieldKind.TEXT))
        masked[field] = mask(text or "", spans)
        findings += [RefusedSpan(field, span.end - span.start, span.rule) for span in spans]
    if findings:
        raise IndividualNumberRefused(masked, findings)


def masked_text(text: str, kind: FieldKind = FieldKind.TEXT) -> str:
    """The text with every Individual Number masked."""
    return mask(text, spans_in(text, kind))


def spans_in(text: str, kind: FieldKind) -> list[Span]:
    """The Individual Numbers of a field. A valid phone number or machine id in its own field is none."""
    found = find(text)
    # Judged after the search: reading a phone number takes longer, and hardly one has twelve digits.
    if found and kind is FieldKind.PHONE and _is_phone(text):
        return []
    if found and kind is FieldKind.MACHINE_ID and _MACHINE_ID.fullmatch(text):
        return []
    return found


def _is_phone(text: str) -> bool:
    try:
        normalise_phone(text)
    except InvalidInput:
        return False
    return True
