"""マニュアル・FAQ: how many versions came into force, and how the FAQ was used."""

from __future__ import annotations

from reports.figures import NOT_MEASURED
from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import counted, frame
from reports.workbook import Book

KEY = "documents"
NO_RECORDS = f"まだ記録がありません（{NOT_MEASURED}）。"
_KEYS = ("documents_updated", "faq_used", "faq_missing")


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; it says so while nothing of this is recorded."""
    known = any(report.figures[key].value is not None for key in _KEYS)
    sheet = book.sheet(SHEET[KEY].name, counted.WIDTHS, frame.page(report))
    frame.opening(sheet, f"マニュアル・FAQ　{report.span.label}", "" if known else NO_RECORDS)
    row = counted.write(sheet, frame.HEADING_ROW, report, _KEYS)
    frame.close(sheet, report, KEY, row, counted.WIDTHS)
