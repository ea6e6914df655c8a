"""算出方法: how each figure is computed, when the data was cut off, what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Column, Kind
from reports.daily import DailyReport
from reports.figures import EMPTY, NOT_MEASURED
from reports.fitting import line_count
from reports.measures import DAILY
from reports.sheets import frame
from reports.totals import daily_figures
from reports.wareki import moment, span
from reports.workbook import Book, Sheet, table_sheet

NAME = "算出方法"
COLUMNS = (
    Column("label", "項目", Kind.TEXT, 25),
    Column("formula", "計算の方法", Kind.LONG_TEXT, 55),
    Column("value", "この日の値", Kind.COUNT, 12),
)
LAST = len(COLUMNS) - 1


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet: every measure with its formula and value, then the conditions of the count."""
    sheet = table_sheet(book, NAME, COLUMNS, frame.page(report))
    note = f"「{EMPTY}」は分母が0のため計算できないこと、「{NOT_MEASURED}」は計測していないことを示します。"
    frame.opening(sheet, "算出方法", note)
    sheet.headings(frame.HEADING_ROW, COLUMNS)
    figures = daily_figures(report)
    row = frame.FIRST_ROW
    for measure in DAILY:
        sheet.raw_text(row, 0, measure.label, sheet.style("text", "line"))
        sheet.raw_text(row, 1, measure.formula, sheet.style("wrap", "line"))
        sheet.figure(row, 2, figures[measure.key], "line")
        sheet.lines(row, line_count(measure.formula, COLUMNS[1].width))
        row += 1
    row = _conditions(sheet, report, row + 1)
    sheet.print_area(row - 1, LAST)


def _conditions(sheet: Sheet, report: DailyReport, row: int) -> int:
    sheet.text(row, 0, "集計の条件", sheet.style("section"))
    sheet.height(row, 22)
    room = COLUMNS[1].width + COLUMNS[2].width
    for label, text in _statements(report):
        row += 1
        sheet.text(row, 0, label, sheet.style("text", "line"))
        sheet.merge((row, 1, row, 2), text, sheet.style("wrap", "line"))
        sheet.lines(row, line_count(text, room))
    return row + 1


def _statements(report: DailyReport) -> Iterator[tuple[str, str]]:
    timing = report.issue.timing
    hours = "、".join(span(part.start_minute, part.end_minute) for part in report.open_ranges)
    yield "対象", f"日本時間のその日の0時から24時まで。受付時間: {hours or 'なし'}"
    yield "データの締切", f"{moment(timing.cutoff_at)}までに保存した記録"
    yield "作成", moment(timing.built_at)
    yield "着信数の出典", report.exchange.source or "電話交換機の集計なし"
    yield "完結に数える結果", "・".join(report.handling.completed_dispositions)
    yield "除いたもの", "、".join(f"{line.label} {line.count}件" for line in report.exclusions) or "なし"
    yield "率の合計", "期間の率は、日ごとの率の平均ではなく、分子の合計 ÷ 分母の合計で計算します。"
    for note in report.notes:
        yield "注記", note
