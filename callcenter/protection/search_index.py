"""Finding sealed texts again without opening them all: keyed hashes, nothing that works without the index
key.

* `key_of`: equality. 16 bytes per kind of value (phone, notice number, name), the same in every feature.
* `tokens`: substrings. The sorted, unique 4-byte keyed hashes of the character bigrams of a row's texts, in
  one BLOB; a query's tokens are looked for in it (`instr` / `position`). A hit is a candidate: a 4-byte hash
  may collide, be met across two tokens, or its bigrams stand in another order, so the opened text decides
  (`matches`).

Whitespace and punctuation are dropped, katakana and hiragana are one. A single letter is not indexed: it
would say much about a text and find almost everything. **Runs of 9 or more digits are not indexed** in any
form (separated, kanji, read aloud): eleven digits determine an Individual Number, and bigrams would give them
away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from callcenter.protection.digits import long_runs
from callcenter.protection.keys import ContractKeys
from callcenter.protection.text import normalise_for_search

TOKEN_BYTES = 4
KEY_BYTES = 16
_MIN_QUERY_LETTERS = 2
_DROPPED = re.compile(r"[\W_]+")
# A letter that normalisation never leaves in a text: pairs across it are no bigrams.
_GAP = "\x00"


class IndexKind(StrEnum):
    """What an equality key stands for; the same value of another kind has another key."""

    PHONE = "phone"
    NOTICE_NUMBER = "notice_number"
    NAME = "name"
    EMAIL = "email"


def key_of(keys: ContractKeys, kind: IndexKind, value: str) -> bytes:
    """The 16-byte equality key of a value. PHONE takes the kept (E.164) form; others are normalised here."""
    plain = value if kind is IndexKind.PHONE else _DROPPED.sub("", normalise_for_search(value))
    if kind is IndexKind.EMAIL:
        plain = normalise_for_search(value).strip()
    state = _keyed(keys.index, kind.value, KEY_BYTES).copy()
    state.update(plain.encode())
    return state.digest()


def tokens(keys: ContractKeys, texts: Iterable[str | None]) -> bytes:
    """The tokens of a row's texts, sorted and unique, 4 bytes each: order and repetition are not kept."""
    pairs = {pair for text in texts if text for pair in pairwise(_indexable(text))}
    key = keys.index
    return b"".join(sorted({_token(key, one + two) for one, two in pairs if one != _GAP and two != _GAP}))


def query_tokens(keys: ContractKeys, query: str) -> list[bytes]:
    """The tokens that a row must hold to match. Empty for a query of fewer than two letters."""
    letters = _indexable(query)
    wanted = {one + two: None for one, two in pairwise(letters) if one != _GAP and two != _GAP}
    return [_token(keys.index, pair) for pair in wanted] if len(letters) >= _MIN_QUERY_LETTERS else []


def matches(query: str, texts: Iterable[str | None]) -> bool:
    """Does the query stand in one of the opened texts? Compared as indexed, without spaces and marks."""
    wanted = _DROPPED.sub("", normalise_for_search(query))
    return any(wanted in _DROPPED.sub("", normalise_for_search(text)) for text in texts if text)


def _indexable(text: str) -> str:
    """The letters of which bigrams are made, `_GAP` where a long run of digits stood."""
    parts, at = [], 0
    for start, end in long_runs(text):
        parts.append(text[at:start])
        at = end
    parts.append(text[at:])
    return _GAP.join(_DROPPED.sub("", normalise_for_search(part)) for part in parts)


@lru_cache(maxsize=65_536)
def _token(key: bytes, pair: str) -> bytes:
    state = _keyed(key, "bigram", TOKEN_BYTES).copy()
    state.update(pair.encode())
    return state.digest()


@lru_cache(maxsize=256)
def _keyed(key: bytes, purpose: str, size: int) -> blake2b:
    return blake2b(key=key, person=purpose.encode(), digest_size=size)
