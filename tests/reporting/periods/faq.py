"""Raw rows of manuals and FAQ by chance for `world.World`, and their counts by plain loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from callcenter.extensions import new_id
from callcenter.knowledge.models import Entry, Question, Use, Version
from reports.period import Span
from tests.reporting.periods.chance import CATEGORIES, RawCall


@dataclass
class RawVersion:
    """A version in force from a day. `written` False: what the contract began with."""

    on: date
    review_by: date | None
    written: bool = True
    id: UUID = field(default_factory=new_id)


@dataclass
class RawEntry:
    """An entry of manuals and FAQ with its published versions, in order."""

    kind: str
    number: int
    versions: list[RawVersion]
    retired_on: date | None = None
    id: UUID = field(default_factory=new_id)

    def ruling(self, on: date) -> RawVersion | None:
        begun = [one for one in self.versions if one.on <= on]
        return begun[-1] if begun and not (self.retired_on and self.retired_on <= on) else None


@dataclass
class RawUse:
    """A row of `knowledge_uses`; no entry: nothing fitted. `later`: days after its call's on which it was noted."""

    call: RawCall
    entry: RawEntry | None
    later: int


@dataclass
class RawQuestion:
    """A row of `knowledge_questions`; `leads` False: put together with the first of its category."""

    on: date
    category: str
    leads: bool = True
    id: UUID = field(default_factory=new_id)


@dataclass
class RawFaq:
    """Everything of manuals and FAQ around a month."""

    entries: list[RawEntry] = field(default_factory=list)
    uses: list[RawUse] = field(default_factory=list)
    questions: list[RawQuestion] = field(default_factory=list)

    @classmethod
    def of(cls, random: Random, days: Sequence[date], calls: Sequence[RawCall]) -> RawFaq:
        """In one world of four there is nothing of it; in others it begins with the days, or within them."""
        if random.random() < 0.25:
            return cls()
        since = days[0] if random.random() < 0.5 else random.choice(days)
        entries = [_entry(random, number, since, days) for number in range(1, random.randrange(2, 7))]
        return cls(entries, list(_uses(random, entries, calls)), _questions(random, days))

    # --- into the tables ---

    def rows(
        self, contract_id: UUID, user_id: UUID, ids: dict[int, UUID], at: datetime
    ) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        """`ids`: of each call's row, by `id()` of the call."""
        common = {"contract_id": contract_id}
        yield Entry, [{**common, **_entry_row(one, at)} for one in self.entries]
        yield Version, [{**common, **row} for one in self.entries for row in _version_rows(one, user_id, at)]
        yield Use, [{**common, **_use_row(one, ids[id(one.call)], user_id, at)} for one in self.uses]
        leading = {one.category: one.id for one in self.questions if one.leads}
        yield (
            Question,
            [
                {**common, **_question_row(number, one, leading[one.category], user_id, at)}
                for number, one in enumerate(sorted(self.questions, key=lambda one: not one.leads), 1)
            ],
        )

    # --- counted again ---

    def day(self, on: date) -> dict[str, int | None]:
        mine = [one for one in self.uses if one.call.on == on and one.call.state == "saved"]
        calls = {kind: {id(one.call) for one in mine if (one.entry is None) is kind} for kind in (True, False)}
        begun = [(one.kind, version) for one in self.entries for version in one.versions if version.on <= on]
        faq = any(kind == "faq" for kind, _ in begun)
        return {
            "faq_used": len(calls[False]) if faq else None,
            "faq_missing": len(calls[True]) if faq else None,
            "documents_updated": sum(one.on == on and one.written for _, one in begun) if begun else None,
        }

    def used(self, span: Span) -> list[tuple[str, int]]:
        """Each FAQ in force on the last day by name, and in how many records it was used; the most used first."""
        counted = Counter(
            one.entry.number for one in self.uses if one.entry and one.call.on in span and one.call.state == "saved"
        )
        numbers = [one.number for one in self.entries if one.kind == "faq" and one.ruling(span.to_on)]
        return [(f"FAQ {number}", counted[number]) for number in sorted(numbers, key=lambda one: (-counted[one], one))]

    def asked(self, span: Span) -> dict[str, tuple[int, int]]:
        """Category → questions that nothing answered, and how many once put together."""
        mine = [one for one in self.questions if one.on in span]
        codes = {one.category for one in mine}
        return {
            code: (sum(one.category == code for one in mine), sum(one.category == code and one.leads for one in mine))
            for code in codes
        }

    def overdue(self, on: date) -> dict[str, int]:
        """What is past its review date on a day, and by how many days."""
        names = {"faq": "FAQ", "chapter": "マニュアル"}
        found = [(f"{names[one.kind]} {one.number}", one.ruling(on)) for one in self.entries]
        return {name: (on - one.review_by).days for name, one in found if one and one.review_by and one.review_by < on}


