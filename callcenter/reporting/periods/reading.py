"""A report over a period: from the features' records to `reports.period` values (003 clauses 8③, 10(1)③④).

Page, workbook, paper, API and command all show what `build` returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.calls import category_queries
from callcenter.calls import period_queries as calls
from callcenter.calls.category_queries import Names
from callcenter.calls.exchange import period_queries as exchange
from callcenter.calls.exchange.day import DayExchange
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import STATE_LABELS, Kind
from callcenter.reporting import changes
from callcenter.reporting.periods import documents, matters, people, tables
from callcenter.reporting.periods.changed import NOT_SUBMITTED
from callcenter.reporting.periods.changed import difference as difference
from callcenter.reporting.periods.changed import mark_of_period as mark_of_period
from callcenter.reporting.periods.changed import marks_of as marks_of
from callcenter.reporting.periods.changed import snapshot as snapshot
from callcenter.reporting.periods.chosen import Chosen, chosen
from callcenter.reporting.periods.comparing import Asked, Compared, previous, year_ago
from callcenter.reporting.periods.counting import Counted, count
from callcenter.reporting.periods.rules import PeriodState, checks_of
from callcenter.reservations.period_figures import of_period
from callcenter.rosters import period_queries as rosters
from callcenter.rosters import queries as staff
from callcenter.rosters.papers.queries import Instruction
from callcenter.web.transaction import hold_read
from reports import period as values
from reports.booking_counts import Counts as BookingCounts
from reports.daily import ContractFacts, Exclusion, Issue, Person
from reports.period import PeriodKind, Span
from reports.tally import Tally
from reports.wareki import wareki

NAMED_DAYS = 31
"""So many days are named one by one; of more only how many."""


class PeriodFacts(Struct, frozen=True):
    """What was read of a period at `read_at`, as the report's values; `open_points`: what the checks look at."""

    contract: contracts.ContractFacts
    kind: PeriodKind
    span: Span
    read_at: datetime
    responsible: Person
    chosen: Chosen
    days: tuple[values.DayLine, ...]
    categories: tuple[values.CategoryLine, ...]
    cells: tuple[values.Cell, ...]
    attributes: tuple[values.Attribute, ...]
    cases: tuple[values.Case, ...]
    coverage: tuple[values.CoverageDay, ...]
    people: tuple[values.StaffTotal, ...]
    trainings: tuple[values.Training, ...]
    instructions: tuple[values.Instruction, ...]
    matters: tuple[values.Matter, ...]
    reservations: BookingCounts | None
    documents: values.DocumentUse | None
    previous: values.Comparison | None
    year_ago: values.Comparison | None
    exclusions: tuple[Exclusion, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    open_points: PeriodState


class _Rows(Struct, frozen=True):
    """What the features said beside the counts."""

    names: Names
    reports: dict[date, VersionFacts]
    inside: dict[date, DayExchange]
    attributes: dict[str, dict[str, int]]
    cases: Sequence[calls.CaseLine]
    excluded: calls.Excluded
    instructions: Sequence[Instruction]
    matters: Sequence[matters.DatedMatter]
    staff: Sequence[staff.StaffMember]


def read(contract_id: UUID, kind: PeriodKind, span: Span, now: datetime) -> PeriodFacts:
    """Everything the features know of a span within the contract as of `now`, in one moment of the database: that of
    the read transaction that begins here (end it with `end_read`), or of the `transaction()` that runs. Days to come
    carry no counts. Raises `NotFound` for an unknown contract or days without terms."""
    hold_read(isolation="REPEATABLE READ")
    contract, choice = contracts.contract(contract_id), chosen(contract_id, span)
    so_far = Span(span.from_on, _until(span, now))
    counted = count(contract_id, span, now, choice.definitions)
    rows = _read(contract_id, span, counted)
    asked = Asked(contract, kind, span, now, choice.definitions)
    before, last_year = previous(asked), year_ago(asked)
    compared = (before.categories, last_year.categories)
    open_points = _open_points(contract, span, counted, rows, now)
    return PeriodFacts(
        contract=contract,
        kind=kind,
        span=span,
        read_at=now,
        responsible=people.responsible(counted, so_far.to_on),
        chosen=choice,
        days=tuple(_day_lines(counted, rows, open_points)),
        categories=tables.category_lines(rows.names, counted, span, compared),
        cells=tables.cells(counted, rows.inside),
        attributes=tables.attributes(rows.attributes),
        cases=tuple(tables.case_of(line) for line in rows.cases),
        coverage=people.coverage_days(counted.coverage),
        people=people.staff_totals(counted),
        trainings=people.trainings(counted, rows.staff),
        instructions=people.instructions(rows.instructions),
        matters=matters.matter_lines(rows.matters),
        reservations=of_period(contract_id, span.from_on, span.to_on),
        documents=documents.of_period(contract_id, so_far, rows.names, counted.documents_since),
        previous=before.comparison,
        year_ago=last_year.comparison,
        exclusions=_exclusions(rows.excluded),
        notes=tuple(_notes(counted, choice, rows, open_points, (before, last_year))),
        sources=exchange.ruling_names(contract_id, span.from_on, span.to_on),
        open_points=open_points,
    )


def _exclusions(excluded: calls.Excluded) -> tuple[Exclusion, ...]:
    return (
        Exclusion("取り消した記録", excluded.voided),
        Exclusion("保存していない通話", excluded.open_calls),
    )


def _until(span: Span, now: datetime) -> date:
    """The last day of the span that has come."""
    return max(span.from_on, min(span.to_on, local(now).on))


def _read(contract_id: UUID, span: Span, counted: Counted) -> _Rows:
    period = (span.from_on, span.to_on)
    names = category_queries.names(contract_id)
    return _Rows(
        names=names,
        reports=delivered.states_between(contract_id, Kind.DAILY, *period),
        inside=exchange.inside_hours(contract_id, counted.past),
        attributes=calls.by_attribute(counted.stretches),
        cases=tables.case_lines(contract_id, period, names),
        excluded=calls.excluded(contract_id, *period),
        instructions=rosters.instructions_of(contract_id, *period),
        matters=matters.matters_between(contract_id, *period),
        staff=staff.staff_list(contract_id),
    )


# --- days ---


def _day_lines(counted: Counted, rows: _Rows, open_points: PeriodState) -> Iterator[values.DayLine]:
    unreported = set(open_points.unreported)
    for one in counted.statuses:
        tally = counted.tallies.get(one.on, Tally())
        version = rows.reports.get(one.on)
        report = _standing(version) if version else NOT_SUBMITTED if one.on in unreported else ""
        yield values.DayLine(one.on, "" if one.open else one.why, tally, report)


def _standing(version: VersionFacts) -> str:
    return f"{STATE_LABELS[version.state]}（第{version.number}版）"


# --- what is open ---


def _open_points(
    contract: contracts.ContractFacts, span: Span, counted: Counted, rows: _Rows, now: datetime
) -> PeriodState:
    until, today = _until(span, now), local(now).on
    period = (span.from_on, until)
    first = counted.first_recorded_on
    finished = [one.on for one in counted.past if one.open and one.on < today]
    recorded = calls.last_changes(counted.stretches, rows.excluded)
    return PeriodState(
        over=today > span.to_on,
        within_contract=contract.starts_on <= span.from_on and span.to_on <= contract.ends_on,
        recorded=counted.tally.recorded,
        open_calls=rows.excluded.open_calls,
        open_call_days=tuple(rows.excluded.open),
        unreported=tuple(on for on in finished if first and on >= first and on not in rows.reports),
        gaps=tuple(exchange.unexplained_days(contract.id, rows.inside, _by_minute(counted), period)),
        no_exchange=tuple(on for on in finished if counted.tallies[on].offered is None),
        open_attendance=tuple(dict.fromkeys(one.on for one in staff.open_days(contract.id, *period, now))),
        unnoted_shortages=tuple(
            day.on for day in counted.coverage if any(stretch.unfinished for stretch in day.stretches)
        ),
        changed=tuple(changes.changed_days(contract.id, *period, now, recorded)),
        months_not_closed=tuple(_months_not_closed(contract.id, span, today)),
    )


def _by_minute(counted: Counted) -> dict[date, dict[int, int]]:
    """Incoming calls of each day by the minute their half hour starts at."""
    found: dict[date, dict[int, int]] = {}
    for one in counted.stretches:
        found.setdefault(one.on, {})[one.start_minute] = one.by_phone
    return found


def _months_not_closed(contract_id: UUID, span: Span, today: date) -> Iterator[date]:
    closed = rosters.closed_months(contract_id)
    for part in span.months():
        whole = values.month_span(part.from_on)
        if whole.to_on < today and whole.from_on not in closed:
            yield whole.from_on


def state(facts: PeriodFacts) -> PeriodState:
    """What `rules.checks_of` looks at."""
    return facts.open_points


# --- notes ---


def _notes(
    counted: Counted, choice: Chosen, rows: _Rows, open_points: PeriodState, compared: tuple[Compared, Compared]
) -> Iterator[str]:
    if open_points.no_exchange:
        named = _named(open_points.no_exchange)
        yield f"電話交換機の集計がない開庁日は{named}です。着信数などは、これを除いた合計です。"
    whole = [on for on, day in rows.inside.items() if day.day_total is not None and counted.tallies[on].offered]
    if whole:
        yield f"着信数を1日の合計だけで数えた日は{_named(whole)}です。時間帯別の着信数には入っていません。"
    if open_points.changed:
        named = _named(open_points.changed)
        yield f"日報の提出後に記録が変わった日は{named}です。この報告書は、変わった後の記録で集計しています。"
    if len(rows.cases) == tables.MOST_CASES:
        yield f"苦情・困難事例等の一覧は、はじめの{tables.MOST_CASES:,}件です。件数は、すべての記録で数えています。"
    yield from choice.changes
    yield from tables.category_notes(rows.names, Span(counted.statuses[0].on, counted.statuses[-1].on))
    yield from (one.note for one in compared if one.note)


def _named(days: Sequence[date]) -> str:
    if len(days) > NAMED_DAYS:
        return f"{wareki(days[0])}から{wareki(days[-1])}までの{len(days)}日"
    return "、".join(f"{on.month}月{on.day}日" for on in days)


# --- the report ---


def build(
    facts: PeriodFacts, issue: Issue, bundle: values.Bundle, comments: Sequence[values.Comment] = ()
) -> values.PeriodReport:
    """The report of a period, names and texts in; `reports.editions` takes out what an edition may not carry."""
    contract = facts.contract
    return values.PeriodReport(
        kind=facts.kind,
        span=facts.span,
        contract=ContractFacts(
            contract.title, contract.city_name, contract.contractor_name, contract.place, facts.responsible
        ),
        issue=issue,
        bundle=bundle,
        definitions=facts.chosen.definitions,
        days=facts.days,
        categories=facts.categories,
        cells=facts.cells,
        attributes=facts.attributes,
        cases=facts.cases,
        coverage=facts.coverage,
        people=facts.people,
        trainings=facts.trainings,
        instructions=facts.instructions,
        matters=facts.matters,
        reservations=facts.reservations,
        documents=facts.documents,
        previous=facts.previous,
        year_ago=facts.year_ago,
        targets=facts.chosen.targets,
        comments=tuple(comments),
        exclusions=facts.exclusions,
        checks=tuple(_check_words(facts)),
        notes=facts.notes,
        sources=facts.sources,
    )


def _check_words(facts: PeriodFacts) -> Iterator[str]:
    """What was open, as it is printed: with its days, where they are few."""
    for one in checks_of(facts.open_points):
        days = [label for label, _ in one.links]
        yield one.check.text + (f"（{'、'.join(days)}）" if 0 < len(days) <= NAMED_DAYS else "")
