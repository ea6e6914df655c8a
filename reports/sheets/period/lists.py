"""Tables of lines on sheets that hold several of them: each column has its place, which may cover several cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from reports.cleaning import clean
from reports.columns import Column, Kind
from reports.figures import EMPTY
from reports.fitting import line_count, pieces
from reports.wareki import wareki_year
from reports.workbook import Sheet, serial

Value = str | int | float | date | None
Line = Sequence[Value]
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.CODE)
_ERA_LETTERS = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M"}
_STYLES = {Kind.DATE: "wareki_day"}
_NUMBERS: dict[Kind, Callable[[float], float]] = {
    Kind.CLOCK: lambda minute: minute / 1440,
    Kind.MINUTES: lambda minutes: minutes / 1440,
}


class Place(Struct, frozen=True):
    """A column of a table and the cells it covers, first to last."""

    column: Column
    first: int
    last: int


class Table(Struct, frozen=True):
    """A table as it lies on a sheet of these widths. `empty`: what stands where there are no lines."""

    places: tuple[Place, ...]
    widths: tuple[float, ...]
    empty: str

    def room(self, place: Place) -> float:
        return sum(self.widths[place.first : place.last + 1])


def plain(columns: Sequence[Column], widths: Sequence[float], empty: str) -> Table:
    """A table whose columns are those of the sheet."""
    places = tuple(Place(column, number, number) for number, column in enumerate(columns))
    return Table(places, tuple(widths), empty)


def section(sheet: Sheet, row: int, title: str) -> int:
    """A title between two tables; the row after it."""
    sheet.text(row, 0, title, sheet.style("section"))
    sheet.height(row, 22)
    return row + 1


def write(sheet: Sheet, row: int, table: Table, lines: Sequence[Line]) -> int:
    """Headings and lines; the row after them."""
    headings(sheet, row, table)
    row += 1
    cells = [_Cells(sheet, table, place) for place in table.places]
    for line in lines:
        row = _line(sheet, row, cells, line)
    if not lines:
        sheet.raw_text(row, 0, table.empty, sheet.style("left"))
        row += 1
    return row


def headings(sheet: Sheet, row: int, table: Table) -> None:
    """The heading row, as high as its longest heading."""
    for place in table.places:
        style = sheet.style("heading", place.column.heading_style)
        sheet.merge((row, place.first, row, place.last), place.column.heading, style)
    lines = max(line_count(place.column.heading, table.room(place) + 1) for place in table.places)
    sheet.height(row, max(22.0, 8 + 14.5 * lines))


class _Cells:
    """The cells of a column; what repeats is prepared once."""

    def __init__(self, sheet: Sheet, table: Table, place: Place) -> None:
        kind = place.column.kind
        self._sheet, self._first, self._last = sheet, place.first, place.last
        self.is_text = kind in _TEXTS
        self._convert = _NUMBERS.get(kind, float)
        self._style = sheet.style(_STYLES.get(kind, kind.value), *(("wrapped",) if kind is Kind.TEXT else ()), "line")
        self._none = self._style if self.is_text else sheet.style("right", "line")
        self._room = table.room(place)

    def parts(self, value: Value) -> list[tuple[Value, int]]:
        """The value, or the parts of a long text, each with the lines it needs."""
        if not isinstance(value, str):
            return [(value, 1)]
        text = clean(value) or EMPTY
        if 2 * len(text) <= self._room - 2 and "\n" not in text:
            return [(text, 1)]
        return [(part, line_count(part, self._room)) for part in pieces(text, self._room)]

    def write(self, row: int, value: Value) -> None:
        """One cell, or one area."""
        sheet = self._sheet
        if self._first != self._last:
            sheet.merge((row, self._first, row, self._last), "", self._style)
        if isinstance(value, str):
            sheet.raw_text(row, self._first, value, self._style)
        elif value is None:
            sheet.raw_text(row, self._first, EMPTY, self._none)
        else:
            number = serial(value) if isinstance(value, date) else self._convert(value)
            sheet.number(row, self._first, number, self._style)


def _line(sheet: Sheet, row: int, cells: Sequence[_Cells], line: Line) -> int:
    """A line in as many rows as its longest text needs; the row after them."""
    parts = [one.parts(value) for one, value in zip(cells, line, strict=True)]
    for number in range(max(map(len, parts))):
        lines = 1
        for one, found in zip(cells, parts, strict=True):
            value, needed = found[number] if number < len(found) else ("", 1)
            one.write(row, value)
            lines = max(lines, needed)
        sheet.lines(row, lines)
        row += 1
    return row


def short_date(on: date) -> str:
    """R8.6.1, as the date columns show it."""
    number = wareki_year(on)[2:-1].replace("元", "1")
    return f"{_ERA_LETTERS[wareki_year(on)[:2]]}{number}.{on.month}.{on.day}"
