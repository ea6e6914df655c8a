"""The only module that touches xlsxwriter: a book with our styles, sheets that print as they should lie in a file.

No text becomes a formula, a link or a number; the same calls give the same bytes; xlsxwriter is loaded when
a book is opened, not when this module is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from types import MethodType
from typing import Any

from msgspec import Struct

from reports.cleaning import clean
from reports.columns import Column, widths
from reports.figures import Figure, State, Unit
from reports.fitting import row_points
from reports.styles import BASE, FONT, PARTS

MOST_ROWS = 1_048_576
A4 = 9
ROW_POINTS = 17.0
_MOST_HEADER_CHARACTERS = 70
UNIT_STYLES = {
    Unit.COUNT: "count",
    Unit.SIGNED: "signed",
    Unit.RATIO: "ratio",
    Unit.SECONDS: "talk",
    Unit.MINUTES: "minutes",
    Unit.DECIMAL: "decimal",
}
Format = Any


class BookFacts(Struct, frozen=True):
    """What the file says of itself, and how it is written.

    `streaming` keeps one row in memory at a time (rows must then be written in order) through temporary
    files in `scratch_dir`; otherwise nothing touches a disk.
    """

    title: str
    created_at: datetime
    streaming: bool = False
    scratch_dir: str | None = None


class Page(Struct, frozen=True):
    """The printed page. As many pages wide as given; `repeat_rows`, `repeat_columns`: first and last on every page."""

    header: tuple[str, str] = ("", "")
    footer: tuple[str, str] = ("", "")
    landscape: bool = False
    repeat_rows: tuple[int, int] | None = None
    one_page: bool = False
    repeat_columns: tuple[int, int] | None = None
    pages_wide: int = 1


class Book:
    """A workbook under construction; `finish` returns its bytes."""

    def __init__(self, facts: BookFacts) -> None:
        from xlsxwriter import Workbook

        self._buffer = BytesIO()
        self._book: Any = Workbook(self._buffer, _options(facts))
        self._book.set_properties(
            {
                "title": clean(facts.title),
                "author": "",
                "company": "",
                "created": facts.created_at.astimezone(UTC),
            }
        )
        self._styles: dict[tuple[str, ...], Format] = {}

    def style(self, *parts: str) -> Format:
        """The cell format that combines these parts of `styles.PARTS`; made once."""
        found = self._styles.get(parts)
        if found is None:
            properties: dict[str, Any] = {}
            for part in parts:
                properties.update(PARTS[part])
            found = self._styles[parts] = self._book.add_format(properties)
        return found

    def sheet(self, name: str, column_widths: Sequence[float], page: Page) -> Sheet:
        """A new sheet, A4, with its margins, header and footer set."""
        worksheet = self._book.add_worksheet(name, worksheet_class=_sheet_class())
        _set_page(worksheet, page)
        for index, width in enumerate(column_widths):
            worksheet.set_column(index, index, width)
        return Sheet(self, worksheet, name)

    def chart(self, kind: str) -> Any:
        """A chart object of xlsxwriter, to be filled by `charts` and placed by `Sheet.place`."""
        return self._book.add_chart({"type": kind})

    def finish(self) -> bytes:
        """Close the book and return the file."""
        self._book.close()
        return self._buffer.getvalue()


class Sheet:
    """A worksheet: explicit writes only, rows and columns from 0."""

    def __init__(self, book: Book, worksheet: Any, name: str) -> None:
        self._worksheet = worksheet
        self.book = book
        self.name = name
        self.style = book.style
        #: Straight to the worksheet, for loops over clean values.
        self.number = _plain(worksheet.write_number)
        self.blank = _plain(worksheet.write_blank)
        self.raw_text = _plain(worksheet.write_string)

    def text(self, row: int, column: int, text: str, style: Format) -> None:
        """A text cell; never a formula, whatever it begins with."""
        self.raw_text(row, column, clean(text), style)

    def formula(self, row: int, column: int, formula: str, style: Format, value: float | str) -> None:
        """A formula of ours, with the value beside it for readers that do not calculate."""
        self._worksheet.write_formula(row, column, formula, style, value)

    def figure(self, row: int, column: int, figure: Figure, *parts: str) -> None:
        """A figure as a number in its own format, or as the word that says why there is none."""
        if figure.state is State.VALUE and figure.cell is not None:
            self.number(row, column, figure.cell, self.style(UNIT_STYLES[figure.unit], *parts))
        else:
            self.raw_text(row, column, figure.text, self.style("right", *parts))

    def fill(self, row: int, columns: range, style: Format) -> None:
        """Blank cells that carry a rule or a tint."""
        for column in columns:
            self.blank(row, column, None, style)

    def merge(self, area: tuple[int, int, int, int], text: str, style: Format) -> None:
        """One text over an area (first row, first column, last row, last column)."""
        self._merge(area, style)
        self.raw_text(area[0], area[1], clean(text), style)

    def merge_number(self, area: tuple[int, int, int, int], number: float, style: Format) -> None:
        """One number over an area."""
        self._merge(area, style)
        self.number(area[0], area[1], number, style)

    def merge_figure(self, area: tuple[int, int, int, int], figure: Figure, *parts: str) -> None:
        """One figure over an area."""
        self._merge(area, self.style(*parts))
        self.figure(area[0], area[1], figure, *parts)

    def _merge(self, area: tuple[int, int, int, int], style: Format) -> None:
        if area[:2] == area[2:]:
            return
        self._worksheet.merge_range(*area, "", style)

    def height(self, row: int, points: float) -> None:
        """The height of a row."""
        self._worksheet.set_row(row, points)

    def lines(self, row: int, count: int) -> None:
        """Room for that many lines; one line is the default row."""
        if count > 1:
            self._worksheet.set_row(row, row_points(count))

    def headings(self, row: int, columns: Sequence[Column], points: float = 24) -> None:
        """The heading row of a table, frozen above its rows."""
        for index, column in enumerate(columns):
            self.raw_text(row, index, column.heading, self.style("heading", column.heading_style))
        self.height(row, points)
        self._worksheet.freeze_panes(row + 1, 0)

    def freeze(self, row: int, column: int) -> None:
        """What stays in sight: the rows above and the columns before."""
        self._worksheet.freeze_panes(row, column)

    def filters(self, area: tuple[int, int, int, int]) -> None:
        """Filter buttons on the area's first row."""
        self._worksheet.autofilter(*area)

    def print_area(self, last_row: int, last_column: int) -> None:
        """What prints: from the first cell to this one."""
        self._worksheet.print_area(0, 0, last_row, last_column)

    def break_before(self, *rows: int) -> None:
        """Page breaks above these rows, where the reader honours them on fitted pages (Excel does not)."""
        self._worksheet.set_h_pagebreaks(list(rows))

    def place(self, row: int, column: int, chart: Any, size: tuple[int, int]) -> None:
        """Put a chart with its upper left corner on the cell; size in pixels (96 to the inch)."""
        chart.set_size({"width": size[0], "height": size[1]})
        self._worksheet.insert_chart(row, column, chart, {"object_position": 1, "x_offset": 2, "y_offset": 4})


