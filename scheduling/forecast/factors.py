"""What is known of a day before a single call came: weekday, closed days before it, its place in month and year.

Each is a column of a table, so that a regression can learn by how much it multiplies the calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scheduling.calendar import YEAR_END_DAYS
from scheduling.forecast.values import Factor, OpeningCalendar

Floats = NDArray[np.float64]

_ONE_DAY: Final = timedelta(days=1)
_MOST_CLOSED: Final = 4
_LONGEST_LOOK_BACK: Final = 10
_START, _END = 1, 2
_EDGE_DAYS: Final = 5
_PEAK_DATES: Final = (5, 10, 15, 20, 25)
_WEEKDAYS: Final = "月火水木金土日"


class Column(Struct, frozen=True):
    """One case of a factor. `AFTER_CLOSED` n stands for "n closed days or more", so that 4 builds upon 3."""

    factor: Factor
    case: int


COLUMNS: Final[tuple[Column, ...]] = (
    *(Column(Factor.WEEKDAY, weekday) for weekday in range(7)),
    *(Column(Factor.AFTER_CLOSED, closed) for closed in range(1, _MOST_CLOSED + 1)),
    *(Column(Factor.MONTH_PART, part) for part in (_START, _END)),
    *(Column(Factor.PEAK_DATE, day) for day in _PEAK_DATES),
    Column(Factor.YEAR_END, 1),
    *(Column(Factor.MONTH, month) for month in range(1, 13)),
)


def factor_table(days: Sequence[date], calendar: OpeningCalendar) -> Floats:
    """A row of zeros and ones for each day, a column for each of `COLUMNS`."""
    place = {column: at for at, column in enumerate(COLUMNS)}
    table = np.zeros((len(days), len(COLUMNS)))
    for row, on in enumerate(days):
        for factor, case in _cases(on, closed_before(on, calendar)):
            table[row, place[Column(factor, case)]] = 1.0
    return table


def closed_before(on: date, calendar: OpeningCalendar) -> int:
    """How many days in a row before the date were closed; nobody looks further back than ten."""
    closed = 0
    while closed < _LONGEST_LOOK_BACK and calendar.open_interval(on - (closed + 1) * _ONE_DAY) is None:
        closed += 1
    return closed


def _cases(on: date, closed: int) -> Iterator[tuple[Factor, int]]:
    yield Factor.WEEKDAY, on.weekday()
    yield Factor.MONTH, on.month
    for least in range(1, min(closed, _MOST_CLOSED) + 1):
        yield Factor.AFTER_CLOSED, least
    if on.day <= _EDGE_DAYS:
        yield Factor.MONTH_PART, _START
    if (on + _EDGE_DAYS * _ONE_DAY).month != on.month:
        yield Factor.MONTH_PART, _END
    # A tenth that falls on a Sunday is felt on Monday.
    dates = {(on - back * _ONE_DAY).day for back in range(closed + 1)}
    for day in dates.intersection(_PEAK_DATES):
        yield Factor.PEAK_DATE, day
    if (on.month, on.day) in YEAR_END_DAYS:
        yield Factor.YEAR_END, 1


def contrast(column: Column) -> Floats:
    """The row of a day that has this case and no other: for n closed days, every step up to n."""
    steps = column.factor is Factor.AFTER_CLOSED
    return np.array(
        [float(one == column or (steps and one.factor is column.factor and one.case < column.case)) for one in COLUMNS]
    )


def label(column: Column) -> str:
    """The case in Japanese."""
    case = column.case
    match column.factor:
        case Factor.WEEKDAY:
            return f"{_WEEKDAYS[case]}曜日"
        case Factor.AFTER_CLOSED:
            return f"{case}日{'以上' * (case == _MOST_CLOSED)}閉庁した翌日"
        case Factor.MONTH_PART:
            return f"月初（1日〜{_EDGE_DAYS}日）" if case == _START else f"月末（最後の{_EDGE_DAYS}日間）"
        case Factor.PEAK_DATE:
            return f"{case}日（閉庁日なら次の開庁日）"
        case Factor.YEAR_END:
            return "12月29日〜1月3日"
        case Factor.MONTH:
            return f"{case}月"
