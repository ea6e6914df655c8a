"""The workbooks of a month and of a year, with all their sheets, against bare xlsxwriter writing the same cells."""

from __future__ import annotations

from functools import partial
from time import perf_counter

from msgspec.structs import replace

from reports.period import PeriodReport
from reports.period_book import period_workbook
from tests.bench.cells import cells_of, write_bare
from tests.bench.measuring import Comparison, Target, alternate
from tests.reports import period_sample

TARGET = Target(1.15, 1.0, at_most=True)
MONTH_CALLS_A_DAY, YEAR_CALLS_A_DAY = 125, 104
"""2,741 calls in the busiest month, 25,400 a year."""


def compare(rounds: int) -> list[Comparison]:
    """Seconds of ours and of the bare writer, in turn."""
    month = period_sample.submitted(period_sample.month(MONTH_CALLS_A_DAY))
    year = period_sample.submitted(period_sample.year(YEAR_CALLS_A_DAY))
    return [_compared(name, report, rounds) for name, report in (("a month", month), ("a year", year))]


def _compared(name: str, report: PeriodReport, rounds: int) -> Comparison:
    written = cells_of(period_workbook(report))
    ours, bare = partial(_seconds, partial(_ours, report)), partial(_seconds, partial(write_bare, written))
    ours(), bare()
    cells = sum(len(sheet[1]) for sheet in written)
    found = Comparison(f"workbook of {name}", "s", TARGET, note=f"{cells:,} cells")
    return alternate(max(rounds, 9), ours, bare, found)


def _ours(report: PeriodReport) -> bytes:
    # A report remembers its figures; a fresh one computes them.
    return period_workbook(replace(report))


def _seconds(run: partial[bytes]) -> float:
    begun = perf_counter()
    run()
    return perf_counter() - begun
