"""事故等: trouble, equipment and other matters that were reported, and how many incidents were recorded."""

from __future__ import annotations

from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import counted, frame, matters
from reports.sheets.period.documents import NO_RECORDS
from reports.workbook import Book

KEY = "incidents"


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: the figure of incidents, then every matter that stands on no other sheet."""
    known = report.figures["incidents"].value is not None
    sheet = book.sheet(SHEET[KEY].name, counted.WIDTHS, frame.page(report, rows=None))
    note = "" if known else f"事故・ヒヤリハットは、{NO_RECORDS}"
    frame.opening(sheet, f"事故・トラブル・設備　{report.span.label}", note)
    row = counted.write(sheet, frame.HEADING_ROW, report, ("incidents",))
    title = "トラブル・設備・その他の報告"
    row = matters.section(sheet, row + 1, report, (), title, counted.WIDTHS, (0, 1))
    frame.close(sheet, report, KEY, row, counted.WIDTHS)
