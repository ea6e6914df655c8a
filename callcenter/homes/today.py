"""What the supervisor's page says: the facts behind the things to do, and the day's figures so far.

Everything is read from the features' queries, in one place, so that page and background refresh show the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from callcenter.accounts import directory
from callcenter.calls import queries as calls
from callcenter.calls.exchange import queries as exchange
from callcenter.calls.exchange.day import DayExchange
from callcenter.calls.exchange.rules import Counts, sum_of
from callcenter.clock import LocalMoment, local
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind, State
from callcenter.homes.open_points import open_points
from callcenter.homes.points import point_tasks
from callcenter.homes.ports import changed_reports, ready_drafts
from callcenter.homes.rules import (
    LOOKED_BACK,
    STALE_AFTER,
    Bookings,
    Facts,
    Forgotten,
    LeftOpen,
    Rosters,
    SentBack,
    Task,
    in_order,
    tasks_of,
    what_comes_next,
)
from callcenter.reservations import queries as reservations
from callcenter.rosters import queries as rosters
from callcenter.rosters.attention import attention
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.rules import RemarkCode
from reports.figures import Figure
from reports.measures import MEASURE
from reports.tally import Tally, paired
from reports.wareki import clock
from scheduling.calendar import BusinessCalendar
from scheduling.intervals import MinuteRange, slots

SLOT_MINUTES: Final = 30
USUAL_WEEKS: Final = 8
NOBODY: Final = "外部連携"
FIGURES: Final = ("average_handling", "complaints", "difficult")


class OperatorRow(Struct, frozen=True):
    """One operator's day so far. Seconds are sums."""

    name: str
    code: str
    presence: str
    recorded: int
    talk_seconds: int
    acw_seconds: int


class Board(Struct, frozen=True):
    """The page at one instant. `usual` is what the same weekday had by this minute, None when nothing is known.

    The exchange's figures go up to the minute `counted_until`; None: nothing was entered yet.
    """

    at: datetime
    tasks: Sequence[Task]
    next_step: str
    present: rosters.PresentNow
    hours: MinuteRange | None
    recorded: int
    usual: int | None
    counted_until: int | None
    offered: Figure
    answer_rate: Figure
    figures: Sequence[Figure]
    chart: Sequence[Mapping[str, Any]]
    operators: Sequence[OperatorRow]


class _Day(Struct, frozen=True):
    """What several parts of the page look at."""

    contract: contracts.ContractFacts
    calendar: BusinessCalendar
    here: LocalMoment
    now: datetime
    attendance: rosters.DayAttendance

    @property
    def id(self) -> UUID:
        return self.contract.id

    @property
    def on(self) -> date:
        return self.here.on


def within_term(contract_id: UUID, now: datetime) -> bool:
    """Whether the contract's term has begun and not ended."""
    contract = contracts.contract(contract_id)
    return contract.starts_on <= local(now).on <= contract.ends_on


def board(contract_id: UUID, now: datetime) -> Board:
    """Read everything. Only within the contract's term (`within_term`)."""
    here = local(now)
    day = _Day(
        contracts.contract(contract_id),
        contracts.calendar(contract_id),
        here,
        now,
        rosters.day_attendance(contract_id, here.on, now),
    )
    present = rosters.present_now(contract_id, now)
    summary = calls.day_summary(contract_id, here.on)
    counted, counted_until = _counted(exchange.day_exchange(contract_id, here.on), here.minute)
    tally = _tally(summary, counted)
    slots_today, usual = _slots(day)
    return Board(
        at=now,
        tasks=_tasks(day, present),
        next_step=_next_step(day),
        present=present,
        hours=day.attendance.hours,
        recorded=summary.recorded,
        usual=_usual_by_now(day, usual),
        counted_until=counted_until,
        offered=MEASURE["offered"].of(tally),
        answer_rate=MEASURE["answer_rate"].of(tally),
        figures=[MEASURE[key].of(tally) for key in FIGURES],
        chart=_chart(day, slots_today, usual),
        operators=_operators(day),
    )


def _counted(day: DayExchange, minute: int) -> tuple[Counts, int | None]:
    """What the exchange counted so far and up to which minute: the whole day, or its half hours that are in."""
    if day.day_total is not None:
        return day.day_total, minute
    known = [slot for slot in day.slots if slot.counts.measured]
    return sum_of(slot.counts for slot in known), known[-1].end_minute if known else None


