"""A report over a period as a workbook: the chosen sheets in the chosen order, and what the file is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from reports.daily import ReportStatus
from reports.editions import for_period_edition
from reports.period import PeriodKind, PeriodReport, SheetChoice
from reports.sheets.period import (
    achievements,
    attributes,
    cases,
    categories,
    cover,
    days,
    definitions,
    documents,
    frame,
    hours,
    incidents,
    months,
    proposals,
    ranking,
    reservations,
    staffing,
    summary,
    training,
)
from reports.wareki import wareki_year
from reports.workbook import Book, BookFacts

Writer = Callable[[Book, PeriodReport, SheetChoice], None]
WRITERS: dict[str, Writer] = {
    cover.KEY: cover.write,
    summary.KEY: summary.write,
    months.KEY: months.write,
    days.KEY: days.write,
    hours.KEY: hours.write,
    categories.KEY: categories.write,
    ranking.KEY: ranking.write,
    attributes.KEY: attributes.write,
    reservations.KEY: reservations.write,
    cases.KEY: cases.write,
    staffing.KEY: staffing.write,
    training.KEY: training.write,
    documents.KEY: documents.write,
    proposals.KEY: proposals.write,
    incidents.KEY: incidents.write,
    achievements.KEY: achievements.write,
    definitions.KEY: definitions.write,
}
"""Who writes each sheet of the catalogue."""


def period_workbook(report: PeriodReport) -> bytes:
    """The report as an xlsx file, in the edition it names; the same report gives the same bytes.

    Raises KeyError for a sheet that the catalogue does not know.
    """
    shown = for_period_edition(report)
    book = Book(BookFacts(f"{frame.report_title(shown)}　{shown.span.label}", shown.issue.timing.built_at))
    for choice in frame.sheets_of(shown):
        WRITERS[choice.key](book, shown, choice)
    return book.finish()


def period_filename(report: PeriodReport, suffix: str = "xlsx") -> str:
    """月次実績報告書_202606_第1版_手渡し用.xlsx, 完了報告書_令和8年度_…; a draft says 第1版案."""
    draft = "案" if report.issue.status is ReportStatus.DRAFT else ""
    version = f"第{report.issue.version.number}版{draft}"
    return f"{report.kind.label}_{_period(report)}_{version}_{report.issue.edition.label}.{suffix}"


def period_ascii_filename(report: PeriodReport, suffix: str = "xlsx") -> str:
    """The same for clients that know only ASCII: monthly-report_202606_v1_handover.xlsx."""
    draft = "-draft" if report.issue.status is ReportStatus.DRAFT else ""
    version = f"v{report.issue.version.number}{draft}"
    return f"{report.kind.file_stem}_{_ascii_period(report)}_{version}_{report.issue.edition.value}.{suffix}"


def _period(report: PeriodReport) -> str:
    """202606, 令和8年度, 20260601-20260831."""
    if report.kind is PeriodKind.ANNUAL:
        return f"{wareki_year(_fiscal_april(report.span.from_on))}度"
    return _ascii_period(report)


def _ascii_period(report: PeriodReport) -> str:
    """202606, fy2026, 20260601-20260831."""
    span = report.span
    if report.kind is PeriodKind.MONTHLY:
        return f"{span.from_on:%Y%m}"
    if report.kind is PeriodKind.ANNUAL:
        return f"fy{_fiscal_april(span.from_on).year}"
    return f"{span.from_on:%Y%m%d}-{span.to_on:%Y%m%d}"


def _fiscal_april(on: date) -> date:
    """The first day of the fiscal year of a day; a year that the contract cuts short is named by it too."""
    return date(on.year if on.month >= 4 else on.year - 1, 4, 1)
