"""Finding a reservation by what a caller can say: its number, the notice number, the telephone number."""

from __future__ import annotations

from typing import Any

from callcenter.errors import InvalidInput
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import normalise_phone
from callcenter.protection.scan import FieldKind, require_clean
from callcenter.protection.search_index import IndexKind, key_of
from callcenter.protection.text import clean_line
from callcenter.reservations import queries, rules
from callcenter.reservations.sealing import notice_key

QUERY_LENGTH = 60


def found(keys: ContractKeys, typed: str, pattern: str) -> tuple[str, list[Any]]:
    """By what was looked (number, notice_number, phone) and the reservations, the newest appointment first.

    Raises `IndividualNumberRefused`, `InvalidInput` for what is none of the three.
    """
    words = clean_line(typed, max_length=QUERY_LENGTH, field="q")
    require_clean({"q": words}, {"q": FieldKind.PHONE})
    if not words:
        raise InvalidInput(errors={"q": ["予約番号・交付通知書の番号・電話番号のどれかを入力してください。"]})
    serial = rules.serial_of(words)
    if serial is not None:
        return "number", queries.with_serial(keys.contract_id, serial)
    number = rules.notice_number(words)
    if not rules.check_notice_number(number, pattern):
        return "notice_number", queries.with_notice(keys.contract_id, notice_key(keys, number))
    return "phone", queries.with_phone(keys.contract_id, _phone_key(keys, words))


def _phone_key(keys: ContractKeys, words: str) -> bytes:
    try:
        return key_of(keys, IndexKind.PHONE, normalise_phone(words).e164)
    except InvalidInput:
        message = "予約番号・交付通知書の番号・電話番号のどれでもありません。もう一度お確かめください。"
        raise InvalidInput(errors={"q": [message]}) from None
