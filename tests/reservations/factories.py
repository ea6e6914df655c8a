"""An appointment book for tests: one place, one counter, slots of 15 minutes, made-up visitors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from callcenter.reservations import booking, catalogue, changes, patterns, queries, service, setup
from callcenter.reservations.booking import Booked
from callcenter.reservations.changes import Place
from callcenter.reservations.choosing import Time, Wish
from callcenter.reservations.forms import CancelTyped, Details, PersonTyped, Typed, judged
from callcenter.reservations.holds import Held
from callcenter.reservations.models import Reservation, ReservationSeat, ReservationSlot
from callcenter.reservations.patterns import PatternForm
from callcenter.reservations.terms import Terms, terms_at
from callcenter.web.access import Actor, Role
from callcenter.web.transaction import transaction
from tests.centre import Centre

MORNING = 540
ON = date(2026, 6, 10)
"""Wednesday, seven open days after the centre's Monday 1 June."""
CAPACITY = 2
NOBODY = UUID(int=0)
WHY = CancelTyped("self", "schedule")
_serial = count(1)


def notice() -> str:
    """Another notice number of the standard form."""
    return f"A12-{next(_serial):06d}"


@dataclass
class Book:
    """A centre with a place whose counter has slots from 9:00 to 12:00 on weekdays."""

    centre: Centre
    by: Actor
    place_id: UUID = NOBODY
    counter_id: UUID = NOBODY
    procedures: dict[str, UUID] = field(default_factory=dict)

    @contextmanager
    def acting(self) -> Iterator[Terms]:
        """A transaction with the terms of this instant."""
        with self.centre.inside(), transaction():
            yield self.terms()

    def terms(self) -> Terms:
        return terms_at(self.centre.contract_id, self.centre.now)

    @property
    def keys(self) -> Any:
        return keys_for(self.centre.contract_id)

    @property
    def issue(self) -> UUID:
        return self.procedures["マイナンバーカードの交付"]

    def wish(self, start: int = MORNING, **more: Any) -> Wish:
        values = {"people": 1, "counter_id": self.counter_id, "on": ON, "channel": "phone", **more}
        return Wish(procedure_id=values.pop("procedure_id", self.issue), start_minute=start, **values)

    def time(self, start: int = MORNING, on: date = ON) -> Time:
        return Time(self.counter_id, on, start)

    def hold(self, start: int = MORNING, **more: Any) -> Held:
        with self.acting() as terms:
            return service.hold(self.wish(start, **more), terms=terms, by=self.by)

    def book_held(self, held: Held, people: int = 1, **more: Any) -> Booked:
        with self.acting() as terms:
            return service.book_held(
                held.reservation_id, details(terms, people, **more), keys=self.keys, terms=terms, by=self.by
            )

    def book(self, start: int = MORNING, *, visitors: dict[str, Any] | None = None, **more: Any) -> Booked:
        with self.acting() as terms:
            wish = self.wish(start, **more)
            people = details(terms, wish.people, on=wish.on, **(visitors or {}))
            return service.book(wish, people, keys=self.keys, terms=terms, by=self.by)

    def move(self, booked: Booked, start: int, on: date = ON, **more: Any) -> None:
        with self.acting() as terms:
            place = Place(booked.reservation_id, self.version(booked))
            service.move(place, self.time(start, on), more.get("why", WHY), keys=self.keys, terms=terms, by=self.by)

    def cancel(self, booked: Booked, why: CancelTyped = WHY) -> None:
        with self.acting() as terms:
            place = Place(booked.reservation_id, self.version(booked))
            service.cancel(place, why, keys=self.keys, terms=terms, by=self.by)

    def visit(self, booked: Booked, state: Any) -> None:
        with self.acting() as terms:
            changes.note_visit(Place(booked.reservation_id, self.version(booked)), state, terms=terms, by=self.by)

    def version(self, booked: Booked) -> int:
        return int(self.row(booked).version)

    def row(self, booked: Booked | Held) -> Any:
        """The row as it stands; needs an app context."""
        return db.session.execute(select(Reservation.__table__).where(Reservation.id == booked.reservation_id)).first()

    def stands(self, booked: Booked | Held) -> Any:
        with self.centre.inside():
            return self.row(booked)

    def free(self, on: date = ON, channel: str = "phone") -> dict[int, int]:
        """Free seats by start minute."""
        with self.centre.inside():
            return {one.span.start: one.free for one in queries.free_times(self.terms(), channel, on, on)}

    def counters_agree(self) -> None:
        """What each slot counts is what stands in its seats, and no more than its capacity."""
        with self.centre.inside():
            seats = dict(
                db.session.execute(
                    select(ReservationSeat.slot_id, func.count()).group_by(ReservationSeat.slot_id)
                ).all()
            )
            for slot in db.session.execute(select(ReservationSlot.__table__)):
                assert slot.taken == seats.get(slot.id, 0) <= slot.capacity


def details(terms: Terms, people: int = 1, on: date = ON, **more: Any) -> Details:
    numbers = more.pop("numbers", [notice() for _ in range(people)])
    persons = tuple(
        PersonTyped(number, f"架空 太郎{place}", "カクウ タロウ", more.get("birth", "昭和50年4月3日"))
        for place, number in enumerate(numbers, 1)
    )
    typed = Typed(
        persons, more.get("phone", "090-1234-5678"), more.get("visitor", "self"), second=more.get("second", False)
    )
    return judged(typed, settings=terms.settings, today=terms.today, on=on)


def book_of(centre: Centre, *, capacity: int = CAPACITY, **pattern: Any) -> Book:
    """An appointment book of a centre, set up from 1 June on."""
    person = centre.person(Role.OPERATOR, Role.SUPERVISOR, name="受付 恵")
    book = Book(centre, person.actor)
    with book.acting() as terms:
        book.procedures = {one.name: one.id for one in catalogue.procedures(centre.contract_id)}
        book.place_id = setup.save_place(None, "市役所本庁", "七番丁23番地", terms=terms, by=book.by)
        book.counter_id = catalogue.place(centre.contract_id, book.place_id).counters[0].id
        form = PatternForm(
            **{
                "start_minute": 540,
                "end_minute": 720,
                "gap_start": None,
                "gap_end": None,
                "slot_minutes": 15,
                **pattern,
            },
            capacity=capacity,
        )
        patterns.save_pattern(book.counter_id, range(5), form, terms.today, terms=terms, by=book.by)
        service.settle(terms, by=book.by)
    return book


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """An instant by the office's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC).replace(tzinfo=UTC) - (
        datetime(2026, 1, 1, 9, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC)
    )


__all__ = ["Book", "Booked", "Held", "at", "book_of", "booking", "details", "notice"]
