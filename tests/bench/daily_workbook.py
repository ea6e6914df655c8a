"""The daily workbook of 140 calls against bare xlsxwriter writing the same cells.

`bare` writes every cell that `ours` writes (same kind, same value, same merged areas) with two formats, no layout, no
chart, in a Workbook without options: what is measured is the cost of deciding what to write and of how it looks. Ours
keeps the package in memory (personal data must not reach a temporary file); run alone, this prints the ratio to a bare
workbook that does so too, beside the one that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from statistics import median
from time import perf_counter
from typing import Any

from reports.bundle import daily_workbook
from reports.daily import DailyReport
from tests.bench.cells import SheetCells, cells_of, write_bare
from tests.reports.sample import day_of, submitted

CALLS = 140


@cache
def sample() -> DailyReport:
    """The report both are about; made once, outside the clock."""
    return submitted(day_of(CALLS))


@cache
def cells() -> tuple[SheetCells, ...]:
    """Sheet by sheet what `ours` writes."""
    return cells_of(daily_workbook(sample()))


def ours() -> bytes:
    """The product."""
    return daily_workbook(sample())


def bare(options: dict[str, Any] | None = None) -> bytes:
    """The least that writes the same cells."""
    return write_bare(cells(), options)


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
