"""The one source of time. Instants are aware UTC; days and minutes are Asia/Tokyo.

Only the edge (pages, API, commands) asks `now()`; everything below takes the instant as an argument.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from msgspec import Struct

TOKYO = ZoneInfo("Asia/Tokyo")


class Clock(Struct):
    """The machine's clock moved by `offset` (a demonstration runs on another day), or standing at `fixed`."""

    offset: timedelta = timedelta(0)
    fixed: datetime | None = None

    def now(self) -> datetime:
        return self.fixed or datetime.now(UTC) + self.offset


class LocalMoment(Struct, frozen=True, order=True):
    """A moment as the desk's wall clock shows it: local date and minute of that day (0–1439)."""

    on: date
    minute: int


def app_clock() -> Clock:
    clock: Clock = current_app.extensions["callcenter_clock"]
    return clock


def now() -> datetime:
    """The current instant of the running app, aware, UTC."""
    return app_clock().now()


def world(instant: datetime) -> datetime:
    """What the world's clocks show at an instant of the app: an authenticator knows of no demonstration's day."""
    return instant - app_clock().offset


def local(instant: datetime) -> LocalMoment:
    """The local date and minute of `instant`. 23:30 UTC is 08:30 of the next day in Tokyo."""
    moment = in_tokyo(instant)
    return LocalMoment(moment.date(), moment.hour * 60 + moment.minute)


def in_tokyo(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(TOKYO)


def instant_of(on: date, minute: int = 0) -> datetime:
    """The UTC instant of a local date and minute of day (1440 is the next midnight)."""
    return datetime.combine(on, time(0), TOKYO).astimezone(UTC) + timedelta(minutes=minute)


def clock_label(minute: int) -> str:
    """`08:30` for 510."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
