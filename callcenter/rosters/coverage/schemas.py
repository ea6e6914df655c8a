"""What the form of the coverage proof brings, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from callcenter.errors import InvalidInput
from callcenter.protection.text import clean_line
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage.service import NewNote
from callcenter.rosters.schemas import Form, optional_id, scan
from callcenter.web.forms import Errors, attempt, whole_of
from scheduling.intervals import MINUTES_PER_DAY, MinuteRange

LONGEST = 200
TEXTS = ("detail", "measure")
FIELDS = ("_", "cause", *TEXTS)
"""In the order of the form."""
NO_CAUSE = "原因を選んでください。"
NO_MEASURE = "とった対策を入力してください。"
NO_DETAIL = "「その他」のときは、原因の内容を入力してください。"


def new_note(on: date, form: Form) -> NewNote:
    """Raises `InvalidInput` naming each field, `IndividualNumberRefused` before anything else sees the texts."""
    typed = {name: form.get(name, "") for name in TEXTS}
    scan(typed, "shortage_note")
    errors: Errors = {}
    found = {name: attempt(errors, clean_line, typed[name], max_length=LONGEST, field=name) or "" for name in TEXTS}
    cause = attempt(errors, _cause, form.get("cause", ""))
    span = attempt(errors, span_of, form)
    seen = attempt(errors, optional_id, form.get("seen"), "_")
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    errors = _missing(cause, found) | errors
    if errors or cause is None or span is None:
        raise InvalidInput(errors={name: errors[name] for name in sorted(errors, key=FIELDS.index)})
    return NewNote(on, span, cause, found["detail"], found["measure"], seen, key)


def _cause(value: str) -> ShortageCause:
    if not ShortageCause.has(value):
        raise InvalidInput(errors={"cause": [NO_CAUSE]})
    return ShortageCause.of(value)


def span_of(form: Mapping[str, str]) -> MinuteRange:
    """The minutes a form was filled in for. Raises `InvalidInput`."""
    start = whole_of(form.get("start"), "_", least=0)
    end = whole_of(form.get("end"), "_", least=0)
    if not start < end <= MINUTES_PER_DAY:
        raise InvalidInput(errors={"_": ["下回った時間を読み取れませんでした。画面を読み直してください。"]})
    return MinuteRange(start, end)


def _missing(cause: ShortageCause | None, found: dict[str, str]) -> Errors:
    errors: Errors = {}
    if not found["measure"]:
        errors["measure"] = [NO_MEASURE]
    if cause is ShortageCause.OTHER and not found["detail"]:
        errors["detail"] = [NO_DETAIL]
    return errors
