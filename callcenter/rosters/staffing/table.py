"""The quarters of an hour of many days as a list to export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from callcenter.rosters.staffing.rules import DayLoad
from reports.columns import Column, Kind

COLUMNS = (
    Column("on", "日", Kind.DATE),
    Column("start", "開始", Kind.CLOCK),
    Column("end", "終了", Kind.CLOCK),
    Column("calls", "予測\n着信", Kind.DECIMAL),
    Column("low", "下限\n（80%）", Kind.COUNT),
    Column("high", "上限\n（80%）", Kind.COUNT),
    Column("required", "必要\n人数", Kind.COUNT),
    Column("planned", "予定\n人数", Kind.COUNT),
    Column("short", "不足", Kind.COUNT),
    Column("level", "サービス\nレベル", Kind.RATIO),
    Column("wait", "平均待ち\n（秒）", Kind.COUNT),
    Column("occupancy", "占有率", Kind.RATIO),
)


def slot_rows(days: Iterable[DayLoad]) -> Iterator[dict[str, Any]]:
    """A row for each quarter of an hour. The wait is blank where the queue only grows."""
    for day in days:
        for slot in day.slots:
            yield {
                "on": day.on,
                "start": slot.span.start,
                "end": slot.span.end,
                "calls": round(slot.calls, 2),
                "low": slot.low,
                "high": slot.high,
                "required": slot.required,
                "planned": slot.planned,
                "short": slot.short,
                "level": slot.level,
                "wait": None if slot.overloaded else round(slot.wait),
                "occupancy": slot.occupancy,
            }
