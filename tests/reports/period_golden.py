"""The short term whose workbook is kept as text in `golden/`; run as a module, this writes the file anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reports.period import Span
from reports.period_book import period_workbook
from tests.reports.period_sample import submitted, term
from tests.reports.reading import dump

GOLDEN = Path(__file__).parent / "golden" / "period_small.txt"


def current() -> str:
    """A Friday, a weekend and a Monday as they are built now."""
    return dump(period_workbook(submitted(term(Span(date(2026, 6, 5), date(2026, 6, 8)), calls=6))))


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(current(), encoding="utf-8")
