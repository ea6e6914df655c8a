"""Which drafts are due by themselves: a day's after its closing, a month's and a year's on the open day after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from callcenter.calls import queries as calls
from callcenter.clock import local
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
CATCHES_UP = timedelta(days=14)
"""How far back drafts of days are made up for: older days were reported or are looked at one by one."""


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
    since = max(first, term.from_on, local(at).on - CATCHES_UP)
    if since <= term.to_on:
        for on in days_due(Span(since, term.to_on), calendar, at):
            yield WantedJob(JobKind.BUILD_DAILY, on, on)
    for kind, spans in (
        (JobKind.BUILD_MONTHLY, months_due(term, calendar, at)),
        (JobKind.BUILD_ANNUAL, years_due(term, calendar, at)),
    ):
        yield from (WantedJob(kind, one.from_on, one.to_on) for one in spans if one.to_on >= first)
