"""The waiting list: who wants a time that is gone, in the order in which they asked. No use case commits.

A seat that becomes free is held for the head of the list, one holder at a time, until the offer runs out; then the next
one's turn comes. Nobody else can take it meanwhile: what is offered is a hold like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import Phone
from callcenter.reservations import catalogue, holds, queries
from callcenter.reservations.choosing import NotOffered, Wish
from callcenter.reservations.holds import drop_hold
from callcenter.reservations.models import ReservationSlot, ReservationWait
from callcenter.reservations.rules import MOST_PEOPLE, Channel, WaitState, units_of
from callcenter.reservations.sealing import WAIT_NAME, WAIT_PHONE, required
from callcenter.reservations.seats import Full
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import touched
from scheduling.capacity import FreeTime, starts


class NewWait(Struct, frozen=True):
    """What somebody waits for; `place_id` None: any place. Name and phone cleaned and scanned."""

    procedure_id: UUID
    place_id: UUID | None
    people: int
    from_on: date
    to_on: date
    name: str
    phone: Phone


def add(new: NewWait, *, keys: ContractKeys, terms: Terms, by: Actor, call_id: UUID | None = None) -> UUID:
    """Put somebody at the end of the list. Raises `InvalidInput`."""
    procedure = catalogue.procedure(by.contract, new.procedure_id)
    errors = {}
    if not procedure.offered:
        errors["procedure"] = [f"{procedure.name}は予約を受け付けていません。"]
    if not 1 <= new.people <= MOST_PEOPLE:
        errors["people"] = [f"人数は1人から{MOST_PEOPLE}人までです。"]
    if new.to_on < max(new.from_on, terms.today):
        errors["to"] = ["期間の終わりは、始まりと今日より後にしてください。"]
    if errors:
        raise InvalidInput(errors=errors)
    wait_id = new_id()
    db.session.add(
        ReservationWait(
            contract_id=by.contract,
            id=wait_id,
            state=WaitState.WAITING.value,
            procedure_id=new.procedure_id,
            place_id=new.place_id,
            people=new.people,
            from_on=new.from_on,
            to_on=new.to_on,
            phone=required(keys, WAIT_PHONE, wait_id, new.phone.display),
            name=required(keys, WAIT_NAME, wait_id, new.name),
            created_at=terms.at,
            created_by=by.person_id,
            call_id=call_id,
        )
    )
    db.session.flush()
    record(Act("reservation_wait.added", "reservation_wait", str(wait_id)), by=by, at=terms.at)
    return wait_id


def offer_freed(slot_ids: Iterable[UUID], *, terms: Terms, by: Actor) -> int:
    """Seats became free: hold each for the first on the list whom it suits; returns how many were offered."""
    wanted = set(slot_ids)
    if not wanted:
        return 0
    days = _days_of(wanted, terms.contract_id)
    offered = 0
    for wait in _waiting(terms.contract_id):
        if any(wait.from_on <= on <= wait.to_on for on in days):
            offered += _offer(wait, days, terms, by)
    return offered


def _days_of(slot_ids: set[UUID], contract_id: UUID) -> list[date]:
    rows = db.session.execute(
        select(ReservationSlot.local_on)
        .where(ReservationSlot.contract_id == contract_id, ReservationSlot.id.in_(slot_ids))
        .distinct()
    ).scalars()
    return sorted(rows)


def _waiting(contract_id: UUID) -> Sequence[Any]:
    return db.session.execute(
        select(ReservationWait.__table__)
        .where(ReservationWait.contract_id == contract_id, ReservationWait.state == WaitState.WAITING.value)
        .order_by(ReservationWait.created_at, ReservationWait.id)
    ).all()


def _offer(wait: Any, days: Sequence[date], terms: Terms, by: Actor) -> int:
    """Hold the earliest suitable time of the days for one who waits. 1 when it was held."""
    procedure = catalogue.procedure(terms.contract_id, wait.procedure_id)
    length = units_of(procedure.units, wait.people)
    for on in days:
        if not wait.from_on <= on <= wait.to_on:
            continue
        for time in starts(queries.free_times(terms, Channel.PHONE.value, on, on), length):
            if _suits(wait, time, terms) and _hold(wait, time, terms, by):
                return 1
    return 0


def _suits(wait: Any, time: FreeTime, terms: Terms) -> bool:
    here = wait.place_id is None or time.place == str(wait.place_id)
    return here and catalogue.pair(terms.contract_id, wait.procedure_id, UUID(time.counter)).taken_there


def _hold(wait: Any, time: FreeTime, terms: Terms, by: Actor) -> bool:
    wish = Wish(wait.procedure_id, wait.people, UUID(time.counter), time.on, time.span.start, Channel.PHONE.value)
    until = terms.at + timedelta(minutes=terms.settings.offer_minutes)
    savepoint = db.session.begin_nested()
    try:
        held = holds.hold_for(wish, until, terms=terms, by=by)
    except (Full, NotOffered):
        savepoint.rollback()
        return False
    savepoint.commit()
    _set(wait.id, WaitState.OFFERED, terms, reservation_id=held.reservation_id, offered_at=terms.at, offer_until=until)
    details = {"reservation": str(held.reservation_id)}
    record(Act("reservation_wait.offered", "reservation_wait", str(wait.id), details), by=by, at=terms.at)
    return True


def _set(wait_id: UUID, state: WaitState, terms: Terms, **values: Any) -> None:
    touched(
        update(ReservationWait)
        .where(ReservationWait.contract_id == terms.contract_id, ReservationWait.id == wait_id)
        .values(state=state.value, **values)
    )


def advance(*, terms: Terms, by: Actor) -> int:
    """Let offers that ran out pass to the next; returns how many ran out. Called before seats are looked for."""
    ran_out = db.session.execute(
        select(ReservationWait.id, ReservationWait.reservation_id)
        .where(
            ReservationWait.contract_id == terms.contract_id,
            ReservationWait.state == WaitState.OFFERED.value,
            ReservationWait.offer_until <= terms.at,
        )
        .order_by(ReservationWait.offer_until, ReservationWait.id)
        .with_for_update()
    ).all()
    freed: list[UUID] = []
    for wait in ran_out:
        freed += _end(wait.id, wait.reservation_id, WaitState.EXPIRED, terms, by)
    offer_freed(freed, terms=terms, by=by)
    return len(ran_out)


def _end(wait_id: UUID, reservation_id: UUID | None, state: WaitState, terms: Terms, by: Actor) -> tuple[UUID, ...]:
    _set(wait_id, state, terms, reservation_id=None, offer_until=None, ended_at=terms.at)
    record(Act(f"reservation_wait.{state.value}", "reservation_wait", str(wait_id)), by=by, at=terms.at)
    return drop_hold(reservation_id, contract_id=terms.contract_id) if reservation_id else ()


def wait(contract_id: UUID, wait_id: UUID) -> Any:
    """Raises `NotFound`."""
    found = db.session.execute(
        select(ReservationWait.__table__).where(
            ReservationWait.contract_id == contract_id, ReservationWait.id == wait_id
        )
    ).first()
    if found is None:
        raise NotFound("空き待ちの登録が見つかりませんでした。")
    return found


def accepted(held_id: UUID, *, terms: Terms, by: Actor) -> None:
    """What was held for somebody on the list has been booked. Nothing happens for any other hold."""
    row = db.session.execute(
        select(ReservationWait.id).where(
            ReservationWait.contract_id == terms.contract_id,
            ReservationWait.reservation_id == held_id,
            ReservationWait.state == WaitState.OFFERED.value,
        )
    ).first()
    if row is not None:
        _set(row.id, WaitState.ACCEPTED, terms, offer_until=None, ended_at=terms.at)
        record(Act("reservation_wait.accepted", "reservation_wait", str(row.id)), by=by, at=terms.at)


def require_offer_stands(held_id: UUID, *, terms: Terms) -> None:
    """An offer that ran out is the next one's. Raises `Conflict`."""
    row = db.session.execute(
        select(ReservationWait.offer_until).where(
            ReservationWait.contract_id == terms.contract_id, ReservationWait.reservation_id == held_id
        )
    ).first()
    if row is not None and (row.offer_until is None or row.offer_until <= terms.at):
        raise Conflict("案内の期限が過ぎました。この枠は、次にお待ちの方へ案内されます。")


