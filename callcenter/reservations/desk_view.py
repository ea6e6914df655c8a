"""What the panel in the call shows, in the words of its templates."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from callcenter.errors import InvalidInput
from callcenter.protection.keys import ContractKeys
from callcenter.reservations import catalogue, offers, view
from callcenter.reservations.catalogue import Names, Procedure
from callcenter.reservations.choosing import Time
from callcenter.reservations.offers import Offer, Search
from callcenter.reservations.rules import MOST_PEOPLE, Channel, State, Visitor
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor, Role
from callcenter.web.forms import date_of, id_of
from callcenter.web.labels import minute_label

DAYS_SHOWN = 28
DAYS_LISTED = 10
WEEKDAYS = "月火水木金土日"


class Desk:
    """One request of the panel: who, in which call, by which terms."""

    def __init__(self, by: Actor, keys: ContractKeys, terms: Terms, call_id: UUID | None) -> None:
        self.by, self.keys, self.terms, self.call_id = by, keys, terms, call_id
        self.channel = Channel.PHONE.value

    @property
    def contract_id(self) -> UUID:
        return self.keys.contract_id

    @cached_property
    def names(self) -> Names:
        return catalogue.names(self.contract_id)

    @cached_property
    def procedures(self) -> list[Procedure]:
        return [one for one in catalogue.procedures(self.contract_id) if one.offered]


def slot_value(one: Offer) -> str:
    """How a radio button names a time."""
    return f"{one.counter_id}|{one.on.isoformat()}|{one.start_minute}"


def time_of_slot(value: str) -> Time:
    """Raises `InvalidInput`."""
    parts = value.split("|")
    if len(parts) == 3 and parts[2].isascii() and parts[2].isdigit() and len(parts[2]) <= 4:
        return Time(id_of(parts[0], "slot"), date_of(parts[1], "slot"), int(parts[2]))
    raise InvalidInput(errors={"slot": ["時間を選んでください。"]})


def choosing_context(at_desk: Desk, form: Mapping[str, str], *, reservation: Any | None = None) -> dict[str, Any]:
    """Procedure, people and place as chosen; the days with free times, and those of the chosen day.

    Of a reservation that stands, procedure and people are its own.
    """
    procedure = _procedure(at_desk, form, reservation)
    people = reservation.people if reservation is not None else _people(form)
    place_id = _optional_id(form.get("place", ""))
    context: dict[str, Any] = {
        "call_id": at_desk.call_id,
        "procedures": at_desk.procedures,
        "procedure_choices": catalogue.choices(at_desk.procedures),
        "procedure": procedure,
        "people": people,
        "people_choices": [(str(count), f"{count}人") for count in range(1, MOST_PEOPLE + 1)],
        "place_choices": catalogue.choices([one for one in catalogue.places(at_desk.contract_id) if not one.retired]),
        "may_override": at_desk.by.has(Role.SUPERVISOR),
        "place": str(place_id or ""),
        "days": [],
        "times": [],
        "errors": {},
        "chosen_on": None,
    }
    if procedure is None:
        return context
    first = _first_day(at_desk.terms, form)
    search = Search(procedure, people, at_desk.channel, place_id)
    found = offers.offered(search, at_desk.terms, first, first + timedelta(days=DAYS_SHOWN))
    if reservation is not None and reservation.state == State.BOOKED.value:
        here = (reservation.counter_id, reservation.local_on, reservation.start_minute)
        found = [one for one in found if (one.counter_id, one.on, one.start_minute) != here]
    days = _days(found)
    chosen = _chosen_day(form, days)
    return context | {
        "first_on": first.isoformat(),
        "from_on": at_desk.terms.window.first_on.isoformat(),
        "next_on": days[DAYS_LISTED]["on"] if len(days) > DAYS_LISTED else _later(first, at_desk.terms),
        "days": days[:DAYS_LISTED],
        "chosen_on": chosen,
        "times": _times([one for one in found if one.on.isoformat() == chosen]),
    }


def _procedure(at_desk: Desk, form: Mapping[str, str], reservation: Any | None) -> Procedure | None:
    if reservation is not None:
        return catalogue.procedure(at_desk.contract_id, reservation.procedure_id)
    wanted = form.get("procedure", "")
    chosen = next((one for one in at_desk.procedures if str(one.id) == wanted), None)
    return chosen or next(iter(at_desk.procedures), None)


def _people(form: Mapping[str, str]) -> int:
    typed = form.get("people", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_PEOPLE else 1


def _optional_id(value: str) -> UUID | None:
    with suppress(InvalidInput):
        return id_of(value, "place")
    return None


def _first_day(terms: Terms, form: Mapping[str, str]) -> date:
    """The first day shown: the one asked for, never before the first that may be booked."""
    with suppress(InvalidInput):
        return max(date_of(form.get("first_on"), "first_on"), terms.window.first_on)
    return terms.window.first_on


def _later(first: date, terms: Terms) -> str:
    later = first + timedelta(days=DAYS_SHOWN + 1)
    return later.isoformat() if later <= terms.window.last_on else ""


def _days(found: list[Offer]) -> list[dict[str, Any]]:
    counts: dict[date, int] = {}
    for one in found:
        counts[one.on] = counts.get(one.on, 0) + one.free
    return [{"on": on.isoformat(), "label": short_day(on), "free": count} for on, count in sorted(counts.items())]


def short_day(on: date) -> str:
    """`6/10（水）`"""
    return f"{on.month}/{on.day}（{WEEKDAYS[on.weekday()]}）"


def _chosen_day(form: Mapping[str, str], days: list[dict[str, Any]]) -> str:
    wanted = form.get("on", "")
    shown = [day["on"] for day in days[:DAYS_LISTED]]
    return wanted if wanted in shown else next(iter(shown), "")


def _times(found: list[Offer]) -> list[dict[str, Any]]:
    """Times of one day, grouped by counter."""
    groups: dict[UUID, dict[str, Any]] = {}
    for one in found:
        group = groups.setdefault(one.counter_id, {"where": f"{one.place_name} {one.counter_name}", "times": []})
        group["times"].append({"value": slot_value(one), "label": minute_label(one.start_minute), "free": one.free})
    return list(groups.values())


def near_choices(near: list[Offer]) -> list[dict[str, str]]:
    """The nearest times as radio buttons."""
    return [
        {
            "value": slot_value(one),
            "label": f"{short_day(one.on)} {minute_label(one.start_minute)}",
            "where": f"{one.place_name} {one.counter_name}",
        }
        for one in near
    ]


def details_context(at_desk: Desk, held: Any | None, form: Mapping[str, str]) -> dict[str, Any]:
    """The form for who comes. `held` None: the hold is the one that the form names."""
    known = dict(form)
    if held is not None:
        known |= {
            "held_id": str(held.id),
            "held_slot": f"{held.counter_id}|{held.local_on.isoformat()}|{held.start_minute}",
            "procedure": str(held.procedure_id),
            "people": str(held.people),
        }
        known.pop("slot", None)
    time = time_of_slot(known.get("held_slot", ""))
    procedure = catalogue.procedure(at_desk.contract_id, id_of(known.get("procedure"), "procedure"))
    left = (held.held_until - at_desk.terms.at).total_seconds() if held is not None and held.held_until else None
    return {
        "call_id": at_desk.call_id,
        "form": known,
        "people": _people(known),
        "procedure": procedure,
        "when": view.when_label(time.on, time.start_minute),
        "where": at_desk.names.where(time.counter_id),
        "seconds_left": int(left) if left is not None else None,
        "hold_minutes": at_desk.terms.settings.hold_minutes,
        "notice_example": at_desk.terms.settings.notice_example,
        "visitors": Visitor.choices(),
        "documents": list(procedure.documents),
        "guardian_documents": list(procedure.guardian_documents),
        "errors": {},
        "message": "",
        "near": [],
        "second_lines": [],
    }
