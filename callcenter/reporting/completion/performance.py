"""What was performed in a month, from the features' records: the figures of the notice, the evidence of a reduction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.calls import queries as calls
from callcenter.calls.exchange import queries as exchange
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import STATE_LABELS, Kind
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.coverage.queries import DayCoverage
from callcenter.rosters.coverage.rules import Stretch
from reports.forms import invoice as paper
from reports.forms.notice import Entry
from reports.period import Span
from reports.wareki import wareki


class Performance(Struct, frozen=True):
    """A month's records as they stand. `offered`: by day, only days that were counted."""

    span: Span
    open_days: tuple[date, ...]
    recorded: int
    offered: Mapping[date, int]
    unsubmitted: tuple[date, ...]
    monthly: VersionFacts | None
    short: tuple[DayCoverage, ...]

    @property
    def below_minutes(self) -> int:
        return sum(day.minutes.below for day in self.short)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The figures as page, notice and snapshot show them."""
        days = len(self.open_days)
        return (
            Entry("open_days", "開庁日数", days, "日"),
            Entry("recorded", "対応記録件数", self.recorded, "件"),
            Entry("offered", "着信数", sum(self.offered.values()) if self.offered else None, "件", self._measured()),
            Entry("daily", "日次実績報告書の提出", days - len(self.unsubmitted), "日分", f"開庁日{days}日のうち"),
            self._monthly(),
            Entry("below", "最少人数を下回った時間", self.below_minutes, "分", self._short()),
        )

    def _measured(self) -> str:
        counted = sum(on in self.offered for on in self.open_days)
        if not self.offered or counted == len(self.open_days):
            return ""
        return f"電話交換機の集計がある開庁日は{len(self.open_days)}日のうち{counted}日"

    def _monthly(self) -> Entry:
        label = "月次実績報告書の提出"
        if self.monthly is None:
            return Entry("monthly", label, 0, "件", "未提出")
        on = self.monthly.decided_at or self.monthly.submitted_at
        state = STATE_LABELS[self.monthly.state]
        return Entry("monthly", label, 1, "件", f"第{self.monthly.number}版 {state}（{wareki(local(on).on)}）")

    def _short(self) -> str:
        return f"{len(self.short)}日、最少配置の証明による" if self.short else ""


def performed(contract_id: UUID, span: Span, at: datetime) -> Performance:
    """Read a month: the same few statements for every month. Days that are not over count as far as they are."""
    from_on, to_on = span.from_on, span.to_on
    open_days = tuple(contracts.calendar(contract_id).open_days(from_on, to_on))
    totals = exchange.totals_between(contract_id, from_on, to_on)
    submitted = delivered.states_between(contract_id, Kind.DAILY, from_on, to_on)
    monthly = delivered.states_between(contract_id, Kind.MONTHLY, from_on, to_on)
    return Performance(
        span=span,
        open_days=open_days,
        recorded=sum(calls.counts_by_day(contract_id, from_on, to_on).values()),
        offered={on: day.in_hours.offered for on, day in totals.items() if day.in_hours.offered is not None},
        unsubmitted=tuple(on for on in open_days if on not in submitted),
        monthly=next(iter(monthly.values()), None),
        short=tuple(day for day in coverage.days(contract_id, from_on, to_on, at) if day.minutes.below),
    )


def evidence_of(found: Performance, at: datetime) -> paper.Evidence:
    """What the records say at an instant of what was not performed: coded words only."""
    return paper.Evidence(
        recorded_on=local(at).on,
        days=tuple(_day(day) for day in found.short),
        unsubmitted=found.unsubmitted,
    )


def _day(day: DayCoverage) -> paper.EvidenceDay:
    return paper.EvidenceDay(day.on, day.minimum, day.minutes.below, _stretches(day.stretches))


def _stretches(found: Sequence[Stretch]) -> tuple[paper.Stretch, ...]:
    return tuple(
        paper.Stretch(one.span.start, one.span.end, one.fewest, tuple(note.cause.label for note in one.notes))
        for one in found
    )
