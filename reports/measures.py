"""One definition of each figure (KPI) over additive counts; its formula is what the sheet prints.

Ratios over any period are Σ numerator ÷ Σ denominator: add the tallies, then ask. An empty denominator
prints 「―」; what the exchange did not count prints 「未計測」, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any

from msgspec import Struct

NOT_MEASURED = "未計測"
EMPTY = "―"


class Tally(Struct, frozen=True):
    """Additive counts of a period. None: not measured; a sum with an unmeasured part is not measured."""

    offered: int | None = None
    answered: int | None = None
    abandoned: int | None = None
    out_of_hours_offered: int | None = None
    recorded: int = 0
    recorded_by_phone: int = 0
    recorded_by_phone_in_hours: int = 0
    completed: int = 0
    complaints: int = 0
    difficult: int = 0
    timed_calls: int = 0
    talk_seconds: int = 0
    after_seconds: int = 0
    shortage_minutes: int = 0

    def __add__(self, other: Tally) -> Tally:
        sums: dict[str, Any] = {name: add(getattr(self, name), getattr(other, name)) for name in self.__struct_fields__}
        return Tally(**sums)


def add(left: int | None, right: int | None) -> int | None:
    """Sum in which an unmeasured part makes the whole unmeasured."""
    return None if left is None or right is None else left + right


def total(parts: Iterable[int | None]) -> int | None:
    """`add` over many; no parts at all: not measured."""
    values = list(parts)
    return None if not values or None in values else sum(value for value in values if value is not None)


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


_RENDER: dict[Unit, Callable[[int, int], tuple[int | float, str]]] = {
    Unit.COUNT: _count,
    Unit.SIGNED: _signed,
    Unit.RATIO: _ratio,
    Unit.SECONDS: _seconds,
    Unit.MINUTES: _minutes,
}


def _difference(tally: Tally) -> int | None:
    return None if tally.answered is None else tally.answered - tally.recorded_by_phone_in_hours


MEASURES: tuple[Measure, ...] = (
    Measure("offered", "着信数", "電話交換機が受付時間内に数えた着信の件数", Unit.COUNT, lambda t: t.offered),
    Measure("answered", "応答数", "着信のうち、オペレーターが応答した件数", Unit.COUNT, lambda t: t.answered),
    Measure("abandoned", "放棄数", "着信のうち、応答の前に切れた件数", Unit.COUNT, lambda t: t.abandoned),
    Measure("answer_rate", "応答率", "応答数 ÷ 着信数", Unit.RATIO, lambda t: t.answered, lambda t: t.offered),
    Measure(
        "abandonment_rate",
        "放棄率",
        "放棄数 ÷ 着信数",
        Unit.RATIO,
        lambda t: t.abandoned,
        lambda t: t.offered,
    ),
    Measure(
        "out_of_hours_offered",
        "時間外着信数",
        "受付時間外の着信の件数。着信数・応答率・放棄率には含みません",
        Unit.COUNT,
        lambda t: t.out_of_hours_offered,
    ),
    Measure(
        "recorded",
        "記録件数",
        "問合せ記録の件数（電話のほかFAX・来庁取次・折返し等を含み、取り消した記録を除きます）",
        Unit.COUNT,
        lambda t: t.recorded,
    ),
    Measure(
        "recorded_by_phone",
        "うち電話",
        "記録件数のうち、着信した電話の記録の件数",
        Unit.COUNT,
        lambda t: t.recorded_by_phone,
    ),
    Measure(
        "difference",
        "応答数と記録の差",
        "応答数 － 受付時間内に着信した電話の記録件数（−は記録の方が多いことを示します）",
        Unit.SIGNED,
        _difference,
    ),
    Measure("completed", "完結件数", "コールセンター内で対応を終えた記録の件数", Unit.COUNT, lambda t: t.completed),
    Measure(
        "completion_rate",
        "完結率",
        "完結件数 ÷ 記録件数",
        Unit.RATIO,
        lambda t: t.completed,
        lambda t: t.recorded,
    ),
    Measure(
        "average_talk",
        "平均通話時間",
        "通話時間の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        lambda t: t.talk_seconds,
        lambda t: t.timed_calls,
    ),
    Measure(
        "average_after_call",
        "平均後処理時間",
        "後処理時間の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        lambda t: t.after_seconds,
        lambda t: t.timed_calls,
    ),
    Measure(
        "average_handling",
        "平均処理時間",
        "（通話時間 ＋ 後処理時間）の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        lambda t: t.talk_seconds + t.after_seconds,
        lambda t: t.timed_calls,
    ),
    Measure("complaints", "苦情件数", "苦情の印を付けた記録の件数", Unit.COUNT, lambda t: t.complaints),
    Measure("difficult", "困難事例件数", "困難事例の印を付けた記録の件数", Unit.COUNT, lambda t: t.difficult),
    Measure(
        "shortage_minutes",
        "最少人数を下回った時間",
        "受付時間のうち、在席するオペレーターが最少人数に満たなかった時間（時間:分）",
        Unit.MINUTES,
        lambda t: t.shortage_minutes,
    ),
)

MEASURE: dict[str, Measure] = {measure.key: measure for measure in MEASURES}


def figures(tally: Tally) -> dict[str, Figure]:
    """Every figure of a period, by key, in the order they are printed."""
    return {measure.key: measure.of(tally) for measure in MEASURES}
