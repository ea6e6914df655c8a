"""The additive counts of each day of a period, as of an instant: grouped by the database, put together here.

The same days give the same counts as the daily report (`reports.totals.day_tally`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from callcenter.calls import period_queries as calls
from callcenter.calls import queries as recorded
from callcenter.calls.exchange import queries as exchange
from callcenter.calls.exchange.day import DayTotals
from callcenter.calls.rules import Disposition
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.deliveries import period_queries as delivered
from callcenter.deliveries.rules import Kind
from callcenter.knowledge import usage
from callcenter.rosters import period_queries as rosters
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.papers.queries import Certificate
from reports.measures import Definitions
from reports.period import Span
from reports.tally import Tally, over_days, paired
from scheduling.calendar import BusinessCalendar, DayStatus

NOTHING = calls.Repeats(0, 0, 0, 0)
Numbers = Mapping[str, int | None]


class Counted(Struct, frozen=True):
    """A period as counted. `statuses`: every day of it; everything else only of the days that have come.
    `documents_since`: when the first manual or FAQ came into force."""

    statuses: tuple[DayStatus, ...]
    past: tuple[DayStatus, ...]
    tallies: Mapping[date, Tally]
    stretches: Sequence[calls.Stretch]
    categories: Mapping[str, Mapping[date, int]]
    exchange: Mapping[date, DayTotals]
    coverage: Sequence[coverage.DayCoverage]
    work: rosters.Work
    papers: Sequence[Certificate]
    first_recorded_on: date | None
    documents_since: date | None = None

    @property
    def tally(self) -> Tally:
        return over_days(self.tallies.values())

    @property
    def known(self) -> bool:
        """Whether there is anything to compare with."""
        return bool(self.tally.recorded or self.tally.measured_days)


class _Rows(Struct, frozen=True):
    """What a day's counts are taken from, by day."""

    records: Mapping[date, Sequence[calls.Stretch]]
    repeats: Mapping[date, calls.Repeats]
    exchange: Mapping[date, DayTotals]
    coverage: Mapping[date, coverage.DayCoverage]
    operators: Mapping[date, int]
    papers: Mapping[date, Sequence[Certificate]]
    due: Mapping[date, bool]
    documents: usage.Days


def count(contract_id: UUID, span: Span, now: datetime, chosen: Definitions) -> Counted:
    """Every day of a span within the contract, as of `now`. About 25 statements, however many calls and days."""
    opening = contracts.calendar(contract_id)
    statuses = tuple(opening.days(span.from_on, span.to_on))
    past = tuple(one for one in statuses if one.on <= local(now).on)
    first = recorded.first_recorded_day(contract_id)
    if not past:
        return Counted(statuses, (), {}, (), {}, {}, (), rosters.Work(), (), first)
    period = (past[0].on, past[-1].on)
    stretches = calls.stretches(contract_id, *period, edges_of(past))
    covered, work = coverage.days(contract_id, *period, now), rosters.work(contract_id, past, now)
    papers = rosters.completed_papers(contract_id, *period)
    rows = _Rows(
        records={on: list(found) for on, found in groupby(stretches, key=lambda one: one.on)},
        repeats=calls.repeats(contract_id, *period, chosen.repeat_days),
        exchange=exchange.totals_between(contract_id, *period),
        coverage={one.on: one for one in covered},
        operators=work.operators,
        papers=_by_day(papers),
        due=_on_time(opening, _due_days(past, first), contract_id, now),
        documents=usage.days(contract_id, *period),
    )
    return Counted(
        statuses=statuses,
        past=past,
        tallies={one.on: _tally(one, rows) for one in past},
        stretches=stretches,
        categories=calls.by_category(contract_id, *period),
        exchange=rows.exchange,
        coverage=covered,
        work=work,
        papers=papers,
        first_recorded_on=first,
        documents_since=rows.documents.since,
    )


def edges_of(days: Iterable[DayStatus]) -> set[int]:
    """The minutes at which the opening hours of these days begin or end."""
    return {minute for one in days if one.hours for minute in (one.hours.start, one.hours.end)}


def _by_day(papers: Iterable[Certificate]) -> dict[date, list[Certificate]]:
    found: dict[date, list[Certificate]] = defaultdict(list)
    for one in papers:
        found[one.issued_on].append(one)
    return found


