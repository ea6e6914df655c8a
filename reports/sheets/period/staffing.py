"""配置: planned and actual hours, days below the minimum with causes and measures, each person's days and hours."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column, Kind
from reports.figures import EMPTY
from reports.period import CoverageDay, PeriodReport, SheetChoice, StaffTotal, Target, verdict
from reports.period_bundle import SHEET
from reports.sheets.period import comparing, frame, lists
from reports.wareki import length
from reports.workbook import Book, Sheet

KEY = "staffing"
_WIDTHS = (11.0, 22.0, 20.0, 13.0, 14.0, 14.0, 15.0, 15.0, 36.0)
UNNOTED = "（未記入）"
FIGURES = (
    "planned_operator_hours",
    "operator_hours",
    "calls_per_hour",
    "occupancy",
    "planned_shortage_minutes",
    "shortage_minutes",
    "covered_rate",
)
_HEADS = (
    lists.Place(Column("label", "指標", Kind.TEXT), 0, 2),
    lists.Place(Column("value", "実績", Kind.COUNT), 3, 3),
    lists.Place(Column("target", "目標", Kind.COUNT), 4, 4),
    lists.Place(Column("verdict", "判定", Kind.FLAG), 5, 5),
    lists.Place(Column("previous", "前の期間", Kind.COUNT), 6, 6),
    lists.Place(Column("year_ago", "前年同期", Kind.COUNT), 7, 7),
)
_COVERAGE = (
    lists.Place(Column("on", "日", Kind.DATE), 0, 0),
    lists.Place(Column("causes", "原因", Kind.LONG_TEXT), 1, 2),
    lists.Place(Column("minimum", "最少人数", Kind.COUNT), 3, 3),
    lists.Place(Column("planned", "予定の不足", Kind.MINUTES), 4, 4),
    lists.Place(Column("below", "実際の不足", Kind.MINUTES), 5, 5),
    lists.Place(Column("measures", "とった対策", Kind.LONG_TEXT), 6, 8),
)
_PEOPLE = (
    lists.Place(Column("code", "番号", Kind.CODE), 0, 0),
    lists.Place(Column("name", "氏名", Kind.LONG_TEXT), 1, 1),
    lists.Place(Column("role", "職種", Kind.LONG_TEXT), 2, 2),
    lists.Place(Column("days", "出勤日数", Kind.COUNT), 3, 3),
    lists.Place(Column("planned", "予定（時:分）", Kind.MINUTES), 4, 4),
    lists.Place(Column("worked", "実働（時:分）", Kind.MINUTES), 5, 5),
)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: the figures, the days below the minimum, the people."""
    sheet = book.sheet(SHEET[KEY].name, _WIDTHS, frame.page(report, rows=None))
    frame.opening(sheet, f"配置　{report.span.label}", f"業務責任者: {report.contract.responsible.shown}")
    row = _figures(sheet, frame.HEADING_ROW, report)
    row = _coverage(sheet, row + 1, report.coverage)
    row = _people(sheet, row + 1, report.people)
    frame.close(sheet, report, KEY, row, _WIDTHS)


def _figures(sheet: Sheet, row: int, report: PeriodReport) -> int:
    lists.headings(sheet, row, lists.Table(_HEADS, _WIDTHS, ""))
    targets = {one.key: one for one in report.targets}
    for measure in report.measures:
        if measure.key in FIGURES:
            row += 1
            sheet.merge((row, 0, row, 2), measure.label, sheet.style("text", "line"))
            _values(sheet, row, report, measure.key, targets.get(measure.key))
    return row + 1


def _values(sheet: Sheet, row: int, report: PeriodReport, key: str, target: Target | None) -> None:
    figure = report.figures[key]
    sheet.figure(row, 3, figure, "line", "bold")
    text = comparing.target_text(target, figure.unit) if target else ""
    sheet.raw_text(row, 4, text, sheet.style("right", "line"))
    comparing.write_verdict(sheet, row, 5, verdict(figure, target) if target else None)
    comparing.write_then(sheet, row, 6, comparing.then_of(report.previous, key))
    comparing.write_then(sheet, row, 7, comparing.then_of(report.year_ago, key))


def _coverage(sheet: Sheet, row: int, days: Sequence[CoverageDay]) -> int:
    planned, below = sum(one.planned_below for one in days), sum(one.below for one in days)
    title = (
        f"最少人数を下回った日　{len(days)}日（予定 {length(planned)}、実際 {length(below)}）"
        if days
        else "最少人数を下回った日"
    )
    row = lists.section(sheet, row, title)
    table = lists.Table(_COVERAGE, _WIDTHS, "最少人数を下回った日はありません。")
    return lists.write(sheet, row, table, [_coverage_line(one) for one in days])


def _coverage_line(one: CoverageDay) -> lists.Line:
    # A day that was short in the plan alone has nothing to explain.
    unnoted = UNNOTED if one.below else EMPTY
    causes = "\n".join(one.causes) or unnoted
    return one.on, causes, one.minimum, one.planned_below, one.below, one.measures or unnoted


def _people(sheet: Sheet, row: int, people: Sequence[StaffTotal]) -> int:
    row = lists.section(sheet, row, f"従事者　{len(people)}名" if people else "従事者")
    lines: list[lists.Line] = [
        (one.person.code, one.person.name, one.role, one.days, one.planned_minutes, one.worked_minutes)
        for one in people
    ]
    row = lists.write(sheet, row, lists.Table(_PEOPLE, _WIDTHS, "出勤の記録はありません。"), lines)
    if people:
        _sums(sheet, row, people)
        row += 1
    return row


def _sums(sheet: Sheet, row: int, people: Sequence[StaffTotal]) -> None:
    style = sheet.style
    sheet.merge((row, 0, row, 2), "計（延べ）", style("total", "left"))
    sheet.number(row, 3, sum(one.days for one in people), style("count", "total"))
    sheet.number(row, 4, sum(one.planned_minutes for one in people) / 1440, style("minutes", "total"))
    sheet.number(row, 5, sum(one.worked_minutes for one in people) / 1440, style("minutes", "total"))
