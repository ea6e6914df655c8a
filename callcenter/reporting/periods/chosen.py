"""What the contract chose for its reports: definitions of figures, and targets. The last day of a period rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.contracts.queries import SettingRow, settings_of
from callcenter.contracts.settings import ANSWERED_BASE, SETTINGS
from reports.measures import Definitions
from reports.period import Span, Target
from reports.wareki import wareki

NEAR = 0.05
"""How far off a ratio still counts as near."""
_RATIOS = {
    "target_answer_rate": ("answer_rate", True),
    "target_service_level": ("service_level", True),
    "target_abandonment": ("abandonment_rate", False),
    "target_completion": ("completion_rate", True),
    "target_daily_reports": ("reports_on_time_rate", True),
}
"""Setting (percent) → measure, and whether it is to be reached (or not to be exceeded)."""
_MINUTES = {"target_shortage_minutes": "shortage_minutes"}
_DEFINING = ("service_level_seconds", "service_level_base", "repeat_days")


class Chosen(Struct, frozen=True):
    """`changes`: what was chosen anew within the period, in sentences."""

    definitions: Definitions
    targets: tuple[Target, ...]
    changes: tuple[str, ...]


def chosen(contract_id: UUID, span: Span) -> Chosen:
    """The choices that hold on the last day of a period. One statement."""
    rows, on = settings_of(contract_id), span.to_on
    return Chosen(_definitions(rows, on), tuple(_targets(rows, on)), tuple(_changes(rows, span)))


def value_on(rows: Sequence[SettingRow], name: str, on: date) -> str:
    """The first line of a setting on a day, its standard before the first choice; "" where it is empty."""
    begun = [row for row in rows if row.name == name and row.effective_on <= on]
    found: Any = max(begun, key=lambda row: row.effective_on).value if begun else SETTINGS[name].standard
    return str(found[0]) if found else ""


def _definitions(rows: Sequence[SettingRow], on: date) -> Definitions:
    seconds, base, days = (value_on(rows, name, on) for name in _DEFINING)
    return Definitions(int(seconds), "answered" if base == ANSWERED_BASE else "offered", int(days))


def _targets(rows: Sequence[SettingRow], on: date) -> Iterator[Target]:
    for name, (key, at_least) in _RATIOS.items():
        if text := value_on(rows, name, on):
            yield Target(key, int(text) / 100, at_least, NEAR)
    for name, key in _MINUTES.items():
        if text := value_on(rows, name, on):
            yield Target(key, float(text), at_least=False)


def _changes(rows: Sequence[SettingRow], span: Span) -> Iterator[str]:
    for name in (*_RATIOS, *_MINUTES, *_DEFINING):
        days = sorted(row.effective_on for row in rows if row.name == name and span.from_on < row.effective_on)
        for on in (day for day in days if day <= span.to_on):
            before, after = (value_on(rows, name, day) for day in (on - timedelta(days=1), on))
            if before != after:
                yield _change(name, on, (before, after))


def _change(name: str, on: date, values: tuple[str, str]) -> str:
    before, after = (value or "なし" for value in values)
    return (
        f"「{SETTINGS[name].label}」は{wareki(on)}から{after}に変わりました（それまでは{before}）。"
        "期間の最後の日の値を用いています。"
    )
