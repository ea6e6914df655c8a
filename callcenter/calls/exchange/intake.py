"""From a file that was read to counts per half hour: contract, calendar and zone come in. Pure; no database.

Each line that is not taken is accounted for by its number and the reason, never by what it held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from callcenter.calls.exchange.cdr import ExchangeCall, IntervalCount, interval_counts, zone_of
from callcenter.calls.exchange.csv_file import CountFile, CountRow, Table
from callcenter.calls.exchange.csv_text import Refusal
from callcenter.calls.exchange.rules import (
    NOTHING,
    TOKYO_ZONE,
    Counts,
    SlotKey,
    slot_of,
    slots_of,
    sum_of,
    zero_like,
)
from callcenter.clock import LocalMoment, local
from callcenter.errors import InvalidInput
from callcenter.protection.scan import masked_text
from scheduling.intervals import MinuteRange

HOUR: Final = 60
_SHORTEST_NUMBER: Final = 12


class Term(Struct, frozen=True):
    """What the days of a file are judged by: the contract's first and last day, its opening hours, now, and within how
    many seconds an answer counts for the service level (None: that is not counted)."""

    starts_on: date
    ends_on: date
    now: LocalMoment
    hours_on: Callable[[date], MinuteRange | None]
    seconds_on: Callable[[date], int] | None = None

    def refusal_of(self, on: date) -> str:
        """Why nothing can be counted on that date; empty when it can."""
        if not self.starts_on <= on <= self.ends_on:
            return "契約期間外の日付です。"
        return "未来の日付です。" if on > self.now.on else ""

    def is_open(self, on: date, minute: int) -> bool:
        hours = self.hours_on(on)
        return hours is not None and minute in hours

    def is_over(self, on: date, minute: int) -> bool:
        return (on, minute) <= (self.now.on, self.now.minute)


class Taken(Struct, frozen=True):
    """What a file gives: counts by place, and the account of its lines. `grain_minutes` of its intervals, if any."""

    counts: Mapping[SlotKey, Counts]
    refusals: tuple[Refusal, ...] = ()
    skipped: tuple[Refusal, ...] = ()
    taken_lines: int = 0
    grain_minutes: int | None = None

    @property
    def days(self) -> list[date]:
        return sorted({key.local_on for key in self.counts})

    @property
    def account(self) -> list[Refusal]:
        """Refused and passed-over lines in the order of the file."""
        return sorted((*self.refusals, *self.skipped), key=lambda item: item.line)


def without_individual_numbers(table: Table) -> Table:
    """The table with every Individual Number masked and its line barred: only this one is ever kept or shown."""
    records, barred = [], set(table.barred)
    for line, cells in table.records:
        clean = None if cells is None else tuple(map(_masked, cells))
        if clean != cells:
            barred.add(line)
        records.append((line, clean))
    return replace(table, records=tuple(records), barred=frozenset(barred))


def _masked(cell: str) -> str:
    return masked_text(cell) if len(cell) >= _SHORTEST_NUMBER else cell


class Choices(Struct, frozen=True):
    """How a person has a report read. `zero_missing`: a half hour without a row was counted as none."""

    zone: str = TOKYO_ZONE
    zero_missing: bool = False


def take_report(file: CountFile, choices: Choices, term: Term) -> Taken:
    """The counts of a report's lines. InvalidInput on `zone` when days are counted in another zone than ours."""
    _check_zone(file.rows, choices.zone)
    refusals, by_place = list(file.refusals), defaultdict[SlotKey, list[Counts]](list)
    moved = [_moved(row, choices.zone) for row in file.rows]
    grain = _grain(moved)
    for row in moved:
        reason = term.refusal_of(row.local_on)
        if reason:
            refusals.append(Refusal(row.line, reason))
        else:
            by_place[_place(row, grain, term)].append(_counts(row, file.within_seconds, term))
    counts = {key: sum_of(parts) for key, parts in by_place.items()}
    taken_lines = sum(map(len, by_place.values()))
    if choices.zero_missing and grain is not None:
        _fill(counts, term)
    return Taken(counts, tuple(refusals), file.skipped, taken_lines, grain)


def _check_zone(rows: Iterable[CountRow], zone: str) -> None:
    zone_of(zone)
    if zone != TOKYO_ZONE and any(row.start_minute is None for row in rows):
        message = "1日ごとの集計は、日本時間の1日で数えたものだけを取り込めます。"
        raise InvalidInput(errors={"zone": [message]})


