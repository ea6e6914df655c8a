"""How a change is written on the page: on Japanese papers ▲ is a minus, so a rise never bears one."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.reporting.periods.view import _change
from reports.daily import Category
from reports.period import CategoryLine

BOOKING = Category("03", "交付予約", "0301", "新規予約")


@pytest.mark.parametrize(
    ("total", "previous", "text"),
    [(249, 224, "+25"), (75, 81, "-6"), (20, 20, "±0"), (1500, 100, "+1,400"), (5, None, "―")],
)
def test_a_change_bears_a_plain_sign(total: int, previous: int | None, text: str) -> None:
    assert _change(CategoryLine(BOOKING, {date(2026, 6, 1): total}, previous)) == text
