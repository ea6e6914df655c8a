"""How people and exchanges write dates, times of day and counts; None stands for what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

GRID_MINUTES: Final = 15
_ERA_OFFSET: Final = 2018  # 令和1年 = 2019
_WEEKDAY = r"(?:\((?:[月火水木金土日]|[A-Za-z]{3})(?:曜日?)?\))?"
_SINCE = re.compile(r"(?P<y>\d{4})(?:[/.-]|年)(?P<m>\d{1,2})(?:[/.-]|月)(?P<d>\d{1,2})日?" + _WEEKDAY)
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")
_ERA = re.compile(
    r"(?:令和|令|R)\.?(?P<y>\d{1,2}|元)(?:[/.-]|年)(?P<m>\d{1,2})(?:[/.-]|月)(?P<d>\d{1,2})日?" + _WEEKDAY,
    re.IGNORECASE,
)
_CLOCK = r"(\d{1,2})(?::([0-5]\d)(?::00)?|時(?:([0-5]?\d)分|台)?)"
_TIME = re.compile(_CLOCK + r"(?:(?:[-~〜–—―]|から)" + _CLOCK + r"(?:まで)?|[-~〜]|から)?")
_COMPACT_TIME = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_COUNT = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.0+)?(?:件|呼|回|秒)?")
_SPAN = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")
_NEGATIVE = re.compile(r"[-−–△▲]\s*[\d.,:]+.*")


def clean(text: str) -> str:
    """A cell as it is judged: full-width digits and letters made half-width, no space around it."""
    return unicodedata.normalize("NFKC", text).strip()


def read_date(text: str) -> date | None:
    """`2026/06/01`, `2026-6-1`, `20260601`, `令和8年6月1日（月）`, `R8.6.1`; a time of day may follow."""
    day = clean(text).partition(" ")[0].partition("T")[0]
    if found := _ERA.fullmatch(day):
        year = 1 if found["y"] == "元" else int(found["y"])
        return _date(_ERA_OFFSET + year, int(found["m"]), int(found["d"]))
    found = _SINCE.fullmatch(day) or _COMPACT.fullmatch(day)
    return _date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None


def read_start_minute(text: str) -> int | None:
    """Minute of day an interval starts: `8:30`, `08:30:00`, `8:30-9:00`, `8時30分`, `8時台`, `0830`.

    A date may stand before it. Only on the 15-minute grid; None if the interval ends before it starts.
    """
    words = re.sub(r"\s*([-~〜])\s*", r"\1", clean(text)).replace("T", " ").split()
    if len(words) not in (1, 2) or (len(words) == 2 and read_date(words[0]) is None):
        return None
    if found := _COMPACT_TIME.fullmatch(words[-1]):
        return _on_grid(int(found[1]) * 60 + int(found[2]))
    found = _TIME.fullmatch(words[-1])
    if found is None:
        return None
    start = _minute(found[1], found[2] or found[3])
    end = _minute(found[4], found[5] or found[6]) if found[4] else 24 * 60
    return _on_grid(start) if start < end else None


def read_count(text: str) -> int | None:
    """A whole number of 0 or more: `12`, `1,234`, `12件`, `12.0`."""
    found = _COUNT.fullmatch(clean(text))
    return int(found[1].replace(",", "")) if found else None


def read_seconds(text: str) -> int | None:
    """Whole seconds: `754` or `0:12:34`."""
    if found := _SPAN.fullmatch(clean(text)):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    return read_count(text)


def is_negative(text: str) -> bool:
    """`-3`, `△3`, `▲3`: a number, but one that counts nothing."""
    return _NEGATIVE.fullmatch(clean(text)) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _minute(hours: str, minutes: str | None) -> int:
    return int(hours) * 60 + int(minutes or 0)


def _on_grid(minute: int) -> int | None:
    return minute if minute < 24 * 60 and minute % GRID_MINUTES == 0 else None
