"""What an import or a typed day would change. Reads and compares; changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, select

from callcenter.calls.exchange.cdr import ExchangeCall, merged
from callcenter.calls.exchange.intake import Term, record_counts
from callcenter.calls.exchange.models import ExchangeCallRow, ExchangeCount, ExchangeImport
from callcenter.calls.exchange.queries import COUNTED, counts_of
from callcenter.calls.exchange.rules import Counts, SlotKey
from callcenter.clock import local
from callcenter.extensions import db

CHUNK = 400


class Plan(Struct, frozen=True):
    """Counts to add, counts that replace a standing one (its id), counts to withdraw, how many stay as they are, and
    the standing ones beside them that are not told of and stay."""

    new: Mapping[SlotKey, Counts]
    changed: Mapping[SlotKey, tuple[UUID, Counts]]
    withdrawn: Mapping[SlotKey, UUID]
    same: int
    beside: Mapping[SlotKey, Counts]

    @property
    def writes(self) -> bool:
        return bool(self.new or self.changed or self.withdrawn)

    @property
    def days(self) -> list[date]:
        """The days that change."""
        return sorted({key.local_on for key in (*self.new, *self.changed, *self.withdrawn)})

    def state_of(self, on: date) -> str:
        """`new`, `changed` or `same`."""
        if any(key.local_on == on for key in (*self.changed, *self.withdrawn)):
            return "changed"
        return "new" if any(key.local_on == on for key in self.new) else "same"

    def as_dict(self) -> dict[str, int]:
        """Numbers for the log and the account."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "withdrawn": len(self.withdrawn),
            "same": self.same,
            "days": len(self.days),
        }


def plan_counts(
    contract_id: UUID, source_id: UUID | None, counts: Mapping[SlotKey, Counts], whole_days: Iterable[date] = ()
) -> Plan:
    """Compare `counts` with what stands. On `whole_days` what is not given is withdrawn.

    Counts per day and per half hour of the same side of the opening hours do not stand side by side.
    """
    whole = frozenset(whole_days)
    standing = _standing(contract_id, source_id, {key.local_on for key in counts} | whole)
    sides: defaultdict[tuple[date, bool], set[bool]] = defaultdict(set)
    for key in counts:
        sides[key.local_on, key.inside_hours].add(key.start_minute is None)
    withdrawn = {
        key: row_id
        for key, (row_id, _) in standing.items()
        if key not in counts and (key.local_on in whole or _is_other_kind(key, sides))
    }
    new = {key: value for key, value in counts.items() if key not in standing}
    changed = {
        key: (standing[key][0], value) for key, value in counts.items() if key in standing and standing[key][1] != value
    }
    beside = {key: value for key, (_, value) in standing.items() if key not in counts and key not in withdrawn}
    return Plan(new, changed, withdrawn, len(counts) - len(new) - len(changed), beside)


def _is_other_kind(key: SlotKey, sides: Mapping[tuple[date, bool], set[bool]]) -> bool:
    given = sides.get((key.local_on, key.inside_hours))
    return bool(given) and (key.start_minute is None) not in (given or ())


def _standing(contract_id: UUID, source_id: UUID | None, days: set[date]) -> dict[SlotKey, tuple[UUID, Counts]]:
    if source_id is None or not days:
        return {}
    rows = db.session.execute(
        select(
            ExchangeCount.id,
            ExchangeCount.local_on,
            ExchangeCount.start_minute,
            ExchangeCount.inside_hours,
            *COUNTED,
        ).where(
            ExchangeCount.contract_id == contract_id,
            ExchangeCount.source_id == source_id,
            ExchangeCount.local_on.between(min(days), max(days)),
            ExchangeCount.replaced_at.is_(None),
        )
    )
    return {
        SlotKey(row.local_on, row.start_minute, row.inside_hours): (row.id, counts_of(row))
        for row in rows
        if row.local_on in days
    }


class CallPlan(Struct, frozen=True):
    """Calls of a detail record to add, calls that changed (by row id), and what becomes of the counts."""

    new: Sequence[ExchangeCall]
    changed: Sequence[tuple[UUID, ExchangeCall]]
    counts: Plan
    totals: Mapping[SlotKey, Counts]

    @property
    def writes(self) -> bool:
        return bool(self.new or self.changed or self.counts.writes)


class _Known(Struct, frozen=True):
    id: UUID
    zone: str
    call: ExchangeCall


