"""How much of a table an A4 page across holds, so that a chart is never cut in two between pages.

Excel ignores manual breaks on pages that are fitted in width, so a chart that would not fit is put where the next page
begins in every case.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from reports.workbook import ROW_POINTS

PAGE_POINTS = (755.0, 490.0)
"""Printable width and height of A4 across, in points."""
_CHARACTER_POINTS = (5.25, 6.5)
"""A character is as wide as a digit of the font that the reader finds: between seven pixels and a little under nine."""
_OFFICE_POINTS = 6.0
_COLUMN_POINTS = 3.75
_MOST_PAGES = 6
MOST_ROOM = 205.0
"""Half-width characters that still read well on one page across."""


def pages_wide(room: float) -> int:
    """Pages side by side for a table of that many characters."""
    return max(1, ceil(room / MOST_ROOM))


def page_points(widths: Sequence[float], character: float) -> float:
    """Height of the sheet that one printed page shows, after the table has been fitted in width."""
    across = sum(widths) * character + len(widths) * _COLUMN_POINTS
    return PAGE_POINTS[1] / min(1.0, pages_wide(sum(widths)) * PAGE_POINTS[0] / across)


def chart_row(row: int, used: float, widths: Sequence[float], height: float, repeated: float) -> int:
    """The first row below `row` on which a chart of that height stands whole on a page.

    In points: `used` is filled up to `row`, `repeated` is what the headings take on every later page. Whole whatever
    the font, where there is such a row; else in the font that the office has.
    """
    for characters in (_CHARACTER_POINTS, (_OFFICE_POINTS, _OFFICE_POINTS)):
        narrow, wide = (page_points(widths, character) for character in characters)
        ends = [(narrow * n - repeated * (n - 1), wide * n - repeated * (n - 1)) for n in range(1, _MOST_PAGES)]
        for place in range(row + 1, row + 2 + int(wide // ROW_POINTS)):
            top = used + (place - row) * ROW_POINTS
            if all(top >= last or top + height <= first for first, last in ends):
                return place
    return row + 1
