"""The list of periods: every month of the contract so far, its fiscal years, the spans somebody asked for, and what is
to be done next for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.calls import queries as calls
from callcenter.contracts import queries as contracts
from callcenter.deliveries.newest_queries import Newest, newest_of
from callcenter.deliveries.rules import Kind, State
from callcenter.reporting.periods import approving, drafts
from reports.period import PeriodKind, Span
from scheduling.calendar import fiscal_year, fiscal_year_range

KINDS = (Kind.MONTHLY, Kind.ANNUAL, Kind.TERM)


class Step(Struct, frozen=True):
    """What is to be done next, and how urgent that is (a kind of badge). `ours`: it is for the contractor to do."""

    label: str
    badge: str
    ours: bool = False


NOT_OVER = Step("期間の途中です", "mute")
TO_BUILD = Step("案を作成してください", "warn", ours=True)
TO_APPROVE = Step("点検して、承認してください", "warn", ours=True)
HANDING_OVER = Step("承認した内容を提出しています", "info")
AT_THE_CITY = Step("市の判定を待っています", "info")
ACCEPTED = Step("市が受領しました", "ok")
SENT_BACK = Step("差戻しです。直して提出してください", "bad", ours=True)
_STEPS = {State.SUBMITTED: AT_THE_CITY, State.ACCEPTED: ACCEPTED, State.SENT_BACK: SENT_BACK}


class Line(Struct, frozen=True):
    """A period of the list. `recorded`: calls on record so far; `built_at`: when its draft was built."""

    code: str
    span: Span
    recorded: int
    built_at: datetime | None
    version: Newest | None
    step: Step

    @property
    def label(self) -> str:
        return self.span.label


class Overview(Struct, frozen=True):
    """The three lists of the page, the newest first."""

    months: Sequence[Line]
    years: Sequence[Line]
    terms: Sequence[Line]


class _Known(Struct, frozen=True):
    built: Mapping[tuple[str, Span], datetime]
    delivered: Mapping[tuple[Kind, date, date], Newest]
    waiting: frozenset[tuple[str, Span]]
    recorded: Mapping[date, int]
    today: date


def overview(contract_id: UUID, today: date) -> Overview:
    """Everything that can be reported under a contract up to today. Five statements, whatever there is."""
    facts = contracts.contract(contract_id)
    term = Span(facts.starts_on, facts.ends_on)
    known = _Known(
        drafts.builds(contract_id),
        newest_of(contract_id, KINDS),
        approving.waiting_periods(contract_id),
        calls.counts_by_day(contract_id, term.from_on, term.to_on),
        today,
    )
    begun = [month for month in term.months() if month.from_on <= today]
    years = [year for year in years_of(term) if year.from_on <= today]
    return Overview(
        months=[_line("monthly", span, known) for span in reversed(begun)],
        years=[_line("annual", span, known) for span in reversed(years)],
        terms=[_line("term", span, known) for span in _terms(known, term)],
    )


def years_of(term: Span) -> list[Span]:
    """The fiscal years of a term, cut to it."""
    first, last = fiscal_year(term.from_on), fiscal_year(term.to_on)
    years = [Span(*fiscal_year_range(year)) for year in range(first, last + 1)]
    return [Span(max(term.from_on, year.from_on), min(term.to_on, year.to_on)) for year in years]


def _terms(known: _Known, term: Span) -> list[Span]:
    """The spans that were asked for or delivered, and the contract's own once it has begun."""
    asked = {span for code, span in known.built if code == PeriodKind.TERM.value}
    handed = {Span(from_on, to_on) for kind, from_on, to_on in known.delivered if kind is Kind.TERM}
    own = {term} if term.from_on <= known.today else set[Span]()
    return sorted(asked | handed | own, key=lambda span: (span.to_on, span.from_on), reverse=True)


def _line(code: str, span: Span, known: _Known) -> Line:
    version = known.delivered.get((Kind(code), span.from_on, span.to_on))
    built_at = known.built.get((code, span))
    waits = (code, span) in known.waiting
    recorded = sum(_within(known.recorded, span))
    return Line(code, span, recorded, built_at, version, _step(span, built_at, version, waits, known.today))


def _within(recorded: Mapping[date, int], span: Span) -> Iterator[int]:
    return (count for on, count in recorded.items() if on in span)


def _step(span: Span, built_at: datetime | None, version: Newest | None, waits: bool, today: date) -> Step:
    if waits:
        return HANDING_OVER
    if version is not None:
        return _STEPS[version.state]
    if span.to_on >= today:
        return NOT_OVER
    return TO_BUILD if built_at is None else TO_APPROVE
