"""Every act on reservations as pages, panel and interface do it. None of them commits.

Before anything, offers and holds that ran out pass on (`settle`); after seats became free, the head of the waiting list
is offered them. So the order of the list holds whatever happens first.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from callcenter.protection.keys import ContractKeys
from callcenter.reservations import booking, changes, holds, queries, slots, waits
from callcenter.reservations.booking import Booked
from callcenter.reservations.changes import Place
from callcenter.reservations.choosing import Time, Wish
from callcenter.reservations.forms import CancelTyped, Details
from callcenter.reservations.holds import Held
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor


def needs_settling(terms: Terms) -> bool:
    """Whether there is anything for `settle` to do."""
    prepared_until, first_until = queries.standing(terms.contract_id)
    if prepared_until is None or prepared_until < terms.window.last_on:
        return True
    return first_until is not None and first_until <= terms.at


def settle(terms: Terms, *, by: Actor) -> None:
    """Let what ran out pass on, and make slots that are missing."""
    if not needs_settling(terms):
        return
    slots.prepare(terms, by=by)
    waits.advance(terms=terms, by=by)
    _offer(holds.forget_expired(terms), terms, by)


def _offer(freed: Sequence[UUID], terms: Terms, by: Actor) -> None:
    waits.offer_freed(freed, terms=terms, by=by)


def hold(wish: Wish, *, terms: Terms, by: Actor, call_id: UUID | None = None) -> Held:
    """Keep seats for some minutes; what was held in the same call before is returned. Raises `Full`, `NotOffered`."""
    settle(terms, by=by)
    freed = holds.drop_holds_of(call_id, by=by)
    held = holds.hold_for(wish, terms.hold_until, terms=terms, by=by, call_id=call_id)
    _offer(freed, terms, by)
    return held


def release(held_id: UUID, *, terms: Terms, by: Actor) -> None:
    """Let go of a hold; nothing happens to what is none any more."""
    _offer(holds.drop_hold(held_id, contract_id=by.contract), terms, by)


def book_held(
    held_id: UUID, details: Details, *, keys: ContractKeys, terms: Terms, by: Actor, call_id: UUID | None = None
) -> Booked:
    """Book what is held. Raises `HoldGone`, `SecondReservation`, `Conflict` for an offer that ran out."""
    waits.require_offer_stands(held_id, terms=terms)
    booked = booking.book_held(held_id, details, keys=keys, terms=terms, by=by, call_id=call_id)
    waits.accepted(held_id, terms=terms, by=by)
    return booked


def book(
    wish: Wish, details: Details, *, keys: ContractKeys, terms: Terms, by: Actor, call_id: UUID | None = None
) -> Booked:
    """Book at once. Raises `Full`, `NotOffered`, `SecondReservation`."""
    settle(terms, by=by)
    return booking.book(wish, details, keys=keys, terms=terms, by=by, call_id=call_id)


def move(
    place: Place,
    to: Time,
    why: CancelTyped,
    *,
    keys: ContractKeys,
    terms: Terms,
    by: Actor,
    call_id: UUID | None = None,
) -> None:
    """Another time under the same number. Raises `Full`, `NotOffered`, `Over`, `TooLate`, `Changed`."""
    settle(terms, by=by)
    freed = changes.move(place, to, why, keys=keys, terms=terms, by=by, call_id=call_id)
    _offer(freed, terms, by)


def cancel(
    place: Place,
    why: CancelTyped,
    *,
    keys: ContractKeys,
    terms: Terms,
    by: Actor,
    call_id: UUID | None = None,
) -> None:
    """Raises `Over`, `TooLate`, `Changed`."""
    settle(terms, by=by)
    freed = changes.cancel(place, why, keys=keys, terms=terms, by=by, call_id=call_id)
    _offer(freed, terms, by)
