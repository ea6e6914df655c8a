"""Comparing the city's list with ours, and working the differences off one by one. None of the use cases commits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.keys import ContractKeys
from callcenter.protection.scan import require_clean
from callcenter.reservations import city_list, queries
from callcenter.reservations.city_list import CityRow, Compared, OurRow
from callcenter.reservations.models import (
    ReservationCityImport,
    ReservationDifference,
    ReservationEntry,
)
from callcenter.reservations.rules import State
from callcenter.reservations.sealing import CITY_ROW, SETTLEMENT, opened_applicant, opened_json, sealed, sealed_json
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import touched

SETTLEMENTS: dict[str, str] = {
    "entered": "市システムに入力した",
    "theirs": "市システムを直した",
    "ours": "こちらの予約を直した",
    "none": "差異ではない",
}


class Read(Struct, frozen=True):
    """A list as it was read, compared with ours; nothing is stored yet."""

    rows: tuple[CityRow, ...]
    compared: Compared
    from_on: date
    to_on: date
    sha256: str


def read(content: bytes, *, keys: ContractKeys, terms: Terms) -> Read:
    """Raises `InvalidInput` (field `file`), `IndividualNumberRefused`."""
    rows = city_list.read(content, terms.today)
    require_clean({"file": "\n".join(f"{one.name} {one.city_number}" for one in rows)})
    if not rows:
        raise InvalidInput(errors={"file": ["予約の行がありません。"]})
    first, last = min(one.on for one in rows), max(one.on for one in rows)
    if (last - first) > timedelta(days=366):
        raise InvalidInput(errors={"file": ["1年を超える期間の一覧は取り込めません。期間を絞って出力してください。"]})
    ours = our_rows(keys, first, last, rows)
    return Read(tuple(rows), city_list.compare(ours, rows), first, last, hashlib.sha256(content).hexdigest())


def our_rows(keys: ContractKeys, first: date, last: date, theirs: Sequence[CityRow]) -> list[OurRow]:
    """Our reservations of the days of their list, and those elsewhere that bear one of its numbers."""
    numbers = {one.city_number for one in theirs if one.city_number}
    entered = _entered_numbers(keys.contract_id)
    wanted = queries.ListFilter(first, last, state=State.BOOKED.value)
    rows = {row.id: row for row in queries.listed(keys.contract_id, wanted)}
    elsewhere = [one for one, number in entered.items() if number in numbers and one not in rows]
    rows |= {row.id: row for row in queries.with_ids(keys.contract_id, elsewhere) if row.state == State.BOOKED.value}
    people = queries.applicants_of(keys.contract_id, list(rows))
    return [_our_row(keys, row, people.get(row.id, []), entered.get(row.id, "")) for row in rows.values()]


def _our_row(keys: ContractKeys, row: Any, people: Sequence[Any], city_number: str) -> OurRow:
    applicants = [opened_applicant(keys, one) for one in people]
    return OurRow(
        str(row.id),
        city_number,
        tuple(one.notice_number for one in applicants),
        tuple(one.name for one in applicants),
        tuple(one.birth_on for one in applicants),
        row.local_on,
        row.start_minute,
    )


def _entered_numbers(contract_id: UUID) -> dict[UUID, str]:
    """The newest number of the city's system for each reservation."""
    rows = db.session.execute(
        select(ReservationEntry.reservation_id, ReservationEntry.city_number)
        .where(ReservationEntry.contract_id == contract_id, ReservationEntry.city_number.is_not(None))
        .order_by(ReservationEntry.id)
    )
    return {reservation_id: number for reservation_id, number in rows if number}


def store(found: Read, *, keys: ContractKeys, terms: Terms, by: Actor) -> UUID:
    """Keep what disagrees, to be worked off. Open differences of the same days from earlier lists are replaced."""
    import_id = new_id()
    db.session.add(
        ReservationCityImport(
            contract_id=by.contract,
            id=import_id,
            imported_at=terms.at,
            imported_by=by.person_id,
            sha256=found.sha256,
            from_on=found.from_on,
            to_on=found.to_on,
            rows=len(found.rows),
            matched=found.compared.matched,
        )
    )
    db.session.flush()
    _settle_older(found, keys, terms, by)
    for one in found.compared.differences:
        db.session.add(_difference(one, import_id, keys))
    db.session.flush()
    details = {"rows": len(found.rows), "matched": found.compared.matched, "count": len(found.compared.differences)}
    record(Act("city_list.compared", "city_import", str(import_id), details), by=by, at=terms.at)
    return import_id