def _moved(row: CountRow, zone: str) -> CountRow:
    """The row at Tokyo's date and time of day."""
    if zone == TOKYO_ZONE or row.start_minute is None:
        return row
    written = datetime.combine(row.local_on, time(0), ZoneInfo(zone)) + timedelta(minutes=row.start_minute)
    moment = local(written)
    return replace(row, local_on=moment.on, start_minute=moment.minute)


def _grain(rows: Iterable[CountRow]) -> int | None:
    """The step of the intervals, in minutes: 15, 30 or 60; None for a report per day."""
    starts = sorted((row.local_on, row.start_minute) for row in rows if row.start_minute is not None)
    if not starts:
        return None
    steps = [after[1] - before[1] for before, after in pairwise(starts) if before[0] == after[0]]
    # A start on the half hour shows that the steps are no hours, even where only hours apart are told.
    on_hours = all(minute % HOUR == 0 for _, minute in starts)
    return min(*steps, HOUR) if steps and (on_hours or min(steps) < HOUR) else 30


def _place(row: CountRow, grain: int | None, term: Term) -> SlotKey:
    on, start, hours = row.local_on, row.start_minute, term.hours_on(row.local_on)
    if start is None:
        return SlotKey(on, None, hours is not None)
    if hours is None:
        return SlotKey(on, slot_of(start), False)
    # The hour from 8:00 cannot be cut at 8:30: it counts to the opening hours it reaches into.
    reaches = HOUR if grain == HOUR else 1
    inside = start < hours.end and start + reaches > hours.start
    return SlotKey(on, max(slot_of(start), slot_of(hours.start)) if inside else slot_of(start), inside)


def _counts(row: CountRow, named_seconds: int | None, term: Term) -> Counts:
    """`named_seconds`: those of the column's heading; a heading without any means the contract's."""
    counts = Counts(row.offered, row.answered, row.abandoned, row.wait_seconds, None)
    seconds = term.seconds_on(row.local_on) if named_seconds is None and term.seconds_on else named_seconds
    if row.answered_within is None or seconds is None:
        return counts
    return replace(counts, answered_within=row.answered_within, within_seconds=seconds)


def _fill(counts: dict[SlotKey, Counts], term: Term) -> None:
    """A half hour that is over and of which the day's file tells nothing counts none."""
    for on in {key.local_on for key in counts}:
        told = [value for key, value in counts.items() if key.local_on == on]
        zero = zero_like(sum_of(told))
        for slot in slots_of(term.hours_on(on)):
            if term.is_over(on, slot.end):
                counts.setdefault(SlotKey(on, slot_of(slot.start), True), zero)


def within_term(calls: Iterable[ExchangeCall], term: Term) -> tuple[list[ExchangeCall], list[Refusal]]:
    """The calls of the contract's days so far, and the account of the others by the line that first tells of each."""
    kept, refusals = [], []
    for call in calls:
        reason = term.refusal_of(local(call.started_at).on)
        if reason:
            refusals.append(Refusal(call.line, reason))
        else:
            kept.append(call)
    return kept, refusals


def record_counts(calls: Iterable[ExchangeCall], days: Iterable[date], term: Term) -> dict[SlotKey, Counts]:
    """The counts of whole days of a detail record. It holds every call, so that a half hour without one counts none."""
    counts: dict[SlotKey, Counts] = {}
    for on in days:
        for slot in slots_of(term.hours_on(on)):
            if term.is_over(on, slot.end):
                counts[SlotKey(on, slot_of(slot.start), True)] = _none_on(on, term)
    for found in interval_counts(calls, term.is_open, term.seconds_on):
        key = SlotKey(found.local_on, found.start_minute, found.inside_hours)
        counts[key] = _interval(found, term)
    return counts


def _none_on(on: date, term: Term) -> Counts:
    if term.seconds_on is None:
        return NOTHING
    return replace(NOTHING, answered_within=0, within_seconds=term.seconds_on(on))


def _interval(found: IntervalCount, term: Term) -> Counts:
    return Counts(
        found.offered,
        found.answered,
        found.abandoned,
        found.wait_seconds,
        found.talk_seconds,
        found.answered_within,
        term.seconds_on(found.local_on) if term.seconds_on else None,
    )
