"""What of reports, notices and invoices waits for a person at the centre: read for the first page (`homes.ports`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.calls import queries as calls
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.queries import ContractFacts
from callcenter.contracts.settings import SETTINGS
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.newest_queries import Newest, newest_of
from callcenter.deliveries.rules import KIND_LABELS, Kind, State
from callcenter.extensions import db
from callcenter.reporting import approval, changes, daily
from callcenter.reporting.completion import queries as completion
from callcenter.reporting.completion.rules import Stage
from callcenter.reporting.periods import approving, drafts
from callcenter.reporting.periods.models import ReportBuild
from callcenter.reporting.periods.overview import KINDS, years_of
from callcenter.reporting.periods.rules import period_name
from callcenter.reporting.periods.scheduling import MONTHS_BACK, YEARS_BACK
from reports.period import PeriodKind, Span
from reports.wareki import wareki_month, wareki_weekday
from scheduling.calendar import BusinessCalendar

PATIENCE_DAYS = 5
"""So many open days the city may take; after them somebody asks."""
REMEMBERED = timedelta(days=30)
"""How long an approval that came to nothing is told: whoever has not tried anew by then does not want to."""
Key = tuple[Kind, date, date]


class Point(StrEnum):
    """What waits."""

    REFUSED = "refused"
    SENT_BACK = "sent_back"
    DUE = "due"
    SLOW = "slow"
    NOTICE = "notice"
    NOTICE_BACK = "notice_back"
    INVOICE = "invoice"
    INVOICE_BACK = "invoice_back"
    OVERDUE = "overdue"


class OpenPoint(Struct, frozen=True):
    """Something that waits: of which document, where it is seen to, what is known of it, by when."""

    kind: Point
    name: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...]
    detail: str = ""
    due_on: date | None = None


class _Known(Struct, frozen=True):
    contract: ContractFacts
    calendar: BusinessCalendar
    first: date
    newest: Mapping[Key, Newest]
    at: datetime

    @property
    def today(self) -> date:
        return local(self.at).on


def open_points(contract_id: UUID, at: datetime) -> list[OpenPoint]:
    """Everything that waits under a contract, also after its term. Nothing before the first recorded day."""
    first = calls.first_recorded_day(contract_id)
    if first is None:
        return []
    newest = newest_of(contract_id, (*KINDS, Kind.NOTICE))
    known = _Known(contracts.contract(contract_id), contracts.calendar(contract_id), first, newest, at)
    stopped = approving.stopped(contract_id, at - REMEMBERED)
    return [*_refused(stopped), *_sent_back(known), *_due(known, stopped), *_slow(known), *_money(known)]


# --- reports over a period ---


def _refused(stopped: Collection[approving.ApprovalFacts]) -> Iterator[OpenPoint]:
    for one in stopped:
        why = one.refused_because or "提出の処理が途中で終わりました。"
        yield _point(Point.REFUSED, _key(one), why)


def _key(one: approving.ApprovalFacts) -> Key:
    return Kind(one.code), one.period_from, one.period_to


def _point(kind: Point, key: Key, detail: str, due_on: date | None = None) -> OpenPoint:
    """A point that is seen to on the page of its period."""
    report, from_on, to_on = key
    where = (("kind", report.value), ("from_on", from_on.isoformat()), ("to_on", to_on.isoformat()))
    return OpenPoint(kind, _name(key), "periods.page", where, detail, due_on)


def _name(key: Key) -> str:
    """令和8年6月の月次実績報告書"""
    kind, from_on, to_on = key
    if kind is Kind.NOTICE:
        return f"{wareki_month(from_on)}分の{KIND_LABELS[kind]}"
    return f"{period_name(PeriodKind(kind.value), Span(from_on, to_on))}の{KIND_LABELS[kind]}"


def _sent_back(known: _Known) -> Iterator[OpenPoint]:
    for key, version in known.newest.items():
        if version.state is State.SENT_BACK and key[0] is not Kind.NOTICE:
            found = delivered.version(known.contract.id, version.id)
            yield _point(Point.SENT_BACK, key, f"（{found.decider_name}）「{found.comment}」")


def _due(known: _Known, stopped: Collection[approving.ApprovalFacts]) -> Iterator[OpenPoint]:
    """Months and years that are over and were not submitted; those under way or refused are told otherwise."""
    contract_id = known.contract.id
    told = approving.waiting_periods(contract_id) | {(one.code, _span(one)) for one in stopped}
    built = drafts.builds(contract_id)
    for kind, span in _over(known):
        key = (kind, span.from_on, span.to_on)
        if key not in known.newest and (kind.value, span) not in told:
            ready = "案ができています。" if (kind.value, span) in built else "案はまだありません。"
            yield _point(Point.DUE, key, ready, _due_on(known, span))


def _span(one: approving.ApprovalFacts) -> Span:
    return Span(one.period_from, one.period_to)


def _over(known: _Known) -> Iterator[tuple[Kind, Span]]:
    """The newest months and years that are over; older ones were reported before there were any drafts."""
    term = Span(known.contract.starts_on, known.contract.ends_on)
    for kind, spans, most in (
        (Kind.MONTHLY, term.months(), MONTHS_BACK),
        (Kind.ANNUAL, years_of(term), YEARS_BACK),
    ):
        over = [one for one in spans if known.first <= one.to_on < known.today]
        yield from ((kind, one) for one in over[-most:])


def _due_on(known: _Known, span: Span) -> date:
    standard = SETTINGS["report_due_days"].standard
    (days,) = contracts.setting(known.contract.id, "report_due_days", span.to_on, standard)
    return known.calendar.add_open_days(span.to_on, int(days))


def _slow(known: _Known) -> Iterator[OpenPoint]:
    """What the city has had for too long."""
    for key, version in known.newest.items():
        submitted_on = local(version.submitted_at).on
        if version.state is State.SUBMITTED and known.calendar.add_open_days(submitted_on, PATIENCE_DAYS) < known.today:
            where = (("version_id", str(version.id)),)
            yield OpenPoint(
                Point.SLOW, _name(key), "deliveries.document", where, f"{wareki_weekday(submitted_on)}に提出"
            )


# --- notices and invoices ---


def _money(known: _Known) -> Iterator[OpenPoint]:
    for month in completion.months(known.contract, known.today):
        kind = _STAGES.get(month.stage)
        if kind is not None and (kind is not Point.NOTICE or _is_noticed(known, month.span)):
            due_on = month.claim.due_on if kind is Point.OVERDUE and month.claim else None
            where = (("month", f"{month.first:%Y-%m}"),)
            yield OpenPoint(kind, f"{wareki_month(month.first)}分", "completion.month", where, due_on=due_on)


def _is_noticed(known: _Known, month: Span) -> bool:
    """A notice follows the month's report; of a month whose report is late it does not wait. Only of the newest
    months."""
    if (Kind.MONTHLY, month) not in list(_over(known)):
        return False
    submitted = (Kind.MONTHLY, month.from_on, month.to_on) in known.newest
    return submitted or _due_on(known, month) < known.today


_STAGES = {
    Stage.NOTICE: Point.NOTICE,
    Stage.NOTICE_BACK: Point.NOTICE_BACK,
    Stage.INVOICE: Point.INVOICE,
    Stage.INVOICE_BACK: Point.INVOICE_BACK,
    Stage.OVERDUE: Point.OVERDUE,
}


# --- drafts of days ---


def ready_days(contract_id: UUID, days: Collection[date], at: datetime) -> set[date]:
    """Those of some days whose draft was built and says what the records say. A day is read anew only where something
    was written after its draft."""
    built = _built(contract_id, days)
    touched = changes.last_changes(contract_id, min(built), max(built)) if built else []
    return {
        on
        for on, draft in built.items()
        if not any(found[on] > draft.built_at for found in touched if on in found)
        or approval.mark_of_day(daily.read_day(contract_id, on, at)) == draft.mark
    }


class _Draft(Struct, frozen=True):
    mark: str
    built_at: datetime


def _built(contract_id: UUID, days: Collection[date]) -> dict[date, _Draft]:
    if not days:
        return {}
    rows = db.session.execute(
        select(ReportBuild.period_from, ReportBuild.mark, ReportBuild.built_at).where(
            ReportBuild.contract_id == contract_id,
            ReportBuild.kind == Kind.DAILY.value,
            ReportBuild.period_from.in_(days),
        )
    )
    return {row.period_from: _Draft(row.mark, row.built_at) for row in rows}