def _tally(summary: calls.DaySummary, counted: Counts) -> Tally:
    return paired(
        Tally(
            offered=counted.offered,
            answered=counted.answered,
            recorded=summary.recorded,
            complaints=summary.complaints,
            difficult=summary.difficult,
            timed_calls=summary.timed_calls,
            talk_seconds=summary.talk_seconds,
            after_seconds=summary.acw_seconds,
        )
    )


def _next_step(day: _Day) -> str:
    hours = day.attendance.hours
    span = (hours.start, hours.end) if hours else None
    return what_comes_next(day.on, day.here.minute, span, day.calendar.next_open_day(day.on))


# --- things to do ---


def tasks_after_term(contract_id: UUID, now: datetime) -> list[Task]:
    """What is left when the term is over: the last reports and invoices. Nothing before the term."""
    today = local(now).on
    over = contracts.contract(contract_id).ends_on < today
    return in_order(point_tasks(open_points(contract_id, now), today)) if over else []


def _tasks(day: _Day, present: rosters.PresentNow) -> list[Task]:
    points = point_tasks(open_points(day.id, day.now), day.on)
    return in_order([*tasks_of(_facts(day, present)), *points])


def _facts(day: _Day, present: rosters.PresentNow) -> Facts:
    finished = _finished_days(day)
    newest = delivered.states_between(day.id, Kind.DAILY, finished[0], finished[-1]) if finished else {}
    unsubmitted = [on for on in finished if on not in newest]
    counted = _counted_days(day.id, unsubmitted)
    return Facts(
        today=day.on,
        previous_on=max((on for on in finished if on < day.on), default=None),
        present=present.count,
        minimum=present.minimum,
        open_now=present.open,
        not_come=_not_come(day.attendance),
        sent_back=_sent_back(newest),
        unsubmitted=tuple(unsubmitted),
        ready=frozenset(ready_drafts(day.id, unsubmitted, day.now)),
        awaiting=tuple(sorted(on for on, version in newest.items() if version.state is State.SUBMITTED)),
        uncounted=tuple(on for on in unsubmitted if on not in counted),
        gaps=_gaps(day.id, [on for on in unsubmitted if on in counted]),
        changed=tuple(changed_reports(day.id, finished[0], finished[-1], day.now)) if finished else (),
        forgotten=_forgotten(day, finished),
        left_open=_left_open(day),
        unnoted=_unnoted(day, finished),
        bookings=_bookings(day),
        rosters=_rosters(day),
    )


def _rosters(day: _Day) -> Rosters:
    found = attention(day.id, day.now)
    return Rosters(found.short, found.requests, found.unpublished, found.untrained)


def _bookings(day: _Day) -> Bookings:
    found, hours = reservations.unfinished(day.id, day.on, day.now), day.attendance.hours
    alarm = reservations.alarm_minutes(day.id, day.on)
    return Bookings(
        to_rebook=found.to_rebook,
        offers=found.offers,
        unentered=found.unentered,
        unverified=found.unverified,
        differences=found.differences,
        unvisited=found.unvisited,
        before_closing=hours is not None and day.here.minute >= hours.end - alarm,
    )


def _finished_days(day: _Day) -> list[date]:
    """The last open days that are over, today included once it has closed, from the first day that was worked."""
    known = day.calendar.open_days(max(day.contract.starts_on, day.on - timedelta(days=LOOKED_BACK * 3)), day.on)
    hours = day.attendance.hours
    if known and known[-1] == day.on and hours and day.here.minute < hours.end:
        known = known[:-1]
    first = calls.first_recorded_day(day.id)
    return [on for on in known[-LOOKED_BACK:] if first is not None and on >= first]


def _counted_days(contract_id: UUID, days: Sequence[date]) -> set[date]:
    """The days of which the exchange's count is complete."""
    found = exchange.totals_between(contract_id, days[0], days[-1]) if days else {}
    return {on for on, totals in found.items() if totals.in_hours.measured}


def _not_come(attendance: rosters.DayAttendance) -> tuple[str, ...]:
    late = (RemarkCode.NOT_YET, RemarkCode.ABSENT)
    return tuple(
        person.member.name for person in attendance.people if any(remark.code in late for remark in person.remarks)
    )


