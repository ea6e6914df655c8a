"""The waiting list: in order, one holder at a time, offers that run out, nobody forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.phones import normalise_phone
from callcenter.reservations import patterns, waits
from callcenter.reservations.booking import Booked
from callcenter.reservations.holds import Held
from callcenter.reservations.patterns import ExceptionForm
from callcenter.reservations.seats import Full
from tests.centre import Centre
from tests.reservations.factories import ON, Book, book_of


@pytest.fixture
def full(centre: Centre) -> tuple[Book, Booked]:
    """A book whose one seat of the day is taken."""
    book = book_of(centre, capacity=1, end_minute=555)
    return book, book.book()


def wait(book: Book, people: int = 1, **more: Any) -> UUID:
    with book.acting() as terms:
        values = {"procedure_id": book.issue, "place_id": None, "people": people, "from_on": ON, "to_on": ON, **more}
        new = waits.NewWait(**values, name="待機 花子", phone=normalise_phone("073-432-0001"))
        return waits.add(new, keys=book.keys, terms=terms, by=book.by)


def state(book: Book, wait_id: UUID) -> str:
    with book.centre.inside():
        return str(waits.wait(book.centre.contract_id, wait_id).state)


def held_for(book: Book, wait_id: UUID) -> Held:
    with book.centre.inside():
        row = waits.wait(book.centre.contract_id, wait_id)
    return Held(row.reservation_id, None, None)  # type: ignore[arg-type]


def test_a_freed_seat_is_held_for_the_first_of_the_list(full: tuple[Book, Booked]) -> None:
    book, booked = full
    first, second = wait(book), wait(book)
    book.cancel(booked)
    assert (state(book, first), state(book, second)) == ("offered", "waiting")
    with pytest.raises(Full):
        book.book()
    book.book_held(held_for(book, first))
    assert state(book, first) == "accepted"
    book.counters_agree()


def test_an_offer_that_runs_out_passes_to_the_next(full: tuple[Book, Booked]) -> None:
    book, booked = full
    first, second = wait(book), wait(book)
    book.cancel(booked)
    late = held_for(book, first)
    book.centre.at(book.centre.now + timedelta(minutes=120))
    with pytest.raises(Conflict):
        book.book_held(late)
    with pytest.raises(Full):
        book.book()
    with book.acting() as terms:
        waits.advance(terms=terms, by=book.by)
    assert (state(book, first), state(book, second)) == ("expired", "offered")
    book.counters_agree()


def test_who_withdraws_leaves_the_seat_to_the_next(full: tuple[Book, Booked]) -> None:
    book, booked = full
    first, second = wait(book), wait(book)
    book.cancel(booked)
    with book.acting() as terms:
        waits.withdraw(first, terms=terms, by=book.by)
    assert (state(book, first), state(book, second)) == ("withdrawn", "offered")
    with pytest.raises(Conflict), book.acting() as terms:
        waits.withdraw(first, terms=terms, by=book.by)


def test_a_seat_that_does_not_suit_the_first_goes_to_whom_it_suits(full: tuple[Book, Booked]) -> None:
    book, booked = full
    family, other_day, alone = (
        wait(book, people=2),
        wait(book, from_on=ON.replace(day=11), to_on=ON.replace(day=12)),
        wait(book),
    )
    book.cancel(booked)
    assert [state(book, one) for one in (family, other_day, alone)] == ["waiting", "waiting", "offered"]


def test_a_closed_day_puts_the_offered_back_on_the_list(full: tuple[Book, Booked]) -> None:
    book, booked = full
    first = wait(book)
    book.cancel(booked)
    with book.acting() as terms:
        patterns.add_exception(book.place_id, ExceptionForm(ON, "closed", "台風"), terms=terms, by=book.by)
    assert state(book, first) == "waiting"
    book.counters_agree()


def test_a_wait_for_a_time_that_is_over_is_refused(full: tuple[Book, Booked]) -> None:
    book, _ = full
    with pytest.raises(InvalidInput):
        wait(book, from_on=ON, to_on=ON.replace(day=9))
    with pytest.raises(InvalidInput):
        wait(book, people=9)
