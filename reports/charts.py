"""Charts that can be read in black and white: light and dark columns, a line with markers."""

from __future__ import annotations

from typing import Any

from reports.daily import DailyReport
from reports.measures import MEASURE
from reports.styles import FONT, QUIET, RULE
from reports.workbook import Sheet

_SIZE = (750, 440)
_COLUMN_LOOKS: dict[str, dict[str, Any]] = {
    "offered": {"fill": {"color": "#D9DEE5"}, "border": {"color": "#6B7785", "width": 0.75}},
    "answered": {"fill": {"color": "#274B73"}, "border": {"color": "#274B73", "width": 0.75}},
}
_RECORDED_LOOK: dict[str, Any] = {
    "line": {"color": "#000000", "width": 1.5},
    "marker": {"type": "circle", "size": 6, "fill": {"color": "#FFFFFF"}, "border": {"color": "#000000"}},
}
_SMALL = {"name": FONT, "size": 9, "color": QUIET}
_OFFERED, _ANSWERED, _RECORDED = 2, 3, 6


def half_hour_chart(sheet: Sheet, report: DailyReport, first_row: int, place_row: int) -> None:
    """Offered and answered as columns, recorded as a line; a series that was never measured is left out."""
    last_row = first_row + len(report.slots) - 1
    columns = sheet.book.chart("column")
    any_offered = any(slot.exchange.offered is not None for slot in report.slots)
    any_answered = any(slot.exchange.answered is not None for slot in report.slots)
    if any_offered:
        columns.add_series(_series(sheet, "offered", _OFFERED, (first_row, last_row)) | {"gap": 60, "overlap": 0})
    if any_answered:
        columns.add_series(_series(sheet, "answered", _ANSWERED, (first_row, last_row)))
    line = sheet.book.chart("line")
    line.add_series(_series(sheet, "recorded", _RECORDED, (first_row, last_row)))
    chart = line
    if any_offered or any_answered:
        columns.combine(line)
        chart = columns
    _dress(chart, _highest(report))
    sheet.place(place_row, 0, chart, _SIZE)


def has_anything(report: DailyReport) -> bool:
    """False when every interval is empty: nothing to draw."""
    return _highest(report) > 0


def _highest(report: DailyReport) -> int:
    return max((max(slot.exchange.offered or 0, slot.recorded) for slot in report.slots), default=0)


def _series(sheet: Sheet, key: str, column: int, rows: tuple[int, int]) -> dict[str, Any]:
    look = _COLUMN_LOOKS.get(key, _RECORDED_LOOK)
    return {
        "name": MEASURE[key].label,
        "categories": [sheet.name, rows[0], 0, rows[1], 0],
        "values": [sheet.name, rows[0], column, rows[1], column],
        **look,
    }


def _dress(chart: Any, highest: int) -> None:
    title = {"name": FONT, "size": 10, "bold": True}
    chart.set_title({"name": "着信・応答・記録の件数（開始時刻別）", "name_font": title, "overlay": False})
    chart.set_legend({"position": "bottom", "font": _SMALL})
    chart.set_x_axis({"num_font": _SMALL, "num_format": "h:mm", "text_axis": True, "line": {"color": QUIET}})
    chart.set_y_axis(
        {
            "num_font": _SMALL,
            "num_format": "0",
            "min": 0,
            # On a quiet day the automatic axis would print 1, 1, 0.
            **({"max": 5, "major_unit": 1} if highest <= 5 else {}),
            "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
            "line": {"none": True},
            "name": "件",
            "name_font": {**_SMALL, "rotation": 360, "bold": False},
        }
    )
    chart.set_chartarea({"border": {"none": True}})
