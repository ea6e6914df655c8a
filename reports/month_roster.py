"""The month's roster (シフト表) on paper: people by days on one A4 page across, with sums and the day's fewest.

Cells are short texts of two lines (the shift's letter over the start of its break); the legend says the times.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from reports.wareki import WEEKDAYS, moment, wareki_month
from reports.workbook import Book, BookFacts, Page, Sheet

NAME = "シフト表"
_HEAD, _FIRST = 3, 5
_DAY_WIDTH, _SUM_WIDTHS = 4.1, (5.5, 9.0, 5.0, 5.0)
_SUMS = ("日数", "時間", "早", "遅")
_BOXES = ("起案", "確認", "承認")
_BOX_COLUMNS = 3
_SATURDAY = 5


class Day(Struct, frozen=True):
    """A column: why the day is closed (empty: it is open), the fewest operators at any opening minute, the minimum, and
    the minutes below it."""

    on: date
    closed: str
    fewest: int | None
    minimum: int | None
    below: int


class Cell(Struct, frozen=True):
    """What stands in a cell; `mark` of leave or a wish, `off` for approved leave."""

    text: str
    mark: str = ""
    off: bool = False


class Row(Struct, frozen=True):
    """A person's month: cells in the order of the days, days and minutes of work, early and late shifts."""

    name: str
    role: str
    cells: tuple[Cell, ...]
    days: int
    minutes: int
    early: int
    late: int


class MonthRoster(Struct, frozen=True):
    """The roster as it is printed. `state`: its version in words; `published_at` None while it is a draft."""

    contract: str
    month: date
    state: str
    published_at: datetime | None
    built_at: datetime
    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    legend: tuple[str, ...]
    breaks_count: bool = False


def workbook(roster: MonthRoster) -> bytes:
    """The roster as an xlsx file; the same roster gives the same bytes."""
    title = f"{NAME}　{wareki_month(roster.month)}"
    book = Book(BookFacts(title, roster.built_at))
    page = Page((title, roster.state), (roster.contract, ""), landscape=True, repeat_rows=(_HEAD, _HEAD + 1))
    widths = (13.0, 10.0, *(_DAY_WIDTH for _ in roster.days), *_SUM_WIDTHS)
    sheet = book.sheet(NAME, widths, page)
    _opening(sheet, roster, title)
    _boxes(sheet, roster)
    _headings(sheet, roster)
    for number, row in enumerate(roster.rows):
        _row(sheet, _FIRST + number, row, roster)
    last = _sums(sheet, roster, _FIRST + len(roster.rows))
    last = _legend(sheet, roster, last + 2)
    sheet.freeze(_FIRST, 2)
    sheet.print_area(last, _last_column(roster))
    return book.finish()


def _last_column(roster: MonthRoster) -> int:
    return 1 + len(roster.days) + len(_SUMS)


def _opening(sheet: Sheet, roster: MonthRoster, title: str) -> None:
    sheet.text(0, 0, title, sheet.style("sheet_title"))
    sheet.height(0, 18)
    published = f"　公開 {moment(roster.published_at)}" if roster.published_at else ""
    sheet.text(1, 0, f"{roster.contract}　{roster.state}{published}", sheet.style("quiet"))
    sheet.height(1, 34)
    sheet.text(2, 0, f"出力 {moment(roster.built_at)}", sheet.style("quiet"))


def _boxes(sheet: Sheet, roster: MonthRoster) -> None:
    """起案・確認・承認, to be stamped, at the right of the title."""
    last = _last_column(roster)
    first = last - len(_BOXES) * _BOX_COLUMNS + 1
    for number, label in enumerate(_BOXES):
        left = first + number * _BOX_COLUMNS
        right = left + _BOX_COLUMNS - 1
        sheet.merge((0, left, 0, right), label, sheet.style("center", "boxed", "small"))
        sheet.merge((1, left, 1, right), "", sheet.style("center", "boxed"))


def _headings(sheet: Sheet, roster: MonthRoster) -> None:
    style = sheet.style("quarter", "bold", "tint")
    for column, text in enumerate(("氏名", "職種")):
        sheet.merge((_HEAD, column, _HEAD + 1, column), text, style)
    for column, day in enumerate(roster.days, 2):
        shade = sheet.style("quarter", "bold", "partly") if day.closed else style
        sheet.number(_HEAD, column, day.on.day, shade)
        sheet.text(_HEAD + 1, column, WEEKDAYS[day.on.weekday()], shade)
    for number, text in enumerate(_SUMS):
        column = 2 + len(roster.days) + number
        sheet.merge((_HEAD, column, _HEAD + 1, column), text, style)