def plan_calls(
    contract_id: UUID, source_id: UUID | None, calls: Sequence[ExchangeCall], zone: str, term: Term
) -> CallPlan:
    """Compare a detail record with the calls that are known by their ids.

    A call told in two parts becomes one; one read in another zone before moves. Counted anew are the days on which
    something changed, those not yet counted, those the file reaches beyond (it holds all of their calls), and what
    was counted while the service level had other seconds.
    """
    known = _known(contract_id, source_id, [call.linked_id for call in calls])
    new = [call for call in calls if call.linked_id not in known]
    changed = [
        (row.id, result)
        for call in calls
        if (row := known.get(call.linked_id)) and (result := _result(row, call, zone)) != row.call
    ]
    touched = [*new, *(result for _, result in changed)]
    moved_from = {_day(known[result.linked_id].call) for _, result in changed}
    days = {_day(call) for call in touched} | moved_from | _covered(contract_id, source_id, calls)
    whole = _calls_of_days(contract_id, source_id, days)
    whole.update({call.linked_id: call for call in touched})
    counted = [call for call in whole.values() if _day(call) in days]
    totals = record_counts(counted, sorted({_day(call) for call in counted}), term)
    totals |= _judged_anew(contract_id, source_id, {_day(call) for call in calls} - days, term)
    return CallPlan(new, changed, plan_counts(contract_id, source_id, totals, days), totals)


def _judged_anew(contract_id: UUID, source_id: UUID | None, days: set[date], term: Term) -> dict[SlotKey, Counts]:
    """The counts of days that stand, where answers in time were counted with other seconds than the contract sets now.

    Only half hours that stand: of the others the file may tell nothing.
    """
    if term.seconds_on is None:
        return {}
    standing = _standing(contract_id, source_id, days)
    old = {key for key, (_, counts) in standing.items() if counts.within_seconds != term.seconds_on(key.local_on)}
    moved = {key.local_on for key in old}
    again = record_counts(_calls_of_days(contract_id, source_id, moved).values(), sorted(moved), term)
    return {key: counts for key, counts in again.items() if key in old}


def _result(known: _Known, found: ExchangeCall, zone: str) -> ExchangeCall:
    return merged(known.call, found) if known.zone == zone else replace(found, linked_id=known.call.linked_id)


def _day(call: ExchangeCall) -> date:
    return local(call.started_at).on


def _covered(contract_id: UUID, source_id: UUID | None, calls: Sequence[ExchangeCall]) -> set[date]:
    days = {_day(call) for call in calls}
    if not days:
        return days
    last = max(days)
    return days - {last} if _standing(contract_id, source_id, {last}) else days


_CALL = (
    ExchangeCallRow.id,
    ExchangeCallRow.linked_id,
    ExchangeCallRow.started_at,
    ExchangeCallRow.offered,
    ExchangeCallRow.answered,
    ExchangeCallRow.wait_seconds,
    ExchangeCallRow.talk_seconds,
)


def _call(row: Any) -> ExchangeCall:
    return ExchangeCall(row.linked_id, row.started_at, row.offered, row.answered, row.wait_seconds, row.talk_seconds)


def _known(contract_id: UUID, source_id: UUID | None, linked_ids: Sequence[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for at in range(0, len(linked_ids) if source_id else 0, CHUNK):
        rows = db.session.execute(
            select(*_CALL, ExchangeImport.zone)
            .join(
                ExchangeImport,
                and_(
                    ExchangeImport.contract_id == ExchangeCallRow.contract_id,
                    ExchangeImport.id == ExchangeCallRow.import_id,
                ),
            )
            .where(
                ExchangeCallRow.contract_id == contract_id,
                ExchangeCallRow.source_id == source_id,
                ExchangeCallRow.linked_id.in_(linked_ids[at : at + CHUNK]),
            )
        )
        found |= {row.linked_id: _Known(row.id, row.zone, _call(row)) for row in rows}
    return found


def _calls_of_days(contract_id: UUID, source_id: UUID | None, days: set[date]) -> dict[str, ExchangeCall]:
    if source_id is None or not days:
        return {}
    rows = db.session.execute(
        select(*_CALL).where(
            ExchangeCallRow.contract_id == contract_id,
            ExchangeCallRow.source_id == source_id,
            ExchangeCallRow.local_on.between(min(days), max(days)),
        )
    )
    return {row.linked_id: _call(row) for row in rows}