def _entry(random: Random, number: int, since: date, days: Sequence[date]) -> RawEntry:
    kind = "chapter" if random.random() < 0.25 else "faq"
    later = sorted({on for on in random.choices(days, k=random.randrange(3)) if on > since})
    versions = [RawVersion(on, _review_by(random, on)) for on in later]
    first = RawVersion(since, _review_by(random, since), written=random.random() < 0.5)
    retired = random.choice(days) if random.random() < 0.2 else None
    return RawEntry(kind, number, [first, *versions], retired if retired and retired > since else None)


def _review_by(random: Random, on: date) -> date | None:
    return on + timedelta(days=random.randrange(60)) if random.random() < 0.7 else None


def _uses(random: Random, entries: Sequence[RawEntry], calls: Sequence[RawCall]) -> Iterator[RawUse]:
    faq = [one for one in entries if one.kind == "faq"]
    for call in calls:
        begun = [one for one in faq if one.versions[0].on <= call.on]
        if not begun:
            continue
        for entry in random.sample(begun, k=min(len(begun), random.choice((0, 0, 1, 1, 2)))):
            yield RawUse(call, entry, int(call.minute == 1439))
        if random.random() < 0.1:
            yield RawUse(call, None, 0)


def _questions(random: Random, days: Sequence[date]) -> list[RawQuestion]:
    """The first of each category leads; later ones may be put together with it."""
    found: list[RawQuestion] = []
    for on in days:
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            category = random.choice(CATEGORIES)
            first = all(one.category != category for one in found)
            found.append(RawQuestion(on, category, leads=first))
    return found


# --- rows ---


def _entry_row(one: RawEntry, at: datetime) -> dict[str, Any]:
    why = "制度が終わったため" if one.retired_on else ""
    facts = {"id": one.id, "kind": one.kind, "number": one.number, "position": one.number, "created_at": at}
    return {**facts, "retired_on": one.retired_on, "retired_because": why}


def _version_rows(one: RawEntry, user_id: UUID, at: datetime) -> Iterator[dict[str, Any]]:
    for number, version in enumerate(one.versions, 1):
        yield {
            "id": version.id,
            "entry_id": one.id,
            "number": number,
            "stage": "published",
            "title": f"項目{one.number}",
            "body": "本文です。",
            "said_as": [],
            "related": [],
            "category_code": "0101",
            "audience": "public",
            "source_kind": "notice",
            "review_by_on": version.review_by,
            "author_id": user_id if version.written else None,
            "author_name": "見本 責任者",
            "edited_at": at,
            "effective_on": version.on,
            "published_at": at,
        }


def _use_row(one: RawUse, call_id: UUID, user_id: UUID, at: datetime) -> dict[str, Any]:
    version = one.entry and one.entry.versions[0]
    return {
        "id": new_id(),
        "call_id": call_id,
        "outcome": "used" if one.entry else "missing",
        "entry_id": one.entry and one.entry.id,
        "version_id": version and version.id,
        "rank": 1 if one.entry else None,
        "local_on": one.call.on + timedelta(days=one.later),
        "noted_at": at,
        "noted_by": user_id,
    }


def _question_row(number: int, one: RawQuestion, leading: UUID, user_id: UUID, at: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": number,
        "group_id": None if one.leads else leading,
        "state": "open",
        "category_code": one.category,
        "text": b"sealed",
        "local_on": one.on,
        "asked_at": at,
        "asked_by": user_id,
        "asker_name": "見本 花子",
    }
