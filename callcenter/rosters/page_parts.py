"""What the pages of rosters share: the day that is shown, the axis of its bars, refused forms."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from flask import current_app, request
from msgspec import Struct

from callcenter.clock import local
from callcenter.contracts.queries import calendar, contract
from callcenter.errors import AppError, InvalidInput
from callcenter.rosters.queries import DayAttendance
from callcenter.rosters.rules import fewest_by_slot
from callcenter.web.forms import date_of
from callcenter.web.labels import date_label
from reports.wareki import clock
from scheduling.calendar import BusinessCalendar
from scheduling.intervals import CoverageRun, MinuteRange

HOUR = 60
USUAL_DAY = MinuteRange(8 * HOUR, 18 * HOUR)


class PageDay(Struct, frozen=True):
    """The day a page shows, inside the contract, and the open days beside it."""

    on: date
    today: date
    previous: date | None
    following: date | None
    closed_because: str

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def is_past(self) -> bool:
        return self.on < self.today


def page_day(contract_id: UUID, raw: str | None, at: datetime) -> PageDay:
    """The day asked for, else today (the nearest day of the contract). Raises `InvalidInput` outside the contract."""
    term, today = contract(contract_id), local(at).on
    on = date_of(raw, "on") if raw else min(max(today, term.starts_on), term.ends_on)
    if not term.starts_on <= on <= term.ends_on:
        span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
        raise InvalidInput(
            f"{date_label(on)}は契約期間（{span}）の外の日です。", errors={"on": ["契約期間の外の日です。"]}
        )
    days = calendar(contract_id)
    status = days.day(on)
    beside = [_beside(days, on, step, (term.starts_on, term.ends_on)) for step in (-1, 1)]
    return PageDay(on, today, beside[0], beside[1], "" if status.open else status.why)


def _beside(days: BusinessCalendar, on: date, step: int, term: tuple[date, date]) -> date | None:
    found = days.previous_open_day(on) if step < 0 else days.next_open_day(on)
    return found if term[0] <= found <= term[1] else None


class Axis(Struct, frozen=True):
    """The hours that a day's bars are drawn on: whole hours around everything planned and punched."""

    start: int
    end: int

    @property
    def hours(self) -> range:
        return range(self.start, self.end + 1, HOUR)


def axis_of(day: DayAttendance) -> Axis:
    starts, ends = [(day.hours or USUAL_DAY).start], [(day.hours or USUAL_DAY).end]
    for person in day.people:
        for shift in person.planned:
            starts.append(shift.start)
            ends.append(shift.end)
        for mark in person.punches:
            starts.append(mark.minute)
            ends.append(mark.minute)
    return Axis(min(starts) // HOUR * HOUR, -(-max(ends) // HOUR) * HOUR)


def coverage_rows(runs: tuple[CoverageRun, ...], hours: MinuteRange | None, minimum: int) -> list[dict[str, object]]:
    """The day's bars: for each quarter of an hour the fewest operators in it, beside the minimum."""
    if hours is None:
        return []
    found = fewest_by_slot(runs, hours)
    return [
        {"label": _tick(slot, index == 0), "value": count, "usual": minimum}
        for index, (slot, count) in enumerate(found)
    ]


def _tick(slot: MinuteRange, first: bool) -> str:
    """Full hours in full, the quarters between as :15, so that thirty-five of them stand side by side."""
    return clock(slot.start) if first or slot.start % HOUR == 0 else f":{slot.start % HOUR:02d}"


def typed_again(error: AppError) -> dict[str, str]:
    """What was typed, for the form that is shown again; an Individual Number is masked. Puts a refusal that names
    itself into the log."""
    if getattr(error, "act", None) is not None:
        current_app.extensions["callcenter_refusals"](error)
    return {**request.form.to_dict(), **getattr(error, "masked", {})}
