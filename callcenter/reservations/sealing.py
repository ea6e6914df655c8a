"""What is sealed of a reservation, under permanent labels, and how it is opened and shortened."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from callcenter.protection.cipher import open_sealed, seal
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import mask_name, mask_phone
from callcenter.protection.search_index import IndexKind, key_of
from callcenter.reservations.rules import Applicant

PHONE, REMARKS, REASON = "reservation.phone", "reservation.remarks", "reservation.reason"
NOTICE, NAME, KANA, BIRTH = "applicant.notice_number", "applicant.name", "applicant.kana", "applicant.birth_on"
WAIT_PHONE, WAIT_NAME = "reservation_wait.phone", "reservation_wait.name"
CITY_ROW, SETTLEMENT = "reservation_difference.city_row", "reservation_difference.note"


def sealed(keys: ContractKeys, label: str, row_id: UUID, text: str) -> bytes | None:
    return seal(keys, label, keys.contract_id, row_id, text) if text else None


def required(keys: ContractKeys, label: str, row_id: UUID, text: str) -> bytes:
    return seal(keys, label, keys.contract_id, row_id, text)


def opened(keys: ContractKeys, label: str, row_id: UUID, content: bytes | None) -> str:
    """The text of a sealed column; "" where nothing is kept. Raises `Unreadable`."""
    return "" if content is None else open_sealed(keys, label, keys.contract_id, row_id, content)


def notice_key(keys: ContractKeys, number: str) -> bytes:
    return key_of(keys, IndexKind.NOTICE_NUMBER, number)


def applicant_columns(keys: ContractKeys, row_id: UUID, one: Applicant) -> dict[str, Any]:
    return {
        "notice_key": notice_key(keys, one.notice_number),
        "notice_number": required(keys, NOTICE, row_id, one.notice_number),
        "name": required(keys, NAME, row_id, one.name),
        "kana": sealed(keys, KANA, row_id, one.kana),
        "birth_on": required(keys, BIRTH, row_id, one.birth_on.isoformat()),
    }


def opened_applicant(keys: ContractKeys, row: Any) -> Applicant:
    """Of a row with `id` and the sealed columns."""
    return Applicant(
        opened(keys, NOTICE, row.id, row.notice_number),
        opened(keys, NAME, row.id, row.name),
        opened(keys, KANA, row.id, row.kana),
        date.fromisoformat(opened(keys, BIRTH, row.id, row.birth_on)),
    )


def sealed_json(keys: ContractKeys, label: str, row_id: UUID, value: Any) -> bytes:
    return required(keys, label, row_id, json.dumps(value, ensure_ascii=False))


def opened_json(keys: ContractKeys, label: str, row_id: UUID, content: bytes) -> Any:
    return json.loads(opened(keys, label, row_id, content))


def masked_notice(number: str) -> str:
    """`A1＊＊＊＊＊＊78`: enough to tell two apart, too little to use."""
    return number[:2] + "＊" * max(0, len(number) - 4) + number[-2:] if len(number) > 4 else "＊" * len(number)


def masked_name(name: str) -> str:
    return mask_name(name) if name else ""


def masked_phone(text: str) -> str:
    return mask_phone(text) if text else ""
