"""Which sheets go together, in which order, and what the file is called."""

from __future__ import annotations

from reports.daily import DailyReport, ReportStatus
from reports.editions import for_edition
from reports.sheets import (
    categories,
    cover,
    definitions,
    frame,
    half_hours,
    inquiries,
    matters,
    presence,
    reservations,
    staffing,
)
from reports.totals import daily_figures
from reports.workbook import Book, BookFacts

__all__ = ["daily_ascii_filename", "daily_figures", "daily_filename", "daily_workbook"]

DAILY_SHEETS = (cover, half_hours, categories, inquiries, staffing, presence, reservations, matters, definitions)


def daily_workbook(report: DailyReport) -> bytes:
    """The daily report as an xlsx file, in the edition it names; the same report gives the same bytes."""
    shown = for_edition(report)
    book = Book(BookFacts(frame.report_title(shown), shown.issue.timing.built_at))
    for sheet in DAILY_SHEETS:
        sheet.write(book, shown)
    return book.finish()


def daily_filename(report: DailyReport) -> str:
    """日次実績報告書_20260601_第1版_手渡し用.xlsx; a draft says 第1版案."""
    draft = "案" if report.issue.status is ReportStatus.DRAFT else ""
    version = f"第{report.issue.version.number}版{draft}"
    return f"{frame.REPORT_NAME}_{report.on:%Y%m%d}_{version}_{report.issue.edition.label}.xlsx"


def daily_ascii_filename(report: DailyReport) -> str:
    """The same for clients that know only ASCII: daily-report_20260601_v1_handover.xlsx."""
    draft = "-draft" if report.issue.status is ReportStatus.DRAFT else ""
    version = f"v{report.issue.version.number}{draft}"
    return f"daily-report_{report.on:%Y%m%d}_{version}_{report.issue.edition.value}.xlsx"
