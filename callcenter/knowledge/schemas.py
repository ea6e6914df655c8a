"""What the forms of entries bring: parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from callcenter.errors import InvalidInput
from callcenter.knowledge.approval import Decision, Retirement
from callcenter.knowledge.rules import (
    BODY_BYTES,
    REASON_LENGTH,
    TITLE_LENGTH,
    Audience,
    EntryKind,
    SourceKind,
    Stage,
    aliases_of,
    check_marks,
)
from callcenter.knowledge.writing import Content
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_line, clean_text
from callcenter.web.forms import Errors, attempt, date_of, id_of, optional_date, whole_of

Form = Mapping[str, str]
T = TypeVar("T")
TEXTS = ("title", "body", "said_as", "related", "reason", "source", "source_url", "law", "verify")
LINES = {"source": 300, "source_url": 500, "law": 200}
MOST_RELATED = 20
MISSING = "入力してください。"
CHOOSE = "選んでください。"
_NUMBER = re.compile(r"(faq|マニュアル|m)?[\s\-]*([0-9]{1,7})", re.IGNORECASE)

Known = Mapping[tuple[EntryKind, int], UUID]
"""The contract's entries by what people call them."""


def content(form: Form, known: Known, categories: Collection[str]) -> Content:
    """What a version says. A draft needs a title; what else the city needs is asked for when it is submitted.

    Raises `InvalidInput` naming each field, `IndividualNumberRefused`.
    """
    errors: Errors = {}
    given: dict[str, Any] = {
        "title": attempt(errors, _title, form),
        "body": attempt(errors, _body, form),
        "said_as": tuple(attempt(errors, _aliases, form) or ()),
        "related": tuple(attempt(errors, _related, form.get("related", ""), known) or ()),
        "category_code": attempt(errors, _category, form, categories),
        "audience": attempt(errors, _coded, Audience, form, "audience"),
        "source_kind": attempt(errors, _coded, SourceKind, form, "source_kind"),
    }
    given |= {name: attempt(errors, _optional_line, form, name, longest) for name, longest in LINES.items()}
    given |= {name: attempt(errors, _several_lines, form, name) for name in ("reason", "verify")}
    given |= {name: attempt(errors, optional_date, form.get(name), name) for name in ("source_on", "review_by_on")}
    _check_address(given["source_url"] or "", errors)
    require_clean({name: form.get(name, "") for name in TEXTS})
    if errors:
        raise InvalidInput(errors=errors)
    return Content(**given)


def _title(form: Form) -> str:
    found = clean_line(form.get("title", ""), max_length=TITLE_LENGTH, field="title")
    if not found:
        raise InvalidInput(errors={"title": ["見出しを入力してください。"]})
    return found


def _body(form: Form) -> str:
    given = form.get("body", "")
    size = len(given.encode("utf-8", "replace"))
    if size > BODY_BYTES:
        said = f"本文は{BODY_BYTES // 1_000_000}MBまでです（いま{size / 1_000_000:.1f}MB）。章を分けてください。"
        raise InvalidInput(errors={"body": [said]})
    check_marks(given)
    return clean_text(given, max_length=BODY_BYTES, field="body")


def _aliases(form: Form) -> list[str]:
    return aliases_of(clean_text(form.get("said_as", ""), max_length=4_000, field="said_as"))


def _optional_line(form: Form, name: str, longest: int) -> str:
    return clean_line(form.get(name, ""), max_length=longest, field=name)


def _several_lines(form: Form, name: str) -> str:
    return clean_text(form.get(name, ""), max_length=REASON_LENGTH, field=name)


def _coded(kind: type[T], form: Form, name: str) -> T:
    try:
        return kind(form.get(name, ""))  # type: ignore[call-arg]
    except ValueError as error:
        raise InvalidInput(errors={name: [CHOOSE]}) from error


def _category(form: Form, categories: Collection[str]) -> str:
    code = form.get("category_code", "").strip()
    if code and code not in categories:
        raise InvalidInput(errors={"category_code": ["分類を選び直してください。"]})
    return code


def _check_address(address: str, errors: Errors) -> None:
    if address and not re.fullmatch(r"https?://[^\s<>\"]+", address, re.IGNORECASE):
        errors.setdefault("source_url", []).append("https:// から始まるアドレスを入力してください。")


def _related(typed: str, known: Known) -> list[str]:
    """Entries by number, between commas, spaces or lines: FAQ12, M3."""
    found: list[str] = []
    given = re.sub(r"(?i)(faq|マニュアル|\bm)[\s\-]+(?=[0-9])", r"\1", unicodedata.normalize("NFKC", typed))
    for written in filter(None, re.split(r"[\s,、;/]+", given)):
        fits = _NUMBER.fullmatch(written)
        kind = EntryKind.CHAPTER if fits and (fits[1] or "").lower() in ("m", "マニュアル") else EntryKind.FAQ
        target = known.get((kind, int(fits[2]))) if fits else None
        if target is None:
            said = f"「{written[:20]}」という項目はありません。FAQ12、M3 のように番号で入力してください。"
            raise InvalidInput(errors={"related": [said]})
        found.append(str(target))
    if len(found) > MOST_RELATED:
        raise InvalidInput(errors={"related": [f"関連する項目は{MOST_RELATED}件までにしてください。"]})
    return list(dict.fromkeys(found))


def kind_of(value: str | None) -> EntryKind:
    """What is to be written; raises `InvalidInput`."""
    try:
        return EntryKind(value or EntryKind.FAQ.value)
    except ValueError as error:
        raise InvalidInput(errors={"kind": ["種類を選び直してください。"]}) from error


def row_version(form: Form) -> int:
    """Which state of a version the page showed; raises `InvalidInput`."""
    return whole_of(form.get("row_version"), "_", least=1, most=1_000_000_000)


def key(form: Form) -> UUID | None:
    written = form.get("idempotency_key", "")
    return id_of(written, "_") if written else None


def decision(form: Form) -> Decision:
    """Approve or send back, with a comment. Raises `InvalidInput`, `IndividualNumberRefused`."""
    comment = clean_text(form.get("comment", ""), max_length=REASON_LENGTH, field="comment")
    require_clean({"comment": form.get("comment", "")})
    if form.get("decision") not in {Stage.APPROVED.value, Stage.SENT_BACK.value}:
        raise InvalidInput(errors={"decision": ["承認か差戻しを選んでください。"]})
    return Decision(Stage(form["decision"]), comment, row_version(form))


def effective_on(form: Form) -> date:
    return date_of(form.get("effective_on"), "effective_on")


def retirement(form: Form) -> Retirement:
    """From when on, and why. Raises `InvalidInput`, `IndividualNumberRefused`."""
    reason = clean_text(form.get("reason", ""), max_length=REASON_LENGTH, field="reason")
    require_clean({"reason": form.get("reason", "")})
    return Retirement(date_of(form.get("from_on"), "from_on"), reason, form.get("confirmed") == "1")
