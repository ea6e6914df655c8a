"""予約: the results of the reservations of the period (003 clause 8②), on the sheet the day uses too."""

from __future__ import annotations

from msgspec.structs import replace

from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.sheets.reservations import height, write_counts
from reports.workbook import Book

KEY = "reservations"
_TITLE = "予約受付等業務の結果"
_EMPTY_WIDTHS = (60.0, 60.0)
MOST_ON_A_PAGE = 45
"""Rows that are still easily read on one page; no table is then torn in two."""


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; it says so where nothing was ever reserved."""
    page, title = frame.page(report, rows=None), f"{_TITLE}　{report.span.label}"
    if report.reservations is None:
        sheet = book.sheet(SHEET[KEY].name, _EMPTY_WIDTHS, page)
        frame.opening(sheet, title, "この契約では、予約を受け付けた記録がありません。")
        frame.close(sheet, report, KEY, frame.FIRST_ROW, _EMPTY_WIDTHS)
        return
    page = replace(page, one_page=height(report.reservations) <= MOST_ON_A_PAGE)
    sheet, row, widths = write_counts(book, report.reservations, page, title)
    frame.close(sheet, report, KEY, row, widths)
