"""Which of a period's people stand in the texts of its report.

Thousands call in a year. Each is looked for in all texts at once, and only who seems to stand in one is kept: this
sieve may let too many through, never too few, and what it lets through is judged by `protection.findings`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from callcenter.protection.digits import runs
from callcenter.protection.findings import LABELS, Finding
from callcenter.protection.text import normalise_for_search

NUMBER_KIND = "document_number"
SHORTEST_NUMBER = 5
"""A notice number of fewer letters would be found in any date."""
_DROPPED = re.compile(r"[\s・]")
_PARTS = re.compile(r"[\s・]+")
_NOT_DIGIT = re.compile(r"\D")
_TAIL = 6
"""A known phone is found by no fewer of its last digits (`protection.findings`)."""
_APART = "\x00"


class Sieve:
    """The texts of a report, folded once."""

    def __init__(self, texts: Iterable[str]) -> None:
        given = list(texts)
        self._letters = _APART.join(_folded(text) for text in given)
        self._pairs = frozenset(map(str.__add__, self._letters, self._letters[1:]))
        self._digits = _APART.join(digits for text in given for digits in _digit_forms(text))
        self._signs = _APART.join(_signs(text) for text in given)

    def has_name(self, name: str) -> bool:
        """Whether the name, or a part of it of two letters or more, may stand in a text."""
        parts = [part for part in map(_folded, _PARTS.split(name)) if part]
        return any(self._has_letters(form) for form in ("".join(parts), *parts))

    def _has_letters(self, form: str) -> bool:
        # Most names end here: their first two letters stand nowhere side by side.
        return len(form) > 1 and form[:2] in self._pairs and form in self._letters

    def has_phone(self, phone: str) -> bool:
        """Whether the phone, or its last digits, may stand in a text."""
        tail = _digits(phone)[-_TAIL:]
        return bool(tail) and tail in self._digits

    def has_number(self, number: str) -> bool:
        signs = _signs(number)
        return len(signs) >= SHORTEST_NUMBER and signs in self._signs


def number_findings(text: str, numbers: Iterable[str]) -> Iterator[Finding]:
    """Where notice numbers stand in a text, however they are spaced."""
    signs, places = _placed_signs(text)
    for number in numbers:
        wanted = _signs(number)
        at = signs.find(wanted) if len(wanted) >= SHORTEST_NUMBER else -1
        while at >= 0:
            yield Finding(NUMBER_KIND, places[at], places[at + len(wanted) - 1] + 1, LABELS[NUMBER_KIND])
            at = signs.find(wanted, at + len(wanted))


def _folded(text: str) -> str:
    return _DROPPED.sub("", normalise_for_search(text))


def _digits(text: str) -> str:
    return _NOT_DIGIT.sub("", unicodedata.normalize("NFKC", text))


def _digit_forms(text: str) -> Iterator[str]:
    """The digits of a text as they stand, and those that are written in another way (〇七三)."""
    yield _digits(text)
    for run in runs(text):
        yield "".join(group.digits for group in run.groups)


def _signs(text: str) -> str:
    return _placed_signs(text)[0]


def _placed_signs(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text as compared, and the place of each."""
    signs: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        for sign in unicodedata.normalize("NFKC", letter).casefold():
            if sign.isalnum():
                signs.append(sign)
                places.append(at)
    return "".join(signs), places
