"""Whose appointments fell into a time, in portions: for the check of texts before a report leaves (003 8③, 10(1)⑤)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import or_, select

from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from callcenter.reservations.models import Reservation, ReservationApplicant
from callcenter.reservations.sealing import NAME, NOTICE, PHONE, opened

PORTION = 1000


class Applicant(Struct, frozen=True):
    """Somebody an appointment was made for, in the clear: name, notice number, the reservation's phone ("": none)."""

    name: str
    notice_number: str
    phone: str


def applicants_between(contract_id: UUID, from_on: date, to_on: date) -> Iterator[Applicant]:
    """Each applicant of the reservations that were booked in the days or fall on them, both ends included.

    Rows arrive in portions: read within `hold_read()`. Whoever asks puts the use into the log. Raises `Unreadable`.
    """
    statement = (
        select(
            ReservationApplicant.id,
            ReservationApplicant.name,
            ReservationApplicant.notice_number,
            Reservation.id.label("reservation_id"),
            Reservation.phone,
        )
        .join(
            Reservation,
            (Reservation.contract_id == ReservationApplicant.contract_id)
            & (Reservation.id == ReservationApplicant.reservation_id),
        )
        .where(
            ReservationApplicant.contract_id == contract_id,
            Reservation.number.is_not(None),
            or_(Reservation.booked_on.between(from_on, to_on), Reservation.local_on.between(from_on, to_on)),
        )
        .execution_options(yield_per=PORTION)
    )
    keys = keys_for(contract_id)
    for row in db.session.execute(statement):
        yield Applicant(
            opened(keys, NAME, row.id, row.name),
            opened(keys, NOTICE, row.id, row.notice_number),
            opened(keys, PHONE, row.reservation_id, row.phone),
        )
