"""Figures beside others: against a target in sign and word, against another period as a signed difference."""

from __future__ import annotations

from collections.abc import Mapping

from reports.figures import EMPTY, Figure, Unit
from reports.period import Comparison, Target, Verdict
from reports.wareki import length
from reports.workbook import Sheet

_CHANGES = {
    Unit.COUNT: "change_count",
    Unit.SIGNED: "change_count",
    Unit.RATIO: "change_points",
    Unit.SECONDS: "change_seconds",
    Unit.MINUTES: "change_minutes",
    Unit.DECIMAL: "change_decimal",
}


def target_text(target: Target, unit: Unit) -> str:
    """90.0%以上, 5.0%以下; 0分 where nothing less is possible."""
    if not target.at_least and not target.value:
        return _in_unit(target.value, unit)
    return f"{_in_unit(target.value, unit)}{'以上' if target.at_least else '以下'}"


def verdict_text(found: Verdict) -> str:
    """○ 達成."""
    return f"{found.sign} {found.label}"


def write_verdict(sheet: Sheet, row: int, column: int, found: Verdict | None) -> None:
    """Sign and word on a tint; blank where there is no target."""
    if found is None:
        sheet.blank(row, column, None, sheet.style("line"))
    else:
        sheet.raw_text(row, column, verdict_text(found), sheet.style("line", found.value))


def then_of(comparison: Comparison | None, key: str) -> Figure | None:
    """A figure of the period compared with."""
    known: Mapping[str, Figure] = comparison.figures if comparison else {}
    return known.get(key)


def write_then(sheet: Sheet, row: int, column: int, figure: Figure | None) -> None:
    """A figure of another period; 「―」 where it is not known."""
    if figure is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", "line"))
    else:
        sheet.figure(row, column, figure, "line")


def write_change(sheet: Sheet, row: int, column: int, now: Figure, then: Figure | None) -> None:
    """The signed difference; 「―」 where one of the two has no value."""
    if now.value is None or then is None or then.value is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", "line"))
        return
    change = (now.value - then.value) * (100 if now.unit is Unit.RATIO else 1)
    # What prints as ±0 is nothing: no sign before a zero that was rounded.
    shown = round(change, 1)
    sheet.number(row, column, shown, sheet.style(_CHANGES[now.unit], "line"))


def _in_unit(value: float, unit: Unit) -> str:
    if unit is Unit.RATIO:
        return f"{value:.1%}"
    if unit is Unit.MINUTES:
        return length(round(value))
    if unit is Unit.SECONDS:
        return f"{round(value) // 60}:{round(value) % 60:02}"
    return f"{value:,.1f}" if unit is Unit.DECIMAL else f"{value:,.0f}"
