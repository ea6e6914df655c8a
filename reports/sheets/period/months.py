"""月別: each measure month by month, the whole period at the end (Σ ÷ Σ), and a chart."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import CHART_POINTS, CHART_ROWS, Bars, column_chart
from reports.columns import Column, Kind, widths
from reports.figures import Measure, State
from reports.period import PeriodReport, SheetChoice, Span, month_span
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.sheets.period.paper import chart_row
from reports.wareki import wareki_year
from reports.workbook import ROW_POINTS, Book, Sheet, table_sheet

KEY = "months"
HEADING_POINTS = 26.0
"""What the title and the headings take beyond plain rows."""
_DRAWN = ("offered", "recorded")


def write(book: Book, report: PeriodReport, choice: SheetChoice) -> None:
    """Write the sheet: a row for each measure, a column for each month."""
    months, measures = report.span.months(), frame.measures_of(report, choice)
    columns = _columns(months)
    room = sum(widths(columns))
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report, columns=(0, 0), room=room))
    frame.opening(
        sheet,
        f"月別の実績　{report.span.label}",
        frame.coverage_note(report) or "率の合計は、分子の合計 ÷ 分母の合計です。",
    )
    sheet.headings(frame.HEADING_ROW, columns, frame.heading_points([column.heading for column in columns]))
    sheet.freeze(frame.FIRST_ROW, 1)
    _rows(sheet, report, months, measures)
    row = _chart(sheet, report, measures, len(months), widths(columns))
    frame.close(sheet, report, KEY, row, widths(columns))


def _columns(months: Sequence[Span]) -> tuple[Column, ...]:
    return (
        Column("label", "指標", Kind.TEXT, 34),
        *(Column("month", month_heading(span, number == 0), Kind.COUNT, 10.5) for number, span in enumerate(months)),
        Column("total", "期間の計", Kind.COUNT, 12),
    )


def month_heading(span: Span, first: bool) -> str:
    """令和8年 / 4月: the year over the first month and each January; the days of a part of a month below."""
    year = wareki_year(span.from_on) if first or span.from_on.month == 1 else ""
    part = "" if span == month_span(span.from_on) else f"\n{span.from_on.day}～{span.to_on.day}日"
    return (
        f"{year}\n{span.from_on.month}月{part}".lstrip("\n") if part else f"{year}\n{span.from_on.month}月".lstrip("\n")
    )


def _rows(sheet: Sheet, report: PeriodReport, months: Sequence[Span], measures: Sequence[Measure]) -> None:
    tallies = [report.tally_of(month) for month in months]
    text = sheet.style("text", "line")
    for row, measure in enumerate(measures, frame.FIRST_ROW):
        sheet.raw_text(row, 0, measure.label, text)
        for column, tally in enumerate(tallies, 1):
            sheet.figure(row, column, measure.of(tally), "line")
        sheet.figure(row, len(months) + 1, report.figures[measure.key], "subtotal")


def _chart(sheet: Sheet, report: PeriodReport, measures: Sequence[Measure], months: int, room: Sequence[float]) -> int:
    """The chart of what was counted; the row after it."""
    rows = {measure.key: row for row, measure in enumerate(measures, frame.FIRST_ROW)}
    end = frame.FIRST_ROW + len(measures)
    known = [key for key in _DRAWN if key in rows and report.figures[key].state is State.VALUE]
    if not any(report.figures[key].value for key in known):
        return end
    heads = (frame.HEADING_ROW, 1, frame.HEADING_ROW, months)
    series = [Bars(key, heads, (rows[key], 1, rows[key], months)) for key in known]
    place = chart_row(end, end * ROW_POINTS + HEADING_POINTS, room, CHART_POINTS, HEADING_POINTS)
    column_chart(sheet, (place, 0), series, "月ごとの件数")
    sheet.break_before(*(() if place == end + 1 else (place,)))
    return place + CHART_ROWS
