"""Jinja filters: dates, times and durations as people here read them."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from callcenter.clock import in_tokyo, local
from reports import wareki


def date_label(on: date) -> str:
    """令和8年6月1日（月）"""
    return wareki.wareki_weekday(on)


def datetime_label(instant: datetime) -> str:
    """令和8年6月1日（月） 10:42"""
    return f"{date_label(local(instant).on)} {time_label(instant)}"


def time_label(instant: datetime) -> str:
    """10:42"""
    return f"{in_tokyo(instant):%H:%M}"


def minute_label(minute: int) -> str:
    """8:30 for 510."""
    return wareki.clock(minute)


def seconds_label(seconds: int | None) -> str:
    """4:05 for 245 seconds; 「―」 when there is nothing."""
    return "―" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"


def count_label(number: int | None) -> str:
    """1,234; 「―」 when there is nothing."""
    return "―" if number is None else f"{number:,}"


def percent_label(ratio: float | None) -> str:
    """91.5%; 「―」 for an empty denominator."""
    return "―" if ratio is None else f"{ratio * 100:.1f}%"


FILTERS = (date_label, datetime_label, time_label, minute_label, seconds_label, count_label, percent_label)


def init_app(app: Flask) -> None:
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