def _row(sheet: Sheet, row: int, line: Row, roster: MonthRoster) -> None:
    box = sheet.style("quarter")
    sheet.text(row, 0, line.name, sheet.style("text", "thin_box", "small"))
    sheet.text(row, 1, line.role, sheet.style("text", "thin_box", "small"))
    for column, (cell, day) in enumerate(zip(line.cells, roster.days, strict=True), 2):
        tint = ("partly",) if day.closed else ("tint",) if cell.off else ()
        text = cell.text or cell.mark
        sheet.text(row, column, text, sheet.style("quarter", "wrapped", *tint))
    first = 2 + len(roster.days)
    sheet.number(row, first, line.days, box)
    sheet.number(row, first + 1, line.minutes / 1440, sheet.style("minutes", "thin_box", "small"))
    sheet.number(row, first + 2, line.early, box)
    sheet.number(row, first + 3, line.late, box)
    sheet.height(row, 25)


def _sums(sheet: Sheet, roster: MonthRoster, row: int) -> int:
    """Per day the fewest operators and the minutes below the minimum; the row of the last."""
    minimum = max((day.minimum for day in roster.days if day.minimum is not None), default=0)
    labels = (f"オペレーター最少（基準{minimum}名）", "最少人員を下回る分")
    for offset, label in enumerate(labels):
        sheet.merge((row + offset, 0, row + offset, 1), label, sheet.style("text", "thin_box", "small", "tint"))
    for column, day in enumerate(roster.days, 2):
        short = day.fewest is not None and day.minimum is not None and day.fewest < day.minimum
        parts = ("quarter", "bold", "short") if short else ("quarter",)
        shade = ("partly",) if day.closed else ()
        _figure(sheet, (row, column), day.fewest, (*parts, *shade))
        _figure(sheet, (row + 1, column), day.below or None, (*parts, *shade))
    _totals(sheet, roster, row)
    return row + 1


def _figure(sheet: Sheet, at: tuple[int, int], value: int | None, parts: tuple[str, ...]) -> None:
    if value is None:
        sheet.blank(*at, None, sheet.style(*parts))
    else:
        sheet.number(*at, value, sheet.style(*parts))


def _totals(sheet: Sheet, roster: MonthRoster, row: int) -> None:
    """Sums of the people's columns as formulas, with their values."""
    first = 2 + len(roster.days)
    sums = (
        sum(one.days for one in roster.rows),
        sum(one.minutes for one in roster.rows) / 1440,
        sum(one.early for one in roster.rows),
        sum(one.late for one in roster.rows),
    )
    for number, value in enumerate(sums):
        style = sheet.style("minutes" if number == 1 else "quarter", "thin_box", "small", "bold", "tint")
        column = first + number
        if roster.rows:
            name = _letters(column)
            sheet.formula(row, column, f"=SUM({name}{_FIRST + 1}:{name}{_FIRST + len(roster.rows)})", style, value)
        else:
            sheet.number(row, column, value, style)
    sheet.text(row + 1, first, f"下回る分 計{sum(day.below for day in roster.days)}分", sheet.style("quiet"))


def _letters(column: int) -> str:
    """A for 0, AA for 26."""
    head, tail = divmod(column, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + tail)


def _legend(sheet: Sheet, roster: MonthRoster, row: int) -> int:
    closed = [day for day in roster.days if day.closed and day.on.weekday() < _SATURDAY]
    named = [f"{day.on.day}日 {day.closed}" for day in closed]
    lines = [
        "記号　" + "　／　".join((*roster.legend, "下の時刻は休憩の始まり", "休=承認・申請中の休暇　希=希望休")),
        f"{'業務責任者・副責任者' if roster.breaks_count else '業務責任者・副責任者、休憩中の人'}、休暇の人は、"
        "最少人員に数えません（仕様書6）。",
    ]
    if named:
        lines.append("閉庁日　" + "、".join(named))
    for offset, text in enumerate(lines):
        sheet.text(row + offset, 0, text, sheet.style("quiet"))
    return row + len(lines) - 1
