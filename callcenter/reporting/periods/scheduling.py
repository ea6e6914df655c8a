"""Which drafts are due by themselves: a day's after its closing, a month's and a year's on the open day after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from callcenter.calls import queries as calls
from callcenter.contracts import queries as contracts
from callcenter.deliveries.newest_queries import newest_of
from callcenter.deliveries.rules import Kind
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.rules import JobKind, days_due, months_due, years_due
from reports.period import Span

DELIVERED_AS = {
    JobKind.BUILD_DAILY: Kind.DAILY,
    JobKind.BUILD_MONTHLY: Kind.MONTHLY,
    JobKind.BUILD_ANNUAL: Kind.ANNUAL,
}
DAYS_BACK, MONTHS_BACK, YEARS_BACK = 5, 2, 1
"""How many of the newest (open days, months, years) are made up for: older ones were reported or are looked at one by
one, and a deployment that learns this in mid-year does not build the whole year."""


def wanted_jobs(contract_id: UUID, at: datetime) -> Iterable[WantedJob]:
    """The drafts that are due for a contract at an instant, also what was missed while nothing ran.

    From the first recorded day on: before it there is nothing to report. What was submitted already needs no draft.
    """
    facts, first = contracts.contract(contract_id), calls.first_recorded_day(contract_id)
    if first is None or first > facts.ends_on:
        return []
    submitted = newest_of(contract_id, DELIVERED_AS.values())
    term = Span(facts.starts_on, facts.ends_on)
    due = _due(term, first, contract_id, at)
    return [one for one in due if (DELIVERED_AS[one.kind], one.period_from, one.period_to) not in submitted]


def _due(term: Span, first: date, contract_id: UUID, at: datetime) -> Iterator[WantedJob]:
    calendar = contracts.calendar(contract_id)
    for on in days_due(Span(max(first, term.from_on), term.to_on), calendar, at)[-DAYS_BACK:]:
        yield WantedJob(JobKind.BUILD_DAILY, on, on)
    for kind, spans in (
        (JobKind.BUILD_MONTHLY, months_due(term, calendar, at)[-MONTHS_BACK:]),
        (JobKind.BUILD_ANNUAL, years_due(term, calendar, at)[-YEARS_BACK:]),
    ):
        yield from (WantedJob(kind, one.from_on, one.to_on) for one in spans if one.to_on >= first)
