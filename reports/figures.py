"""What a figure is: a number in its unit, or the word that says why there is none, and how it is computed.

A measure divides additive counts; an empty denominator prints 「―」, what was not counted prints 「未計測」, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
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
        divisors = {Unit.SECONDS: 86_400, Unit.MINUTES: 1_440}
        return self.value if self.value is None or self.unit not in divisors else self.value / divisors[self.unit]

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


def _rounded(number: Decimal, step: str) -> Decimal:
    return number.quantize(Decimal(step), ROUND_HALF_UP)


def _count(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"{upper:,}"


def _signed(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"−{-upper:,}" if upper < 0 else f"{upper:,}"


def _ratio(upper: int, lower: int) -> tuple[float, str]:
    return upper / lower, f"{_rounded(Decimal(upper * 100) / Decimal(lower), '0.1')}%"


def _seconds(upper: int, lower: int) -> tuple[int, str]:
    seconds = int(_rounded(Decimal(upper) / Decimal(lower), "1"))
    return seconds, f"{seconds // 60}:{seconds % 60:02}"


def _minutes(upper: int, _lower: int) -> tuple[int, str]:
    return upper, f"{upper // 60}:{upper % 60:02}"


def _decimal(upper: int, lower: int) -> tuple[float, str]:
    return upper / lower, f"{_rounded(Decimal(upper) / Decimal(lower), '0.1'):,}"


_RENDER: dict[Unit, Callable[[int, int], tuple[int | float, str]]] = {
    Unit.COUNT: _count,
    Unit.SIGNED: _signed,
    Unit.RATIO: _ratio,
    Unit.SECONDS: _seconds,
    Unit.MINUTES: _minutes,
    Unit.DECIMAL: _decimal,
}
