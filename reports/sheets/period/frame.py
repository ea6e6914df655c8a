"""What all sheets of a report over a period share: page, title lines, and the comment in its box at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.cleaning import clean
from reports.daily import ReportStatus
from reports.figures import NOT_MEASURED, Measure
from reports.fitting import LINE_POINTS, line_count, pieces
from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SECTIONS, SHEET, columns_for, proposal
from reports.sheets.frame import FIRST_ROW, HEADING_ROW, footer, opening
from reports.sheets.period.paper import pages_wide
from reports.workbook import Page, Sheet

__all__ = ["FIRST_ROW", "HEADING_ROW", "opening"]
_OWN_BLOCKS = frozenset({"achievements", "issues", "handover", "next_year"})


def report_title(report: PeriodReport) -> str:
    """月次実績報告書, with （案） while it is a draft."""
    draft = "（案）" if report.issue.status is ReportStatus.DRAFT else ""
    return f"{report.kind.label}{draft}"


def page(
    report: PeriodReport,
    rows: tuple[int, int] | None = (HEADING_ROW, HEADING_ROW),
    columns: tuple[int, int] | None = None,
    room: float = 0.0,
) -> Page:
    """A4 landscape; its headings repeat. `room`: the width of the table, for as many pages across as it needs."""
    return Page(
        header=(report_title(report), report.span.label),
        footer=footer(report),
        landscape=True,
        repeat_rows=rows,
        repeat_columns=columns,
        pages_wide=pages_wide(room),
    )


def sheets_of(report: PeriodReport) -> tuple[SheetChoice, ...]:
    """The sheets of the report in their order: the city's list, else what the product proposes."""
    return report.bundle.sheets or proposal(report.kind).sheets


def measures_of(report: PeriodReport, choice: SheetChoice) -> tuple[Measure, ...]:
    """The measures chosen for a sheet, in the order they were chosen."""
    known = {measure.key: measure for measure in report.measures}
    return tuple(known[key] for key in columns_for(choice) if key in known)


def coverage_note(report: PeriodReport) -> str:
    """On how many of the open days the exchange was read; empty when on all of them."""
    measured, days = report.tally.measured_days, report.tally.open_days
    if not measured and report.tally.offered is None:
        return f"電話交換機の集計はありません（{NOT_MEASURED}）。"
    return f"着信数は{days}開庁日のうち{measured}日の合計です。" if measured < days else ""


def heading_points(headings: Sequence[str]) -> float:
    """Height for the headings with the most lines."""
    return 8 + LINE_POINTS * max(2, *(text.count("\n") + 1 for text in headings))


def close(sheet: Sheet, report: PeriodReport, key: str, row: int, widths: Sequence[float]) -> None:
    """End a sheet: the comments that stand on it in boxes, and what prints. `row`: the first free one."""
    for label, text in _remarks(report, key):
        row = block(sheet, row + 1, label, text, widths)
    sheet.print_area(row - 1, len(widths) - 1)


def block(sheet: Sheet, row: int, title: str, text: str, widths: Sequence[float]) -> int:
    """A titled text over the whole width, in as many rows as it needs; the row after it."""
    last, room = len(widths) - 1, sum(widths)
    sheet.text(row, 0, title, sheet.style("section"))
    sheet.height(row, 22)
    for part in pieces(clean(text), room):
        row += 1
        sheet.merge((row, 0, row, last), part, sheet.style("wrap", "boxed"))
        sheet.lines(row, max(2, line_count(part, room)))
    return row + 1


def _remarks(report: PeriodReport, key: str) -> Iterator[tuple[str, str]]:
    """The comments of a sheet; one whose own sheet was not chosen stands on the definitions, so that none is lost."""
    section = SHEET[key].section
    own = report.comment_on(section) if section and _home(report, section) == key else None
    if own:
        yield "所見", own
    if key == "definitions":
        for one in report.comments:
            if one.text and _home(report, one.section) is None:
                yield f"所見（{SECTIONS.get(one.section, one.section)}）", one.text


def _home(report: PeriodReport, section: str) -> str | None:
    """The first of the chosen sheets on which a comment stands."""
    wanted = "achievements" if section in _OWN_BLOCKS else None
    keys = [choice.key for choice in sheets_of(report)]
    return next((key for key in keys if key == wanted or SHEET[key].section == section), None)
