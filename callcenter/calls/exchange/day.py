"""A day as the exchange saw it, by source, and beside it what was recorded. Values and arithmetic; no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.calls.exchange.rules import (
    NOTHING,
    UNMEASURED,
    Counts,
    SlotKey,
    SourceKind,
    difference_of,
    slot_of,
    sum_of,
)
from reports.figures import Figure
from scheduling.intervals import MinuteRange


class SlotExchange(Struct, frozen=True):
    """Counts of a stretch of the day, in minutes of day."""

    start_minute: int
    end_minute: int
    counts: Counts


class StoredCount(Struct, frozen=True):
    """A count that stands, with the act that brought it."""

    key: SlotKey
    counts: Counts
    entered_at: datetime
    entered_by: str
    import_id: UUID


class DaySource(Struct, frozen=True):
    """What one source says of a day. `per_day`: counted per day only, so that its half hours are not measured."""

    id: UUID
    name: str
    kind: SourceKind
    in_hours: Counts
    out_of_hours: Counts
    per_day: bool
    slots: tuple[SlotExchange, ...]
    out_slots: tuple[SlotExchange, ...]
    entered_at: datetime
    entered_by: str
    last_import_id: UUID


class Reason(Struct, frozen=True):
    """Why exchange and records differ; `start_minute` None: of the whole day. `difference`: what it was written for."""

    start_minute: int | None
    end_minute: int | None
    text: str
    by_name: str
    at: datetime
    difference: int


class DayExchange(Struct, frozen=True):
    """A day under its ruling source; `source` None: nothing was entered.

    `chosen_by` "": nobody chose, the first source entered rules. `day_total`: set when counted per day only.
    """

    on: date
    source: DaySource | None
    chosen_by: str
    chosen_at: datetime | None
    slots: tuple[SlotExchange, ...]
    day_total: Counts | None
    out_of_hours: Counts
    out_slots: tuple[SlotExchange, ...]
    reasons: tuple[Reason, ...]
    others: tuple[DaySource, ...]

    @property
    def source_name(self) -> str | None:
        return self.source.name if self.source else None

    @property
    def in_hours(self) -> Counts:
        """The totals of the opening hours: as counted per day, else the sums of the half hours."""
        return self.day_total or sum_of(slot.counts for slot in self.slots)


class DayTotals(Struct, frozen=True):
    """The totals of a day under its ruling source."""

    on: date
    in_hours: Counts
    out_of_hours: Counts


class SourceFacts(Struct, frozen=True):
    """A source as it is known beyond a day."""

    id: UUID
    name: str
    kind: SourceKind


def day_source(facts: SourceFacts, stored: Sequence[StoredCount], slots: Sequence[MinuteRange]) -> DaySource:
    """What a source says of a day with those half hours.

    A count inside opening hours that have since been shortened belongs outside them. Where a detail record tells of
    no call outside, there was none; a report that tells nothing of it did not measure it.
    """
    known = {slot_of(slot.start) for slot in slots}
    inside = {row.key.start_minute: row.counts for row in stored if _is_inside(row.key, known)}
    outside = [row for row in stored if not _is_inside(row.key, known)]
    per_slot = tuple(SlotExchange(s.start, s.end, inside.get(slot_of(s.start), UNMEASURED)) for s in slots)
    last = max(stored, key=lambda row: row.entered_at)
    return DaySource(
        id=facts.id,
        name=facts.name,
        kind=facts.kind,
        in_hours=inside[None] if None in inside else sum_of(slot.counts for slot in per_slot),
        out_of_hours=_outside(facts.kind, outside),
        per_day=None in inside,
        slots=per_slot,
        out_slots=_out_slots(outside),
        entered_at=last.entered_at,
        entered_by=last.entered_by,
        last_import_id=last.import_id,
    )


def _is_inside(key: SlotKey, known: set[int]) -> bool:
    if not key.inside_hours:
        return False
    return key.start_minute in known or (key.start_minute is None and bool(known))


def _outside(kind: SourceKind, rows: Sequence[StoredCount]) -> Counts:
    if rows:
        return sum_of(row.counts for row in rows)
    return NOTHING if kind is SourceKind.CDR else UNMEASURED


def _out_slots(rows: Iterable[StoredCount]) -> tuple[SlotExchange, ...]:
    timed = [(row.key.start_minute, row.counts) for row in rows if row.key.start_minute is not None]
    return tuple(SlotExchange(start, start + 30, counts) for start, counts in sorted(timed, key=lambda item: item[0]))


def day_exchange_of(
    on: date, ruling: DaySource | None, others: Sequence[DaySource], slots: Sequence[MinuteRange]
) -> DayExchange:
    """The day under `ruling`, without choice and reasons (the reader adds them)."""
    unmeasured = tuple(SlotExchange(slot.start, slot.end, UNMEASURED) for slot in slots)
    return DayExchange(
        on=on,
        source=ruling,
        chosen_by="",
        chosen_at=None,
        slots=ruling.slots if ruling else unmeasured,
        day_total=ruling.in_hours if ruling and ruling.per_day else None,
        out_of_hours=ruling.out_of_hours if ruling else UNMEASURED,
        out_slots=ruling.out_slots if ruling else (),
        reasons=(),
        others=tuple(others),
    )


class Recorded(Struct, frozen=True):
    """Phone records of a day by minute of day."""

    by_minute: Mapping[int, int]

    def within(self, start: int, end: int) -> int:
        return sum(number for minute, number in self.by_minute.items() if start <= minute < end)

    @property
    def total(self) -> int:
        return sum(self.by_minute.values())


class Line(Struct, frozen=True):
    """Exchange and records of one stretch; `start_minute` None: the whole day's opening hours."""

    start_minute: int | None
    end_minute: int | None
    counts: Counts
    recorded_by_phone: int
    difference: Figure
    reason: Reason | None

    @property
    def gap(self) -> int | None:
        """Answered less recorded; None where nothing was measured or both agree."""
        value = self.difference.value
        return int(value) if value else None

    @property
    def stale(self) -> bool:
        """The reason was written for another difference."""
        return bool(self.reason and self.reason.text and self.reason.difference != (self.gap or 0))

    @property
    def unexplained(self) -> bool:
        return self.gap is not None and (self.reason is None or not self.reason.text or self.stale)


class Comparison(Struct, frozen=True):
    """The day side by side: each half hour, their total, and what lies outside the opening hours."""

    lines: tuple[Line, ...]
    total: Line
    recorded_outside: int

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """The gaps without a reason: of the half hours, or of the day where only the day was counted."""
        asked = self.lines if any(line.counts.measured for line in self.lines) else (self.total,)
        return tuple(line for line in asked if line.unexplained)


def compare(day: DayExchange, recorded: Recorded) -> Comparison:
    """Set the exchange beside the phone records (003 10(1)②ア)."""
    reasons = {reason.start_minute: reason for reason in day.reasons}
    lines = []
    for slot in day.slots:
        number = recorded.within(slot.start_minute, slot.end_minute)
        reason = reasons.get(slot.start_minute)
        difference = difference_of(slot.counts, number)
        lines.append(Line(slot.start_minute, slot.end_minute, slot.counts, number, difference, reason))
    inside = sum(line.recorded_by_phone for line in lines)
    total = Line(None, None, day.in_hours, inside, difference_of(day.in_hours, inside), reasons.get(None))
    return Comparison(tuple(lines), total, recorded.total - inside)
