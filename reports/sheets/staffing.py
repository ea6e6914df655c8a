"""配置: the responsible person, the staff, planned and actual hours, every minute below the minimum (ウ)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.cleaning import clean
from reports.columns import Column, Kind
from reports.daily import DailyReport, Shortage, Staffing, StaffLine, TimeRange
from reports.figures import EMPTY
from reports.fitting import line_count, pieces
from reports.sheets import frame
from reports.wareki import length, span
from reports.workbook import Book, Sheet, table_sheet

NAME = "配置"
COLUMNS = (
    Column("code", "番号", Kind.CODE, 8),
    Column("name", "氏名", Kind.TEXT, 18),
    Column("role", "職種", Kind.TEXT, 15),
    Column("planned", "予定", Kind.LONG_TEXT, 14),
    Column("arrived", "出勤", Kind.CLOCK, 8),
    Column("left", "退勤", Kind.CLOCK, 8),
    Column("breaks", "休憩・中抜け", Kind.LONG_TEXT, 17),
    Column("planned_minutes", "予定\n（時:分）", Kind.MINUTES, 9),
    Column("worked_minutes", "実働\n（時:分）", Kind.MINUTES, 9),
    Column("note", "備考", Kind.LONG_TEXT, 30),
)
LAST = len(COLUMNS) - 1
MOST_NOTE_LINES = 4
UNNOTED = "（未記入）"
_CAUSE, _MEASURE = (4, 6), (7, LAST)
_SHORTAGE_HEADINGS = (
    ((0, 1), "時間", "center"),
    ((2, 2), "長さ（時:分）", "right"),
    ((3, 3), "在席人数", "right"),
    (_CAUSE, "原因", "text"),
    (_MEASURE, "とった対策", "text"),
)
_AT = {column.key: number for number, column in enumerate(COLUMNS)}


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet: people, sums, then the shortages."""
    sheet = table_sheet(book, NAME, COLUMNS, frame.page(report, landscape=True))
    responsible = report.contract.responsible.shown
    frame.opening(sheet, "ウ　責任者、従事者及び出勤時間", f"業務責任者: {responsible}")
    sheet.headings(frame.HEADING_ROW, COLUMNS, 32)
    row = frame.FIRST_ROW
    for line in report.staffing.lines:
        _person(sheet, row, line)
        row += 1
    if not report.staffing.lines:
        sheet.text(row, 0, "出勤の記録はありません。", sheet.style("left"))
        row += 1
    _sums(sheet, report.staffing, row)
    row = _long_notes(sheet, report.staffing, row)
    row = _shortages(sheet, report.staffing, row + 2)
    sheet.print_area(row, LAST)


def _person(sheet: Sheet, row: int, line: StaffLine) -> None:
    style = sheet.style
    text, wrap = style("text", "line"), style("wrap", "line")
    planned, breaks = _ranges(line.planned), _breaks(line)
    sheet.text(row, 0, line.person.code, style("code", "line"))
    sheet.text(row, 1, line.person.name or EMPTY, text)
    sheet.text(row, 2, line.role, text)
    sheet.raw_text(row, 3, planned, wrap)
    _clock(sheet, row, _AT["arrived"], line.actual[0].start_minute if line.actual else None)
    _clock(sheet, row, _AT["left"], line.actual[-1].end_minute if line.actual else None)
    sheet.raw_text(row, 6, breaks, wrap)
    minutes = style("minutes", "line")
    sheet.number(row, 7, line.planned_minutes / 1440, minutes)
    sheet.number(row, 8, line.worked_minutes / 1440, minutes)
    note = _note(line) if _note_fits(line) else "下に記載"
    sheet.text(row, 9, note, wrap)
    lines = (planned.count("\n") + 1, breaks.count("\n") + 1, line_count(note, COLUMNS[LAST].width))
    sheet.lines(row, max(lines))


def _clock(sheet: Sheet, row: int, column: int, minute: int | None) -> None:
    if minute is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", "line"))
    else:
        sheet.number(row, column, minute / 1440, sheet.style("clock", "line"))


def _ranges(ranges: Sequence[TimeRange]) -> str:
    return "\n".join(span(part.start_minute, part.end_minute) for part in ranges) or EMPTY


def _breaks(line: StaffLine) -> str:
    """Breaks, and the gaps between two stretches of presence."""
    gaps = [
        f"中抜け {span(before.end_minute, after.start_minute)}"
        for before, after in zip(line.actual, line.actual[1:], strict=False)
        if before.end_minute is not None and before.end_minute < after.start_minute
    ]
    shown = [span(part.start_minute, part.end_minute) for part in line.breaks]
    return "\n".join(shown + gaps) or "なし"


