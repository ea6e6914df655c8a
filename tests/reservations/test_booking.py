"""Booking, changing, cancelling: one number, one time, no seat sold twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.reservations import queries, rules, seats, service
from callcenter.reservations.booking import HoldGone, SecondReservation
from callcenter.reservations.changes import Changed, Over, Place, TooLate
from callcenter.reservations.choosing import NotOffered
from callcenter.reservations.forms import CancelTyped
from callcenter.reservations.models import ReservationSeat, ReservationSlot
from callcenter.reservations.rules import State
from callcenter.reservations.seats import Full
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.reservations.factories import MORNING, ON, WHY, Book, at, book_of, details, notice


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    """A constraint said no, not our own code."""
    with pytest.raises(Conflict) as refusal:
        yield
    assert isinstance(refusal.value.__cause__, IntegrityError)


@pytest.fixture
def book(centre: Centre) -> Book:
    return book_of(centre)


def test_a_reservation_gets_a_number_and_takes_one_seat(book: Book) -> None:
    booked = book.book()
    assert rules.number_of(booked.serial) == "000-0013"
    assert book.stands(booked).state == "booked"
    assert book.free()[MORNING] == 1
    book.counters_agree()


def test_the_last_seat_goes_to_one_and_the_other_is_told(book: Book) -> None:
    book.book()
    book.book()
    with pytest.raises(Full):
        book.book()
    assert MORNING not in book.free()
    book.counters_agree()


def test_a_hold_keeps_its_seat_until_it_runs_out(book: Book) -> None:
    book.hold()
    book.book()
    with pytest.raises(Full):
        book.book()
    book.centre.at(book.centre.now + timedelta(minutes=8))
    book.book()
    book.counters_agree()


def test_a_second_before_it_runs_out_a_hold_still_counts(book: Book) -> None:
    book.hold()
    book.book()
    book.centre.at(book.centre.now + timedelta(minutes=8) - timedelta(seconds=1))
    with pytest.raises(Full):
        book.book()


def test_what_is_held_is_booked_under_its_first_number(book: Book) -> None:
    held = book.hold()
    booked = book.book_held(held)
    assert booked.reservation_id == held.reservation_id
    assert book.stands(booked).number == booked.serial
    assert book.free()[MORNING] == 1


def test_a_hold_that_somebody_took_over_is_gone(book: Book) -> None:
    held = book.hold()
    book.book()
    book.centre.at(book.centre.now + timedelta(minutes=9))
    book.book()
    with pytest.raises(HoldGone):
        book.book_held(held)
    book.counters_agree()


def test_another_hold_of_the_same_call_gives_the_first_one_back(book: Book) -> None:
    book.hold()
    book.hold(MORNING + 15)
    assert book.free()[MORNING] == 2
    assert book.free()[MORNING + 15] == 1


def test_a_family_takes_its_units_side_by_side(book: Book) -> None:
    booked = book.book(people=3)
    row = book.stands(booked)
    assert (row.start_minute, row.end_minute, row.units) == (540, 585, 3)
    assert [book.free()[start] for start in (540, 555, 570, 585)] == [1, 1, 1, 2]


def test_a_family_gets_nothing_where_one_of_its_times_is_full(book: Book) -> None:
    book.book(MORNING + 15)
    book.book(MORNING + 15)
    with pytest.raises(Full):
        book.book(people=2)
    assert book.free()[MORNING] == 2
    book.counters_agree()


def test_a_family_does_not_fit_before_closing_or_across_lunch(centre: Centre) -> None:
    book = book_of(centre, gap_start=600, gap_end=615)
    for start in (585, 705):
        with pytest.raises(NotOffered, match=r".*"):
            book.book(start, people=2)
    with pytest.raises(NotOffered) as refusal:
        book.book(600)
    assert "枠はありません" in refusal.value.errors["start"][0]


def test_a_change_keeps_the_number_and_moves_the_seat(book: Book) -> None:
    booked = book.book()
    book.move(booked, MORNING + 30)
    row = book.stands(booked)
    assert (row.number, row.start_minute, row.version) == (booked.serial, MORNING + 30, 2)
    assert book.free()[MORNING] == 2
    assert book.free()[MORNING + 30] == 1
    book.counters_agree()


def test_a_change_to_a_time_that_is_gone_keeps_the_old_one(book: Book) -> None:
    booked = book.book()
    book.book(MORNING + 30)
    book.book(MORNING + 30)
    with pytest.raises(Full):
        book.move(booked, MORNING + 30)
    assert book.stands(booked).start_minute == MORNING
    assert book.free()[MORNING] == 1
    book.counters_agree()


def test_a_family_moves_by_one_slot_over_its_own_seats(centre: Centre) -> None:
    book = book_of(centre, capacity=1)
    booked = book.book(people=2)
    book.move(booked, MORNING + 15)
    assert (MORNING in book.free(), MORNING + 15 in book.free()) == (True, False)
    book.counters_agree()


def test_a_change_to_the_same_time_is_none(book: Book) -> None:
    with pytest.raises(NotOffered, match=r".*"):
        book.move(book.book(), MORNING)


def test_a_cancelled_reservation_frees_its_seat_and_is_never_revived(book: Book) -> None:
    booked = book.book()
    book.cancel(booked)
    assert book.free()[MORNING] == 2
    with pytest.raises(Over):
        book.move(booked, MORNING + 15)
    with pytest.raises(Over):
        book.cancel(booked)
    book.counters_agree()


def test_who_reads_an_older_version_changes_nothing(book: Book) -> None:
    booked = book.book()
    book.move(booked, MORNING + 15)
    with pytest.raises(Changed), book.acting() as terms:
        service.cancel(Place(booked.reservation_id, 1), WHY, keys=book.keys, terms=terms, by=book.by)


def test_history_tells_every_step(book: Book) -> None:
    booked = book.book()
    book.move(booked, MORNING + 15)
    book.cancel(booked)
    with book.centre.inside():
        steps = queries.events_of(book.centre.contract_id, booked.reservation_id)
    assert [one.kind for one in steps] == ["booked", "moved", "cancelled"]
    assert (steps[1].before["start"], steps[1].after["start"]) == (MORNING, MORNING + 15)


# --- the key ---


def test_a_second_reservation_of_a_notice_number_is_shown_not_made(book: Book) -> None:
    number = notice()
    first = book.book(visitors={"numbers": [number]})
    with pytest.raises(SecondReservation) as shown:
        book.book(MORNING + 60, visitors={"numbers": [number.replace("-", "ー").lower()]})
    assert shown.value.ids == (first.reservation_id,)
    book.book(MORNING + 60, visitors={"numbers": [number], "second": True})


def test_a_notice_number_is_free_again_once_its_reservation_is_over(book: Book) -> None:
    number = notice()
    book.cancel(book.book(visitors={"numbers": [number]}))
    book.book(visitors={"numbers": [number]})


def test_two_live_reservations_of_one_notice_number_are_refused_by_the_database(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = notice()
    book.book(visitors={"numbers": [number]})
    monkeypatch.setattr("callcenter.reservations.booking.require_no_second", lambda *_: None)
    with refused_by_the_database():
        book.book(MORNING + 60, visitors={"numbers": [number]})


def test_a_child_comes_with_a_guardian(book: Book) -> None:
    with pytest.raises(InvalidInput) as refusal:
        book.book(visitors={"birth": "平成24年1月1日"})
    assert "visitor" in refusal.value.errors
    book.book(visitors={"birth": "平成24年1月1日", "visitor": "guardian"})


# --- lead times in open days, by the server's clock ---


@pytest.mark.parametrize(("on", "refused"), [(date(2026, 6, 3), True), (date(2026, 6, 4), False)])
def test_booking_closes_three_open_days_before(book: Book, on: date, refused: bool) -> None:
    if refused:
        with pytest.raises(NotOffered) as refusal:
            book.book(on=on)
        assert "3開庁日前まで" in refusal.value.errors["on"][0]
    else:
        book.book(on=on)


def test_the_last_minute_of_the_last_day_is_still_in_time(book: Book) -> None:
    book.centre.at(at(5, 23, 59))
    book.book(on=ON)
    book.centre.at(at(8, 0, 0))
    with pytest.raises(NotOffered):
        book.book(on=ON)


def test_booking_opens_forty_five_open_days_before(book: Book) -> None:
    with book.centre.inside():
        last = book.terms().window.last_on
    book.book(on=last)
    with pytest.raises(NotOffered) as refusal:
        book.book(on=last + timedelta(days=1))
    assert "45開庁日前から" in refusal.value.errors["on"][0]


def test_a_slot_in_the_past_is_not_offered(book: Book) -> None:
    with pytest.raises(NotOffered) as refusal:
        book.book(on=date(2026, 6, 1), start=MORNING)
    assert "過ぎた日時" in refusal.value.errors["on"][0]


def test_cancelling_ends_two_open_days_before_unless_a_supervisor_decides(book: Book) -> None:
    booked = book.book()
    book.centre.at(at(8, 23, 59))
    book.move(booked, MORNING + 15, date(2026, 6, 17))
    other = book.book(on=date(2026, 6, 11))
    book.centre.at(at(10, 0, 0))
    with pytest.raises(TooLate):
        book.cancel(other)
    book.cancel(other, CancelTyped("self", "illness", override=True))
    assert book.stands(other).state == "cancelled"


# --- the visit ---


def test_a_visit_is_noted_from_its_day_on(book: Book) -> None:
    booked = book.book()
    with pytest.raises(NotOffered):
        book.visit(booked, State.ATTENDED)
    book.centre.at(at(10, 9, 4))
    with pytest.raises(NotOffered):
        book.visit(booked, State.NO_SHOW)
    book.centre.at(at(10, 9, 5))
    book.visit(booked, State.NO_SHOW)
    book.visit(booked, State.LATE)
    assert book.stands(booked).state == "late"
    with pytest.raises(Over):
        book.cancel(booked)


# --- two guards, each enough alone ---


def test_the_seat_rows_refuse_an_oversell_when_the_counter_is_wrong(book: Book) -> None:
    """The second guard alone: the counter says that there is room, the seats say that there is none."""
    book.book()
    book.book()
    with book.acting():
        db.session.execute(update(ReservationSlot).values(taken=0))
    with refused_by_the_database():
        book.book()


def test_a_seat_beyond_the_capacity_is_refused(book: Book) -> None:
    booked = book.book()
    with book.centre.inside():
        slot = db.session.execute(
            select(ReservationSeat.slot_id).where(ReservationSeat.reservation_id == booked.reservation_id)
        ).scalar_one()
    values = {
        "contract_id": book.centre.contract_id,
        "slot_id": slot,
        "reservation_id": booked.reservation_id,
        "held_until": None,
    }
    for number, capacity in ((3, 2), (3, 3), (1, 2)):
        with refused_by_the_database(), book.acting():
            db.session.execute(insert(ReservationSeat).values(number=number, slot_capacity=capacity, **values))
    with book.acting():
        db.session.execute(insert(ReservationSeat).values(number=2, slot_capacity=2, **values))


def test_the_counter_refuses_when_the_seat_rows_are_gone(book: Book) -> None:
    """The first guard alone: no row stands in the way, the counter is full."""
    book.book()
    book.book()
    with book.acting():
        db.session.execute(delete(ReservationSeat))
    with pytest.raises(Full):
        book.book()


def test_returning_the_same_seats_twice_counts_once(book: Book) -> None:
    booked = book.book()
    with book.acting():
        assert len(seats.give_back(booked.reservation_id, contract_id=book.centre.contract_id)) == 1
        assert seats.give_back(booked.reservation_id, contract_id=book.centre.contract_id) == ()
    book.counters_agree()


def test_details_of_a_reservation_are_sealed(book: Book) -> None:
    with book.centre.inside():
        known = details(book.terms(), numbers=["A12-999999"], phone="090-9876-5432")
    with book.centre.inside(), transaction():
        service.book(book.wish(), known, keys=book.keys, terms=book.terms(), by=book.by)
    with book.centre.inside():
        rows = db.session.execute(select(ReservationSlot.__table__)).all()
        people = queries.applicants_of(
            book.centre.contract_id,
            [one.id for one in queries.listed(book.centre.contract_id, queries.ListFilter(ON, ON))],
        )
    everything = repr(rows) + repr(people)
    assert "A12-999999" not in everything
    assert "架空" not in everything
