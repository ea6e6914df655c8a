"""The content that a new centre begins with, as it ships: FAQ, chapters of the manual, synonyms, test questions.

All of it is a starting set that the city has to confirm. No database: the search is measured over it without one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from msgspec import Struct

from callcenter.knowledge.rules import Audience, EntryKind, SourceKind
from callcenter.knowledge.search.evaluate import Collection, Doc, Query

_NOTICE = "事務処理要領"
_OF_THE_CITY = "市の"
ANSWERS, PARTLY = 2, 1
"""Grades of a test question's entries."""


class Seed(Struct, frozen=True):
    """An entry of the starting set. `key` never changes: it is how a second load knows what is there already."""

    key: str
    kind: EntryKind
    title: str
    body: str
    audience: Audience
    source_kind: SourceKind
    source: str
    source_url: str
    law: str
    verify: str
    review_months: int
    position: int = 0
    category: str = ""
    said_as: tuple[str, ...] = ()


class Words(Struct, frozen=True):
    """A group of words that mean the same, with a note for whoever keeps the groups."""

    words: tuple[str, ...]
    note: str = ""


class TestQuestion(Struct, frozen=True):
    """What a caller says, and the keys of the entries that answer it, fully or partly."""

    __test__ = False

    id: str
    text: str
    answers: tuple[str, ...]
    partly: tuple[str, ...] = ()


@cache
def seeds() -> tuple[Seed, ...]:
    """FAQ in the order of the categories, then the chapters of the manual."""
    return (*_faq(), *_chapters())


@cache
def synonyms() -> tuple[Words, ...]:
    told = tomllib.loads((_data() / "synonyms.toml").read_text(encoding="utf-8"))
    return tuple(Words(tuple(one["words"]), one.get("note", "")) for one in told["group"])


@cache
def test_questions() -> tuple[TestQuestion, ...]:
    """What judges the search over the FAQ; nothing is tuned by them."""
    lines = (_data() / "test_questions.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return tuple(TestQuestion(one["id"], one["text"], tuple(one["answers"]), tuple(one["partly"])) for one in told)


def collection() -> Collection:
    """The test questions over the FAQ, for `evaluate`."""
    from callcenter.knowledge import texts

    docs = [Doc(one.key, one.title, texts.plain(one.body), one.said_as) for one in _faq()]
    grades = {
        one.id: {**dict.fromkeys(one.partly, PARTLY), **dict.fromkeys(one.answers, ANSWERS)} for one in test_questions()
    }
    return Collection(docs, [Query(one.id, one.text) for one in test_questions()], grades)


test_questions.__test__ = False  # type: ignore[attr-defined]


def _data() -> Traversable:
    return files("callcenter.knowledge") / "data"


def _within(folder: str, ending: str) -> Sequence[Traversable]:
    found = [one for one in (_data() / folder).iterdir() if one.name.endswith(ending)]
    return sorted(found, key=lambda one: one.name)


@cache
def _faq() -> tuple[Seed, ...]:
    return tuple(_of_faq(one) for file in _within("faq", ".toml") for one in _entries(file))


def _entries(file: Traversable) -> Iterator[dict[str, Any]]:
    yield from tomllib.loads(file.read_text(encoding="utf-8"))["entry"]


def _of_faq(told: dict[str, Any]) -> Seed:
    return Seed(
        key=told["key"],
        kind=EntryKind.FAQ,
        title=told["question"],
        body=told["answer"].strip(),
        audience=Audience(told["audience"]),
        source_kind=_source_kind(told["source"], told["source_url"], told["law"]),
        source=told["source"],
        source_url=told["source_url"],
        law=told["law"],
        verify=told["verify"],
        review_months=told["review_months"],
        category=told["category"],
        said_as=tuple(told["said_as"]),
    )


def _source_kind(source: str, url: str, law: str) -> SourceKind:
    if source.startswith(_OF_THE_CITY):
        return SourceKind.CITY
    if _NOTICE in source:
        return SourceKind.NOTICE
    if url:
        return SourceKind.SITE
    return SourceKind.LAW if law else SourceKind.OWN


def _chapters() -> Iterator[Seed]:
    for file in _within("manual", ".md"):
        _, front, body = file.read_text(encoding="utf-8").split("---\n", 2)
        told = dict(line.split(": ", 1) for line in front.splitlines())
        yield Seed(
            key=f"manual/{told['key']}",
            kind=EntryKind.CHAPTER,
            title=told["title"],
            body=body.strip(),
            audience=Audience(told["audience"]),
            source_kind=SourceKind.OWN,
            source=told["source"],
            source_url="",
            law="",
            verify=told["verify"],
            review_months=int(told["review_months"]),
            position=int(file.name[:2]),
        )
