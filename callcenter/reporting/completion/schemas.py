"""What the forms of notice, invoice and payment bring: parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from callcenter.deliveries.rules import NOTE_LENGTH as CHANGE_LENGTH
from callcenter.errors import InvalidInput
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_line, clean_text
from callcenter.reporting.completion.documents import Approval
from callcenter.reporting.completion.rules import MOST_YEN, NAME_LENGTH, NOTE_LENGTH, REASON_LENGTH
from callcenter.reporting.completion.service import NewPayment, NewReduction
from callcenter.web.forms import Errors, attempt, date_of, id_of, whole_of

Form = Mapping[str, str]
MISSING = "入力してください。"


def approval(form: Form) -> Approval:
    """What the approver saw and adds. Raises `InvalidInput`, `IndividualNumberRefused`."""
    note = clean_text(form.get("change_note", ""), max_length=CHANGE_LENGTH, field="change_note")
    require_clean({"change_note": note})
    return Approval(form.get("seen", ""), note, form.get("consent") == "1")


def reduction(month: date, form: Form) -> NewReduction:
    """A reduction as the city decided it. Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    errors: Errors = {}
    yen = attempt(errors, _yen, form.get("yen", ""), least=0)
    reason = attempt(errors, _line, form, "reason", REASON_LENGTH)
    decided_by = attempt(errors, _line, form, "decided_by", NAME_LENGTH)
    decided_on = attempt(errors, date_of, form.get("decided_on"), "decided_on")
    key = attempt(errors, _key, form)
    _refuse(form, ("reason", "decided_by"), errors)
    if yen is None or reason is None or decided_by is None or decided_on is None:
        raise InvalidInput(errors=errors)
    return NewReduction(month, yen, reason, decided_by, decided_on, key)


def payment(month: date, form: Form) -> NewPayment:
    """Money that came in. Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    errors: Errors = {}
    yen = attempt(errors, _yen, form.get("yen", ""), least=1)
    paid_on = attempt(errors, date_of, form.get("paid_on"), "paid_on")
    note = attempt(errors, clean_line, form.get("note", ""), max_length=NOTE_LENGTH, field="note")
    key = attempt(errors, _key, form)
    _refuse(form, ("note",), errors)
    if yen is None or paid_on is None:
        raise InvalidInput(errors=errors)
    return NewPayment(month, paid_on, yen, note or "", key)


def because(form: Form) -> str:
    """Why something is set aside. Raises `InvalidInput`, `IndividualNumberRefused`."""
    require_clean({"because": form.get("because", "")})
    return _line(form, "because", NOTE_LENGTH)


def _refuse(form: Form, texts: tuple[str, ...], errors: Errors) -> None:
    """An Individual Number goes before everything else that is wrong: the number must not stay on the screen."""
    require_clean({name: form.get(name, "") for name in texts})
    if errors:
        raise InvalidInput(errors=errors)


def _line(form: Form, name: str, longest: int) -> str:
    line = clean_line(form.get(name, ""), max_length=longest, field=name)
    if not line:
        raise InvalidInput(errors={name: [MISSING]})
    return line


def _yen(text: str, *, least: int) -> int:
    """An amount as people type it: 1,234,567 or １２３４５６７円."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("円", "").strip()
    try:
        return whole_of(plain, "yen", least=least, most=MOST_YEN)
    except InvalidInput as error:
        raise InvalidInput(errors={"yen": ["金額を円の整数で入力してください。例：12,345"]}) from error


def _key(form: Form) -> UUID | None:
    written = form.get("idempotency_key", "")
    return id_of(written, "_") if written else None