def _sent_back(newest: Mapping[date, delivered.VersionFacts]) -> tuple[SentBack, ...]:
    return tuple(
        SentBack(on, version.decider_name, version.comment)
        for on, version in sorted(newest.items())
        if version.state is State.SENT_BACK
    )


def _gaps(contract_id: UUID, days: Sequence[date]) -> tuple[tuple[date, int], ...]:
    found = ((on, len(exchange.unexplained_gaps(contract_id, on))) for on in days)
    return tuple((on, number) for on, number in found if number)


def _forgotten(day: _Day, finished: Sequence[date]) -> tuple[Forgotten, ...]:
    if not finished:
        return ()
    found = rosters.open_days(day.id, finished[0], finished[-1], day.now)
    return tuple(Forgotten(one.on, one.member.name, str(one.member.id)) for one in found)


def _unnoted(day: _Day, finished: Sequence[date]) -> tuple[tuple[date, int], ...]:
    """Of the finished days, and of today what is over."""
    return tuple(coverage.unnoted(day.id, min([*finished, day.on]), day.on, day.now))


def _left_open(day: _Day) -> tuple[LeftOpen, ...]:
    """Calls with words in them that nobody is typing into any more."""
    left = [
        one
        for one in calls.open_calls(day.id)
        if one.has_words and (one.local_on < day.on or day.now - one.edited_at >= STALE_AFTER)
    ]
    names = directory.names_under(day.id) if left else {}
    whose = {one.id: names.get(one.operator_id, NOBODY) if one.operator_id else NOBODY for one in left}
    return tuple(LeftOpen(one.local_on, local(one.opened_at).minute, whose[one.id]) for one in left)


# --- the day so far ---


def _slots(day: _Day) -> tuple[dict[int, int], dict[int, float]]:
    """Calls by half hour: today's, and the mean of the same weekday over the last weeks."""
    first = max(day.contract.starts_on, day.on - timedelta(weeks=USUAL_WEEKS))
    found = calls.counts_by_slot(day.id, first, day.on, SLOT_MINUTES)
    today = {slot.start_minute: slot.recorded for slot in found if slot.local_on == day.on}
    like = [slot for slot in found if slot.local_on < day.on and slot.local_on.weekday() == day.on.weekday()]
    weeks = len({slot.local_on for slot in like})
    sums: dict[int, int] = {}
    for slot in like:
        sums[slot.start_minute] = sums.get(slot.start_minute, 0) + slot.recorded
    return today, {minute: total / weeks for minute, total in sums.items()}


def _usual_by_now(day: _Day, usual: Mapping[int, float]) -> int | None:
    """The usual day's calls up to this minute; the current half hour counts for the part that is over."""
    if not usual:
        return None
    parts = (mean * min(1.0, max(0.0, (day.here.minute - minute) / SLOT_MINUTES)) for minute, mean in usual.items())
    return round(sum(parts))


def _chart(day: _Day, today: Mapping[int, int], usual: Mapping[int, float]) -> list[dict[str, Any]]:
    hours = day.attendance.hours
    spans = slots(hours.start, hours.end, SLOT_MINUTES) if hours else ()
    return [
        {
            "label": clock(span.start),
            "value": today.get(span.start, 0) if span.start <= day.here.minute else None,
            "usual": round(usual[span.start]) if span.start in usual else None,
        }
        for span in spans
    ]


def _operators(day: _Day) -> list[OperatorRow]:
    """Everybody of the desk with a plan, a punch or a record today; records without a staff member last."""
    done = {one.operator_id: one for one in calls.operators_day(day.id, day.on)}
    rows = []
    for person in day.attendance.people:
        own = done.pop(person.member.user_id, None) if person.member.user_id else None
        if own or (person.involved and person.member.role.counts_to_minimum):
            rows.append(_row(person.member.name, person.member.code, person.record.presence.label, own))
    rows += [_row("名簿にない人", "", "", own) for own in done.values()]
    return rows


def _row(name: str, code: str, presence: str, own: calls.OperatorDay | None) -> OperatorRow:
    if own is None:
        return OperatorRow(name, code, presence, 0, 0, 0)
    return OperatorRow(name, code, presence, own.recorded, own.talk_seconds, own.acw_seconds)