def _tally(status: DayStatus, rows: _Rows) -> Tally:
    on = status.on
    numbers: dict[str, int | None] = {
        **_records(status, rows.records.get(on, ())),
        **_again(rows.repeats.get(on, NOTHING)),
        **_offered(status, rows.exchange.get(on)),
        **_people(rows.coverage[on], rows.operators.get(on, 0), rows.papers.get(on, ())),
        **_documents(rows.documents, on),
        "open_days": int(status.open),
        "reports_due": int(on in rows.due),
        "reports_on_time": int(rows.due.get(on, False)),
    }
    return paired(Tally(**numbers))  # type: ignore[arg-type]


def _records(status: DayStatus, found: Sequence[calls.Stretch]) -> Numbers:
    hours = status.hours
    inside = [one for one in found if hours is not None and one.start_minute in hours]
    return {
        "recorded": sum(one.recorded for one in found),
        "recorded_by_phone": sum(one.by_phone for one in found),
        "recorded_by_phone_in_hours": sum(one.by_phone for one in inside),
        "completed": sum(one.completed for one in found),
        "complaints": sum(one.complaints for one in found),
        "difficult": sum(one.difficult for one in found),
        "timed_calls": sum(one.timed for one in found),
        "talk_seconds": sum(one.talk_seconds for one in found),
        "after_seconds": sum(one.after_seconds for one in found),
        "booking_calls": sum(one.ended(Disposition.BOOKING) for one in found),
        "referred": sum(one.ended(Disposition.REFERRED) for one in found),
        "transferred": sum(one.ended(Disposition.TRANSFERRED) for one in found),
        "escalated": sum(one.ended(Disposition.ESCALATED) for one in found),
        "callbacks_promised": sum(one.ended(Disposition.CALLBACK_PROMISED) for one in found),
        "disconnected": sum(one.ended(Disposition.DISCONNECTED) for one in found),
        "in_other_languages": sum(one.other_languages for one in found),
    }


def _again(found: calls.Repeats) -> Numbers:
    return {
        "numbered": found.numbered,
        "repeated": found.repeated,
        "numbered_completed": found.completed,
        "solved_at_first": found.solved,
    }


def _offered(status: DayStatus, totals: DayTotals | None) -> Numbers:
    """Nothing is measured on a day the exchange was not read."""
    if totals is None:
        return {}
    inside = totals.in_hours
    return {
        "offered": inside.offered,
        "answered": inside.answered,
        "abandoned": inside.abandoned,
        "wait_seconds": inside.wait_seconds,
        "answered_within": inside.answered_within,
        "out_of_hours_offered": totals.out_of_hours.offered,
        "measured_days": int(status.open and inside.offered is not None),
    }


def _people(day: coverage.DayCoverage, operator_minutes: int, papers: Sequence[Certificate]) -> Numbers:
    minutes = day.minutes
    trained = [one for one in papers if one.kind is CertificateKind.TRAINING]
    return {
        "operator_minutes": operator_minutes,
        "planned_operator_minutes": sum(run.minutes * run.count for run in day.planned),
        "open_minutes": minutes.opened,
        "judged_minutes": minutes.judged,
        "shortage_minutes": minutes.below,
        "planned_shortage_minutes": minutes.planned_below,
        "trainings": len({one.title for one in trained}),
        "trained_people": len(trained),
    }


def _documents(found: usage.Days, on: date) -> Numbers:
    """Nothing is measured before there was an FAQ to use, or anything to renew."""
    used, missing, published = found.on(on)
    return {"faq_used": used, "faq_missing": missing, "documents_updated": published}


def _due_days(past: Iterable[DayStatus], first_recorded_on: date | None) -> list[date]:
    """The open days of which a daily report is owed: from the first recorded one on."""
    return [one.on for one in past if one.open and first_recorded_on is not None and one.on >= first_recorded_on]


def _on_time(opening: BusinessCalendar, owed: Sequence[date], contract_id: UUID, now: datetime) -> dict[date, bool]:
    """The days whose daily report had to be submitted by now (on the same or the next open day), and whether it was."""
    if not owed:
        return {}
    submitted = delivered.first_submissions(contract_id, Kind.DAILY, owed[0], owed[-1])
    deadlines = {on: opening.next_open_day(on) for on in owed}
    today = local(now).on
    return {
        on: on in submitted and local(submitted[on]).on <= last_on
        for on, last_on in deadlines.items()
        if last_on < today
    }
