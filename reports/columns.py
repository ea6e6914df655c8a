"""What a column of a table is: key, Japanese heading, kind of value, width, alignment, number format."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from reports.fitting import text_width


class Kind(Enum):
    """The kind of value in a column; the value is the style part (see `styles`) that shows it."""

    TEXT = "text"
    LONG_TEXT = "wrap"
    CODE = "code"
    SERIAL = "serial"
    COUNT = "count"
    DECIMAL = "decimal"
    SIGNED = "signed"
    RATIO = "ratio"
    DATE = "date"
    CLOCK = "clock"
    MOMENT = "moment"
    MINUTES = "minutes"
    SECONDS = "seconds"
    FLAG = "flag"


#: Half-width characters that the longest plausible value of a kind needs.
_WIDTHS = {
    Kind.TEXT: 16,
    Kind.LONG_TEXT: 40,
    Kind.CODE: 8,
    Kind.SERIAL: 9,
    Kind.COUNT: 9,
    Kind.DECIMAL: 9,
    Kind.SIGNED: 9,
    Kind.RATIO: 9,
    Kind.DATE: 12,
    Kind.CLOCK: 8,
    Kind.MOMENT: 18,
    Kind.MINUTES: 9,
    Kind.SECONDS: 10,
    Kind.FLAG: 7,
}

_HEADING_STYLES = {
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.CODE: "center",
    Kind.DATE: "center",
    Kind.MOMENT: "center",
    Kind.FLAG: "center",
}


class Column(Struct, frozen=True):
    """A column. `width` in half-width characters; 0: what the kind usually needs.

    Values by kind: CLOCK minute of the day, MINUTES and SECONDS lengths, DATE a date, MOMENT an aware
    instant (shown on the office's clock), RATIO 0–1, FLAG a bool (○ or blank), the rest text or whole
    numbers. None is a blank cell.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    width: float = 0

    @property
    def heading_style(self) -> str:
        """Headings stand where the values below them stand."""
        return _HEADING_STYLES.get(self.kind, "right")

    @property
    def room(self) -> float:
        """The width to set: never less than the heading needs with its filter button."""
        longest = max(text_width(line) for line in self.heading.split("\n"))
        return max(self.width or _WIDTHS[self.kind], longest + 3 if not self.width else 0)


def widths(columns: Sequence[Column]) -> tuple[float, ...]:
    """The widths of all columns, left to right."""
    return tuple(column.room for column in columns)
