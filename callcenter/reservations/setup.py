"""Use cases of setting up: procedures, places, counters, calendar addresses. None of them commits."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from io import StringIO
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update

from callcenter.accounts.passwords import digest, new_secret
from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.reservations import catalogue, slots
from callcenter.reservations.catalogue_models import (
    ReservationBook,
    ReservationCounter,
    ReservationCounterProcedure,
    ReservationFeed,
    ReservationPlace,
    ReservationProcedure,
)
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import touched


def start_book(contract_id: UUID) -> None:
    """A new contract's reservations are numbered from 1; no slot has been made."""
    db.session.add(ReservationBook(contract_id=contract_id, next_number=1))
    db.session.flush()


def load_shipped(contract_id: UUID, *, by: Actor, at: datetime) -> int:
    """The usual procedures, to be checked by the city. Names that are there already stay as they are."""
    source = files("callcenter.reservations").joinpath("data/procedures.csv").read_text(encoding="utf-8")
    known = {one.name for one in catalogue.procedures(contract_id)}
    added = 0
    for place, row in enumerate(csv.DictReader(StringIO(source))):
        if row["name"] not in known:
            db.session.add(_shipped(row, place, contract_id))
            added += 1
    db.session.flush()
    record(Act("procedures.loaded", "contract", str(contract_id), {"count": added}), by=by, at=at)
    return added


def _shipped(row: dict[str, str], place: int, contract_id: UUID) -> ReservationProcedure:
    return ReservationProcedure(
        contract_id=contract_id,
        id=new_id(),
        name=row["name"],
        units=int(row["units"]),
        documents=row["documents"].replace("｜", "\n"),
        guardian_documents=row["guardian_documents"].replace("｜", "\n"),
        note=row["note"],
        bookable=row["bookable"] == "1",
        category_code=row["category_code"],
        position=place,
    )


class ProcedureForm(Struct, frozen=True):
    """A procedure as it is to be. `version` None: a new one. Texts cleaned and scanned."""

    name: str
    units: int
    documents: str
    guardian_documents: str
    note: str
    bookable: bool
    category_code: str
    retired: bool = False


def save_procedure(procedure_id: UUID | None, form: ProcedureForm, version: int, *, by: Actor, at: datetime) -> UUID:
    """Raises `Conflict` for a name in use or a procedure that was changed meanwhile."""
    _require_name_free(ReservationProcedure, form.name, procedure_id, by.contract)
    values = {name: getattr(form, name) for name in form.__struct_fields__ if name != "retired"}
    if procedure_id is None:
        last = db.session.execute(
            select(func.count())
            .select_from(ReservationProcedure)
            .where(ReservationProcedure.contract_id == by.contract)
        ).scalar_one()
        row_id = new_id()
        db.session.add(ReservationProcedure(contract_id=by.contract, id=row_id, position=last, **values))
        db.session.flush()
    else:
        row_id = procedure_id
        values["retired_at"] = at if form.retired else None
        _update_version(ReservationProcedure, row_id, version, values, by.contract)
    record(Act("procedure.saved", "procedure", str(row_id)), by=by, at=at)
    return row_id


def _require_name_free(model: Any, name: str, own_id: UUID | None, contract_id: UUID) -> None:
    taken = db.session.execute(
        select(model.id).where(model.contract_id == contract_id, model.name == name)
    ).scalar_one_or_none()
    if taken is not None and taken != own_id:
        raise InvalidInput(errors={"name": ["この名称は使われています。"]})


def _update_version(model: Any, row_id: UUID, version: int, values: dict[str, Any], contract_id: UUID) -> None:
    done = touched(
        update(model)
        .where(model.contract_id == contract_id, model.id == row_id, model.version == version)
        .values(version=version + 1, **values)
    )
    if done != 1:
        raise Conflict()


