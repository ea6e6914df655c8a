"""達成・課題・引継ぎ: what was reached against the targets, and what people write of a year or a term."""

from __future__ import annotations

from reports.columns import Column, Kind
from reports.period import PeriodReport, SheetChoice
from reports.period_bundle import SECTIONS, SHEET
from reports.sheets.period import comparing, frame, lists
from reports.workbook import Book, Sheet

KEY = "achievements"
BLOCKS = ("achievements", "issues", "handover", "next_year")
UNWRITTEN = "記載はありません。"
_WIDTHS = (40.0, 16.0, 18.0, 16.0, 44.0)
_HEADS = tuple(
    lists.Place(Column(key, label, kind), at, at)
    for at, (key, label, kind) in enumerate(
        (
            ("label", "目標のある指標", Kind.TEXT),
            ("value", "実績", Kind.COUNT),
            ("target", "目標", Kind.COUNT),
            ("verdict", "判定", Kind.FLAG),
        )
    )
)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: the targets, then a block of text for each of the four sections."""
    sheet = book.sheet(SHEET[KEY].name, _WIDTHS, frame.page(report, rows=None))
    frame.opening(sheet, f"達成状況・課題・引継ぎ　{report.span.label}", _note(report))
    row = frame.HEADING_ROW
    if report.targets:
        row = _targets(sheet, row, report)
    for section in BLOCKS:
        row = frame.block(sheet, row, SECTIONS[section], report.comment_on(section) or UNWRITTEN, _WIDTHS) + 1
    frame.close(sheet, report, KEY, row - 1, _WIDTHS)


def _note(report: PeriodReport) -> str:
    judged = report.judged()
    reached = sum(found.value == "met" for _, _, found in judged)
    return f"目標{len(judged)}項目のうち{reached}項目を達成しました。" if judged else "目標の定めはありません。"


def _targets(sheet: Sheet, row: int, report: PeriodReport) -> int:
    lists.headings(sheet, row, lists.Table(_HEADS, _WIDTHS, ""))
    for target, figure, found in report.judged():
        row += 1
        sheet.raw_text(row, 0, figure.label, sheet.style("text", "line"))
        sheet.figure(row, 1, figure, "line", "bold")
        sheet.raw_text(row, 2, comparing.target_text(target, figure.unit), sheet.style("right", "line"))
        comparing.write_verdict(sheet, row, 3, found)
    return row + 2
