"""The export of any list as a workbook: real types, every row, and the conditions it was made under.

The number of rows is bounded by Excel only: after 1,048,575 rows the list goes on in a second sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from msgspec import Struct

from reports.cleaning import clean, looks_like_formula
from reports.columns import Column, Kind, widths
from reports.fitting import line_count
from reports.wareki import local, moment
from reports.workbook import MOST_ROWS, Book, BookFacts, Format, Page, Sheet, serial

#: A cell holds no more; what is longer is cut with a visible mark.
MOST_CHARACTERS = 32_767
CUT_MARK = "…（以下省略）"
YES = "○"
_CUT_AT = 16_000
_SHEET_NAME_CHARACTERS = 25
_DIVISORS = {Kind.CLOCK: 1_440, Kind.MINUTES: 1_440, Kind.SECONDS: 86_400}

Value = str | int | float | bool | date | datetime | None
Row = Mapping[str, Value]


class TableFacts(Struct, frozen=True):
    """What is printed around the rows. `conditions`: the filters in words, label → value.

    `streaming` for long lists: one row in memory at a time, through temporary files in `scratch_dir` (give
    a private directory: they hold what the list holds).
    """

    created_at: datetime
    contract: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    streaming: bool = False
    scratch_dir: str | None = None


def table_workbook(title: str, columns: Sequence[Column], rows: Iterable[Row], facts: TableFacts) -> bytes:
    """The list as an xlsx file. Rows map column keys to values; a missing key is a blank cell."""
    book = Book(BookFacts(title, facts.created_at, facts.streaming, facts.scratch_dir))
    total = 0
    for number, part in enumerate(_parts(rows, MOST_ROWS - 1), 1):
        total += list_sheet(book, _sheet_name(title, number), columns, part, _page(title, facts))
    _conditions_sheet(book, title, facts, total)
    return book.finish()


def _parts(rows: Iterable[Row], most: int) -> Iterator[Iterator[Row]]:
    """The rows in runs of at most `most`, each used up before the next; an empty list is one empty run."""
    remaining = iter(rows)
    first = True
    while True:
        head = list(islice(remaining, 1))
        if not head and not first:
            return
        first = False
        yield chain(head, islice(remaining, most - 1))


def _sheet_name(title: str, number: int) -> str:
    name = "".join(" " if letter in "[]:*?/\\'" else letter for letter in clean(title)).strip()
    name = name[:_SHEET_NAME_CHARACTERS] or "一覧"
    return name if number == 1 else f"{name}({number})"


def _page(title: str, facts: TableFacts) -> Page:
    return Page(
        header=(title, moment(facts.created_at)),
        footer=(facts.contract, ""),
        landscape=True,
        repeat_rows=(0, 0),
    )


def list_sheet(
    book: Book, name: str, columns: Sequence[Column], rows: Iterable[Row], page: Page, printed: int | None = None
) -> int:
    """A sheet of rows under frozen headings with filters. Returns how many rows there are. `printed`: so many columns
    print, the others are for the screen; all of them unless it is given."""
    sheet = book.sheet(name, widths(columns), page)
    sheet.headings(0, columns)
    writers = [_writer(sheet, index, column) for index, column in enumerate(columns)]
    wrapped = [(column.key, column.room) for column in columns if column.kind is Kind.LONG_TEXT]
    count = 0
    for count, row in enumerate(rows, 1):
        if wrapped:
            sheet.lines(count, max(line_count(str(row.get(key) or ""), width) for key, width in wrapped))
        for key, write in writers:
            write(count, row.get(key))
    sheet.filters((0, 0, count, len(columns) - 1))
    sheet.print_area(count, (printed or len(columns)) - 1)
    return count


Writer = Callable[[int, Value], None]


def _writer(sheet: Sheet, index: int, column: Column) -> tuple[str, Writer]:
    """The function that writes a value into this column, with its style fetched once."""
    style = sheet.style(column.kind.value, "line")
    text = _text_writer(sheet, index, column)
    number = sheet.number
    divisor = _DIVISORS.get(column.kind, 1)

    def write(row: int, value: Value) -> None:
        if value is None or value == "":
            sheet.blank(row, index, None, style)
        elif isinstance(value, str):
            text(row, value)
        elif isinstance(value, bool):
            text(row, YES if value else "")
        elif isinstance(value, (date, datetime)):
            _moment(number, (row, index), value, style)
        else:
            number(row, index, value if divisor == 1 else value / divisor, style)

    return column.key, write


def _text_writer(sheet: Sheet, index: int, column: Column) -> Callable[[int, str], None]:
    kind = column.kind.value if column.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.CODE, Kind.FLAG) else "right"
    plain, quoted = sheet.style(kind, "line"), sheet.style(kind, "line", "quoted")

    def write(row: int, value: str) -> None:
        shown = clean(value)
        if len(shown) > _CUT_AT:
            shown = cut(shown)
        # The quote keeps the text a text when somebody edits the cell and leaves it.
        sheet.raw_text(row, index, shown, quoted if looks_like_formula(shown) else plain)

    return write


def cut(text: str) -> str:
    """The text as a cell can hold it, counted as Excel counts (UTF-16); the mark says that it went on."""
    units = len(text.encode("utf-16-le")) // 2
    if units <= MOST_CHARACTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - len(CUT_MARK))]
    return kept.decode("utf-16-le", "ignore") + CUT_MARK


def _moment(number: Callable[..., Any], at: tuple[int, int], value: date | datetime, style: Format) -> None:
    """Dates as dates, instants as the office's clock showed them, both as numbers that sort and filter."""
    if isinstance(value, datetime):
        there = local(value)
        day = (there.hour * 3600 + there.minute * 60 + there.second) / 86_400
        number(*at, serial(there.date()) + day, style)
    else:
        number(*at, serial(value), style)


def _conditions_sheet(book: Book, title: str, facts: TableFacts, total: int) -> None:
    sheet = book.sheet("出力条件", (22, 66), Page(header=(title, ""), footer=(facts.contract, "")))
    shown = (
        ("一覧", title),
        ("契約", facts.contract or "―"),
        ("件数", f"{total:,}件"),
        ("出力日時", f"{moment(facts.created_at)}（日本時間）"),
        *(facts.conditions or (("条件", "なし（全件）"),)),
    )
    label, text = sheet.style("text", "line", "bold"), sheet.style("wrap", "line")
    for row, (name, value) in enumerate(shown):
        sheet.text(row, 0, name, label)
        sheet.text(row, 1, value, text)
        sheet.lines(row, line_count(value, 66))
    sheet.print_area(len(shown) - 1, 1)
