"""A finished workbook read back as cells, and the least that writes the same cells.

The bare writer puts every cell that the product wrote (same kind, same value, same merged areas) into a Workbook with
two formats, no layout and no chart: what is measured is the cost of deciding what to write and of how it looks.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from xlsxwriter import Workbook

Cell = tuple[int, int, str, Any]
Area = tuple[int, int, int, int]
SheetCells = tuple[str, tuple[Cell, ...], tuple[Area, ...]]


def cells_of(workbook: bytes) -> tuple[SheetCells, ...]:
    """Sheet by sheet what was written."""
    formulas, values = load_workbook(BytesIO(workbook)), load_workbook(BytesIO(workbook), data_only=True)
    return tuple(
        (sheet.title, _cells_of(sheet, values[sheet.title]), _areas_of(sheet)) for sheet in formulas.worksheets
    )


def _areas_of(sheet: Any) -> tuple[Area, ...]:
    return tuple((a.min_row - 1, a.min_col - 1, a.max_row - 1, a.max_col - 1) for a in sheet.merged_cells.ranges)


def _cells_of(sheet: Any, values: Any) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell) and (cell.has_style or cell.value is not None):
                found.append(_cell(cell, values.cell(cell.row, cell.column).value))
    return tuple(found)


def _cell(cell: Any, value: Any) -> Cell:
    at = (cell.row - 1, cell.column - 1)
    if cell.value is None:
        return (*at, "blank", None)
    if cell.data_type == "f":
        return (*at, "formula", (cell.value, value))
    if cell.data_type in ("n", "d"):
        return (*at, "number", 0.5 if cell.data_type == "d" else float(cell.value))
    return (*at, "string", cell.value)


def write_bare(written: tuple[SheetCells, ...], options: dict[str, Any] | None = None) -> bytes:
    """The least that writes the same cells."""
    buffer = BytesIO()
    book = Workbook(buffer, options)
    styles = book.add_format({"font_size": 10}), book.add_format({"bold": True})
    for name, cells, areas in written:
        sheet = book.add_worksheet(name)
        for area in areas:
            sheet.merge_range(*area, "", styles[0])
        for cell in cells:
            _write(sheet, cell, styles[cell[0] == 0])
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, cell: Cell, style: Any) -> None:
    row, column, kind, value = cell
    if kind == "string":
        sheet.write_string(row, column, value, style)
    elif kind == "number":
        sheet.write_number(row, column, value, style)
    elif kind == "blank":
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_formula(row, column, value[0], style, value[1] or 0)
