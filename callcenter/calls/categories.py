"""The inquiry categories the product ships: 12 majors, 60 minors, one axis, permanent codes.

A code never changes its meaning: a category is renamed or retired with a date (`rules.CategoryVersion`),
never deleted. This module only reads the shipped list; what a contract makes of it later is data.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import StringIO

from msgspec import Struct

MAJOR_KEYS: tuple[str, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "^")
"""What is printed on the keys of the majors: the top row of a JIS keyboard, left to right."""

MAJOR_KEY_CODES: tuple[str, ...] = (*(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal")
"""The same keys as a browser names them (`event.code`), whatever the keyboard's layout prints on them."""


class Minor(Struct, frozen=True):
    """A minor category. `reading` (hiragana) serves type-ahead; `explanation` may be empty."""

    code: str
    name: str
    reading: str
    explanation: str

    @property
    def major_code(self) -> str:
        return self.code[:2]

    @property
    def digit(self) -> str:
        """The key pressed after the major's key."""
        return self.code[-1]


class Major(Struct, frozen=True):
    """A major category with its minors in the order of their codes; `key` is on the keyboard's top row."""

    code: str
    name: str
    reading: str
    explanation: str
    key: str
    key_code: str
    minors: tuple[Minor, ...]


def parse_categories(text: str) -> tuple[Major, ...]:
    """Reads `code,name,reading,explanation`. ValueError for a malformed, repeated or orphan code."""
    rows = list(csv.DictReader(StringIO(text)))
    _check_codes([row["code"] for row in rows])
    majors = [row for row in rows if len(row["code"]) == 2]
    minors = [Minor(**row) for row in rows if len(row["code"]) == 4]
    return tuple(_major(index, row, minors) for index, row in enumerate(majors))


@cache
def load_categories() -> tuple[Major, ...]:
    """The shipped majors with their minors."""
    source = files("callcenter.calls") / "data" / "categories.csv"
    return parse_categories(source.read_text(encoding="utf-8"))


@cache
def minors_by_code() -> Mapping[str, Minor]:
    """Every shipped minor under its four-digit code, in order."""
    return {minor.code: minor for major in load_categories() for minor in major.minors}


def _major(index: int, row: Mapping[str, str], minors: Sequence[Minor]) -> Major:
    own = tuple(minor for minor in minors if minor.major_code == row["code"])
    return Major(key=MAJOR_KEYS[index], key_code=MAJOR_KEY_CODES[index], minors=own, **row)


def _check_codes(codes: Sequence[str]) -> None:
    if len(set(codes)) != len(codes):
        raise ValueError("a category code stands twice")
    for code in codes:
        if not (code.isascii() and code.isdigit() and len(code) in (2, 4)):
            raise ValueError(f"not a category code: {code!r}")
        if code[:2] not in codes:
            raise ValueError(f"a minor without its major: {code}")
    if sum(len(code) == 2 for code in codes) > len(MAJOR_KEYS):
        raise ValueError("more majors than keys")
