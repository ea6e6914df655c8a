"""The attendance book (出勤簿) of a month: its values, and the workbook, one upright A4 page a person.

Times are times and lengths are lengths, so that they can be summed; the totals are formulas with their values beside.
Minutes are those of the local day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from msgspec import Struct

from reports.columns import Column, Kind
from reports.figures import EMPTY
from reports.fitting import line_count
from reports.wareki import WEEKDAYS, moment, wareki_month
from reports.workbook import Book, BookFacts, Page, Sheet, serial, table_sheet

NAME = "出勤簿"
SUMMARY = "集計"
_DAY = 1440
_ROW = 25.0
"""Points of a day's row: 31 of them and the head fill the page at the scale its width asks for."""


class BookDay(Struct, frozen=True):
    """A day of a person. `planned`: the first minute and the end of what was planned; `left` None: not punched out;
    `closed`: the centre is closed (shaded, as are Saturdays and Sundays)."""

    on: date
    planned: tuple[int, int] | None = None
    planned_minutes: int = 0
    came: int | None = None
    left: int | None = None
    break_minutes: int = 0
    worked_minutes: int = 0
    overtime_minutes: int = 0
    rest_day_minutes: int = 0
    remark: str = ""
    closed: bool = False


class BookPerson(Struct, frozen=True):
    """A person's page. `kept`: adherence 0–1, None when nothing was planned; `year_overtime` in minutes."""

    code: str
    name: str
    role: str
    days: tuple[BookDay, ...]
    kept: float | None = None
    year_overtime: int = 0


class AttendanceBook(Struct, frozen=True):
    """A month's book. `closed_at` None: the month is not closed, and the pages say so."""

    contract: str
    contractor: str
    month: date
    built_at: datetime
    people: tuple[BookPerson, ...]
    closed_at: datetime | None = None

    @property
    def title(self) -> str:
        """出勤簿　令和8年5月"""
        return f"{NAME}　{wareki_month(self.month)}"

    @property
    def state(self) -> str:
        """締め前, or when the month was closed."""
        return "締め前（訂正されることがあります）" if self.closed_at is None else f"締め {moment(self.closed_at)}"


class _Sum(Struct, frozen=True):
    """A column of lengths with what it takes from a day."""

    column: int
    minutes: Callable[[BookDay], int]


COLUMNS = (
    Column("on", "日付", Kind.DATE, 11),
    Column("weekday", "曜", Kind.FLAG, 4),
    Column("planned_from", "始業\n予定", Kind.CLOCK, 7),
    Column("planned_to", "終業\n予定", Kind.CLOCK, 7),
    Column("planned", "予定\n時間", Kind.MINUTES, 8),
    Column("came", "出勤", Kind.CLOCK, 7),
    Column("left", "退勤", Kind.CLOCK, 7),
    Column("breaks", "休憩", Kind.MINUTES, 7.5),
    Column("worked", "勤務\n時間", Kind.MINUTES, 8.5),
    Column("overtime", "法定\n時間外", Kind.MINUTES, 8),
    Column("rest_day", "法定\n休日", Kind.MINUTES, 8),
    Column("remark", "備考", Kind.LONG_TEXT, 11),
    Column("remark_end", "", Kind.LONG_TEXT, 15),
)
_REMARK, _LAST = 11, 12
_REMARK_WIDTH = COLUMNS[_REMARK].width + COLUMNS[_LAST].width
_SUMS = (
    _Sum(4, lambda day: day.planned_minutes),
    _Sum(7, lambda day: day.break_minutes),
    _Sum(8, lambda day: day.worked_minutes),
    _Sum(9, lambda day: day.overtime_minutes),
    _Sum(10, lambda day: day.rest_day_minutes),
)
_BOXES = ((8, 9), (10, 11), (12, 12))
_HEADING, _FIRST = 5, 6
_SUMMARY_COLUMNS = (
    Column("code", "記号", Kind.CODE, 8),
    Column("name", "氏名", Kind.TEXT, 18),
    Column("role", "役割", Kind.TEXT, 14),
    Column("days", "出勤日数", Kind.COUNT, 10),
    Column("planned", "予定時間", Kind.MINUTES, 10),
    Column("worked", "勤務時間", Kind.MINUTES, 10),
    Column("breaks", "休憩", Kind.MINUTES, 10),
    Column("overtime", "法定時間外", Kind.MINUTES, 11),
    Column("rest_day", "法定休日", Kind.MINUTES, 10),
    Column("kept", "遵守率", Kind.RATIO, 9),
    Column("year", "年度の時間外", Kind.MINUTES, 13),
)
_SUMMED = ((3, "count"), (4, "minutes"), (5, "minutes"), (6, "minutes"), (7, "minutes"), (8, "minutes"))


