"""What a figure is: a number in its unit, or the word that says why there is none, and how it is computed.

A measure divides additive counts; an empty denominator prints 「―」, what was not counted prints 「未計測」, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from reports.tally import Tally

NOT_MEASURED = "未計測"
EMPTY = "―"


class State(Enum):
    """Whether a figure has a value, and why not."""

    VALUE = "value"
    NOT_MEASURED = "not_measured"
    EMPTY = "empty"


class Unit(Enum):
    """What a figure counts; the value is its number format on a sheet."""

    COUNT = "#,##0"
    SIGNED = '#,##0;"−"#,##0;0'
    RATIO = "0.0%"
    SECONDS = "[m]:ss"
    MINUTES = "[h]:mm"
    DECIMAL = "#,##0.0"


class Figure(Struct, frozen=True):
    """A computed figure: `value` in its unit (ratio 0–1, seconds, minutes), `text` as page and sheet show it."""

    key: str
    label: str
    unit: Unit
    state: State
    value: int | float | None
    text: str

    @property
    def cell(self) -> int | float | None:
        """The number a spreadsheet cell holds: times as a fraction of a day."""
        if self.value is None:
            return None
        if self.unit is Unit.SECONDS:
            return self.value / 86_400
        return self.value / 1_440 if self.unit is Unit.MINUTES else self.value

    def as_dict(self) -> dict[str, object]:
        """For JSON and for the snapshot a delivery keeps."""
        return {"label": self.label, "state": self.state.value, "value": self.value, "text": self.text}


Count = Callable[[Tally], int | None]


class Measure(Struct, frozen=True):
    """A figure's key, Japanese name, the formula sentence printed on the sheet, and how it is computed."""

    key: str
    label: str
    formula: str
    unit: Unit
    numerator: Count
    denominator: Count | None = None

    def cell_of(self, tally: Tally) -> int | float | str:
        """What `of` puts into a spreadsheet cell: the number, or the word that says why there is none; without the
        text, of which a year of days would make thousands for nobody."""
        upper = self.numerator(tally)
        lower = 1 if self.denominator is None else self.denominator(tally)
        if upper is None or lower is None:
            return NOT_MEASURED
        if lower == 0:
            return EMPTY
        return _CELLS[self.unit](upper, lower)

    def of(self, tally: Tally) -> Figure:
        """The figure of a period."""
        upper = self.numerator(tally)
        lower = 1 if self.denominator is None else self.denominator(tally)
        if upper is None or lower is None:
            return self._figure(State.NOT_MEASURED, None, NOT_MEASURED)
        if lower == 0:
            return self._figure(State.EMPTY, None, EMPTY)
        value, text = _RENDER[self.unit](upper, lower)
        return self._figure(State.VALUE, value, text)

    def _figure(self, state: State, value: int | float | None, text: str) -> Figure:
        return Figure(self.key, self.label, self.unit, state, value, text)


def _rounded(upper: int, lower: int) -> int:
    """The ratio to the nearest whole, halves away from zero; exact, and quicker than decimals."""
    nearest = (2 * abs(upper) + lower) // (2 * lower)
    return nearest if upper >= 0 else -nearest


def _tenths(upper: int, lower: int, mark: str = "") -> str:
    """One decimal place; `mark` stands between thousands."""
    tenths = _rounded(upper * 10, lower)
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole:{mark}}.{rest}"


def _count(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"{upper:,}"


def _signed(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"−{-upper:,}" if upper < 0 else f"{upper:,}"


def _ratio(upper: int, lower: int) -> tuple[float, str]:
    return upper / lower, f"{_tenths(upper * 100, lower)}%"


def _seconds(upper: int, lower: int) -> tuple[int, str]:
    seconds = _rounded(upper, lower)
    return seconds, f"{seconds // 60}:{seconds % 60:02}"


def _minutes(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"{upper // 60}:{upper % 60:02}"


def _decimal(upper: int, lower: int) -> tuple[float, str]:
    return upper / lower, _tenths(upper, lower, ",")


_RENDER: dict[Unit, Callable[[int, int], tuple[int | float, str]]] = {
    Unit.COUNT: _count,
    Unit.SIGNED: _signed,
    Unit.RATIO: _ratio,
    Unit.SECONDS: _seconds,
    Unit.MINUTES: _minutes,
    Unit.DECIMAL: _decimal,
}
_CELLS: dict[Unit, Callable[[int, int], int | float]] = {
    Unit.COUNT: lambda upper, _lower: upper,
    Unit.SIGNED: lambda upper, _lower: upper,
    Unit.RATIO: lambda upper, lower: upper / lower,
    Unit.SECONDS: lambda upper, lower: _rounded(upper, lower) / 86_400,
    Unit.MINUTES: lambda upper, _lower: upper / 1_440,
    Unit.DECIMAL: lambda upper, lower: upper / lower,
}
