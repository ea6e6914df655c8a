"""What all sheets of the daily report share: header, footer, and the two lines above a table."""

from __future__ import annotations

from reports.daily import DailyReport, ReportStatus
from reports.editions import Issued
from reports.wareki import wareki_weekday
from reports.workbook import Page, Sheet

REPORT_NAME = "日次実績報告書"
FOOTER_TITLE = 36
#: Row of the headings; above it stand the sheet's title and one line of explanation.
HEADING_ROW = 2
FIRST_ROW = HEADING_ROW + 1


def report_title(report: DailyReport) -> str:
    """日次実績報告書, with （案） while it is a draft."""
    return f"{REPORT_NAME}（案）" if report.issue.status is ReportStatus.DRAFT else REPORT_NAME


def version_label(report: Issued) -> str:
    """第1版, 第1版（案）."""
    draft = "（案）" if report.issue.status is ReportStatus.DRAFT else ""
    return f"第{report.issue.version.number}版{draft}"


def page(report: DailyReport, *, landscape: bool = False) -> Page:
    """The page of a table sheet; its headings repeat on every printed page."""
    return Page(
        header=(report_title(report), wareki_weekday(report.on)),
        footer=footer(report),
        landscape=landscape,
        repeat_rows=(HEADING_ROW, HEADING_ROW),
    )


def footer(report: Issued) -> tuple[str, str]:
    """Contract on the left, version and edition on the right, where the page number follows.

    The title is cut where it would run into them on an upright page; the cover holds it whole.
    """
    title = report.contract.title
    short = title if len(title) <= FOOTER_TITLE else f"{title[: FOOTER_TITLE - 1]}…"
    return short, f"{version_label(report)}　{report.issue.edition.label}"


def opening(sheet: Sheet, title: str, note: str) -> None:
    """The sheet's title and its line of explanation."""
    sheet.text(0, 0, title, sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.text(1, 0, note, sheet.style("quiet"))
    sheet.height(1, 18)