def save_place(
    place_id: UUID | None, name: str, address: str, *, retired: bool = False, terms: Terms, by: Actor
) -> UUID:
    """A place; a new one gets its first counter. A retired one closes its days to come. Raises `InvalidInput`."""
    _require_name_free(ReservationPlace, name, place_id, by.contract)
    if place_id is None:
        row_id = new_id()
        position = len(catalogue.places(by.contract))
        db.session.add(
            ReservationPlace(contract_id=by.contract, id=row_id, name=name, address=address, position=position)
        )
        db.session.flush()
        _add_counter(row_id, "交付窓口", by.contract)
    else:
        row_id = place_id
        catalogue.place(by.contract, place_id)
        touched(
            update(ReservationPlace)
            .where(ReservationPlace.contract_id == by.contract, ReservationPlace.id == place_id)
            .values(name=name, address=address, retired_at=terms.at if retired else None)
            .execution_options(synchronize_session=False)
        )
        slots.follow(terms=terms, by=by)
    record(Act("place.saved", "place", str(row_id)), by=by, at=terms.at)
    return row_id


def _add_counter(place_id: UUID, name: str, contract_id: UUID) -> UUID:
    counter_id = new_id()
    place = len([one for one in catalogue.counters(contract_id) if one.place_id == place_id])
    db.session.add(
        ReservationCounter(contract_id=contract_id, id=counter_id, place_id=place_id, name=name, position=place)
    )
    db.session.flush()
    return counter_id


def save_counter(
    counter_id: UUID | None,
    place_id: UUID,
    name: str,
    procedures: Sequence[UUID],
    *,
    retired: bool = False,
    terms: Terms,
    by: Actor,
) -> UUID:
    """A counter of a place with the procedures it takes (none: all). Raises `InvalidInput`, `NotFound`."""
    place = catalogue.place(by.contract, place_id)
    if any(one.name == name and one.id != counter_id for one in place.counters):
        raise InvalidInput(errors={"name": ["この窓口の名称は使われています。"]})
    row_id = counter_id or _add_counter(place_id, name, by.contract)
    if counter_id is not None:
        touched(
            update(ReservationCounter)
            .where(ReservationCounter.contract_id == by.contract, ReservationCounter.id == counter_id)
            .values(name=name, retired_at=terms.at if retired else None)
            .execution_options(synchronize_session=False)
        )
    _set_procedures(row_id, procedures, by.contract)
    slots.follow(terms=terms, by=by)
    record(Act("counter.saved", "counter", str(row_id)), by=by, at=terms.at)
    return row_id


def _set_procedures(counter_id: UUID, procedures: Sequence[UUID], contract_id: UUID) -> None:
    db.session.execute(
        delete(ReservationCounterProcedure).where(
            ReservationCounterProcedure.contract_id == contract_id,
            ReservationCounterProcedure.counter_id == counter_id,
        )
    )
    rows = [{"contract_id": contract_id, "counter_id": counter_id, "procedure_id": one} for one in set(procedures)]
    if rows:
        db.session.execute(insert(ReservationCounterProcedure), rows)


# --- calendar addresses ---


def create_feed(place_id: UUID, name: str, *, by: Actor, at: datetime) -> tuple[UUID, str]:
    """A calendar address of a place: its id, and the secret that is shown once."""
    catalogue.place(by.contract, place_id)
    feed_id, secret = new_id(), new_secret()
    db.session.add(
        ReservationFeed(
            contract_id=by.contract,
            id=feed_id,
            place_id=place_id,
            name=name,
            token_hash=digest(secret),
            created_at=at,
            created_by=by.person_id,
        )
    )
    db.session.flush()
    record(Act("feed.created", "feed", str(feed_id)), by=by, at=at)
    return feed_id, secret


def revoke_feed(feed_id: UUID, *, by: Actor, at: datetime) -> None:
    """Raises `NotFound`."""
    done = touched(
        update(ReservationFeed)
        .where(
            ReservationFeed.contract_id == by.contract,
            ReservationFeed.id == feed_id,
            ReservationFeed.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )
    if done != 1:
        raise NotFound("カレンダーのアドレスが見つかりませんでした。")
    record(Act("feed.revoked", "feed", str(feed_id)), by=by, at=at)


def feeds(contract_id: UUID) -> Sequence[Any]:
    """Calendar addresses in use."""
    return db.session.execute(
        select(ReservationFeed.__table__)
        .where(ReservationFeed.contract_id == contract_id, ReservationFeed.revoked_at.is_(None))
        .order_by(ReservationFeed.created_at)
    ).all()
