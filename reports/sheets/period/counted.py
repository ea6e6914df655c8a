"""A short table of figures with their formulas: for sheets that have little else to say."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column, Kind
from reports.fitting import line_count
from reports.period import PeriodReport
from reports.sheets.period import comparing, lists
from reports.workbook import Sheet

WIDTHS = (14.0, 22.0, 14.0, 14.0, 14.0, 60.0)
_HEADS = (
    lists.Place(Column("label", "項目", Kind.TEXT), 0, 1),
    lists.Place(Column("value", "実績", Kind.COUNT), 2, 2),
    lists.Place(Column("previous", "前の期間", Kind.COUNT), 3, 3),
    lists.Place(Column("year_ago", "前年同期", Kind.COUNT), 4, 4),
    lists.Place(Column("formula", "計算の方法", Kind.LONG_TEXT), 5, 5),
)


def write(sheet: Sheet, row: int, report: PeriodReport, keys: Sequence[str]) -> int:
    """Headings and a line for each measure; the row after them."""
    lists.headings(sheet, row, lists.Table(_HEADS, WIDTHS, ""))
    for measure in report.measures:
        if measure.key in keys:
            row += 1
            sheet.merge((row, 0, row, 1), measure.label, sheet.style("text", "line"))
            sheet.figure(row, 2, report.figures[measure.key], "line", "bold")
            comparing.write_then(sheet, row, 3, comparing.then_of(report.previous, measure.key))
            comparing.write_then(sheet, row, 4, comparing.then_of(report.year_ago, measure.key))
            sheet.raw_text(row, 5, measure.formula, sheet.style("wrap", "line"))
            sheet.lines(row, line_count(measure.formula, WIDTHS[5]))
    return row + 1
