"""Reads of categories: what each code is called on a day, and which may be chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, select

from callcenter.calls.categories import MAJOR_KEY_CODES, MAJOR_KEYS
from callcenter.calls.models import CallCategoryName
from callcenter.calls.rules import CategoryVersion, is_selectable
from callcenter.extensions import db
from callcenter.web.statements import Read

_NAMES = cast(Table, CallCategoryName.__table__)
_ALL = Read(
    select(
        _NAMES.c.code, _NAMES.c.name, _NAMES.c.valid_from, _NAMES.c.retired_on, _NAMES.c.reading, _NAMES.c.explanation
    )
    .where(_NAMES.c.contract_id == bindparam("wanted_contract"))
    .order_by(_NAMES.c.code, _NAMES.c.valid_from)
)
_CONTRACTS_REMEMBERED = 16


class CategoryOn(Struct, frozen=True):
    """A minor category as it stands on a day."""

    code: str
    name: str
    reading: str
    explanation: str
    selectable: bool

    @property
    def major_code(self) -> str:
        return self.code[:2]


class MajorOn(Struct, frozen=True):
    """A major category on a day with its minors by code, and its key on the top row of the keyboard."""

    code: str
    name: str
    key: str
    key_code: str
    minors: tuple[CategoryOn, ...]


class NamedVersion(Struct, frozen=True):
    """A version with what the desk's type-ahead reads."""

    version: CategoryVersion
    reading: str
    explanation: str


class Names:
    """Every name every code of a contract ever bore. One statement to load, then plain look-ups."""

    def __init__(self, rows: Iterable[NamedVersion]) -> None:
        self._by_code: dict[str, list[NamedVersion]] = defaultdict(list)
        for row in rows:
            self._by_code[row.version.code].append(row)
        for own in self._by_code.values():
            own.sort(key=lambda row: row.version.valid_from)
        self._trees: dict[date, tuple[MajorOn, ...]] = {}

    def codes(self) -> list[str]:
        return sorted(self._by_code)

    def of(self, code: str) -> list[NamedVersion]:
        """All versions of a code, the earliest first; empty for an unknown code."""
        return self._by_code.get(code, [])

    def versions(self, code: str) -> Sequence[CategoryVersion]:
        return [row.version for row in self.of(code)]

    def on(self, code: str, day: date) -> NamedVersion:
        """The version in force on a day (before the first: the first). Raises `LookupError`."""
        own = self._by_code.get(code)
        if not own:
            raise LookupError(f"unknown category code: {code}")
        found = own[0]
        for row in own[1:]:
            if row.version.valid_from <= day:
                found = row
        return found

    def label(self, code: str | None, day: date) -> str:
        """The name on a day; "" without a code."""
        return self.on(code, day).version.name if code else ""

    def tree(self, day: date) -> list[MajorOn]:
        """All majors with all their minors, named as on that day."""
        if day not in self._trees:
            self._trees = {day: tuple(self._majors(day))}
        return list(self._trees.get(day) or self._majors(day))

    def _majors(self, day: date) -> list[MajorOn]:
        majors = [code for code in self.codes() if len(code) == 2]
        return [
            MajorOn(code, self.label(code, day), key, key_code, self._minors(code, day))
            for code, key, key_code in zip(majors, MAJOR_KEYS, MAJOR_KEY_CODES, strict=False)
        ]

    def _minors(self, major: str, day: date) -> tuple[CategoryOn, ...]:
        codes = [code for code in self.codes() if len(code) == 4 and code[:2] == major]
        return tuple(self._minor(code, day) for code in codes)

    def _minor(self, code: str, day: date) -> CategoryOn:
        row = self.on(code, day)
        chosen = is_selectable(self.versions(code), code, day)
        return CategoryOn(code, row.version.name, row.reading, row.explanation, chosen)


def names(contract_id: UUID) -> Names:
    """All names of a contract's categories. One statement."""
    return _names_of(tuple(_ALL.all(db.session.connection(), {"wanted_contract": contract_id})))


@lru_cache(_CONTRACTS_REMEMBERED)
def names_at(contract_id: UUID, head: bytes) -> Names:  # noqa: ARG001
    """The same, read anew only when the contract's log has moved from `head`: every change of a name is in it."""
    return names(contract_id)


@lru_cache(_CONTRACTS_REMEMBERED)
def _names_of(rows: tuple[tuple[Any, ...], ...]) -> Names:
    """Always read, but put in order only when they have changed."""
    return Names(
        NamedVersion(CategoryVersion(code, name, valid_from, retired_on), reading, explanation)
        for code, name, valid_from, retired_on, reading, explanation in rows
    )


def categories_on(contract_id: UUID, on: date) -> list[MajorOn]:
    """All majors and minors with the names of that day; retired ones are there, marked as not selectable."""
    return names(contract_id).tree(on)


def selectable(tree: Iterable[MajorOn]) -> list[MajorOn]:
    """What the desk offers: majors that still have a minor to choose."""
    left = (
        MajorOn(major.code, major.name, major.key, major.key_code, tuple(m for m in major.minors if m.selectable))
        for major in tree
    )
    return [major for major in left if major.minors]


def code_choices(tree: Iterable[MajorOn]) -> list[tuple[str, str]]:
    """(code, label) for a filter: a major stands for all its minors."""
    choices: list[tuple[str, str]] = []
    for major in tree:
        choices.append((major.code, f"{major.code} {major.name}（すべて）"))
        choices += [(minor.code, f"　{minor.code} {minor.name}") for minor in major.minors]
    return choices


def find_in(found: Mapping[str, Sequence[CategoryVersion]], code: str) -> Sequence[CategoryVersion]:
    """A `rules.CategoryLookup` over what one statement brought."""
    return found.get(code, ())
