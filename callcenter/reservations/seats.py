"""The only module that takes and returns seats.

A seat is taken by one conditional update of its slot's counter and the row that names its holder; a hold that ran out
is taken over by one conditional update of that row, the counter staying as it is. What was read before decides nothing:
two who want the last seat both try, and one statement touches no row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, case, delete, func, insert, select, update

from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.reservations.models import ReservationSeat, ReservationSlot
from callcenter.web.statements import Read, Write
from callcenter.web.transaction import writing

_SLOTS, _SEATS = cast(Table, ReservationSlot.__table__), cast(Table, ReservationSeat.__table__)
_CONTRACT, _SLOT = (
    bindparam("wanted_contract", type_=_SLOTS.c.contract_id.type),
    bindparam("wanted_slot", type_=_SLOTS.c.id.type),
)
_OWNER = bindparam("wanted_reservation", type_=_SEATS.c.reservation_id.type)
_NOW = bindparam("now", type_=_SEATS.c.held_until.type)

_TAKE = Write(
    update(_SLOTS)
    .where(
        _SLOTS.c.contract_id == _CONTRACT,
        _SLOTS.c.id == _SLOT,
        _SLOTS.c.state == "open",
        _SLOTS.c.taken < _SLOTS.c.capacity,
    )
    .values(taken=_SLOTS.c.taken + 1)
    .returning(_SLOTS.c.capacity)
)
_taken, _next = _SEATS.alias("taken"), _SEATS.alias("next")
_FIRST_FREE = (
    select(func.min(_taken.c.number) + 1)
    .where(
        _taken.c.contract_id == _CONTRACT,
        _taken.c.slot_id == _SLOT,
        ~select(_next.c.number)
        .where(_next.c.contract_id == _CONTRACT, _next.c.slot_id == _SLOT, _next.c.number == _taken.c.number + 1)
        .exists(),
    )
    .scalar_subquery()
)
_NONE_FIRST = (
    ~select(_next.c.number)
    .where(_next.c.contract_id == _CONTRACT, _next.c.slot_id == _SLOT, _next.c.number == 1)
    .exists()
)
_SEAT = Write(
    insert(_SEATS).values(
        contract_id=_CONTRACT,
        slot_id=_SLOT,
        number=case((_NONE_FIRST, 1), else_=_FIRST_FREE),
        slot_capacity=bindparam("wanted_capacity"),
        reservation_id=bindparam("new_owner", type_=_SEATS.c.reservation_id.type),
        held_until=bindparam("new_until", type_=_SEATS.c.held_until.type),
    )
)
"""The lowest number that is free: behind the first of those taken that has no neighbour, or the first of all."""
_expired = _SEATS.alias("expired")
_TAKE_OVER = Write(
    update(_SEATS)
    .where(
        _SEATS.c.contract_id == _CONTRACT,
        _SEATS.c.slot_id == _SLOT,
        _SEATS.c.held_until <= _NOW,
        _SEATS.c.number
        == select(func.min(_expired.c.number))
        .where(_expired.c.contract_id == _CONTRACT, _expired.c.slot_id == _SLOT, _expired.c.held_until <= _NOW)
        .scalar_subquery(),
        select(_SLOTS.c.state).where(_SLOTS.c.contract_id == _CONTRACT, _SLOTS.c.id == _SLOT).scalar_subquery()
        == "open",
    )
    .values(
        reservation_id=bindparam("new_owner", type_=_SEATS.c.reservation_id.type),
        held_until=bindparam("new_until", type_=_SEATS.c.held_until.type),
    )
    .returning(_SEATS.c.number)
)
_EXPIRED = Read(
    select(_SEATS.c.number).where(
        _SEATS.c.contract_id == _CONTRACT, _SEATS.c.slot_id == _SLOT, _SEATS.c.held_until <= _NOW
    )
)
_KEEP = Write(
    update(_SEATS)
    .where(_SEATS.c.contract_id == _CONTRACT, _SEATS.c.reservation_id == _OWNER, _SEATS.c.held_until.is_not(None))
    .values(held_until=None)
)
_GIVE = Write(
    update(_SLOTS)
    .where(_SLOTS.c.contract_id == _CONTRACT, _SLOTS.c.id == _SLOT)
    .values(taken=_SLOTS.c.taken - bindparam("given"))
)


class Full(Conflict):
    """Somebody else took the last seat. `alternatives` are what the edge offers instead."""

    code = "slot_full"
    default_message = "この枠は、たった今うまりました。入力した内容は残っています。近い空き枠から選んでください。"


class SlotRow(Struct, frozen=True):
    """A pool of seats as it was read."""

    id: UUID
    counter_id: UUID
    place_id: UUID
    on: date
    start_minute: int
    end_minute: int
    channel: str
    stage: int


Step = Sequence[SlotRow]
"""The pools of one time, in the order in which they are tried."""


def take(steps: Sequence[Step], owner: UUID, until: datetime | None, *, contract_id: UUID, at: datetime) -> None:
    """Take one seat of each step for `owner`: held until an instant, or booked (None). Several steps are locked before
    (`lock`). Raises `Full`; then the transaction has to end without a commit."""
    for step in steps:
        if not any(_take_free(slot.id, owner, until, contract_id) for slot in step) and not any(
            _take_over(slot.id, owner, until, contract_id, at) for slot in step
        ):
            raise Full()


def lock(slot_ids: Iterable[UUID], contract_id: UUID) -> None:
    """Lock several slots in one order, so that two changes crossing each other wait instead of blocking each other."""
    wanted = sorted(set(slot_ids))
    if len(wanted) < 2 or db.engine.dialect.name == "sqlite":
        return
    db.session.execute(
        select(ReservationSlot.id)
        .where(ReservationSlot.contract_id == contract_id, ReservationSlot.id.in_(wanted))
        .order_by(ReservationSlot.id)
        .with_for_update()
    ).all()


def _take_free(slot_id: UUID, owner: UUID, until: datetime | None, contract_id: UUID) -> bool:
    where = {"wanted_contract": contract_id, "wanted_slot": slot_id}
    try:
        capacity = _TAKE.returning(writing(), where)
    except LookupError:
        return False
    seat = {**where, "wanted_capacity": capacity, "new_owner": owner, "new_until": until}
    _SEAT.execute(writing(), seat)
    return True


def _take_over(slot_id: UUID, owner: UUID, until: datetime | None, contract_id: UUID, at: datetime) -> bool:
    values = {"wanted_contract": contract_id, "wanted_slot": slot_id, "now": at, "new_owner": owner, "new_until": until}
    return any(_done(_TAKE_OVER, values) for _ in range(_expired_in(slot_id, contract_id, at)))


def _done(statement: Write, values: Mapping[str, Any]) -> bool:
    """Whether a statement that returns something touched its one row."""
    try:
        statement.returning(writing(), values)
    except LookupError:
        return False
    return True


def _expired_in(slot_id: UUID, contract_id: UUID, at: datetime) -> int:
    where = {"wanted_contract": contract_id, "wanted_slot": slot_id, "now": at}
    return len(_EXPIRED.all(writing(), where))


def keep(owner: UUID, *, contract_id: UUID) -> int:
    """Turn an owner's held seats into booked ones; returns how many. A seat that was taken over is not among them."""
    return _KEEP.execute(writing(), {"wanted_contract": contract_id, "wanted_reservation": owner})


