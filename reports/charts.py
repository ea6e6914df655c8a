"""Charts that can be read in black and white: light and dark columns, a line with markers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from reports.daily import DailyReport
from reports.measures import MEASURE
from reports.styles import FONT, QUIET, RULE
from reports.workbook import Sheet

_SIZE = (750, 440)
_WIDE = (1080, 380)
CHART_ROWS, CHART_POINTS = 18, 290.0
"""Room that `column_chart` takes, in plain rows and in points."""
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
    # On a quiet day the automatic axis would print 1, 1, 0.
    scale = {"max": 5, "major_unit": 1} if _highest(report) <= 5 else {}
    _dress(chart, "着信・応答・記録の件数（開始時刻別）", scale, "h:mm")
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


class Bars(Struct, frozen=True):
    """A series of numbers that stand in cells: the measure's key, and the areas (first row, first column, last row,
    last column) of its categories and its values."""

    key: str
    categories: tuple[int, int, int, int]
    values: tuple[int, int, int, int]


def column_chart(
    sheet: Sheet, at: tuple[int, int], series: Sequence[Bars], title: str, category_format: str = ""
) -> None:
    """Numbers of a period as columns side by side, light before dark; the categories show as their cells do, unless
    in a format of their own."""
    chart = sheet.book.chart("column")
    for number, one in enumerate(series):
        look = _COLUMN_LOOKS["offered" if number == 0 and len(series) > 1 else "answered"]
        named = {"name": MEASURE[one.key].label, **look}
        where = {"categories": [sheet.name, *one.categories], "values": [sheet.name, *one.values]}
        chart.add_series(named | where | ({"gap": 60, "overlap": 0} if number == 0 else {}))
    _dress(chart, title, {}, category_format)
    sheet.place(*at, chart, _WIDE)


def _dress(chart: Any, title: str, scale: dict[str, int], category_format: str = "") -> None:
    font = {"name": FONT, "size": 10, "bold": True}
    chart.set_title({"name": title, "name_font": font, "overlay": False})
    chart.set_legend({"position": "bottom", "font": _SMALL})
    shown = {"num_format": category_format} if category_format else {}
    chart.set_x_axis({"num_font": _SMALL, **shown, "text_axis": True, "line": {"color": QUIET}})
    chart.set_y_axis(
        {
            "num_font": _SMALL,
            "num_format": "0",
            "min": 0,
            **scale,
            "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
            "line": {"none": True},
            "name": "件",
            "name_font": {**_SMALL, "rotation": 360, "bold": False},
        }
    )
    chart.set_chartarea({"border": {"none": True}})
