"""What a preview shows of a file: each day as it would stand, and what another zone would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.calls.exchange.intake import Term
from callcenter.calls.exchange.rules import NOTHING, ZONES, Counts, SlotKey, slots_of, sum_of
from callcenter.calls.exchange.service import Plans
from callcenter.calls.exchange.uploads import Upload, in_other_zone
from callcenter.clock import local


class PreviewDay(Struct, frozen=True):
    """A day of the file as its source will tell it once the file is in.

    `beside`: half hours that stand already and stay; `missing`: those that nothing tells; `state`: new, changed or
    same; `rules`: whether the day will count this source.
    """

    on: date
    is_open: bool
    inside: Counts
    outside: Counts
    missing: int
    beside: int
    state: str = "same"
    rules: bool = True


def days_of(plans: Plans, term: Term, source_id: UUID | None, ruled: Mapping[date, UUID]) -> list[PreviewDay]:
    """The days that the file tells of, in order."""
    told, beside = _by_day(plans.totals), _by_day(plans.counts.beside)
    return [
        replace(
            _day(on, told[on] | beside.get(on, {}), term, whole=plans.calls is not None),
            beside=len(beside.get(on, {})),
            state=plans.counts.state_of(on),
            rules=ruled.get(on) in (None, source_id),
        )
        for on in sorted(told)
    ]


def _by_day(counts: Mapping[SlotKey, Counts]) -> dict[date, dict[SlotKey, Counts]]:
    grouped: dict[date, dict[SlotKey, Counts]] = {}
    for key, value in counts.items():
        grouped.setdefault(key.local_on, {})[key] = value
    return grouped


def _day(on: date, rows: Mapping[SlotKey, Counts], term: Term, *, whole: bool) -> PreviewDay:
    """`whole`: a detail record tells of every call, so that what it does not tell did not happen."""
    hours = term.hours_on(on)
    timed = sum(key.inside_hours and key.start_minute is not None for key in rows)
    per_day = SlotKey(on, None, True) in rows
    outside = [counts for key, counts in rows.items() if not key.inside_hours]
    return PreviewDay(
        on=on,
        is_open=hours is not None,
        inside=sum_of(counts for key, counts in rows.items() if key.inside_hours),
        outside=NOTHING if whole and not outside else sum_of(outside),
        missing=0 if per_day else max(len(slots_of(hours)) - timed, 0),
        beside=0,
    )


class ZoneReading(Struct, frozen=True):
    """How many offered calls lie inside and outside the opening hours when the times are read in a zone."""

    zone: str
    label: str
    inside: int
    outside: int


def readings_of(waiting: Upload, term: Term) -> list[ZoneReading]:
    """A detail record read in each zone: a wrong one shows at once. Empty for a report."""
    if waiting.record is None:
        return []
    return [_reading(in_other_zone(waiting, zone), label, term) for zone, label in ZONES]


def _reading(waiting: Upload, label: str, term: Term) -> ZoneReading:
    calls = waiting.record.calls if waiting.record else ()
    starts = [local(call.started_at) for call in calls if call.offered]
    inside = sum(term.is_open(start.on, start.minute) for start in starts)
    return ZoneReading(waiting.zone, label, inside, len(starts) - inside)
