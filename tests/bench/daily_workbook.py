"""The daily workbook of 140 calls against bare xlsxwriter writing the same cells.

`bare` writes every cell that `ours` writes (same kind, same value, same merged areas) with two formats, no layout, no
chart, in a Workbook without options: what is measured is the cost of deciding what to write and of how it looks. Ours
keeps the package in memory (personal data must not reach a temporary file); run alone, this prints the ratio to a bare
workbook that does so too, beside the one that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from xlsxwriter import Workbook

from reports.bundle import daily_workbook
from reports.daily import DailyReport
from tests.reports.sample import day_of, submitted

CALLS = 140
Cell = tuple[int, int, str, Any]
Area = tuple[int, int, int, int]
SheetCells = tuple[str, tuple[Cell, ...], tuple[Area, ...]]


@cache
def sample() -> DailyReport:
    """The report both are about; made once, outside the clock."""
    return submitted(day_of(CALLS))


@cache
def cells() -> tuple[SheetCells, ...]:
    """Sheet by sheet what `ours` writes."""
    formulas = load_workbook(BytesIO(daily_workbook(sample())))
    values = load_workbook(BytesIO(daily_workbook(sample())), data_only=True)
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


def ours() -> bytes:
    """The product."""
    return daily_workbook(sample())


def bare(options: dict[str, Any] | None = None) -> bytes:
    """The least that writes the same cells."""
    buffer = BytesIO()
    book = Workbook(buffer, options)
    styles = book.add_format({"font_size": 10}), book.add_format({"bold": True})
    for name, written, areas in cells():
        sheet = book.add_worksheet(name)
        for area in areas:
            sheet.merge_range(*area, "", styles[0])
        for cell in written:
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


def bare_in_memory() -> bytes:
    """The same without temporary files."""
    return bare({"in_memory": True})


def measure(least: Callable[[], bytes] = bare, rounds: int = 15) -> tuple[float, float]:
    """Median seconds of (ours, the other), run A B A B after a warm-up."""
    for run in (ours, least):
        run()
    pairs = [(_seconds(ours), _seconds(least)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def _seconds(run: Callable[[], bytes]) -> float:
    begun = perf_counter()
    run()
    return perf_counter() - begun


if __name__ == "__main__":
    count = sum(len(written) for _, written, _ in cells())
    print(f"daily workbook, {CALLS} calls, {count} cells beside the merged ones")
    for label, least in (("bare", bare), ("bare in memory", bare_in_memory)):
        mine, other = measure(least)
        print(f"ours {mine * 1000:.1f} ms  {label} {other * 1000:.1f} ms  ratio {mine / other:.2f}")
