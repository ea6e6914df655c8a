"""The export of any list as CSV that a Japanese Excel opens by double click.

UTF-8 with its byte order mark, or Shift_JIS (cp932) on request, where what it cannot hold becomes 〓
instead of vanishing. What a spreadsheet would run gets an apostrophe in front.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from io import StringIO

from reports.cleaning import clean, defused
from reports.columns import Column, Kind
from reports.tables import YES, Row, Value
from reports.wareki import clock, local

MISSING_GLYPH = "〓"
_ROWS_PER_CHUNK = 500
#: The one common sign that the codec does not fold into Windows' code point for the same glyph (〜 − ‖ it does).
_WINDOWS_SIGNS = str.maketrans("—", "―")


class Encoding(Enum):
    """How the file is encoded; the value is Python's codec."""

    UTF_8 = "utf-8"
    SHIFT_JIS = "cp932"


def table_csv(columns: Sequence[Column], rows: Iterable[Row], encoding: Encoding = Encoding.UTF_8) -> Iterator[bytes]:
    """The list as CSV, in chunks: headings first, lines end in CR LF."""
    if encoding is Encoding.UTF_8:
        yield b"\xef\xbb\xbf"
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([defused(clean(column.heading.replace("\n", ""))) for column in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_text(column, row.get(column.key)) for column in columns])
        if number % _ROWS_PER_CHUNK == 0:
            yield encoded(_taken(buffer), encoding)
    yield encoded(_taken(buffer), encoding)


def encoded(text: str, encoding: Encoding) -> bytes:
    """The text in that encoding; what cp932 cannot hold is replaced visibly."""
    if encoding is Encoding.UTF_8:
        return text.encode()
    try:
        return text.translate(_WINDOWS_SIGNS).encode("cp932")
    except UnicodeEncodeError:
        return "".join(map(_in_cp932, text.translate(_WINDOWS_SIGNS))).encode("cp932")


def _in_cp932(letter: str) -> str:
    try:
        letter.encode("cp932")
    except UnicodeEncodeError:
        return MISSING_GLYPH
    return letter


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _text(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(clean(value))
    if isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, datetime):
        return f"{local(value):%Y/%m/%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    return _number(column.kind, value)


def _number(kind: Kind, value: int | float) -> str:
    """Times as Excel reads them back (8:30, 1:02:05), everything else as the bare number."""
    if kind in (Kind.CLOCK, Kind.MINUTES):
        return clock(int(value))
    if kind is Kind.SECONDS:
        seconds = int(value)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)