def _settle_older(found: Read, keys: ContractKeys, terms: Terms, by: Actor) -> None:
    older = db.session.execute(
        select(ReservationDifference.id).where(
            ReservationDifference.contract_id == keys.contract_id,
            ReservationDifference.settled_at.is_(None),
            ReservationDifference.local_on.between(found.from_on, found.to_on),
        )
    ).scalars()
    for difference_id in list(older):
        touched(
            update(ReservationDifference)
            .where(ReservationDifference.contract_id == keys.contract_id, ReservationDifference.id == difference_id)
            .values(settled_at=terms.at, settled_by=by.person_id, settlement="newer")
        )


def _difference(one: city_list.Difference, import_id: UUID, keys: ContractKeys) -> ReservationDifference:
    row_id = new_id()
    on = one.ours.on if one.ours else one.theirs.on if one.theirs else date.min
    theirs = None
    if one.theirs is not None:
        theirs = sealed_json(keys, CITY_ROW, row_id, _as_json(one.theirs))
    return ReservationDifference(
        contract_id=keys.contract_id,
        id=row_id,
        import_id=import_id,
        kind=one.kind.value,
        local_on=on,
        reservation_id=UUID(one.ours.reservation_id) if one.ours else None,
        city_row=theirs,
    )


def _as_json(row: CityRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "city_number": row.city_number,
        "notice_number": row.notice_number,
        "name": row.name,
        "birth": row.birth_on.isoformat() if row.birth_on else "",
        "on": row.on.isoformat(),
        "minute": row.minute,
    }


def open_differences(contract_id: UUID) -> Sequence[Any]:
    """What is still to be worked off, by day."""
    return db.session.execute(
        select(ReservationDifference.__table__)
        .where(ReservationDifference.contract_id == contract_id, ReservationDifference.settled_at.is_(None))
        .order_by(ReservationDifference.local_on, ReservationDifference.id)
    ).all()


def city_row(keys: ContractKeys, row: Any) -> dict[str, Any] | None:
    """The city's row of a difference, opened."""
    return None if row.city_row is None else opened_json(keys, CITY_ROW, row.id, row.city_row)


def imports(contract_id: UUID, most: int = 10) -> Sequence[Any]:
    """The newest comparisons."""
    return db.session.execute(
        select(ReservationCityImport.__table__)
        .where(ReservationCityImport.contract_id == contract_id)
        .order_by(ReservationCityImport.id.desc())
        .limit(most)
    ).all()


def settle(difference_id: UUID, settlement: str, note: str, *, keys: ContractKeys, terms: Terms, by: Actor) -> None:
    """Say what was done about a difference. `note` is cleaned and scanned. Raises `InvalidInput`,
    `NotFound`, `Conflict`."""
    if settlement not in SETTLEMENTS:
        raise InvalidInput(errors={"settlement": ["どう処理したかを選んでください。"]})
    if settlement == "none" and not note:
        raise InvalidInput(errors={"note": ["差異ではない理由を入力してください。"]})
    known = db.session.execute(
        select(ReservationDifference.id).where(
            ReservationDifference.contract_id == by.contract, ReservationDifference.id == difference_id
        )
    ).first()
    if known is None:
        raise NotFound("差異が見つかりませんでした。")
    done = touched(
        update(ReservationDifference)
        .where(
            ReservationDifference.contract_id == by.contract,
            ReservationDifference.id == difference_id,
            ReservationDifference.settled_at.is_(None),
        )
        .values(
            settled_at=terms.at,
            settled_by=by.person_id,
            settlement=settlement,
            note=sealed(keys, SETTLEMENT, difference_id, note),
        )
    )
    if done != 1:
        raise Conflict("この差異は、ほかの人が先に処理しました。")
    details = {"settlement": settlement}
    record(Act("difference.settled", "difference", str(difference_id), details), by=by, at=terms.at)
