"""The counts of a world, day by day: plain loops over its raw rows, none of the product's counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from reports.period import Span
from tests.reporting.periods.chance import RawCall, RawCount, RawStaff
from tests.reporting.periods.world import World

HOLIDAYS = {
    *(date(2026, 4, 29), date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)),
    *(date(2026, 8, 11), date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23)),
    *(date(2027, 1, 1), date(2027, 1, 11), date(2027, 2, 11), date(2027, 2, 23), date(2027, 3, 22), date(2027, 4, 29)),
    *(date(2027, 5, 3), date(2027, 5, 4), date(2027, 5, 5)),
}
DONE = ("completed", "booking", "referred")
OPERATORS = "operator"
ALONE = (
    "open_days",
    "measured_days",
    "offered",
    "answered",
    "abandoned",
    "out_of_hours_offered",
    "recorded",
    "recorded_by_phone",
    "completed",
    "complaints",
    "difficult",
    "repeated",
    "booking_calls",
    "referred",
    "transferred",
    "escalated",
    "callbacks_promised",
    "disconnected",
    "in_other_languages",
    "shortage_minutes",
    "planned_shortage_minutes",
    "trained_people",
    "faq_used",
    "faq_missing",
    "documents_updated",
)
DIVIDED = {
    "answer_rate": ("answered", "offered_where_answered"),
    "abandonment_rate": ("abandoned", "offered_where_abandoned"),
    "service_level": ("answered_within", "offered_where_within"),
    "average_wait": ("wait_seconds", "answered_where_waited"),
    "completion_rate": ("completed", "recorded"),
    "average_talk": ("talk_seconds", "timed_calls"),
    "average_after_call": ("after_seconds", "timed_calls"),
    "repeat_rate": ("repeated", "numbered"),
    "first_contact_rate": ("solved_at_first", "numbered"),
    "reports_on_time_rate": ("reports_on_time", "reports_due"),
}
NOT_YET = ("escalation_days", "callbacks_kept_rate", "incidents")


def days(span: Span) -> list[date]:
    return [span.from_on + timedelta(days=number) for number in range((span.to_on - span.from_on).days + 1)]


def is_open(on: date) -> bool:
    return on.weekday() < 5 and on not in HOLIDAYS


def _next_open(on: date) -> date:
    on += timedelta(days=1)
    while not is_open(on):
        on += timedelta(days=1)
    return on


class Recount:
    """The counts of a world, day by day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.saved = [one for one in world.calls if one.state == "saved"]

    # --- records ---

    def records(self, on: date) -> dict[str, int]:
        mine = [one for one in self.saved if one.on == on]
        ended = Counter(one.disposition for one in mine)
        timed = [(one.talk, one.after) for one in mine if one.talk is not None and one.after is not None]
        return {
            "recorded": len(mine),
            "recorded_by_phone": sum(one.channel == "phone" for one in mine),
            "recorded_by_phone_in_hours": sum(one.channel == "phone" and self.inside(on, one.minute) for one in mine),
            "completed": sum(ended[how] for how in DONE),
            "complaints": sum(one.complaint for one in mine),
            "difficult": sum(one.difficult for one in mine),
            "timed_calls": len(timed),
            "talk_seconds": sum(talk for talk, _ in timed),
            "after_seconds": sum(after for _, after in timed),
            "booking_calls": ended["booking"],
            "referred": ended["referred"],
            "transferred": ended["transferred"],
            "escalated": ended["escalated"],
            "callbacks_promised": ended["callback_promised"],
            "disconnected": ended["disconnected"],
            "in_other_languages": sum(one.language != "ja" for one in mine),
            **self.again([one for one in mine if one.phone is not None]),
        }

    def inside(self, on: date, minute: int) -> bool:
        opens, closes = self.world.hours_on(on)
        return is_open(on) and opens <= minute < closes

    def again(self, numbered: list[RawCall]) -> dict[str, int]:
        done = [one for one in numbered if one.disposition in DONE]
        return {
            "numbered": len(numbered),
            "repeated": sum(any(0 <= gap <= 7 for gap in self.gaps(one, -1)) for one in numbered),
            "numbered_completed": len(done),
            "solved_at_first": sum(not any(gap <= 7 for gap in self.gaps(one, 1)) for one in done),
        }

    def gaps(self, one: RawCall, direction: int) -> Iterator[int]:
        """Days between a call and every earlier (-1) or later (1) one of the same phone and category."""
        place = (one.on, one.minute, one.number or 0)
        for other in self.saved:
            if other.phone == one.phone and other.category == one.category:
                there = (other.on, other.minute, other.number or 0)
                if (there < place and direction < 0) or (there > place and direction > 0):
                    yield abs((other.on - one.on).days)

    # --- the exchange ---

    def rows(self, on: date) -> tuple[list[RawCount], list[RawCount]]:
        """What the ruling source says of a day: inside its hours, and outside."""
        name = self.world.ruling.get(on)
        mine = [one for one in self.world.counts if one.on == on and one.source == name and not one.replaced]
        opens, closes = self.world.hours_on(on)

        def within(one: RawCount) -> bool:
            if not one.inside or not is_open(on):
                return False
            return one.start is None or (one.start + 30 > opens and one.start < closes)

        return [one for one in mine if within(one)], [one for one in mine if not within(one)]

    def halves(self, on: date) -> int:
        opens, closes = self.world.hours_on(on)
        return sum(start + 30 > opens and start < closes for start in range(0, 1440, 30))

    def exchange(self, on: date) -> dict[str, int | None]:
        names = ("offered", "answered", "abandoned", "wait_seconds", "answered_within")
        found: dict[str, int | None] = dict.fromkeys(names)
        found["out_of_hours_offered"] = None
        if on in self.world.ruling:
            inside, outside = self.rows(on)
            whole = [one for one in inside if one.start is None]
            complete = whole or (inside if len(inside) == self.halves(on) and is_open(on) else [])
            columns = ("offered", "answered", "abandoned", "wait", "within")
            found |= {name: _strict(complete, column) for name, column in zip(names, columns, strict=True)}
            silent = 0 if self.world.kinds[self.world.ruling[on]] == "cdr" else None
            found["out_of_hours_offered"] = _strict(outside, "offered") if outside else silent
        found["measured_days"] = int(is_open(on) and found["offered"] is not None)
        return found

    # --- people ---

    def marks(self, one: RawStaff, on: date) -> list[tuple[str, int]]:
        return [(kind, minute) for day, kind, minute, voided in one.punches if day == on and not voided]

    def at_work(self, one: RawStaff, on: date) -> set[int]:
        """The minutes a person is known to have worked: of a finished day nothing after the last punch."""
        found: set[int] = set()
        marks = self.marks(one, on)
        for (kind, start), (_, end) in pairwise(marks):
            if kind in ("in", "break_end"):
                found |= set(range(start, end))
        return found

    def planned(self, one: RawStaff, on: date) -> set[int]:
        found: set[int] = set()
        for day, start, end, rest in one.shifts:
            if day == on:
                found |= set(range(start, end)) - (set(range(*rest)) if rest else set())
        return found

    def people(self, on: date) -> dict[str, int]:
        opens, closes = self.world.hours_on(on)
        minutes = range(opens, closes) if is_open(on) else range(0)
        operators = [one for one in self.world.staff if one.role == OPERATORS]
        there = [self.at_work(one, on) for one in operators]
        able = [one for one in operators if any(kind == "training" and since <= on for kind, _, since in one.papers)]
        meant = [self.planned(one, on) for one in able]
        anybody = any(self.planned(one, on) for one in operators)
        trained = [
            title for one in self.world.staff for kind, title, day in one.papers if kind == "training" and day == on
        ]
        return {
            "operator_minutes": sum(minute in one for one in there for minute in minutes),
            "planned_operator_minutes": sum(minute in one for one in meant for minute in minutes),
            "open_minutes": len(minutes),
            "judged_minutes": len(minutes),
            "shortage_minutes": sum(sum(minute in one for one in there) < 2 for minute in minutes),
            "planned_shortage_minutes": sum(sum(minute in one for one in meant) < 2 for minute in minutes)
            if anybody
            else 0,
            "trainings": len(set(trained)),
            "trained_people": len(trained),
        }

    def reports(self, on: date) -> dict[str, int]:
        first = min((one.on for one in self.saved), default=date.max)
        last_on = _next_open(on)
        today = (self.world.span.to_on + timedelta(days=1)).replace(day=20)
        due = is_open(on) and on >= first and last_on < today
        delays = self.world.submitted.get(on, [])
        handed_on = on + timedelta(days=(1050 + delays[0]) // 1440) if delays else None
        return {"reports_due": int(due), "reports_on_time": int(due and handed_on is not None and handed_on <= last_on)}

    # --- a day, a period ---

    def day(self, on: date) -> dict[str, int | None]:
        found: dict[str, int | None] = {
            **self.records(on),
            **self.exchange(on),
            **self.people(on),
            **self.reports(on),
            **self.world.faq.day(on),
            "open_days": int(is_open(on)),
        }
        both = {
            "offered_where_answered": ("offered", "answered"),
            "offered_where_abandoned": ("offered", "abandoned"),
            "offered_where_within": ("offered", "answered_within"),
            "answered_where_within": ("answered", "answered_within"),
            "answered_where_waited": ("answered", "wait_seconds"),
            "answered_where_recorded": ("answered", "answered"),
            "recorded_where_answered": ("recorded_by_phone_in_hours", "answered"),
        }
        found |= {name: None if found[known] is None else found[count] for name, (count, known) in both.items()}
        return found

    def period(self, span: Span) -> dict[str, int | None]:
        every = [self.day(on) for on in days(span)]
        return {name: _loose(day[name] for day in every) for name in every[0]}


def _loose(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _strict(rows: list[RawCount], column: str) -> int | None:
    values = [getattr(one, column) for one in rows]
    return None if not values or None in values else sum(values)


# --- figures ---


def expected(counts: dict[str, int | None]) -> dict[str, tuple[int | None, int | None]]:
    """Each figure as numerator and denominator; None: not measured."""
    known: dict[str, Any] = counts
    found: dict[str, tuple[int | None, int | None]] = {name: (counts[name], 1) for name in ALONE}
    found |= {name: (counts[upper], counts[lower]) for name, (upper, lower) in DIVIDED.items()}
    found |= dict.fromkeys(NOT_YET, (None, 1))
    apart = counts["answered_where_recorded"], counts["recorded_where_answered"]
    busy = known["talk_seconds"] + known["after_seconds"]
    return found | {
        "difference": (None if None in apart else known["answered"] - known["recorded_where_answered"], 1),
        "average_handling": (busy, counts["timed_calls"]),
        "operator_hours": (counts["operator_minutes"], 1),
        "planned_operator_hours": (counts["planned_operator_minutes"], 1),
        "calls_per_hour": (known["recorded"] * 60, counts["operator_minutes"]),
        "occupancy": (busy, known["operator_minutes"] * 60),
        "covered_rate": _cut(known["judged_minutes"], known["shortage_minutes"]),
    }


def _cut(judged: int, short: int) -> tuple[int, int]:
    """To the tenth of a per cent, never upwards."""
    return (int(Decimal(judged - short) / judged * 1000), 1000) if judged else (0, 0)
