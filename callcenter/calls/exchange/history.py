"""Counts of many days at once, for the demonstration. Nothing is scanned: the texts are the product's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from callcenter.calls.exchange.rules import Counts, SlotKey, SourceKind
from callcenter.calls.exchange.service import Incoming, NewReason, Origin, add_reason, bring_in
from callcenter.calls.exchange.thresholds import seconds_on
from callcenter.web.access import Actor


class HistorySlot(Struct, frozen=True):
    """What the exchange counted in a half hour of the opening hours; seconds are sums over the answered calls.
    `answered_within`: those answered within the seconds that the contract sets for the day."""

    start_minute: int
    offered: int
    answered: int
    abandoned: int
    wait_seconds: int
    talk_seconds: int
    answered_within: int | None = None


class HistoryReason(Struct, frozen=True):
    """Why answered and recorded differ by `difference`; `start_minute` None: of the whole day."""

    start_minute: int | None
    difference: int
    text: str


class HistoryDay(Struct, frozen=True):
    """A day's half hours and the reasons for its gaps."""

    on: date
    slots: tuple[HistorySlot, ...]
    reasons: tuple[HistoryReason, ...] = ()


def load_history(days: Iterable[HistoryDay], *, source_name: str, by: Actor, at: datetime) -> int:
    """Load days as one import of one source with one entry of the log; returns the number of counts."""
    counts: dict[SlotKey, Counts] = {}
    seconds = seconds_on(by.contract)
    for day in days:
        for slot in day.slots:
            counts[SlotKey(day.on, slot.start_minute, True)] = _counts(slot, day.on, seconds)
        for reason in day.reasons:
            new = NewReason(day.on, reason.start_minute, reason.text)
            add_reason(new, reason.difference, by=by, at=at)
    origin = Origin(source_name, SourceKind.CSV, file_name="demonstration")
    bring_in(Incoming(origin, counts, summary={"lines": len(counts)}), by=by, at=at)
    return len(counts)


def _counts(slot: HistorySlot, on: date, seconds: Callable[[date], int]) -> Counts:
    counts = Counts(slot.offered, slot.answered, slot.abandoned, slot.wait_seconds, slot.talk_seconds)
    if slot.answered_within is None:
        return counts
    return replace(counts, answered_within=slot.answered_within, within_seconds=seconds(on))
