"""Manuals and FAQ in a period: what was used and what not, what nothing answered, what is past its review date."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from callcenter.calls.category_queries import Names
from callcenter.knowledge import usage
from reports import period as values
from reports.period import Span


def of_period(contract_id: UUID, span: Span, names: Names, since: date | None) -> values.DocumentUse | None:
    """As of the last day of `span`; None where nothing was in force in it or before it. `since`: when the first entry
    came into force."""
    if since is None or since > span.to_on:
        return None
    days = (span.from_on, span.to_on)
    return values.DocumentUse(
        on=span.to_on,
        entries=tuple(_entry(one, names, span) for one in usage.counted(contract_id, *days)),
        unanswered=tuple(
            values.Unanswered(_category(names, one.category_code, span), one.asked, one.different)
            for one in usage.unanswered(contract_id, *days)
        ),
        overdue=tuple(
            values.EntryDue(one.name, one.current.version.title, one.review_by_on, -one.days)
            for one in usage.reviews(contract_id, span.to_on)
            if one.overdue
        ),
    )


def _entry(one: usage.Counted, names: Names, span: Span) -> values.EntryUse:
    version = one.current.version
    return values.EntryUse(one.name, version.title, _category(names, version.category_code, span), one.calls)


def _category(names: Names, code: str, span: Span) -> str:
    """A minor category in words under the names of the period's last day; empty for a code that is none."""
    return f"{code} {names.label(code, span.to_on)}" if names.of(code) else ""
