"""研修: trainings, instructions to new staff and pledges that were completed (003 clauses 5, 9)."""

from __future__ import annotations

from reports.columns import Column, Kind, widths
from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame, lists
from reports.workbook import Book, table_sheet

KEY = "training"
COLUMNS = (
    Column("on", "実施日", Kind.DATE, 12),
    Column("kind", "種類", Kind.LONG_TEXT, 24),
    Column("title", "題名", Kind.LONG_TEXT, 64),
    Column("code", "番号", Kind.CODE, 10),
    Column("name", "氏名", Kind.LONG_TEXT, 24),
)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: who completed what on which day."""
    sheet = table_sheet(book, SHEET[KEY].name, COLUMNS, frame.page(report))
    trained = report.figures["trained_people"]
    frame.opening(sheet, f"研修・教育・誓約　{report.span.label}", f"{trained.label} 延べ{trained.text}名")
    lines: list[lists.Line] = [
        (one.on, one.kind, one.title, one.person.code, one.person.name) for one in report.trainings
    ]
    table = lists.plain(COLUMNS, widths(COLUMNS), "この期間に修了した研修・教育の記録はありません。")
    row = lists.write(sheet, frame.HEADING_ROW, table, lines)
    sheet.freeze(frame.FIRST_ROW, 0)
    sheet.filters((frame.HEADING_ROW, 0, row - 1, len(COLUMNS) - 1))
    frame.close(sheet, report, KEY, row, widths(COLUMNS))
