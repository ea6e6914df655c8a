"""How manuals and FAQ are used: reads for their page and for the reports. Counts are of calls, by local day.

An entry counts once for each call in which it was used, whichever of its versions; its place among the suggestions and
who used it count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, distinct, func, select

from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import Question, Use, Version
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import EntryKind, Outcome, QuestionState, Stage

SOON = timedelta(days=30)
"""How long before its review date an entry is announced."""


class Counted(Struct, frozen=True):
    """An entry in force, and in how many calls it was used."""

    current: Current
    calls: int


class Due(Struct, frozen=True):
    """An entry in force whose review date has come, or will soon. `days`: until then; below 0 it has passed."""

    current: Current
    review_by_on: date
    days: int

    @property
    def overdue(self) -> bool:
        return self.days < 0


class Unanswered(Struct, frozen=True):
    """Questions of a category that nothing answered: how many, how many different ones once put together, and how many
    of those are not settled."""

    category_code: str
    asked: int
    different: int
    waiting: int


def use_counts(contract_id: UUID, from_on: date, to_on: date) -> dict[UUID, int]:
    """Entry → in how many calls it was used in the span."""
    rows = db.session.execute(
        select(Use.entry_id, func.count(distinct(Use.call_id)))
        .where(*_within(contract_id, from_on, to_on), Use.outcome == Outcome.USED.value)
        .group_by(Use.entry_id)
    )
    return {entry_id: count for entry_id, count in rows if entry_id is not None}


def calls_with_use(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Day → in how many calls an entry was used; days without one are left out."""
    return _calls(contract_id, from_on, to_on, Outcome.USED)


def calls_missing(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Day → in how many calls nothing fitted; days without one are left out."""
    return _calls(contract_id, from_on, to_on, Outcome.MISSING)


def _calls(contract_id: UUID, from_on: date, to_on: date, outcome: Outcome) -> dict[date, int]:
    rows = db.session.execute(
        select(Use.local_on, func.count(distinct(Use.call_id)))
        .where(*_within(contract_id, from_on, to_on), Use.outcome == outcome.value)
        .group_by(Use.local_on)
        .order_by(Use.local_on)
    )
    return {row[0]: row[1] for row in rows}


def _within(contract_id: UUID, from_on: date, to_on: date) -> tuple[ColumnElement[bool], ...]:
    return Use.contract_id == contract_id, Use.local_on >= from_on, Use.local_on <= to_on


def published_between(contract_id: UUID, from_on: date, to_on: date) -> int:
    """How many versions came into force in the span, without what the contract began with."""
    counted: int = db.session.execute(
        select(func.count())
        .select_from(Version)
        .where(
            Version.contract_id == contract_id,
            Version.stage == Stage.PUBLISHED.value,
            Version.author_id.is_not(None),
            Version.effective_on >= from_on,
            Version.effective_on <= to_on,
        )
    ).scalar_one()
    return counted


def counted(contract_id: UUID, from_on: date, to_on: date) -> list[Counted]:
    """The FAQ in force at the end of the span, the most used first; chapters are read, not used in a call."""
    counts = use_counts(contract_id, from_on, to_on)
    found = [
        Counted(one, counts.get(one.entry.id, 0)) for one in queries.in_force_on(contract_id, to_on, EntryKind.FAQ)
    ]
    return sorted(found, key=lambda one: (-one.calls, one.current.entry.number))


def reviews(contract_id: UUID, today: date) -> list[Due]:
    """The entries in force today, FAQ and chapters, past their review date or due within `SOON`: the longest past
    first."""
    found = [
        Due(one, by, (by - today).days)
        for one in queries.in_force_on(contract_id, today)
        if (by := one.version.review_by_on) is not None and by <= today + SOON
    ]
    return sorted(found, key=lambda one: (one.review_by_on, one.current.entry.kind, one.current.entry.number))


def unanswered(contract_id: UUID, from_on: date, to_on: date) -> list[Unanswered]:
    """What nothing answered in the span, by category, the most asked first."""
    rows = db.session.execute(
        select(Question.category_code, Question.group_id.is_(None), Question.state, func.count())
        .where(Question.contract_id == contract_id, Question.local_on >= from_on, Question.local_on <= to_on)
        .group_by(Question.category_code, Question.group_id.is_(None), Question.state)
    )
    asked: dict[str, list[tuple[bool, str, int]]] = defaultdict(list)
    for code, leads, state, count in rows:
        asked[code].append((bool(leads), state, count))
    found = [_unanswered(code, held) for code, held in asked.items()]
    return sorted(found, key=lambda one: (-one.asked, one.category_code))


def _unanswered(code: str, held: list[tuple[bool, str, int]]) -> Unanswered:
    leading = [(state, count) for leads, state, count in held if leads]
    waiting = sum(count for state, count in leading if state != QuestionState.DONE.value)
    return Unanswered(code, sum(count for *_, count in held), sum(count for _, count in leading), waiting)


def totals(days: Mapping[date, int]) -> int:
    return sum(days.values())
