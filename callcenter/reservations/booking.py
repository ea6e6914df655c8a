"""Use cases of booking: book what is held, or at once. None of them commits.

Refusals carry what is needed to go on: `Full` and `NotOffered` are answered with the nearest free times,
`SecondReservation` with the one that stands already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.keys import ContractKeys
from callcenter.protection.search_index import IndexKind, key_of
from callcenter.reservations import history, queries, seats
from callcenter.reservations.catalogue_models import ReservationBook
from callcenter.reservations.choosing import Wish, choose
from callcenter.reservations.forms import Details
from callcenter.reservations.history import Step, spot_of
from callcenter.reservations.holds import new_row
from callcenter.reservations.models import Reservation, ReservationApplicant
from callcenter.reservations.rules import EventKind, State
from callcenter.reservations.sealing import PHONE, REMARKS, applicant_columns, sealed
from callcenter.reservations.seats import Full
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import Write
from callcenter.web.transaction import in_one_go, writing

_ROWS = cast(Table, Reservation.__table__)
_BOOKS = cast(Table, ReservationBook.__table__)
_NEW = Write.into(_ROWS)
_APPLICANT = Write.into(cast(Table, ReservationApplicant.__table__))
_NEXT_NUMBER = Write(
    update(_BOOKS)
    .where(_BOOKS.c.contract_id == bindparam("wanted_contract"))
    .values(next_number=_BOOKS.c.next_number + 1)
    .returning(_BOOKS.c.next_number)
)
_BOOK = Write(
    update(_ROWS)
    .where(
        _ROWS.c.contract_id == bindparam("wanted_contract", type_=_ROWS.c.contract_id.type),
        _ROWS.c.id == bindparam("wanted_reservation", type_=_ROWS.c.id.type),
        _ROWS.c.state == State.HELD.value,
    )
    .values(
        {
            _ROWS.c[name]: bindparam(f"new_{name}", type_=_ROWS.c[name].type)
            for name in (
                "number",
                "version",
                "state",
                "visitor",
                "documents_told",
                "booked_at",
                "booked_by",
                "booked_on",
                "lead_days",
                "phone",
                "phone_key",
                "remarks",
            )
        }
    )
)


class HoldGone(Full):
    """The seats were kept too long: somebody else has them by now."""

    code = "hold_expired"
    default_message = (
        "仮押さえの時間が過ぎ、枠がほかの予約に使われました。入力した内容は残っています。近い枠を選んでください。"
    )


class SecondReservation(Conflict):
    """A notice number has a live reservation already. `ids` are theirs."""

    code = "second_reservation"
    default_message = "この交付通知書の番号には、すでに予約があります。内容を確かめてください。"

    def __init__(self, ids: Sequence[UUID]) -> None:
        super().__init__()
        self.ids = tuple(ids)


class Booked(Struct, frozen=True):
    """A reservation that stands: its number is told to the caller and stays."""

    reservation_id: UUID
    serial: int
    version: int


def book_held(
    held_id: UUID, details: Details, *, keys: ContractKeys, terms: Terms, by: Actor, call_id: UUID | None = None
) -> Booked:
    """Book what is held. A hold that ran out is booked all the same while nobody took its seats.

    Raises `HoldGone`, `SecondReservation`, `NotFound` for what is no hold.
    """
    row = held_row(held_id, by.contract)
    require_people(details, row.people)
    require_no_second(details, keys, by.contract)
    if seats.keep(held_id, contract_id=by.contract) != row.units:
        raise HoldGone()
    _add_applicants(held_id, details, keys)
    step = Step(held_id, row.version + 1, EventKind.BOOKED, row.channel, spot_of(row), call_id=call_id)
    history.add(step, by=by, at=terms.at, keeps_ledger=terms.settings.keeps_ledger)
    return _numbered(step, _booked_columns(details, step, keys, terms, by), by)


def book(
    wish: Wish, details: Details, *, keys: ContractKeys, terms: Terms, by: Actor, call_id: UUID | None = None
) -> Booked:
    """Book at once, as a machine does. Raises `Full`, `NotOffered`, `SecondReservation`."""
    choice = choose(wish, terms)
    require_people(details, wish.people)
    require_no_second(details, keys, by.contract)
    reservation_id = new_id()
    step = Step(reservation_id, 1, EventKind.BOOKED, wish.channel, choice.spot, call_id=call_id)
    row = new_row(reservation_id, choice, by=by, at=terms.at) | {"state": State.HELD.value, "call_id": call_id}
    booked = _booked_columns(details, step, keys, terms, by)
    seats.lock(choice.slot_ids, by.contract)
    with in_one_go():
        _NEW.execute(writing(), row)
        seats.take(choice.steps, reservation_id, None, contract_id=by.contract, at=terms.at)
        _add_applicants(reservation_id, details, keys)
        history.add(step, by=by, at=terms.at, keeps_ledger=terms.settings.keeps_ledger)
    return _numbered(step, booked, by)


def _numbered(step: Step, booked: Mapping[str, Any], by: Actor) -> Booked:
    """Give the number, last of all: from here on every other booking of the contract waits for this one's commit.

    Raises `HoldGone` for what is no hold any more.
    """
    serial = _NEXT_NUMBER.returning(writing(), {"wanted_contract": by.contract}) - 1
    new = {f"new_{name}": value for name, value in booked.items()}
    where = {"wanted_contract": by.contract, "wanted_reservation": step.reservation_id}
    if _BOOK.execute(writing(), {**where, **new, "new_number": serial, "new_version": step.sequence}) != 1:
        raise HoldGone()
    return Booked(step.reservation_id, serial, step.sequence)


def held_row(reservation_id: UUID, contract_id: UUID) -> Any:
    """Raises `HoldGone` for what is not held (any more)."""
    row = db.session.execute(
        select(_ROWS).where(
            _ROWS.c.contract_id == contract_id, _ROWS.c.id == reservation_id, _ROWS.c.state == State.HELD.value
        )
    ).first()
    if row is None:
        raise HoldGone()
    return row


def require_people(details: Details, people: int) -> None:
    if len(details.applicants) != people:
        raise InvalidInput(errors={"people": [f"{people}人分の情報を入力してください。"]})


def require_no_second(details: Details, keys: ContractKeys, contract_id: UUID) -> None:
    """A second live reservation for a notice number is shown, not blindly made. Raises `SecondReservation`."""
    if details.second:
        return
    found = queries.live_of_numbers(keys, contract_id, [one.notice_number for one in details.applicants])
    if found:
        raise SecondReservation(found)


def lead_days(on: date, terms: Terms) -> int:
    """Open days from today (counted in) to the day before the appointment: the n of D−n."""
    last = on - timedelta(days=1)
    return terms.calendar.count_open_days(terms.today, last) if last >= terms.today else 0


def _booked_columns(details: Details, step: Step, keys: ContractKeys, terms: Terms, by: Actor) -> dict[str, Any]:
    phone, row_id = details.phone, step.reservation_id
    return {
        "state": State.BOOKED.value,
        "visitor": details.visitor,
        "documents_told": details.documents_told,
        "booked_at": terms.at,
        "booked_by": by.person_id,
        "booked_on": terms.today,
        "lead_days": lead_days(step.spot.on, terms),
        "phone": sealed(keys, PHONE, row_id, phone.display if phone else ""),
        "phone_key": key_of(keys, IndexKind.PHONE, phone.e164) if phone else None,
        "remarks": sealed(keys, REMARKS, row_id, details.remarks),
    }


def _add_applicants(reservation_id: UUID, details: Details, keys: ContractKeys) -> None:
    for position, one in enumerate(details.applicants, 1):
        row_id = new_id()
        row: Mapping[str, Any] = {
            "contract_id": keys.contract_id,
            "id": row_id,
            "reservation_id": reservation_id,
            "position": position,
            "live": True,
            "second": details.second,
            **applicant_columns(keys, row_id, one),
        }
        _APPLICANT.execute(writing(), row)


def record_shown(reservation_id: UUID, fields: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Personal data of a reservation was shown or printed."""
    record(Act("reservation.shown", "reservation", str(reservation_id), {"fields": list(fields)}), by=by, at=at)


def require_known(found: Any | None) -> Any:
    if found is None:
        raise NotFound("予約が見つかりませんでした。")
    return found
