"""What a period is compared with: the one before and the same of last year, from our records or a delivery.

What neither knows stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from callcenter.contracts.queries import ContractFacts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import STATE_LABELS, Kind, State
from callcenter.reporting.periods.counting import count
from callcenter.reporting.periods.rules import previous_span, year_ago_span
from reports.figures import Figure
from reports.figures import State as FigureState
from reports.measures import Definitions, figures, period_measures
from reports.period import Comparison, PeriodKind, Span
from reports.wareki import wareki

CATEGORY = "category."
"""What the keys of records by category begin with in the figures of a delivery."""
OWN = "この契約の記録"


class Compared(Struct, frozen=True):
    """A comparison with its records by category; `note`: why it is not the whole period."""

    comparison: Comparison | None = None
    categories: Mapping[str, int] | None = None
    note: str = ""


UNKNOWN = Compared()


class Asked(Struct, frozen=True):
    """Who compares what, under which definitions, as of when."""

    contract: ContractFacts
    kind: PeriodKind
    span: Span
    now: datetime
    definitions: Definitions


def previous(asked: Asked) -> Compared:
    """The calendar month or the fiscal year before."""
    label = "前年度" if asked.kind is PeriodKind.ANNUAL else "前月"
    return _compared(asked, previous_span(asked.kind, asked.span), label)


def year_ago(asked: Asked) -> Compared:
    """The same month of the year before."""
    return _compared(asked, year_ago_span(asked.kind, asked.span), "前年同月")


def _compared(asked: Asked, span: Span | None, label: str) -> Compared:
    if span is None:
        return UNKNOWN
    contract = asked.contract
    if contract.starts_on <= span.from_on and span.to_on <= contract.ends_on:
        return _of_records(asked, span, label)
    return _of_delivery(asked, span, label)


def _of_records(asked: Asked, span: Span, label: str) -> Compared:
    counted = count(asked.contract.id, span, asked.now, asked.definitions)
    if not counted.known:
        return UNKNOWN
    first = counted.first_recorded_on
    partly = first is not None and any(one.open and one.on < first for one in counted.past)
    note = f"{label}（{span.label}）の値は、記録の始まった{wareki(first)}からのものです。" if first and partly else ""
    found = figures(counted.tally, period_measures(asked.definitions))
    by_code = {code: sum(days.values()) for code, days in counted.categories.items()}
    return Compared(Comparison(label, span, found, OWN), by_code, note)


def _of_delivery(asked: Asked, span: Span, label: str) -> Compared:
    """What the predecessor's contract delivered of that very period, unless it was sent back."""
    before = asked.contract.predecessor_id
    kind = Kind(asked.kind.value)
    versions = delivered.versions_for(before, kind, span.from_on, span.to_on) if before else []
    standing = [one for one in versions if one.state is not State.SENT_BACK]
    if not standing:
        return UNKNOWN
    version = standing[0]
    source = f"前の契約で提出した第{version.number}版（{STATE_LABELS[version.state]}）"
    kept = delivered_figures(version.figures, asked.definitions)
    return Compared(Comparison(label, span, kept, source), _delivered_categories(version.figures))


def delivered_figures(kept: Mapping[str, Any], definitions: Definitions) -> dict[str, Figure]:
    """The figures a delivery kept, as far as they are defined as today's: a service level of other seconds, told by its
    name, is another figure."""
    return {
        measure.key: _figure(measure.key, measure.unit, kept[measure.key])
        for measure in period_measures(definitions)
        if measure.key in kept and kept[measure.key]["label"] == measure.label
    }


def _figure(key: str, unit: Any, kept: Mapping[str, Any]) -> Figure:
    return Figure(key, kept["label"], unit, FigureState(kept["state"]), kept["value"], kept["text"])


def _delivered_categories(kept: Mapping[str, Any]) -> dict[str, int] | None:
    found = {key.removeprefix(CATEGORY): one["value"] for key, one in kept.items() if key.startswith(CATEGORY)}
    return found or None
