"""The values of the reservation result report (予約受付結果報告, 003 clause 8②), and its workbook.

Counts alone may leave by network; `lines` (who was booked) exist only in the version for handing over inside the city
hall. Days and minutes are local. `entries` None: the appointments are kept here, nothing is entered elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from reports.booking_counts import Counts
from reports.columns import Column, Kind
from reports.fitting import line_count
from reports.sheets import reservations as counts_sheet
from reports.wareki import wareki_weekday
from reports.workbook import Book, BookFacts, Page, Sheet, serial, table_sheet

NAME = "予約受付結果報告書"


class Line(Struct, frozen=True):
    """One reservation with who comes: only for handing over inside the city hall."""

    number: str
    on: date
    start_minute: int
    where: str
    procedure: str
    people: int
    name: str
    notice_number: str
    phone: str
    state: str


class ReservationReport(Struct, frozen=True):
    """The report of a period. `lines` None: the version that holds counts alone."""

    contract: str
    from_on: date
    to_on: date
    built_at: datetime
    counts: Counts
    lines: tuple[Line, ...] | None = None


LINE_COLUMNS = (
    Column("number", "予約番号", Kind.CODE, 11),
    Column("on", "来庁日", Kind.DATE, 12),
    Column("start", "時刻", Kind.CLOCK, 7),
    Column("where", "会場・窓口", Kind.LONG_TEXT, 32),
    Column("procedure", "手続", Kind.LONG_TEXT, 26),
    Column("people", "人数", Kind.COUNT, 6),
    Column("name", "氏名", Kind.LONG_TEXT, 22),
    Column("notice_number", "通知書の番号", Kind.LONG_TEXT, 16),
    Column("phone", "連絡先", Kind.TEXT, 16),
    Column("state", "状態", Kind.TEXT, 10),
)
_WRAPPED = {index for index, column in enumerate(LINE_COLUMNS) if column.kind is Kind.LONG_TEXT}


def workbook(report: ReservationReport) -> bytes:
    """The report as an xlsx file; the same report gives the same bytes."""
    book = Book(BookFacts(NAME, report.built_at))
    period = f"{wareki_weekday(report.from_on)}〜{wareki_weekday(report.to_on)}"
    edition = "庁内手渡し用（個人情報あり）" if report.lines is not None else "件数のみ"
    page = Page(header=(NAME, period), footer=(report.contract, edition))
    counts_sheet.write_counts(book, report.counts, page, f"{NAME}　{period}")
    counts_sheet.write_days(book, report.counts, page)
    if report.lines is not None:
        _lines(book, report.lines, Page(page.header, page.footer, landscape=True, repeat_rows=(2, 2)))
    return book.finish()


def _lines(book: Book, lines: tuple[Line, ...], page: Page) -> None:
    sheet = table_sheet(book, "予約者一覧", LINE_COLUMNS, page)
    sheet.text(0, 0, "期間中に受付・変更・取消などのあった予約", sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.text(
        1, 0, "個人情報を含みます。庁内での手渡しだけに使い、通信回線で送らないでください。", sheet.style("quiet")
    )
    sheet.headings(2, LINE_COLUMNS)
    for row, line in enumerate(lines, 3):
        _line(sheet, row, line)
    if not lines:
        sheet.text(3, 0, "該当する予約はありません。", sheet.style("left"))
    sheet.filters((2, 0, max(3, 2 + len(lines)), len(LINE_COLUMNS) - 1))
    sheet.print_area(max(3, 2 + len(lines)), len(LINE_COLUMNS) - 1)


def _line(sheet: Sheet, row: int, line: Line) -> None:
    style = sheet.style
    who = (line.name, line.notice_number, line.phone)
    texts = (line.number, None, None, line.where, line.procedure, None, *who, line.state)
    for column, text in enumerate(texts):
        if text is not None:
            sheet.text(row, column, text, style("wrap" if column in _WRAPPED else "text", "line"))
    sheet.number(row, 1, serial(line.on), style("date", "line"))
    sheet.number(row, 2, line.start_minute / 1440, style("clock", "line"))
    sheet.number(row, 5, line.people, style("count", "line"))
    wrapped = ((3, line.where), (4, line.procedure), (6, line.name), (7, line.notice_number))
    sheet.lines(row, max(line_count(text, LINE_COLUMNS[column].width) for column, text in wrapped))
