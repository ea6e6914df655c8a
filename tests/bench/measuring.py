"""Figures side by side: rounds A B A B, medians with least and most, a ratio and what was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio (ours ÷ bare) has to reach. `at_most`: smaller is better. `aim` is what we strive for."""

    least: float
    aim: float
    at_most: bool = False

    def verdict(self, ratio: float) -> str:
        if self._meets(ratio, self.aim):
            return "aim reached"
        return "reached" if self._meets(ratio, self.least) else "MISSED"

    def _meets(self, ratio: float, wanted: float) -> bool:
        return ratio <= wanted if self.at_most else ratio >= wanted

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.least:g}" if self.least == self.aim else f"{sign} {self.least:g} (aim {self.aim:g})"


@dataclass(slots=True)
class Comparison:
    """One measure of ours and of the bare, round by round."""

    title: str
    unit: str
    target: Target | None = None
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.bare)

    @property
    def verdict(self) -> str:
        return self.target.verdict(self.ratio) if self.target else ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "unit": self.unit,
            "ours": _spread(self.ours),
            "bare": _spread(self.bare),
            "ratio": round(self.ratio, 3),
            "target": str(self.target or ""),
            "verdict": self.verdict,
            "note": self.note,
        }


def alternate(rounds: int, ours: Callable[[], float], bare: Callable[[], float], into: Comparison) -> Comparison:
    """Run ours, bare, ours, bare …, so that a busy machine disturbs both alike."""
    for _ in range(rounds):
        into.ours.append(ours())
        into.bare.append(bare())
    return into


def table(found: Sequence[Comparison]) -> str:
    """The comparisons as text, one line each."""
    lines = [("", "ours", "bare", "ratio", "target", "verdict")]
    lines += [
        (
            f"{one.title} [{one.unit}]",
            _text(one.ours),
            _text(one.bare),
            f"{one.ratio:.2f}",
            str(one.target or ""),
            f"{one.verdict} {one.note}".strip(),
        )
        for one in found
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(line: tuple[str, ...], widths: Sequence[int]) -> str:
    first, *numbers = (text.ljust(width) for text, width in zip(line[:5], widths, strict=True))
    return "  ".join((first, *numbers, line[5])).rstrip()


def _spread(values: Sequence[float]) -> dict[str, Any]:
    return {"median": round(median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3)}


def _text(values: Sequence[float]) -> str:
    return f"{_short(median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
