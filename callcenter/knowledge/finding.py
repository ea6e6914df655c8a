"""Entries of the list that speak of what somebody typed: where all the words stand first, then what the search finds.

The words go nowhere: they are asked in a POST, and neither kept nor logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from callcenter.knowledge.queries import Current
from callcenter.knowledge.search import live
from callcenter.knowledge.sight import name_of
from callcenter.protection.scan import masked_text
from callcenter.protection.text import normalise_for_search

MOST_ALIKE = 5
"""How many entries that merely answer the question follow those that hold its words."""
_LOOKED_AT = 30
LONGEST = 200


class Found(Struct, frozen=True):
    """What speaks of the words: `exact` holds them all, the headings first; `alike` answers them in other words."""

    exact: Sequence[Current]
    alike: Sequence[Current] = ()


def found(contract_id: UUID, rows: Sequence[Current], words: str, today: date) -> Found:
    """Of these rows; all of them where nothing was typed."""
    asked = normalise_for_search(words).split()
    if not asked:
        return Found(rows)
    exact = sorted(_holding(rows, asked), key=lambda one: not _stands_in(asked, _heading(one)))
    known = {one.entry.id for one in exact}
    others: dict[object, Current] = {one.entry.id: one for one in rows if one.entry.id not in known}
    hits = live.search(contract_id, masked_text(words), today, _LOOKED_AT)
    return Found(exact, [others[hit.key] for hit in hits if hit.key in others][:MOST_ALIKE])


def _holding(rows: Sequence[Current], asked: Sequence[str]) -> Iterator[Current]:
    return (one for one in rows if _stands_in(asked, f"{_heading(one)} {normalise_for_search(one.version.body)}"))


def _heading(one: Current) -> str:
    """Its number as it is said with and without the space, its title, and what callers say for it."""
    name = name_of(one.entry)
    return normalise_for_search(" ".join((name, name.replace(" ", ""), one.version.title, *one.version.said_as)))


def _stands_in(asked: Sequence[str], text: str) -> bool:
    return all(word in text for word in asked)
