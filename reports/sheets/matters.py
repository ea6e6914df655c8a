"""報告事項: whatever else the city needs to know (エ)."""

from __future__ import annotations

from reports.cleaning import clean
from reports.columns import Column, Kind
from reports.daily import DailyReport, Inquiry, Matter
from reports.figures import EMPTY
from reports.fitting import line_count, pieces
from reports.sheets import frame
from reports.workbook import Book, Sheet, table_sheet

NAME = "報告事項"
COLUMNS = (
    Column("order", "No.", Kind.SERIAL, 5),
    Column("start", "時刻", Kind.CLOCK, 8),
    Column("kind", "種別", Kind.TEXT, 13),
    Column("text", "内容", Kind.LONG_TEXT, 54),
    Column("inquiry", "問合せ番号", Kind.SERIAL, 12),
)
LAST = len(COLUMNS) - 1
_ROOM = COLUMNS[3].width


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet; 「特にありません」 when there is nothing."""
    sheet = table_sheet(book, NAME, COLUMNS, frame.page(report))
    frame.opening(sheet, "エ　その他報告が必要な事項", f"{len(report.matters)}件")
    sheet.headings(frame.HEADING_ROW, COLUMNS)
    row = frame.FIRST_ROW
    for order, matter in enumerate(report.matters, 1):
        row = _matter(sheet, row, order, matter)
    if not report.matters:
        sheet.text(row, 0, "特にありません。", sheet.style("left"))
        row += 1
    row = _marked(sheet, report, row + 1)
    row = _city_box(sheet, row + 1)
    sheet.print_area(row, LAST)


def _marked(sheet: Sheet, report: DailyReport, row: int) -> int:
    """The day's records marked as a complaint or a difficult case, so that none hides in the list."""
    marked = [line for line in report.inquiries if line.complaint or line.difficult]
    sheet.text(
        row,
        0,
        f"苦情・困難事例の印のある問合せ: {f'{len(marked)}件' if marked else 'なし'}",
        sheet.style("section"),
    )
    sheet.height(row, 22)
    for order, inquiry in enumerate(marked, 1):
        row += 1
        _marked_line(sheet, row, order, inquiry)
    return row + 1


def _marked_line(sheet: Sheet, row: int, order: int, inquiry: Inquiry) -> None:
    style = sheet.style
    category = inquiry.category
    where = f"{category.major_name}／{category.name}" if category else "未分類"
    text = f"{where}　結果: {inquiry.disposition or EMPTY}"
    sheet.number(row, 0, order, style("serial", "line"))
    _optional(sheet, row, 1, inquiry.start_minute, "clock")
    sheet.raw_text(row, 2, "・".join(inquiry.marks), style("text", "line"))
    sheet.text(row, 3, text, style("wrap", "line"))
    sheet.number(row, 4, inquiry.number, style("serial", "line"))
    sheet.lines(row, line_count(text, _ROOM))


def _city_box(sheet: Sheet, row: int) -> int:
    """Room for the city's hand: the paper copy is where its instructions are noted."""
    sheet.text(row, 0, "市記入欄（確認日・確認者・指示事項）", sheet.style("section"))
    sheet.height(row, 22)
    sheet.merge((row + 1, 0, row + 1, LAST), "", sheet.style("boxed"))
    sheet.height(row + 1, 110)
    return row + 1


def _matter(sheet: Sheet, row: int, order: int, matter: Matter) -> int:
    style = sheet.style
    for number, text in enumerate(pieces(clean(matter.text or EMPTY), _ROOM)):
        sheet.number(row, 0, order, style("serial", "line"))
        _optional(sheet, row, 1, matter.start_minute, "clock")
        sheet.text(row, 2, matter.kind, style("text", "line"))
        sheet.raw_text(row, 3, text if number == 0 else f"（続き）{text}", style("wrap", "line"))
        _optional(sheet, row, 4, matter.inquiry_number, "serial")
        sheet.lines(row, line_count(text, _ROOM) + (number > 0))
        row += 1
    return row


def _optional(sheet: Sheet, row: int, column: int, value: int | None, kind: str) -> None:
    if value is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", "line"))
    else:
        sheet.number(row, column, value / 1440 if kind == "clock" else value, sheet.style(kind, "line"))