def workbook(book: AttendanceBook) -> bytes:
    """The book as an xlsx file; the same values give the same bytes."""
    made = Book(BookFacts(book.title, book.built_at))
    _summary(made, book)
    names: set[str] = set()
    for person in book.people:
        name = _sheet_name(person, names)
        _page(made, book, person, name)
    return made.finish()


def _sheet_name(person: BookPerson, taken: set[str]) -> str:
    """Code and name, as a sheet can be called; the code alone tells two apart."""
    name = "".join(" " if letter in "[]:*?/\\'" else letter for letter in f"{person.code} {person.name}")[:31].strip()
    while name.lower() in taken:
        name = f"{name[:28]}～"
    taken.add(name.lower())
    return name


def _footer(book: AttendanceBook) -> tuple[str, str]:
    return book.contract, ""


# --- a person's page ---


def _page(made: Book, book: AttendanceBook, person: BookPerson, name: str) -> None:
    page = Page(header=("", moment(book.built_at)), footer=_footer(book), one_page=True)
    sheet = made.sheet(name, [column.width for column in COLUMNS], page)
    _head(sheet, book, person)
    for index, column in enumerate(COLUMNS[:_REMARK]):
        sheet.text(_HEADING, index, column.heading, sheet.style("heading", "center", "small"))
    sheet.merge((_HEADING, _REMARK, _HEADING, _LAST), "備考", sheet.style("heading", "text"))
    sheet.height(_HEADING, 30)
    for row, day in enumerate(person.days, _FIRST):
        _day(sheet, row, day)
    last = _FIRST + len(person.days)
    _totals(sheet, last, person)
    sheet.freeze(_FIRST, 2)
    sheet.print_area(_closing_lines(sheet, last + 1, person), _LAST)


def _head(sheet: Sheet, book: AttendanceBook, person: BookPerson) -> None:
    style = sheet.style
    sheet.merge((0, 0, 1, 6), book.title, style("sheet_title"))
    sheet.merge((2, 0, 2, 6), f"{book.contractor}　{book.state}", style("quiet"))
    who = f"{person.code}　{person.name}　（{person.role}）"
    sheet.merge((4, 0, 4, _LAST), who, style("section"))
    for label, (first, last) in zip(("起案", "確認", "承認"), _BOXES, strict=True):
        sheet.merge((0, first, 0, last), label, style("small", "center", "boxed", "tint"))
        sheet.merge((1, first, 1, last), "", style("center", "boxed"))
    for row, points in enumerate((17, 42, 17, 6, 22)):
        sheet.height(row, points)


def _day(sheet: Sheet, row: int, day: BookDay) -> None:
    tint = ("tint",) if day.closed or day.on.weekday() > 4 else ()
    style = sheet.style
    sheet.number(row, 0, serial(day.on), style("date", "line", *tint))
    sheet.raw_text(row, 1, WEEKDAYS[day.on.weekday()], style("flag", "line", *tint))
    clocks = (*(day.planned or (None, None)), None, day.came, day.left)
    for column, minute in zip(range(2, 7), clocks, strict=True):
        _clock(sheet, (row, column), minute, tint)
    for one in _SUMS:
        _length(sheet, (row, one.column), one.minutes(day), tint)
    sheet.merge((row, _REMARK, row, _LAST), day.remark, style("wrap", "line", "small", *tint))
    lines = line_count(day.remark, _REMARK_WIDTH * 1.1)
    sheet.height(row, _ROW if lines == 1 else max(_ROW, 13.0 * lines + 2))


def _clock(sheet: Sheet, at: tuple[int, int], minute: int | None, tint: tuple[str, ...]) -> None:
    style = sheet.style("clock", "line", *tint)
    if minute is None:
        sheet.blank(*at, None, style)
    else:
        sheet.number(*at, minute / _DAY, style)


def _length(sheet: Sheet, at: tuple[int, int], minutes: int, tint: tuple[str, ...]) -> None:
    """A length; none is a blank, which sums as nothing and lets the eye find the others."""
    style = sheet.style("minutes", "line", *tint)
    if minutes:
        sheet.number(*at, minutes / _DAY, style)
    else:
        sheet.blank(*at, None, style)


