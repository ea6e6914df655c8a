"""Typed values to sealed columns and back. The labels are permanent: they bind every text ever sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.protection.cipher import open_sealed, opener, seal
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import Phone, mask_phone
from callcenter.protection.search_index import IndexKind, key_of, tokens

LABELS: Mapping[str, str] = {
    "phone": "call.phone",
    "caller_name": "call.name",
    "question": "call.question",
    "answer": "call.answer",
    "report_text": "call.report_text",
    "void_reason": "call.void_reason",
}
DRAFT = "call.draft"
REVISION_REASON = "call.revision_reason"
REVISION_BEFORE = "call.revision_before"
EXTENSION = " 内線"

Columns = dict[str, bytes | None]


class Texts(Struct, frozen=True):
    """What is sealed of a call. `phone` as shown, with its extension."""

    phone: str = ""
    caller_name: str = ""
    question: str = ""
    answer: str = ""
    report_text: str = ""

    def searchable(self) -> tuple[str, ...]:
        return (self.caller_name, self.question, self.answer, self.report_text)


TEXT_COLUMNS = ("phone", "caller_name", "question", "answer", "report_text")


def phone_text(phone: Phone | None) -> str:
    """A number as it is kept and shown: `073-432-0001 内線12`."""
    if phone is None:
        return ""
    return f"{phone.display}{EXTENSION}{phone.extension}" if phone.extension else phone.display


def masked_phone(text: str) -> str:
    """The shortened form of a kept number; its extension is left out."""
    return mask_phone(text.partition(EXTENSION)[0]) if text else ""


def sealed_columns(keys: ContractKeys, call_id: UUID, texts: Texts, e164: str) -> Columns:
    """All columns that stand for the texts, the search columns included. An empty text is NULL."""
    columns: Columns = {name: sealed(keys, LABELS[name], call_id, getattr(texts, name)) for name in TEXT_COLUMNS}
    columns["phone_key"] = key_of(keys, IndexKind.PHONE, e164) if e164 else None
    columns["tokens"] = tokens(keys, texts.searchable()) or None
    return columns


def sealed(keys: ContractKeys, label: str, row_id: UUID, text: str) -> bytes | None:
    return seal(keys, label, keys.contract_id, row_id, text) if text else None


def opened(keys: ContractKeys, column: str, call_id: UUID, content: bytes | None) -> str:
    """The text of one sealed column of a call; "" where nothing is kept. Raises `Unreadable`."""
    if content is None:
        return ""
    return open_sealed(keys, LABELS[column], keys.contract_id, call_id, content)


def column_opener(keys: ContractKeys, column: str) -> Callable[[UUID, bytes | None], str]:
    """`opened` for many rows of one column."""
    open_one = opener(keys, LABELS[column])
    return lambda call_id, content: "" if content is None else open_one(call_id, content)


def opened_texts(keys: ContractKeys, row: Any, columns: Iterable[str] = TEXT_COLUMNS) -> Texts:
    """The texts of a row that has `id` and the named sealed columns."""
    return Texts(**{name: opened(keys, name, row.id, getattr(row, name)) for name in columns})


def sealed_json(keys: ContractKeys, label: str, row_id: UUID, value: Any) -> bytes:
    return seal(keys, label, keys.contract_id, row_id, json.dumps(value, ensure_ascii=False))


def opened_json(keys: ContractKeys, label: str, row_id: UUID, content: bytes) -> Any:
    """Raises `Unreadable`."""
    return json.loads(open_sealed(keys, label, keys.contract_id, row_id, content))
