"""Lines typed into the forms of administration: made safe to keep, and refused where they hold an Individual Number.

Stands here because a refusal is logged (who, when, field, length, rule; never a digit).
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, request
from msgspec import Struct

from callcenter.audit.service import Act
from callcenter.errors import AppError, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused, masked_text, require_clean
from callcenter.protection.text import clean_line
from callcenter.web.errors import RefusalRecorder

LONGEST_SHOWN = 10_000


class Line(Struct, frozen=True):
    """What a field takes: one line of at most `longest` characters."""

    longest: int
    required: bool = True


def clean_lines(given: Mapping[str, str], wanted: Mapping[str, Line]) -> dict[str, str]:
    """The wanted fields, cleaned. Raises `InvalidInput` naming every field that is missing or too long, and
    `IndividualNumberRefused`."""
    cleaned, errors = dict[str, str](), dict[str, list[str]]()
    for name, line in wanted.items():
        try:
            cleaned[name] = clean_line(given.get(name, ""), max_length=line.longest, field=name)
        except InvalidInput as error:
            errors.update(error.errors)
            continue
        if line.required and not cleaned[name]:
            errors[name] = ["入力してください。"]
    require_clean({name: given.get(name, "") for name in wanted})
    if errors:
        raise InvalidInput(errors=errors)
    return cleaned


class Refusal(Struct, frozen=True):
    """A refused form as it goes back on the screen: what was typed stays, an Individual Number masked."""

    message: str
    errors: Mapping[str, list[str]]
    typed: Mapping[str, str]


NOTHING = Refusal("", {}, {})


def refused(error: AppError, entity: str) -> Refusal:
    """The refusal of the form of this request. An Individual Number is written to the log first."""
    if isinstance(error, IndividualNumberRefused):
        _note(error, entity)
    typed = {name: masked_text(value) for name, value in request.form.items() if len(value) <= LONGEST_SHOWN}
    return Refusal(error.message, error.errors, typed)


def _note(error: IndividualNumberRefused, entity: str) -> None:
    found = [{"field": f.field, "length": f.length, "rule": f.rule} for f in error.findings]
    error.act = Act("individual_number.refused", entity, "-", {"fields": found})  # type: ignore[attr-defined]
    recorder: RefusalRecorder = current_app.extensions["callcenter_refusals"]
    recorder(error)