def _note(line: StaffLine) -> str:
    still = f"{line.standing}（締切時点）" if line.standing else ""
    absent = "欠勤" if line.planned and not line.actual else ""
    return "\n".join(part for part in (still, absent, line.note or "") if part)


def _note_fits(line: StaffLine) -> bool:
    return line_count(_note(line), COLUMNS[LAST].width) <= MOST_NOTE_LINES


def _long_notes(sheet: Sheet, staffing: Staffing, row: int) -> int:
    """Notes too long for their column, over the width of the sheet; the last row used."""
    room = sum(column.width for column in COLUMNS[1:])
    for line in staffing.lines:
        for text in [] if _note_fits(line) else pieces(clean(_note(line)), room):
            row += 1
            sheet.text(row, 0, line.person.code, sheet.style("code", "line"))
            sheet.merge((row, 1, row, LAST), text, sheet.style("wrap", "line"))
            sheet.lines(row, line_count(text, room))
    return row


def _sums(sheet: Sheet, staffing: Staffing, row: int) -> None:
    """The operators' hours; the supervisor is not counted among them (003 clause 6)."""
    style = sheet.style
    counted = [line for line in staffing.lines if line.counts_to_minimum]
    sheet.merge(
        (row, 0, row, 6),
        f"オペレーター計（{len(counted)}名。業務責任者は含みません）",
        style("total", "left"),
    )
    rows = [frame.FIRST_ROW + 1 + number for number, line in enumerate(staffing.lines) if line.counts_to_minimum]
    planned = sum(line.planned_minutes for line in counted)
    worked = sum(line.worked_minutes for line in counted)
    for letter, column, minutes in (("H", 7, planned), ("I", 8, worked)):
        formula = "=" + ("+".join(f"{letter}{number}" for number in rows) or "0")
        sheet.formula(row, column, formula, style("minutes", "total"), minutes / 1440)
    sheet.fill(row, range(LAST, LAST + 1), style("total"))
    sheet.height(row, 20)


def _shortages(sheet: Sheet, staffing: Staffing, row: int) -> int:
    style = sheet.style
    short = staffing.shortage_minutes
    title = f"最少人数（{staffing.minimum_operators}名）を下回った時間: {length(short) if short else 'なし'}"
    sheet.text(row, 0, title, style("section"))
    sheet.height(row, 22)
    if not staffing.shortages:
        return row
    row += 1
    for (first, last), label, position in _SHORTAGE_HEADINGS:
        sheet.merge((row, first, row, last), label, style("heading", position))
    for shortage in staffing.shortages:
        row = _shortage(sheet, row + 1, shortage)
    return row


def _shortage(sheet: Sheet, row: int, shortage: Shortage) -> int:
    """One row, or as many as its texts need; the last row used."""
    style = sheet.style
    whole = span(shortage.span.start_minute, shortage.span.end_minute)
    cause, measure = (_shortage_parts(text, area) for text, area in _shortage_texts(shortage))
    for number in range(max(len(cause), len(measure))):
        texts = [(parts[number] if number < len(parts) else "") for parts in (cause, measure)]
        sheet.merge((row + number, 0, row + number, 1), "" if number else whole, style("center", "line"))
        sheet.fill(row + number, range(2, 4), style("line"))
        for (first, last), text in zip((_CAUSE, _MEASURE), texts, strict=True):
            sheet.merge((row + number, first, row + number, last), text, style("wrap", "line"))
        lines = [line_count(text, _room(area)) for area, text in zip((_CAUSE, _MEASURE), texts, strict=True)]
        sheet.lines(row + number, max(lines))
    sheet.number(row, 2, shortage.span.minutes / 1440, style("minutes", "line"))
    sheet.number(row, 3, shortage.present, style("count", "line"))
    return row + max(len(cause), len(measure)) - 1


def _shortage_texts(shortage: Shortage) -> tuple[tuple[str, tuple[int, int]], ...]:
    cause = "\n".join(part for part in (shortage.cause, shortage.detail) if part)
    return ((cause or UNNOTED, _CAUSE), (shortage.measure or UNNOTED, _MEASURE))


def _shortage_parts(text: str, area: tuple[int, int]) -> list[str]:
    return pieces(clean(text), _room(area))


def _room(area: tuple[int, int]) -> float:
    return sum(column.width for column in COLUMNS[area[0] : area[1] + 1])
