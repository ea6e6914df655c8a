"""Where the demonstration's clock stands: on an ordinary working day of its year, whenever it is really started."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from callcenter.clock import instant_of, local
from scheduling.calendar import BusinessCalendar

FIRST_ON: Final = date(2026, 4, 1)
LAST_ON: Final = date(2027, 3, 31)
TODAY: Final = date(2027, 3, 30)
"""The Tuesday before the contract's last day: nearly the whole year lies behind, and a day is still to come."""
STARTS_MINUTE: Final = 10 * 60 + 12
RECORDED_UNTIL_MINUTE: Final = 10 * 60 + 10
"""What has happened today when the demonstration is made: the records stand up to here."""
MORNING_MINUTE: Final = 8 * 60 + 40
AFTERNOON_MINUTE: Final = 15 * 60
_MINUTE: Final = timedelta(minutes=1)


def starting_moment(latest_at: datetime | None, calendar: BusinessCalendar) -> datetime:
    """The instant at which the clock stands when the demonstration starts; `latest_at` is the last thing stored.

    Always later than what is stored, and within opening hours: after closing it is the next open day's morning. Only
    when the year is used up does the clock go back, to its last open afternoon: a demonstration that stands still
    outside its contract would show nothing.
    """
    moment = instant_of(TODAY, STARTS_MINUTE)
    if latest_at is not None:
        moment = max(moment, latest_at.replace(second=0, microsecond=0) + _MINUTE)
    if local(moment).on <= LAST_ON and calendar.is_open_at(moment):
        return moment
    return _next_morning(moment, calendar)


def _next_morning(moment: datetime, calendar: BusinessCalendar) -> datetime:
    there = local(moment)
    hours = calendar.open_interval(there.on)
    before_opening = hours is not None and there.minute < hours.start
    on = there.on if before_opening else calendar.next_open_day(there.on)
    if on > LAST_ON:
        return instant_of(calendar.previous_open_day(LAST_ON, or_same=True), AFTERNOON_MINUTE)
    return instant_of(on, MORNING_MINUTE)
