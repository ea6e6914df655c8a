"""What the forms of the papers bring, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from callcenter.coded import Labelled
from callcenter.errors import InvalidInput
from callcenter.protection.text import clean_line, clean_text
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.papers.rules import AgreementTerms
from callcenter.rosters.papers.service import NewAgreement, NewCertificate, NewInstruction
from callcenter.rosters.schemas import Form, optional_id, scan, version
from callcenter.web.forms import Errors, attempt, date_of, optional_date, whole_of

K = TypeVar("K", bound=Labelled)
LONGEST: Final = {"title": 100, "given_by": 60, "content": 500, "response": 500, "note": 200, "reason": 200}
NEEDED: Final = {
    "given_by": "市のどなたからの指示・承認か（所属と役職）を入力してください。",
    "content": "内容を入力してください。",
    "reason": "取り消す理由を入力してください。",
}
_SEVERAL_LINES: Final = frozenset({"content", "response"})


def texts(form: Form, names: tuple[str, ...], entity: str) -> dict[str, str]:
    """The typed texts of a form, cleaned. Raises `InvalidInput` for each that is missing or too long, and
    `IndividualNumberRefused` (with its entry for the log) before anything else sees them."""
    typed = {name: form.get(name, "") for name in names}
    scan(typed, entity)
    errors: Errors = {}
    found = {name: attempt(errors, _text, typed, name) or "" for name in names}
    _refuse(errors)
    return found


def _text(typed: Mapping[str, str], name: str) -> str:
    clean = clean_text if name in _SEVERAL_LINES else clean_line
    text = clean(typed[name], max_length=LONGEST[name], field=name)
    if not text and name in NEEDED:
        raise InvalidInput(errors={name: [NEEDED[name]]})
    return text


def _refuse(errors: Errors) -> None:
    if errors:
        raise InvalidInput(errors=errors)


def _kind(kinds: type[K], value: str | None) -> K:
    if not value or not kinds.has(value):
        raise InvalidInput(errors={"kind": ["種類を選んでください。"]})
    return kinds.of(value)


def new_certificate(staff_id: UUID, form: Form) -> NewCertificate:
    """Raises `InvalidInput` naming each field. Without a title, training and pledge bear the name of their kind."""
    errors: Errors = {}
    title = (attempt(errors, texts, form, ("title",), "staff_certificate") or {}).get("title", "")
    kind = attempt(errors, _kind, CertificateKind, form.get("kind"))
    issued_on = attempt(errors, date_of, form.get("issued_on"), "issued_on")
    valid_until = attempt(errors, optional_date, form.get("valid_until"), "valid_until")
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if kind is CertificateKind.QUALIFICATION and not title:
        errors.setdefault("title", ["資格・証明の名称を入力してください。"])
    if errors or kind is None or issued_on is None:
        raise InvalidInput(errors=errors)
    return NewCertificate(staff_id, kind, title or kind.label, issued_on, valid_until, key)


def new_instruction(form: Form) -> NewInstruction:
    """Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    said = attempt(errors, texts, form, ("given_by", "content"), "staffing_instruction") or {}
    kind = attempt(errors, _kind, InstructionKind, form.get("kind"))
    received_on = attempt(errors, date_of, form.get("received_on"), "received_on")
    applies_on = attempt(errors, date_of, form.get("applies_on"), "applies_on")
    headcount = attempt(errors, _optional_whole, form.get("headcount"), "headcount", 999)
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if errors or kind is None or received_on is None or applies_on is None:
        raise InvalidInput(errors=errors)
    return NewInstruction(kind, received_on, said["given_by"], said["content"], applies_on, headcount, key)


def _optional_whole(value: str | None, name: str, most: int) -> int | None:
    return whole_of(value, name, least=1, most=most) if value and value.strip() else None


def answer(form: Form) -> tuple[tuple[str, date | None], int]:
    """What was done and when (None: not yet), and the version that was seen. Raises `InvalidInput`."""
    errors: Errors = {}
    response = (attempt(errors, texts, form, ("response",), "staffing_instruction") or {}).get("response", "")
    done_on = attempt(errors, optional_date, form.get("done_on"), "done_on")
    seen = attempt(errors, version, form)
    if done_on is not None and not response:
        errors.setdefault("response", ["対応した日を入れるときは、対応の内容も入力してください。"])
    if errors or seen is None:
        raise InvalidInput(errors=errors)
    return (response, done_on), seen


def new_agreement(form: Form) -> NewAgreement:
    """Limits are typed in whole hours. Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    note = (attempt(errors, texts, form, ("note",), "labour_agreement") or {}).get("note", "")
    kind = attempt(errors, _kind, AgreementKind, form.get("kind"))
    dates = [attempt(errors, date_of, form.get(name), name) for name in ("from_on", "to_on", "concluded_on")]
    limits = [attempt(errors, _optional_whole, form.get(name), name, 720) for name in ("month_limit", "year_limit")]
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    from_on, to_on, concluded_on = dates
    if errors or kind is None or from_on is None or to_on is None or concluded_on is None:
        raise InvalidInput(errors=errors)
    month, year = (None if hours is None else hours * 60 for hours in limits)
    return NewAgreement(AgreementTerms(kind, (from_on, to_on), concluded_on, month, year), note, key)


def reason(form: Form, entity: str) -> str:
    """Why a paper is set aside. Raises `InvalidInput`."""
    return texts(form, ("reason",), entity)["reason"]