@cache
def _sheet_class() -> type[Any]:
    """xlsxwriter's sheet without what our cells do not need: escapes in their references and styles, and the optional
    span of each row. A seventh of the time of a book."""
    from xlsxwriter.worksheet import Worksheet

    class PlainSheet(Worksheet):  # type: ignore[misc]
        def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            self.fh.write(f"<c{_attributes(attributes)}><v>{number:.16G}</v></c>")

        def _xml_string_element(self, index: int, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            self.fh.write(f'<c{_attributes(attributes)} t="s"><v>{index}</v></c>')

        def _xml_empty_tag(self, tag: str, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            if tag == "c":
                self.fh.write(f"<c{_attributes(attributes)}/>")
            else:
                super()._xml_empty_tag(tag, attributes)

        def _calculate_spans(self) -> None:
            self.row_spans: dict[int, str] = {}

    return PlainSheet


def _attributes(known: Sequence[tuple[str, Any]]) -> str:
    written = ""
    for name, value in known:
        written += f' {name}="{value}"'
    return written


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without the wrapper that looks for "A1" in its arguments; a fifth of the time of a write."""
    function: Callable[..., Any] | None = getattr(method, "__wrapped__", None)
    return method if function is None else MethodType(function, getattr(method, "__self__", None))


def table_sheet(book: Book, name: str, columns: Sequence[Column], page: Page) -> Sheet:
    """A sheet whose column widths are those of its table."""
    return book.sheet(name, widths(columns), page)


def serial(on: date) -> int:
    """A date as the number a spreadsheet keeps."""
    return on.toordinal() - 693_594


def _options(facts: BookFacts) -> dict[str, Any]:
    return {
        "in_memory": not facts.streaming,
        "constant_memory": facts.streaming,
        "tmpdir": facts.scratch_dir,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": BASE,
    }


def _set_page(worksheet: Any, page: Page) -> None:
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    worksheet.set_default_row(ROW_POINTS)
    worksheet.center_horizontally()
    worksheet.hide_gridlines(2)
    if page.landscape:
        worksheet.set_landscape()
    if page.repeat_rows:
        worksheet.repeat_rows(*page.repeat_rows)
    if page.repeat_columns:
        worksheet.repeat_columns(*page.repeat_columns)
    worksheet.fit_to_pages(page.pages_wide, 1 if page.one_page else 0)
    _set_header_and_footer(worksheet, page)


def _set_header_and_footer(worksheet: Any, page: Page) -> None:
    # A space ends the font size, else a text that begins with a digit would join it.
    font = f'&"{FONT}"&9 '
    left, right = (_escaped(text) for text in page.header)
    if left or right:
        worksheet.set_header(f"&L{font}{left}&R{font}{right}", {"margin": 0.4})
    left, right = (_escaped(text) for text in page.footer)
    worksheet.set_footer(f"&L{font}{left}&R{font}{right}　&P / &N", {"margin": 0.35})


def _escaped(text: str) -> str:
    text = clean(text).replace("\n", " ")
    shown = text if len(text) <= _MOST_HEADER_CHARACTERS else f"{text[: _MOST_HEADER_CHARACTERS - 1]}…"
    return shown.replace("&", "&&")
