"""The daily workbook of 140 calls against bare xlsxwriter writing the same cells."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from tests.bench import daily_workbook
from tests.bench.measuring import Comparison, Target, alternate

TARGET = Target(1.3, 1.3, at_most=True)


def compare(rounds: int) -> list[Comparison]:
    """Rounds of ours and bare in turn after a warm-up."""
    return [
        _against(daily_workbook.bare, "", rounds),
        _against(daily_workbook.bare_in_memory, ", bare in memory too", rounds),
    ]


def _against(least: Callable[[], bytes], words: str, rounds: int) -> Comparison:
    title = f"daily workbook of {daily_workbook.CALLS} calls{words}"
    ours, bare = _timed(daily_workbook.ours), _timed(least)
    ours(), bare()
    return alternate(rounds, ours, bare, Comparison(title, "ms", None if words else TARGET))


def _timed(run: Callable[[], bytes]) -> Callable[[], float]:
    def seconds() -> float:
        begun = perf_counter()
        run()
        return (perf_counter() - begun) * 1000

    return seconds
