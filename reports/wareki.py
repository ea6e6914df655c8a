"""Dates, times and lengths as a Japanese office writes them: 令和8年6月1日（月）, 17:15, 7時間30分."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1873, 1, 1), "明治"),
)


def wareki_year(on: date) -> str:
    """令和8年; the first year is 元年. Raises ValueError before 1873, when the calendar was another one."""
    for begins_on, era in _ERAS:
        if on >= begins_on:
            # 明治 began in 1868, five years before the solar calendar that this table starts with.
            first_year = 1868 if era == "明治" else begins_on.year
            number = on.year - first_year + 1
            return f"{era}{'元' if number == 1 else number}年"
    raise ValueError(f"no era for {on}")


def wareki(on: date) -> str:
    """令和8年6月1日."""
    return f"{wareki_year(on)}{on.month}月{on.day}日"


def wareki_month(on: date) -> str:
    """令和8年6月: the month of a date."""
    return f"{wareki_year(on)}{on.month}月"


def wareki_weekday(on: date) -> str:
    """令和8年6月1日（月）."""
    return f"{wareki(on)}（{WEEKDAYS[on.weekday()]}）"


def local(instant: datetime) -> datetime:
    """The instant on the office's clock. Raises ValueError for a naive time, which could be any zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant is aware")
    return instant.astimezone(LOCAL_ZONE)


def moment(instant: datetime) -> str:
    """令和8年6月1日（月）17:30, on the office's clock."""
    there = local(instant)
    return f"{wareki_weekday(there.date())}{there.hour}:{there.minute:02}"


def clock(minute: int) -> str:
    """Minute of the day as 8:30."""
    return f"{minute // 60}:{minute % 60:02}"


def span(start_minute: int, end_minute: int | None) -> str:
    """8:30～17:15; an open end is left blank."""
    return f"{clock(start_minute)}～{'' if end_minute is None else clock(end_minute)}"


def length(minutes: int) -> str:
    """7時間30分, 45分, 0分."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}分"
    return f"{hours}時間{rest}分" if rest else f"{hours}時間"
