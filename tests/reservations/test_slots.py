"""Slots follow patterns, exceptions and the opening calendar; quotas and stages decide who may book them."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.contracts import service as contracts
from callcenter.errors import InvalidInput
from callcenter.reservations import patterns, service
from callcenter.reservations.choosing import NotOffered
from callcenter.reservations.patterns import ExceptionForm, PatternForm
from callcenter.web.transaction import transaction
from scheduling.calendar import Reading
from tests.centre import Centre
from tests.reservations.factories import MORNING, ON, Book, at, book_of

SATURDAY = date(2026, 6, 13)


@pytest.fixture
def book(centre: Centre) -> Book:
    return book_of(centre)


def close_in_the_calendar(book: Book, on: date) -> object:
    with book.centre.inside(), transaction():
        new = contracts.DayException(on, "closed", "停電工事", "市民課長")
        return contracts.except_day(new, by=book.by, at=book.centre.now)


def test_a_day_closed_in_the_calendar_leaves_no_orphan(book: Book) -> None:
    booked = book.book()
    close_in_the_calendar(book, ON)
    row = book.stands(booked)
    assert (row.state, row.number, row.local_on) == ("rebook", booked.serial, ON)
    assert book.free() == {}
    with pytest.raises(NotOffered):
        book.book()
    book.counters_agree()


def test_another_reading_of_the_calendar_moves_the_slots_with_it(book: Book) -> None:
    on = date(2026, 9, 22)
    book.centre.at(at(1, 9, month=9))
    with book.acting() as terms:
        service.settle(terms, by=book.by)
    assert book.free(on) == {}
    with book.centre.inside(), transaction():
        contracts.choose_reading(Reading.LITERAL, by=book.by, at=book.centre.now)
    assert MORNING in book.free(on)


def test_a_place_may_open_once_on_a_closed_day(book: Book) -> None:
    assert book.free(SATURDAY) == {}
    with book.acting() as terms:
        form = ExceptionForm(SATURDAY, "open", "休日窓口", 600, 660, 30, 3)
        patterns.add_exception(book.place_id, form, terms=terms, by=book.by)
    assert book.free(SATURDAY) == {600: 3, 630: 3}
    book.book(600, on=SATURDAY)


def test_a_pattern_that_changes_leaves_reservations_where_they_are(book: Book) -> None:
    booked = book.book()
    with book.acting() as terms:
        patterns.save_pattern(
            book.counter_id, range(5), PatternForm(550, 700, None, None, 30, 1), terms.today, terms=terms, by=book.by
        )
    assert book.stands(booked).state == "booked"
    assert sorted(book.free())[:2] == [550, 580]
    book.cancel(booked)
    book.counters_agree()


def test_a_pattern_of_the_past_is_refused(book: Book) -> None:
    with pytest.raises(InvalidInput), book.acting() as terms:
        form = PatternForm(550, 700, None, None, 30, 1)
        patterns.save_pattern(book.counter_id, range(5), form, date(2026, 5, 29), terms=terms, by=book.by)


def test_seats_of_a_channel_are_kept_for_it_and_return_in_time(centre: Centre) -> None:
    book = book_of(centre, capacity=2, web_quota=1)
    far, near = date(2026, 6, 12), date(2026, 6, 9)
    assert (book.free(far)[MORNING], book.free(far, "web")[MORNING]) == (1, 2)
    assert book.free(near)[MORNING] == 2
    book.book(on=far)
    with pytest.raises(Exception, match="うまりました"):
        book.book(on=far)
    book.book(on=far, channel="web")


def test_a_channel_takes_its_own_seats_first(centre: Centre) -> None:
    book = book_of(centre, capacity=2, web_quota=1)
    far = date(2026, 6, 12)
    book.book(on=far, channel="web")
    assert book.free(far)[MORNING] == 1


def test_seats_of_the_second_stage_open_later(centre: Centre) -> None:
    book = book_of(centre, capacity=2, later=1)
    far = date(2026, 7, 10)
    assert book.free(far)[MORNING] == 1
    book.centre.at(at(29, 9))
    with book.acting() as terms:
        service.settle(terms, by=book.by)
    assert book.free(far)[MORNING] == 2


def test_slots_are_made_ahead_as_days_pass(book: Book) -> None:
    with book.centre.inside():
        last = book.terms().window.last_on
    assert MORNING in book.free(last)
    book.centre.at(at(1, 9, month=9))
    with book.acting() as terms:
        service.settle(terms, by=book.by)
        last = terms.window.last_on
    assert MORNING in book.free(last)
