"""在席状況: the day at a glance, a cell for each quarter of an hour and person, and the fewest operators present."""

from __future__ import annotations

from collections.abc import Sequence

from reports.daily import DailyReport, StaffLine
from reports.figures import EMPTY
from reports.presence import QUARTER, fewest, minutes_present, quarters
from reports.sheets import frame
from reports.workbook import Book, Sheet

NAME = "在席状況"
LEGEND = "見出し 時　塗りつぶし 在席　数字 一部在席（分）　空欄 不在・休憩（1マス15分）"
WHO = 2
"""Columns before the first quarter: code and name."""
ROOM = 30
"""Columns of a day that has no quarters: room for the words that say so."""


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet: hours, people, and how many operators there were at least."""
    starts = quarters(report.open_ranges)
    width = len(starts) or ROOM
    sheet = book.sheet(NAME, (7, 16, *[2.7] * width), frame.page(report, landscape=True))
    frame.opening(sheet, "ウ　在席の状況", LEGEND)
    _hours(sheet, starts)
    row = frame.FIRST_ROW
    counted: list[bytes] = []
    for line in report.staffing.lines:
        present = minutes_present(line.present)
        counted += [present] if line.counts_to_minimum else []
        _person(sheet, row, line, [sum(present[at : at + QUARTER]) for at in starts])
        row += 1
    if starts and report.staffing.lines:
        _headcount(sheet, row, fewest(counted, starts), report.staffing.minimum_operators)
    if not report.staffing.lines:
        sheet.text(row, 0, "出勤の記録はありません。", sheet.style("left"))
    sheet.print_area(row, WHO + width - 1)


def _hours(sheet: Sheet, starts: Sequence[int]) -> None:
    """Each hour over its quarters."""
    row, style = frame.HEADING_ROW, sheet.style
    sheet.raw_text(row, 0, "番号", style("heading", "center"))
    sheet.raw_text(row, 1, "氏名", style("heading", "text"))
    for hour in sorted({at // 60 for at in starts}):
        columns = [WHO + number for number, at in enumerate(starts) if at // 60 == hour]
        sheet.merge((row, columns[0], row, columns[-1]), str(hour), style("heading", "hour"))
    if not starts:
        sheet.fill(row, range(WHO, WHO + ROOM), style("heading"))
    sheet.height(row, 24)
    sheet.freeze(row + 1, WHO)


def _person(sheet: Sheet, row: int, line: StaffLine, minutes: Sequence[int]) -> None:
    style = sheet.style
    sheet.text(row, 0, line.person.code, style("code", "line"))
    sheet.text(row, 1, line.person.name or EMPTY, style("text", "line"))
    for number, present in enumerate(minutes):
        if present == QUARTER:
            sheet.raw_text(row, WHO + number, "■", style("quarter", "there"))
        elif present:
            sheet.number(row, WHO + number, present, style("quarter", "partly"))
        else:
            sheet.blank(row, WHO + number, None, style("quarter"))
    sheet.height(row, 20)


def _headcount(sheet: Sheet, row: int, present: Sequence[int], minimum: int) -> None:
    style = sheet.style
    sheet.merge((row, 0, row, 1), f"オペレーター（最少{minimum}名）", style("total", "left"))
    for number, count in enumerate(present):
        short = ("short",) if count < minimum else ()
        sheet.number(row, WHO + number, count, style("total", "quarter", *short))
    sheet.height(row, 20)
