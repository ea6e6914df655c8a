"""The additive counts that every figure is computed from: counted per day, added up for any longer period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple, replace


class Tally(Struct, frozen=True):
    """Additive counts of a period. None: not measured.

    `offered_where_…`, `answered_where_…`: only of days that know the other side of a ratio too, so that a rate of a
    month never divides what some days counted by what others did not (`paired`). Seconds are of calls, minutes of
    people or hours.
    """

    offered: int | None = None
    answered: int | None = None
    abandoned: int | None = None
    out_of_hours_offered: int | None = None
    recorded: int = 0
    recorded_by_phone: int = 0
    recorded_by_phone_in_hours: int = 0
    completed: int = 0
    complaints: int = 0
    difficult: int = 0
    timed_calls: int = 0
    talk_seconds: int = 0
    after_seconds: int = 0
    shortage_minutes: int = 0

    # what the exchange counts beside the three totals
    answered_within: int | None = None
    wait_seconds: int | None = None
    offered_where_answered: int | None = None
    offered_where_abandoned: int | None = None
    offered_where_within: int | None = None
    answered_where_within: int | None = None
    answered_where_waited: int | None = None
    answered_where_recorded: int | None = None
    recorded_where_answered: int | None = None

    # days of the period
    open_days: int = 0
    measured_days: int = 0
    reports_due: int = 0
    reports_on_time: int = 0

    # how records ended, and who called
    booking_calls: int = 0
    referred: int = 0
    transferred: int = 0
    escalated: int = 0
    callbacks_promised: int = 0
    disconnected: int = 0
    in_other_languages: int = 0
    numbered: int = 0
    repeated: int = 0
    numbered_completed: int = 0
    solved_at_first: int = 0

    # people
    operator_minutes: int = 0
    planned_operator_minutes: int = 0
    open_minutes: int = 0
    judged_minutes: int = 0
    planned_shortage_minutes: int = 0
    trainings: int = 0
    trained_people: int = 0

    # manuals and FAQ: None before there were any
    faq_used: int | None = None
    faq_missing: int | None = None
    documents_updated: int | None = None

    # records that do not exist yet
    callbacks_kept: int | None = None
    callbacks_due: int | None = None
    escalations_answered: int | None = None
    escalation_days: int | None = None
    incidents: int | None = None

    def __add__(self, other: Tally) -> Tally:
        """Strict: an unmeasured part makes the sum unmeasured, as within one day."""
        sums: dict[str, Any] = {name: add(getattr(self, name), getattr(other, name)) for name in self.__struct_fields__}
        return Tally(**sums)


def add(left: int | None, right: int | None) -> int | None:
    """Sum in which an unmeasured part makes the whole unmeasured."""
    return None if left is None or right is None else left + right


def total(parts: Iterable[int | None]) -> int | None:
    """`add` over many; no parts at all: not measured."""
    values = list(parts)
    return None if not values or None in values else sum(value for value in values if value is not None)


def over_days(days: Iterable[Tally]) -> Tally:
    """The counts of a longer period: the sum over the days that know a count, unmeasured only where none does.

    `measured_days` of `open_days` says how many of the open days the exchange was read on.
    """
    counts = zip(*map(astuple, days), strict=True)
    return Tally(*map(_known, counts))


def _known(parts: tuple[Any, ...]) -> Any:
    known = [part for part in parts if part is not None] if None in parts else parts
    return sum(known) if known else None


def paired(day: Tally) -> Tally:
    """The counts of one day (or one interval) with the sides of its ratios: what a rate may divide by what."""
    known = day.answered
    return replace(
        day,
        offered_where_answered=_where(day.offered, known),
        offered_where_abandoned=_where(day.offered, day.abandoned),
        offered_where_within=_where(day.offered, day.answered_within),
        answered_where_within=_where(known, day.answered_within),
        answered_where_waited=_where(known, day.wait_seconds),
        answered_where_recorded=known,
        recorded_where_answered=_where(day.recorded_by_phone_in_hours, known),
    )


def _where(count: int | None, known: int | None) -> int | None:
    return None if known is None else count
