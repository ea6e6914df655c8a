"""The small day whose workbook is kept as text in `golden/`; run as a module, this writes the file anew."""

from __future__ import annotations

from pathlib import Path

from reports.bundle import daily_workbook
from tests.reports.reading import dump
from tests.reports.sample import day_of, submitted

GOLDEN = Path(__file__).parent / "golden" / "daily_small.txt"


def current() -> str:
    """The small day as it is built now."""
    return dump(daily_workbook(submitted(day_of(8))))


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(current(), encoding="utf-8")
