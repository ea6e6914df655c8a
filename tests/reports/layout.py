"""Whether the cells of a sheet show all they hold, and what number a cell holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.fitting import LINE_POINTS, line_count, text_width


def does_not_fit(sheet: Any) -> Iterator[str]:
    """Each cell that would show hashes or a cut text."""
    merged = {area.coord.split(":")[0]: area for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            area = merged.get(cell.coordinate)
            last = area.max_col if area else cell.column
            width = sum(_width(sheet, column) for column in range(cell.column, last + 1))
            if not _fits(sheet, cell, width, last):
                yield f"{cell.coordinate} {cell.value!r} in {width}"


def _width(sheet: Any, column: int) -> float:
    for dimension in sheet.column_dimensions.values():
        if dimension.min <= column <= dimension.max:
            return float(dimension.width) - 0.7
    return 8.0


def _fits(sheet: Any, cell: Any, width: float, last: int) -> bool:
    scale = float(cell.font.size or 10) / 10
    if not isinstance(cell.value, str):
        return _shown_length(cell) * scale <= width
    if cell.alignment.wrap_text:
        height = sheet.row_dimensions[cell.row].height or sheet.sheet_format.defaultRowHeight
        return line_count(cell.value, width / scale + 2) * LINE_POINTS * scale <= float(height) + 1
    return text_width(cell.value) * scale <= width + _free_space(sheet, cell.row, last + 1)


def _free_space(sheet: Any, row: int, column: int) -> float:
    """Width of the empty cells into which an unwrapped text may run."""
    space = 0.0
    while column <= sheet.max_column and sheet.cell(row, column).value is None:
        space += _width(sheet, column)
        column += 1
    return space


def _shown_length(cell: Any) -> int:
    """Characters of a number as its format shows it, at the most."""
    known = {"h:mm_ ": 6, "[m]:ss_ ": 7, "0.0%_ ": 7, 'm"月"d"日"': 8, "[$-411]ge.m.d": 9}
    if "ggge" in cell.number_format:
        return 24
    if cell.number_format == "[h]:mm_ ":
        return len(str(int(as_number(cell.value) * 24))) + 4
    if cell.number_format in known:
        return known[cell.number_format]
    if "＋" in cell.number_format:
        return len(f"{cell.value:,.1f}") + 2 + 2 * sum(word in cell.number_format for word in ("秒", "分", "pt", "%"))
    # A decimal shows one digit after the point; the space at the end is part of most formats.
    shown = f"{cell.value:,.1f}" if "0.0" in cell.number_format else f"{cell.value:,}"
    return len(shown) + ("_ " in cell.number_format)


def as_number(value: Any) -> float:
    """openpyxl reads a time format back as a time."""
    seconds = getattr(value, "total_seconds", None)
    if seconds is not None:
        return float(seconds()) / 86_400
    if hasattr(value, "hour"):
        return float(value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    return float(value)
