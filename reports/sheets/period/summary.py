"""総括: every measure beside its target, the period before and the same period of last year."""

from __future__ import annotations

from itertools import groupby

from reports.columns import Column, Kind, widths
from reports.figures import Measure
from reports.period import Comparison, PeriodReport, SheetChoice, Target, verdict
from reports.period_bundle import SHEET
from reports.sheets.period import comparing, frame
from reports.sheets.period.groups import GROUP
from reports.workbook import Book, Sheet, table_sheet

KEY = "summary"
_LABEL, _VALUE, _TARGET, _VERDICT, _FIRST_OTHER = range(5)
_OTHER_ROOM = 72.0


def write(book: Book, report: PeriodReport, choice: SheetChoice) -> None:
    """Write the sheet; a period compared with that is not known has no columns."""
    columns = _columns(report)
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report))
    frame.opening(sheet, f"総括　{report.span.label}", _note(report))
    sheet.headings(frame.HEADING_ROW, columns, 36)
    row = frame.FIRST_ROW
    for group, members in groupby(frame.measures_of(report, choice), key=lambda measure: GROUP[measure.key]):
        sheet.raw_text(row, 0, group, sheet.style("subtotal", "left"))
        sheet.fill(row, range(1, len(columns)), sheet.style("subtotal"))
        row += 1
        for measure in members:
            _measure(sheet, row, report, measure)
            row += 1
    frame.close(sheet, report, KEY, row, widths(columns))


def _columns(report: PeriodReport) -> tuple[Column, ...]:
    others = [(one, title) for one, title in _others(report) if one]
    # Always as wide as two pages of rows need, whatever is compared with.
    each = _OTHER_ROOM / (2 * len(others)) if others else 0.0
    more = 0.0 if others else _OTHER_ROOM / 4
    pairs = (
        (
            Column("then", f"{title}\n{one.label}", Kind.COUNT, each),
            Column("change", f"{title}\nとの差", Kind.SIGNED, each),
        )
        for one, title in others
    )
    return (
        Column("label", "指標", Kind.TEXT, 44 + more),
        Column("value", "実績", Kind.COUNT, 16 + more),
        Column("target", "目標", Kind.COUNT, 18 + more),
        Column("verdict", "判定", Kind.FLAG, 18 + more),
        *(column for pair in pairs for column in pair),
    )


def _others(report: PeriodReport) -> tuple[tuple[Comparison | None, str], ...]:
    return (report.previous, "前の期間"), (report.year_ago, "前年同期")


def _note(report: PeriodReport) -> str:
    sources = "　".join(f"{title}: {one.source}" for one, title in _others(report) if one)
    return (
        "　".join(part for part in (frame.coverage_note(report), sources) if part) or f"{report.tally.open_days}開庁日"
    )


def _measure(sheet: Sheet, row: int, report: PeriodReport, measure: Measure) -> None:
    figure = report.figures[measure.key]
    sheet.raw_text(row, _LABEL, measure.label, sheet.style("text", "line"))
    sheet.figure(row, _VALUE, figure, "line", "bold")
    target = _target(report, measure.key)
    text = comparing.target_text(target, measure.unit) if target else ""
    sheet.raw_text(row, _TARGET, text, sheet.style("right", "line"))
    comparing.write_verdict(sheet, row, _VERDICT, verdict(figure, target) if target else None)
    column = _FIRST_OTHER
    for one, _title in _others(report):
        if one:
            then = comparing.then_of(one, measure.key)
            comparing.write_then(sheet, row, column, then)
            comparing.write_change(sheet, row, column + 1, figure, then)
            column += 2


def _target(report: PeriodReport, key: str) -> Target | None:
    return next((one for one in report.targets if one.key == key), None)