def withdraw(wait_id: UUID, *, terms: Terms, by: Actor) -> None:
    """Take somebody off the list; what was held goes to the next. Raises `Conflict` when it is over already."""
    row = wait(terms.contract_id, wait_id)
    if WaitState.of(row.state) not in (WaitState.WAITING, WaitState.OFFERED):
        raise Conflict("この空き待ちは、すでに終わっています。")
    freed = _end(wait_id, row.reservation_id, WaitState.WITHDRAWN, terms, by)
    offer_freed(freed, terms=terms, by=by)


def live(contract_id: UUID) -> Sequence[Any]:
    """Who waits or is being offered a time, in order."""
    return db.session.execute(
        select(ReservationWait.__table__)
        .where(
            ReservationWait.contract_id == contract_id,
            ReservationWait.state.in_((WaitState.WAITING.value, WaitState.OFFERED.value)),
        )
        .order_by(ReservationWait.created_at, ReservationWait.id)
    ).all()


def ended_since(contract_id: UUID, since: datetime) -> Sequence[Any]:
    """Who left the list since an instant, the latest first."""
    return db.session.execute(
        select(ReservationWait.__table__)
        .where(ReservationWait.contract_id == contract_id, ReservationWait.ended_at >= since)
        .order_by(ReservationWait.ended_at.desc())
    ).all()
