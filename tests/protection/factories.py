"""Invented numbers and keys. A number with a right check digit is made here, never taken from anyone."""

from __future__ import annotations

import random
import re
from types import MappingProxyType
from uuid import UUID

from callcenter.protection.keys import ContractKeys
from callcenter.protection.mynumber import check_digit

CONTRACT = UUID("01900000-0000-7000-8000-000000000001")
OTHER_CONTRACT = UUID("01900000-0000-7000-8000-000000000002")
ROW = UUID("01900000-0000-7000-8000-0000000000aa")
OTHER_ROW = UUID("01900000-0000-7000-8000-0000000000bb")
NUMBER = "12345678901" + str(check_digit("12345678901"))
WRONG = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
FULL_WIDTH = "０１２３４５６７８９"
KANJI = "〇一二三四五六七八九"
FORMAL = "零壱弐参四五六七八九"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
READ_ALOUD = ["ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"]
_PLACEHOLDER = re.compile(r"\{([0-9]+(?:[- ][0-9]+)*)\}")


def number(eleven: str) -> str:
    return eleven + str(check_digit(eleven))


def written_in(digits: str, alphabet: str) -> str:
    return digits.translate(str.maketrans("0123456789", alphabet))


def grouped(digits: str, separator: str, *sizes: int) -> str:
    parts, at = [], 0
    for size in sizes or (4, 4, 4):
        parts.append(digits[at : at + size])
        at += size
    return separator.join(parts)


def contract_keys(contract_id: UUID = CONTRACT, seed: int = 1) -> ContractKeys:
    source = random.Random(seed)
    data, index, log = (source.randbytes(32) for _ in range(3))
    return ContractKeys(contract_id, MappingProxyType({1: data}), 1, index, log)


def filled(note: str, source: random.Random) -> str:
    """A desk note with its placeholders filled: twelve digits get a right check digit, longer numbers hold one."""
    return _PLACEHOLDER.sub(lambda found: _digits_like(found.group(1), source), note)


def _digits_like(layout: str, source: random.Random) -> str:
    length = sum(map(int, re.findall(r"[0-9]+", layout)))
    digits = "".join(source.choices("0123456789", k=length))
    if length >= 12:
        inner = number(source.choice("123456789") + "".join(source.choices("0123456789", k=10)))
        digits = inner + digits[12:] if source.random() < 0.5 else digits[: length - 12] + inner
    remaining = iter(digits)
    return re.sub(r"[0-9]+", lambda size: "".join(next(remaining) for _ in range(int(size.group()))), layout)
