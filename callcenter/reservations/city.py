"""The ledger beside the city's own system (003 clause 8②): entered by one, verified by another. None commits.

The second person may check later, because one may be alone at the desk; what is not entered or not verified is alarmed
before closing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, Forbidden, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.reservations.models import Reservation, ReservationEntry, ReservationEvent
from callcenter.web.access import Actor
from callcenter.web.statements import touched

NUMBER_LENGTH, NOTE_LENGTH = 40, 200


class EntryDone(Conflict):
    """Somebody entered or verified it meanwhile."""

    default_message = "この入力は、ほかの人が先に記録しました。最新の一覧を確認してください。"


def entry(contract_id: UUID, entry_id: UUID) -> Any:
    """Raises `NotFound`."""
    found = db.session.execute(
        select(ReservationEntry.__table__).where(
            ReservationEntry.contract_id == contract_id, ReservationEntry.id == entry_id
        )
    ).first()
    if found is None:
        raise NotFound("市システムへの入力が見つかりませんでした。")
    return found


def latest_of(contract_id: UUID, reservation_id: UUID) -> Any | None:
    """The newest entry that is due for a reservation and not yet made."""
    return db.session.execute(
        select(ReservationEntry.__table__)
        .where(
            ReservationEntry.contract_id == contract_id,
            ReservationEntry.reservation_id == reservation_id,
            ReservationEntry.entered_at.is_(None),
        )
        .order_by(ReservationEntry.id.desc())
        .limit(1)
    ).first()


def number_of_city(contract_id: UUID, reservation_id: UUID) -> str:
    """The number the city's system gave a reservation, "" before it was entered."""
    found = db.session.execute(
        select(ReservationEntry.city_number)
        .where(
            ReservationEntry.contract_id == contract_id,
            ReservationEntry.reservation_id == reservation_id,
            ReservationEntry.city_number.is_not(None),
        )
        .order_by(ReservationEntry.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or ""


def enter(entry_id: UUID, city_number: str, *, by: Actor, at: datetime) -> None:
    """It stands in the city's system under this number (cleaned and scanned). Raises `InvalidInput`, `EntryDone`."""
    if not city_number:
        raise InvalidInput(errors={"city_number": ["市システムに表示された番号を入力してください。"]})
    done = touched(
        update(ReservationEntry)
        .where(
            ReservationEntry.contract_id == by.contract,
            ReservationEntry.id == entry_id,
            ReservationEntry.entered_at.is_(None),
        )
        .values(city_number=city_number, entered_at=at, entered_by=by.person_id, returned_note="")
    )
    if done != 1:
        raise EntryDone()
    record(Act("reservation.entered", "reservation", str(_reservation_of(entry_id, by.contract))), by=by, at=at)


def verify(entry_id: UUID, *, by: Actor, at: datetime) -> None:
    """A second person saw it there. Raises `Forbidden` for the one who entered it, `EntryDone`."""
    row = entry(by.contract, entry_id)
    if row.entered_at is None or row.verified_at is not None:
        raise EntryDone()
    if by.person_id is None or row.entered_by == by.person_id:
        raise Forbidden("入力した本人は確認できません。別の人が確認してください。")
    done = touched(
        update(ReservationEntry)
        .where(
            ReservationEntry.contract_id == by.contract,
            ReservationEntry.id == entry_id,
            ReservationEntry.entered_at == row.entered_at,
            ReservationEntry.verified_at.is_(None),
        )
        .values(verified_at=at, verified_by=by.person_id)
    )
    if done != 1:
        raise EntryDone()
    record(Act("reservation.verified", "reservation", str(row.reservation_id)), by=by, at=at)


def send_back(entry_id: UUID, note: str, *, by: Actor, at: datetime) -> None:
    """The second person found it wrong or missing: it has to be entered again. `note` cleaned and scanned."""
    if not note:
        raise InvalidInput(errors={"note": ["何が違っていたかを入力してください。"]})
    done = touched(
        update(ReservationEntry)
        .where(
            ReservationEntry.contract_id == by.contract,
            ReservationEntry.id == entry_id,
            ReservationEntry.entered_at.is_not(None),
            ReservationEntry.verified_at.is_(None),
        )
        .values(entered_at=None, entered_by=None, city_number=None, returned_note=note)
    )
    if done != 1:
        raise EntryDone()
    record(Act("reservation.entry_returned", "reservation", str(_reservation_of(entry_id, by.contract))), by=by, at=at)


def _reservation_of(entry_id: UUID, contract_id: UUID) -> UUID:
    found: UUID = entry(contract_id, entry_id).reservation_id
    return found


def unfinished(contract_id: UUID) -> Sequence[Any]:
    """Entries that are due or wait for the second person, the oldest first, with their step and reservation."""
    return db.session.execute(
        select(
            ReservationEntry.id,
            ReservationEntry.reservation_id,
            ReservationEntry.local_on,
            ReservationEntry.city_number,
            ReservationEntry.entered_at,
            ReservationEntry.entered_by,
            ReservationEntry.returned_note,
            ReservationEvent.kind,
            ReservationEvent.at,
            ReservationEvent.after,
            ReservationEvent.before,
            Reservation.number,
        )
        .join(
            ReservationEvent,
            (ReservationEvent.contract_id == ReservationEntry.contract_id)
            & (ReservationEvent.id == ReservationEntry.id),
        )
        .join(
            Reservation,
            (Reservation.contract_id == ReservationEntry.contract_id)
            & (Reservation.id == ReservationEntry.reservation_id),
        )
        .where(ReservationEntry.contract_id == contract_id, ReservationEntry.verified_at.is_(None))
        .order_by(ReservationEntry.id)
    ).all()


def counts_on(contract_id: UUID, first: date, last: date) -> tuple[int, int, int]:
    """Of the steps of a range of days: to be entered in all, not entered, entered and not verified."""
    rows = db.session.execute(
        select(ReservationEntry.entered_at, ReservationEntry.verified_at).where(
            ReservationEntry.contract_id == contract_id, ReservationEntry.local_on.between(first, last)
        )
    ).all()
    open_ = sum(row.entered_at is None for row in rows)
    unverified = sum(row.entered_at is not None and row.verified_at is None for row in rows)
    return len(rows), open_, unverified
