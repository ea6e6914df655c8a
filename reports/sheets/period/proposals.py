"""提案・指示: the city's instructions with what was done, and proposals for improvement (003 clauses 1(3), 6, 9(1))."""

from __future__ import annotations

from reports.columns import Column, Kind, widths
from reports.period import Instruction, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame, lists, matters
from reports.workbook import Book, table_sheet

KEY = "proposals"
COLUMNS = (
    Column("number", "番号", Kind.SERIAL, 8),
    Column("received", "受けた日", Kind.DATE, 12),
    Column("kind", "種別", Kind.LONG_TEXT, 16),
    Column("content", "指示の内容", Kind.LONG_TEXT, 46),
    Column("response", "対応", Kind.LONG_TEXT, 46),
    Column("done", "対応した日", Kind.LONG_TEXT, 14),
)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: instructions first, proposals below."""
    sheet = table_sheet(book, SHEET[KEY].name, COLUMNS, frame.page(report, rows=None))
    left = sum(one.done_on is None for one in report.instructions)
    note = f"市の指示 {len(report.instructions)}件" + (f"（うち対応中 {left}件）" if left else "")
    frame.opening(sheet, f"市の指示と改善提案　{report.span.label}", note)
    table = lists.plain(COLUMNS, widths(COLUMNS), "この期間に受けた指示はありません。")
    row = lists.write(sheet, frame.HEADING_ROW, table, [_line(one) for one in report.instructions])
    row = matters.section(sheet, row + 1, report, (matters.PROPOSAL,), "改善提案", widths(COLUMNS), (1, 2))
    frame.close(sheet, report, KEY, row, widths(COLUMNS))


def _line(one: Instruction) -> lists.Line:
    done = lists.short_date(one.done_on) if one.done_on else "対応中"
    return one.number, one.received_on, one.kind, one.content, one.response, done
