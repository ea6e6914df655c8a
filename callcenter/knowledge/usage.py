"""How manuals and FAQ are used: reads for their page and for the reports. Counts are of records, by their local day:
calls that were saved, as every report counts them; what was noted in an open or a voided call counts nowhere.

An entry counts once for each record in which it was used, whichever of its versions; its place among the suggestions
and who used it count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import distinct, func, select

from callcenter.extensions import db
from callcenter.knowledge import ports, queries
from callcenter.knowledge.models import Entry, Question, Use, Version
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import EntryKind, Outcome, QuestionState, Stage
from callcenter.knowledge.sight import name_of

SOON = timedelta(days=30)
"""How long before its review date an entry is announced."""


class Counted(Struct, frozen=True):
    """An entry in force, and in how many records it was used."""

    current: Current
    calls: int

    @property
    def name(self) -> str:
        return name_of(self.current.entry)


class Due(Struct, frozen=True):
    """An entry in force whose review date has come, or will soon. `days`: until then; below 0 it has passed."""

    current: Current
    review_by_on: date
    days: int

    @property
    def name(self) -> str:
        return name_of(self.current.entry)

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


class Days(Struct, frozen=True):
    """A span by day: records with use, records that nothing fitted, versions that came into force; days without any are
    left out. `faq_since`, `since`: when the first FAQ, the first entry of any kind came into force; None: not yet."""

    used: Mapping[date, int]
    missing: Mapping[date, int]
    published: Mapping[date, int]
    faq_since: date | None
    since: date | None

    def on(self, day: date) -> tuple[int | None, int | None, int | None]:
        """Used, nothing fitted, versions of a day; None before there was anything to use or to renew."""
        faq = self.faq_since is not None and self.faq_since <= day
        any_kind = self.since is not None and self.since <= day
        return (
            self.used.get(day, 0) if faq else None,
            self.missing.get(day, 0) if faq else None,
            self.published.get(day, 0) if any_kind else None,
        )


def days(contract_id: UUID, from_on: date, to_on: date) -> Days:
    """Every day of a span; three statements."""
    firsts, calls = _first_days(contract_id), _calls(contract_id, from_on, to_on)
    return Days(
        calls[Outcome.USED],
        calls[Outcome.MISSING],
        published(contract_id, from_on, to_on),
        firsts.get(EntryKind.FAQ.value),
        min(firsts.values(), default=None),
    )


def _first_days(contract_id: UUID) -> dict[str, date]:
    """Kind → when the first entry of it came into force."""
    rows = db.session.execute(
        select(Entry.kind, func.min(Version.effective_on))
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(Version.contract_id == contract_id, Version.stage == Stage.PUBLISHED.value)
        .group_by(Entry.kind)
    )
    return {kind: first for kind, first in rows if first is not None}


def use_counts(contract_id: UUID, from_on: date, to_on: date) -> dict[UUID, int]:
    """Entry → in how many records it was used in the span."""
    recorded = ports.recorded(contract_id, from_on, to_on)
    rows = db.session.execute(
        select(Use.entry_id, func.count(distinct(Use.call_id)))
        .join(recorded, recorded.c.id == Use.call_id)
        .where(Use.contract_id == contract_id, Use.outcome == Outcome.USED.value)
        .group_by(Use.entry_id)
    )
    return {entry_id: count for entry_id, count in rows if entry_id is not None}


def calls_with_use(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Day → in how many records an entry was used; days without one are left out."""
    return _calls(contract_id, from_on, to_on)[Outcome.USED]


def calls_missing(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Day → in how many records nothing fitted; days without one are left out."""
    return _calls(contract_id, from_on, to_on)[Outcome.MISSING]


def _calls(contract_id: UUID, from_on: date, to_on: date) -> dict[Outcome, dict[date, int]]:
    recorded = ports.recorded(contract_id, from_on, to_on)
    rows = db.session.execute(
        select(Use.outcome, recorded.c.local_on, func.count(distinct(Use.call_id)))
        .join(recorded, recorded.c.id == Use.call_id)
        .where(Use.contract_id == contract_id)
        .group_by(Use.outcome, recorded.c.local_on)
        .order_by(recorded.c.local_on)
    )
    found: dict[Outcome, dict[date, int]] = {outcome: {} for outcome in Outcome}
    for outcome, on, count in rows:
        found[Outcome(outcome)][on] = count
    return found


def published(contract_id: UUID, from_on: date, to_on: date) -> dict[date, int]:
    """Day → how many versions came into force, without what the contract began with; days without one are left out."""
    rows = db.session.execute(
        select(Version.effective_on, func.count())
        .where(
            Version.contract_id == contract_id,
            Version.stage == Stage.PUBLISHED.value,
            Version.author_id.is_not(None),
            Version.effective_on.between(from_on, to_on),
        )
        .group_by(Version.effective_on)
        .order_by(Version.effective_on)
    )
    return {on: count for on, count in rows if on is not None}


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
