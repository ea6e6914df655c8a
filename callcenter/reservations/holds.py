"""Seats kept for some minutes, by a row that has no number yet. None of the use cases commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, delete, select, update

from callcenter.extensions import db, new_id
from callcenter.reservations import seats
from callcenter.reservations.choosing import Choice, Wish, choose
from callcenter.reservations.history import Spot
from callcenter.reservations.models import Reservation, ReservationSeat, ReservationWait
from callcenter.reservations.rules import State, WaitState
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import Write, touched
from callcenter.web.transaction import writing

_ROWS = cast(Table, Reservation.__table__)
_NEW = Write.into(_ROWS)


class Held(Struct, frozen=True):
    """Seats kept until an instant."""

    reservation_id: UUID
    spot: Spot
    until: datetime


def hold_for(wish: Wish, until: datetime, *, terms: Terms, by: Actor, call_id: UUID | None = None) -> Held:
    """Keep seats until an instant. Raises `Full`, `NotOffered`."""
    choice, reservation_id = choose(wish, terms), new_id()
    row = new_row(reservation_id, choice, by=by, at=terms.at) | {"state": State.HELD.value, "call_id": call_id}
    _NEW.execute(writing(), row)
    seats.lock(choice.slot_ids, by.contract)
    seats.take(choice.steps, reservation_id, until, contract_id=terms.contract_id, at=terms.at)
    return Held(reservation_id, choice.spot, until)


def new_row(reservation_id: UUID, choice: Choice, *, by: Actor, at: datetime) -> dict[str, Any]:
    spot = choice.spot
    return {
        "contract_id": by.contract,
        "id": reservation_id,
        "version": 1,
        "procedure_id": choice.wish.procedure_id,
        "counter_id": spot.counter_id,
        "place_id": spot.place_id,
        "local_on": spot.on,
        "start_minute": spot.start_minute,
        "end_minute": spot.end_minute,
        "people": choice.wish.people,
        "units": choice.units,
        "channel": choice.wish.channel,
        "visitor": "self",
        "documents_told": False,
        "held_by": by.person_id,
        "held_at": at,
    }


def drop_holds_of(call_id: UUID | None, *, by: Actor) -> tuple[UUID, ...]:
    """Return what a person holds in a call (or outside any); returns the slots that became free."""
    in_call = Reservation.call_id == call_id if call_id else Reservation.call_id.is_(None)
    mine = Reservation.held_by == by.person_id if by.person_id else Reservation.held_by.is_(None)
    found = db.session.execute(
        select(Reservation.id).where(
            Reservation.contract_id == by.contract, Reservation.state == State.HELD.value, in_call, mine, _not_offered()
        )
    ).scalars()
    return tuple(slot for one in found for slot in drop_hold(one, contract_id=by.contract))


def _not_offered() -> Any:
    """What is kept for somebody on the waiting list is not dropped with one's own holds."""
    return ~(
        select(ReservationWait.id)
        .where(ReservationWait.contract_id == Reservation.contract_id, ReservationWait.reservation_id == Reservation.id)
        .exists()
    )


def drop_hold(reservation_id: UUID, *, contract_id: UUID) -> tuple[UUID, ...]:
    """Return the seats of a hold and forget it; returns the slots that became free. Nothing happens to what is no
    hold any more."""
    held = db.session.execute(
        select(Reservation.id)
        .where(
            Reservation.contract_id == contract_id,
            Reservation.id == reservation_id,
            Reservation.state == State.HELD.value,
        )
        .with_for_update()
    ).first()
    if held is None:
        return ()
    freed = seats.give_back(reservation_id, contract_id=contract_id)
    _back_on_the_list(reservation_id, contract_id)
    db.session.execute(
        delete(Reservation).where(Reservation.contract_id == contract_id, Reservation.id == reservation_id)
    )
    return freed


def _back_on_the_list(reservation_id: UUID, contract_id: UUID) -> None:
    """Whoever was being offered what is gone now (the day was closed, for one) keeps the place on the list."""
    touched(
        update(ReservationWait)
        .where(
            ReservationWait.contract_id == contract_id,
            ReservationWait.reservation_id == reservation_id,
            ReservationWait.state == WaitState.OFFERED.value,
        )
        .values(state=WaitState.WAITING.value, reservation_id=None, offer_until=None)
    )


def forget_expired(terms: Terms) -> tuple[UUID, ...]:
    """Return the seats of holds that ran out; returns the slots that became free. Those of the waiting list are the
    list's own business (`waits`)."""
    ran_out = (
        select(ReservationSeat.reservation_id)
        .where(ReservationSeat.contract_id == terms.contract_id, ReservationSeat.held_until <= terms.at)
        .distinct()
    )
    found = db.session.execute(
        select(Reservation.id).where(
            Reservation.contract_id == terms.contract_id,
            Reservation.state == State.HELD.value,
            Reservation.id.in_(ran_out) | (Reservation.held_at <= terms.at - timedelta(days=1)),
            _not_offered(),
        )
    ).scalars()
    return tuple(slot for one in list(found) for slot in drop_hold(one, contract_id=terms.contract_id))
