"""What the FAQ was for the demonstration's calls: the entry that answered each, and the questions that none answered.

Noted at the end of each month, before anybody reports on it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert, select

from callcenter.audit.service import Act, record
from callcenter.calls.models import Call
from callcenter.calls.rules import CallState
from callcenter.clock import instant_of
from callcenter.demo.clock import FIRST_ON, TODAY
from callcenter.demo.company import Company
from callcenter.extensions import db, new_id
from callcenter.knowledge import questions
from callcenter.knowledge.models import Entry, Use, Version
from callcenter.knowledge.questions import NewQuestion
from callcenter.knowledge.rules import EntryKind, Outcome
from callcenter.web.transaction import transaction

_USED_IN, _NOTHING_IN, SEED = 0.62, 0.03, 8
_TURN_OF_MONTH: Final = 8 * 60 + 25
_ASKED: Final = (
    ("0202", "駐車場は何台分ありますか。大きい車でも停められますか。"),
    ("0906", "機種を変えるとき、スマホに入れたカードはどうすればよいですか。"),
    ("1003", "コンビニで戸籍の証明書は取れますか。本籍がほかの市にあります。"),
)


class Uses:
    """Most calls were answered by an entry of their category, a few by none. Notes each call once, in order."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._rng = random.Random(f"{SEED}:knowledge")
        self._entries = _by_category(company.contract_id)
        self._from = FIRST_ON

    def begin_day(self, on: date) -> None:
        """On the first day that is played of a month, note what is left of those before."""
        if on.replace(day=1) > self._from:
            self._note(on.replace(day=1), instant_of(on, _TURN_OF_MONTH))

    def finish(self, at: datetime) -> None:
        """Note the rest; this morning's last questions wait."""
        self._note(TODAY + timedelta(days=1), at)
        _ask(self._company, at)

    def _note(self, until: date, at: datetime) -> None:
        """Note the uses of the calls before a day."""
        by, calls = self._company.actors["supervisor"], _calls(self._company.contract_id, self._from, until)
        rows, self._from = list(self._uses(calls)), until
        if not rows:
            return
        with transaction():
            db.session.execute(insert(Use), rows)
            record(Act("knowledge_uses.loaded", "contract", str(by.contract), {"count": len(rows)}), by=by, at=at)

    def _uses(self, calls: Iterable[_Done]) -> Iterator[dict[str, Any]]:
        contract_id, rng = self._company.contract_id, self._rng
        for call in calls:
            chance = rng.random()
            if chance < _USED_IN:
                entry_id, version_id = _chosen(self._entries[call.category_code], rng)
                yield _row(contract_id, call, Outcome.USED, entry_id, version_id, rng.choice((1, 1, 1, 2, 3)))
            elif chance > 1 - _NOTHING_IN:
                yield _row(contract_id, call, Outcome.MISSING, None, None, None)


class _Done(Struct, frozen=True):
    """A saved call, as it is looked at here."""

    id: UUID
    category_code: str
    operator_id: UUID
    local_on: date
    ended_at: datetime


def _calls(contract_id: UUID, from_on: date, until: date) -> list[_Done]:
    """The saved calls from a day on and before another, in order."""
    columns = (getattr(Call, name) for name in _Done.__struct_fields__)
    saved = Call.contract_id == contract_id, Call.state == CallState.SAVED.value, Call.category_code.is_not(None)
    within = Call.local_on >= from_on, Call.local_on < until
    return [_Done(*row) for row in db.session.execute(select(*columns).where(*saved, *within).order_by(Call.number))]


def _by_category(contract_id: UUID) -> Mapping[str, list[tuple[UUID, UUID]]]:
    """Category → (entry, its first version), in the order of their numbers."""
    found: dict[str, list[tuple[UUID, UUID]]] = defaultdict(list)
    rows = db.session.execute(
        select(Version.category_code, Version.entry_id, Version.id)
        .join(Entry, (Entry.contract_id == Version.contract_id) & (Entry.id == Version.entry_id))
        .where(Entry.contract_id == contract_id, Entry.kind == EntryKind.FAQ.value, Version.number == 1)
        .order_by(Entry.number)
    )
    for code, entry_id, version_id in rows:
        found[code].append((entry_id, version_id))
    return found


def _chosen(entries: Sequence[tuple[UUID, UUID]], rng: random.Random) -> tuple[UUID, UUID]:
    """The first ones are asked for most; the last of each category nobody has needed yet."""
    return entries[int(rng.random() ** 2 * (len(entries) - 1))]


def _row(
    contract_id: UUID, call: _Done, outcome: Outcome, entry_id: UUID | None, version_id: UUID | None, rank: int | None
) -> dict[str, Any]:
    return {
        "contract_id": contract_id,
        "id": new_id(),
        "call_id": call.id,
        "outcome": outcome.value,
        "entry_id": entry_id,
        "version_id": version_id,
        "rank": rank,
        "local_on": call.local_on,
        "noted_at": call.ended_at,
        "noted_by": call.operator_id,
    }


def _ask(company: Company, at: datetime) -> None:
    """This morning's questions that nothing answered; the first is at the city."""
    people = {actor.user_id: actor for actor in company.actors.values()}
    today = _calls(company.contract_id, TODAY, TODAY + timedelta(days=1))[-len(_ASKED) :]
    with transaction():
        for place, (call, (code, text)) in enumerate(zip(today, _ASKED, strict=False)):
            new = NewQuestion(call.id, text, code, to_city=place == 0, key=new_id())
            questions.ask(new, by=people[call.operator_id], at=at)