def _totals(sheet: Sheet, row: int, person: BookPerson) -> None:
    style = sheet.style
    sheet.merge((row, 0, row, 3), "合計", style("total", "left", "indent"))
    sheet.fill(row, range(5, 7), style("total"))
    for one in _SUMS:
        area = _area(one.column, _FIRST, row - 1)
        value = sum(one.minutes(day) for day in person.days) / _DAY
        sheet.formula(row, one.column, f"=SUM({area})", style("total", "minutes"), value)
    came = _area(5, _FIRST, row - 1)
    count = sum(day.came is not None for day in person.days)
    sheet.merge((row, _REMARK, row, _LAST), "", style("total"))
    sheet.formula(row, _REMARK, f'="出勤 "&COUNT({came})&"日"', style("total", "text"), f"出勤 {count}日")
    sheet.height(row, 22)


def _area(column: int, first: int, last: int) -> str:
    """Rows of a column as a spreadsheet writes them: E7:E37."""
    letter = chr(ord("A") + column)
    return f"{letter}{first + 1}:{letter}{last + 1}"


def _closing_lines(sheet: Sheet, row: int, person: BookPerson) -> int:
    kept = EMPTY if person.kept is None else f"{person.kept * 100:.1f}%"
    hours, minutes = divmod(person.year_overtime, 60)
    sheet.merge(
        (row, 0, row, _LAST),
        f"スケジュール遵守率 {kept}（予定の勤務時間のうち実際に勤務した時間 ÷ 予定の勤務時間）　"
        f"年度の法定時間外（当月まで） {hours}:{minutes:02}",
        sheet.style("quiet"),
    )
    note = "勤務時間＝出勤から退勤まで－休憩。法定時間外＝1日8時間・1週40時間を超えた時間（法定休日を除く）。"
    sheet.merge((row + 1, 0, row + 1, _LAST), note, sheet.style("quiet"))
    return row + 1


# --- everybody ---


def _summary(made: Book, book: AttendanceBook) -> None:
    page = Page(header=(book.title, moment(book.built_at)), footer=_footer(book), landscape=True, repeat_rows=(2, 2))
    sheet = table_sheet(made, SUMMARY, _SUMMARY_COLUMNS, page)
    sheet.text(0, 0, book.title, sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.text(1, 0, f"{book.contractor}　{book.state}", sheet.style("quiet"))
    sheet.headings(2, _SUMMARY_COLUMNS)
    for row, person in enumerate(book.people, 3):
        _summary_row(sheet, row, person)
    last = 3 + len(book.people)
    if not book.people:
        sheet.text(3, 0, "この月の従事者はいません。", sheet.style("left"))
    else:
        _summary_total(sheet, last, book.people)
    sheet.print_area(last, len(_SUMMARY_COLUMNS) - 1)


def _figures(person: BookPerson) -> tuple[float, ...]:
    """Days of attendance, and the sums of the lengths in days of 24 hours, in the order of the summary."""
    planned, breaks, worked, overtime, resting = (sum(map(one.minutes, person.days)) / _DAY for one in _SUMS)
    return (sum(day.came is not None for day in person.days), planned, worked, breaks, overtime, resting)


def _summary_row(sheet: Sheet, row: int, person: BookPerson) -> None:
    style = sheet.style
    sheet.text(row, 0, person.code, style("code", "line"))
    sheet.text(row, 1, person.name, style("text", "line"))
    sheet.text(row, 2, person.role, style("text", "line"))
    for (column, kind), value in zip(_SUMMED, _figures(person), strict=True):
        sheet.number(row, column, value, style(kind, "line"))
    if person.kept is None:
        sheet.raw_text(row, 9, EMPTY, style("right", "line"))
    else:
        sheet.number(row, 9, person.kept, style("ratio", "line"))
    sheet.number(row, 10, person.year_overtime / _DAY, style("minutes", "line"))


def _summary_total(sheet: Sheet, row: int, people: Sequence[BookPerson]) -> None:
    style = sheet.style
    sheet.merge((row, 0, row, 2), "合計", style("total", "left", "indent"))
    sums = [sum(values) for values in zip(*map(_figures, people), strict=True)]
    for (column, kind), value in zip(_SUMMED, sums, strict=True):
        sheet.formula(row, column, f"=SUM({_area(column, 3, row - 1)})", style("total", kind), value)
    sheet.fill(row, range(9, 11), style("total"))
