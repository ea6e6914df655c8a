"""The daily report (日次実績報告書, 003 clause 10(1)②): from the features' queries to `reports.daily` values.

Page, workbook and command all show what `build` returns. Run it inside one transaction, so that every part is
of the same moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.calls import category_queries
from callcenter.calls import queries as calls
from callcenter.calls.exchange import queries as exchange
from callcenter.calls.exchange.day import DayExchange
from callcenter.calls.exchange.rules import Counts
from callcenter.calls.rules import Channel, Disposition
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.reporting import queries
from callcenter.reporting.rules import MATTER_LABELS
from callcenter.reservations import figures as reservations
from callcenter.rosters import queries as rosters
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.coverage.rules import Note, Stretch, notes_for, stretch_at, stretches
from callcenter.rosters.rules import Shortage, Span
from reports import daily as values
from reports.booking_counts import Counts as BookingCounts
from scheduling.calendar import DayStatus
from scheduling.intervals import MinuteRange, slots

SLOT_MINUTES = 30


class Day(Struct, frozen=True):
    """What is read once for a day's report."""

    contract: contracts.ContractFacts
    on: date
    status: DayStatus
    lines: Sequence[calls.CallLine]
    summary: calls.DaySummary
    excluded: calls.Excluded
    attendance: rosters.DayAttendance
    exchange: DayExchange
    gaps: int
    matters: Sequence[queries.DayMatter]
    reservations: BookingCounts | None
    shortage_notes: tuple[Note, ...] = ()

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The minutes on end below the minimum, with what was noted of them."""
        found = self.attendance
        return stretches(found.shortages, found.judged, found.hours, self.shortage_notes)


def read_day(contract_id: UUID, on: date, now: datetime) -> Day:
    """Everything the features know of a day, as of `now`. Raises `NotFound` for an unknown contract."""
    return Day(
        contract=contracts.contract(contract_id),
        on=on,
        status=contracts.calendar(contract_id).day(on),
        lines=calls.day_calls(contract_id, on),
        summary=calls.day_summary(contract_id, on),
        excluded=calls.excluded_counts(contract_id, on),
        attendance=rosters.day_attendance(contract_id, on, now),
        exchange=exchange.day_exchange(contract_id, on),
        gaps=len(exchange.unexplained_gaps(contract_id, on)),
        matters=queries.matters_of(contract_id, on),
        reservations=reservations.of_day(contract_id, on),
        shortage_notes=tuple(coverage.notes_between(contract_id, on, on)),
    )


def build(day: Day, issue: values.Issue) -> values.DailyReport:
    """The report of a day, names and texts in; `reports.editions` takes out what an edition may not carry."""
    inside, outside = _split_recorded(day)
    return values.DailyReport(
        contract=_contract(day),
        on=day.on,
        issue=issue,
        slots=tuple(_slot(day, span, inside) for span in _slots(day)),
        exchange=_exchange(day),
        categories=_categories(day),
        inquiries=tuple(_inquiry(line) for line in day.lines),
        staffing=_staffing(day),
        handling=values.Handling(day.summary.timed_calls, day.summary.talk_seconds, day.summary.acw_seconds),
        open_ranges=() if day.status.hours is None else (_range(day.status.hours),),
        day_note=None if day.status.open else f"閉庁日（{day.status.why}）",
        out_of_hours=outside,
        matters=tuple(_matter(item) for item in day.matters),
        gap_reasons=_gap_reasons(day),
        exclusions=_exclusions(day.excluded),
        reservations=day.reservations,
    )


def _contract(day: Day) -> values.ContractFacts:
    facts = day.contract
    return values.ContractFacts(
        facts.title, facts.city_name, facts.contractor_name, facts.place, _responsible(day.attendance)
    )


def _responsible(attendance: rosters.DayAttendance) -> values.Person:
    """The supervisor (業務責任者) who was on duty, else the one assigned; a contract without one says so."""
    supervisors = [person for person in attendance.people if person.member.role.value == "supervisor"]
    on_duty = [person for person in supervisors if person.involved]
    for person in on_duty or supervisors:
        return values.Person(person.member.code, person.member.name)
    return values.Person("未登録", None)


def _slots(day: Day) -> tuple[MinuteRange, ...]:
    hours = day.status.hours
    return () if hours is None else slots(hours.start, hours.end, SLOT_MINUTES)


def _split_recorded(day: Day) -> tuple[dict[int, calls.SlotCount], values.OutOfHoursRecords]:
    """Records by opening slot, and those outside the hours."""
    spans = _slots(day)
    inside: dict[int, calls.SlotCount] = {}
    rest = [line for line in day.lines if not any(line.local_minute in span for span in spans)]
    for span in spans:
        own = [line for line in day.lines if line.local_minute in span]
        by_phone = sum(line.channel == Channel.PHONE.value for line in own)
        inside[span.start] = calls.SlotCount(day.on, span.start, len(own), by_phone)
    by_phone_outside = sum(line.channel == Channel.PHONE.value for line in rest)
    return inside, values.OutOfHoursRecords(len(rest), by_phone_outside)


def _slot(day: Day, span: MinuteRange, inside: dict[int, calls.SlotCount]) -> values.SlotCounts:
    counted = inside[span.start]
    exchanged = {entry.start_minute: entry.counts for entry in day.exchange.slots}
    return values.SlotCounts(
        span.start,
        span.end,
        _exchange_counts(exchanged.get(span.start)),
        counted.recorded,
        counted.recorded_by_phone,
    )


def _categories(day: Day) -> tuple[values.CategoryCount, ...]:
    counted: dict[str, int] = {}
    for line in day.lines:
        counted[line.category_code] = counted.get(line.category_code, 0) + 1
    return tuple(
        values.CategoryCount(
            values.Category(major.code, major.name, minor.code, minor.name), counted.get(minor.code, 0)
        )
        for major in category_queries.categories_on(day.contract.id, day.on)
        for minor in major.minors
    )


def _inquiry(line: calls.CallLine) -> values.Inquiry:
    return values.Inquiry(
        number=line.number,
        start_minute=line.local_minute,
        channel=Channel.of(line.channel).label,
        category=values.Category(line.major_code, line.major_name, line.category_code, line.category_name),
        disposition=Disposition.of(line.disposition).label,
        report_text=line.report_text or None,
        complaint=line.complaint,
        difficult=line.difficult,
    )


def _staffing(day: Day) -> values.Staffing:
    attendance = day.attendance
    return values.Staffing(
        attendance.minimum,
        tuple(_staff_line(person) for person in attendance.people if person.involved),
        tuple(_shortage(day, entry) for entry in attendance.shortages),
    )


def _shortage(day: Day, entry: Shortage) -> values.Shortage:
    """With the notes of these very minutes; where there are none, those of the whole stretch."""
    stretch = stretch_at(day.stretches, entry.span)
    notes = notes_for(entry.span, day.shortage_notes) or (stretch.notes if stretch else ())
    return values.Shortage(
        _range(entry.span),
        entry.present,
        cause="、".join(dict.fromkeys(note.cause.label for note in notes)) or None,
        detail="\n".join(note.detail for note in notes if note.detail) or None,
        measure="\n".join(note.measure for note in notes) or None,
    )


def _staff_line(person: rosters.StaffDay) -> values.StaffLine:
    return values.StaffLine(
        person=values.Person(person.member.code, person.member.name),
        role=person.member.role.label,
        planned=tuple(_range(span) for span in person.planned),
        actual=tuple(_closed(person.actual)),
        breaks=tuple(_closed(person.breaks)),
        present=tuple(_range(part) for part in person.record.present),
        planned_minutes=person.planned_minutes,
        counts_to_minimum=person.member.role.counts_to_minimum,
        standing=person.record.presence.label if person.still_there else None,
        note=person.note or None,
    )


def _closed(spans: Sequence[Span]) -> list[values.TimeRange]:
    # In and out within the same minute is no stretch of time.
    return [values.TimeRange(span.start, span.end) for span in spans if span.end is None or span.end > span.start]


def _range(span: MinuteRange) -> values.TimeRange:
    return values.TimeRange(span.start, span.end)


def _matter(item: queries.DayMatter) -> values.Matter:
    return values.Matter(MATTER_LABELS[item.kind], item.text, item.local_minute)


def _exclusions(excluded: calls.Excluded) -> tuple[values.Exclusion, ...]:
    return (values.Exclusion("取り消した記録", excluded.voided), values.Exclusion("保存していない通話", excluded.open))


def _exchange(day: Day) -> values.Exchange:
    found = day.exchange
    return values.Exchange(
        source=found.source_name,
        in_hours=_exchange_counts(found.day_total) if found.day_total else None,
        out_of_hours=_exchange_counts(found.out_of_hours),
    )


def _exchange_counts(counts: Counts | None) -> values.ExchangeCounts:
    if counts is None:
        return values.ExchangeCounts()
    return values.ExchangeCounts(counts.offered, counts.answered, counts.abandoned)


def _gap_reasons(day: Day) -> tuple[values.GapReason, ...]:
    return tuple(values.GapReason(_reason_span(day, entry.start_minute), entry.text) for entry in day.exchange.reasons)


def _reason_span(day: Day, start_minute: int | None) -> values.TimeRange | None:
    for span in _slots(day):
        if span.start == start_minute:
            return _range(span)
    return None


def closing_instant_passed(day: Day, now: datetime) -> bool:
    """Whether the day's opening hours are over at `now`."""
    moment = local(now)
    closes = day.status.hours.end if day.status.hours else 0
    return (moment.on, moment.minute) >= (day.on, closes)