def give_back(owner: UUID, *, contract_id: UUID) -> tuple[UUID, ...]:
    """Return all seats of an owner; returns the slots in which seats became free."""
    return _returned(ReservationSeat.reservation_id == owner, contract_id)


def give_back_some(seats: Iterable[tuple[UUID, int]], *, contract_id: UUID) -> tuple[UUID, ...]:
    """Return seats by slot and number."""
    found: list[UUID] = []
    for slot_id, number in sorted(seats):
        found += _returned((ReservationSeat.slot_id == slot_id) & (ReservationSeat.number == number), contract_id)
    return tuple(found)


def _returned(condition: Any, contract_id: UUID) -> tuple[UUID, ...]:
    """A seat that another act has just returned is not counted twice: what was deleted here is what is given back."""
    rows = db.session.execute(
        delete(ReservationSeat)
        .where(ReservationSeat.contract_id == contract_id, condition)
        .returning(ReservationSeat.slot_id)
        .execution_options(synchronize_session=False)
    ).scalars()
    freed: Mapping[UUID, int] = Counter(rows)
    for slot_id in sorted(freed):
        _GIVE.execute(writing(), {"wanted_contract": contract_id, "wanted_slot": slot_id, "given": freed[slot_id]})
    return tuple(sorted(freed))


def owners_in(slot_ids: Sequence[UUID], *, contract_id: UUID) -> list[Any]:
    """The seats of slots with their holders: slot_id, number, reservation_id, held_until."""
    if not slot_ids:
        return []
    return list(
        db.session.execute(
            select(
                ReservationSeat.slot_id,
                ReservationSeat.number,
                ReservationSeat.reservation_id,
                ReservationSeat.held_until,
            )
            .where(ReservationSeat.contract_id == contract_id, ReservationSeat.slot_id.in_(slot_ids))
            .order_by(ReservationSeat.slot_id, ReservationSeat.number)
        )
    )
