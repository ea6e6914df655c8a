"""Matters that were reported on the days of the period (003 clause 10(1)②エ), by kind, each on its sheet."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column, Kind
from reports.period import Matter, PeriodReport
from reports.sheets.period import lists
from reports.workbook import Sheet

DIFFICULT, PROPOSAL = "対応困難事例", "改善提案"
NONE = "報告はありません。"


def of_kinds(report: PeriodReport, kinds: Sequence[str]) -> list[Matter]:
    """The matters of these kinds; of none: all that stand on no other sheet."""
    if kinds:
        return [one for one in report.matters if one.kind in kinds]
    return [one for one in report.matters if one.kind not in (DIFFICULT, PROPOSAL)]


def section(
    sheet: Sheet,
    row: int,
    report: PeriodReport,
    kinds: Sequence[str],
    title: str,
    widths: Sequence[float],
    ends: tuple[int, int],
) -> int:
    """A titled table; `ends`: the last column of the day and of the kind, the text takes the rest. The row after it."""
    found = of_kinds(report, kinds)
    last_day, last_kind = ends
    places = (
        lists.Place(Column("on", "日", Kind.DATE), 0, last_day),
        lists.Place(Column("kind", "種別", Kind.LONG_TEXT), last_day + 1, last_kind),
        lists.Place(Column("text", "内容", Kind.LONG_TEXT), last_kind + 1, len(widths) - 1),
    )
    row = lists.section(sheet, row, f"{title}　{len(found)}件" if found else title)
    lines = [(one.on, one.kind, one.text) for one in found]
    return lists.write(sheet, row, lists.Table(places, tuple(widths), NONE), lines)
