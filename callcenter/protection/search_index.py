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
from operator import add

from callcenter.protection.digits import long_runs
from callcenter.protection.keys import ContractKeys
from callcenter.protection.text import normalise_for_search

TOKEN_BYTES = 4
KEY_BYTES = 16
_MIN_QUERY_LETTERS = 2
_TOKENS_REMEMBERED = 65_536
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
    pairs = set[str]()
    for text in texts:
        if text:
            letters = _indexable(text)
            pairs.update(map(add, letters, letters[1:]))
    known = _tokens_of(keys.index)
    return b"".join(sorted({known[pair] for pair in pairs if _GAP not in pair}))


def query_tokens(keys: ContractKeys, query: str) -> list[bytes]:
    """The tokens that a row must hold to match. Empty for a query of fewer than two letters."""
    letters, known = _indexable(query), _tokens_of(keys.index)
    wanted = dict.fromkeys(pair for pair in map(add, letters, letters[1:]) if _GAP not in pair)
    return [known[pair] for pair in wanted] if len(letters) >= _MIN_QUERY_LETTERS else []


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


class _Tokens(dict[str, bytes]):
    """The token of each bigram under one key, made when it is first met; forgotten when there are too many."""

    def __init__(self, key: bytes) -> None:
        self._state = _keyed(key, "bigram", TOKEN_BYTES)

    def __missing__(self, pair: str) -> bytes:
        if len(self) >= _TOKENS_REMEMBERED:
            self.clear()
        state = self._state.copy()
        state.update(pair.encode())
        found = self[pair] = state.digest()
        return found


@lru_cache(maxsize=16)
def _tokens_of(key: bytes) -> _Tokens:
    return _Tokens(key)


@lru_cache(maxsize=256)
def _keyed(key: bytes, purpose: str, size: int) -> blake2b:
    return blake2b(key=key, person=purpose.encode(), digest_size=size)
