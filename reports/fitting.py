"""How much room a text takes, in half-width characters: what widths and heights are computed from."""

from __future__ import annotations

from collections.abc import Iterator

LINE_POINTS = 14.5
PADDING_POINTS = 4.0
TALLEST_ROW_POINTS = 409.0
MOST_LINES = int((TALLEST_ROW_POINTS - PADDING_POINTS) // LINE_POINTS)


def text_width(text: str) -> int:
    """Half-width characters the text takes on one line: everything beyond ASCII counts as two."""
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def line_count(text: str, width: float) -> int:
    """Lines the text needs in a column of that width, with two spared for the indent and uneven breaks."""
    room = max(int(width) - 2, 2)
    if "\n" not in text:
        return max(1, -(-text_width(text) // room))
    return sum(max(1, -(-text_width(line) // room)) for line in text.split("\n"))


def row_points(lines: int) -> float:
    """Height of a row that shows that many lines."""
    return min(TALLEST_ROW_POINTS, PADDING_POINTS + LINE_POINTS * lines)


def pieces(text: str, width: float, most_lines: int = MOST_LINES) -> list[str]:
    """The text cut into parts that one row each can show; Excel has no row taller than 409 points."""
    if line_count(text, width) <= most_lines:
        return [text]
    return list(_cut(text, max(int(width) - 2, 2) // 2, most_lines))


def _cut(text: str, characters: int, most_lines: int) -> Iterator[str]:
    lines = [part[at : at + characters] for part in text.split("\n") for at in range(0, max(len(part), 1), characters)]
    for first in range(0, len(lines), most_lines):
        yield "\n".join(lines[first : first + most_lines])
