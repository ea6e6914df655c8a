"""Reads of what can be booked and where: procedures, places, counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, func, select

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.reservations.catalogue_models import (
    ReservationCounter,
    ReservationCounterProcedure,
    ReservationPlace,
    ReservationProcedure,
)
from callcenter.web.statements import Read

_PROCEDURES = cast(Table, ReservationProcedure.__table__)
_COUNTERS = cast(Table, ReservationCounter.__table__)
_PLACES = cast(Table, ReservationPlace.__table__)
_TAKES = cast(Table, ReservationCounterProcedure.__table__)
_CONTRACT = bindparam("wanted_contract", type_=_PROCEDURES.c.contract_id.type)
_ALL_PROCEDURES = Read(
    select(
        _PROCEDURES.c.id,
        _PROCEDURES.c.name,
        _PROCEDURES.c.units,
        _PROCEDURES.c.documents,
        _PROCEDURES.c.guardian_documents,
        _PROCEDURES.c.note,
        _PROCEDURES.c.bookable,
        _PROCEDURES.c.category_code,
        _PROCEDURES.c.retired_at,
        _PROCEDURES.c.version,
        _PROCEDURES.c.position,
    )
    .where(_PROCEDURES.c.contract_id == _CONTRACT)
    .order_by(_PROCEDURES.c.position, _PROCEDURES.c.id)
)
_ALL_COUNTERS = Read(
    select(
        _COUNTERS.c.id,
        _COUNTERS.c.name,
        _COUNTERS.c.place_id,
        _PLACES.c.name.label("place_name"),
        _PLACES.c.address,
        _COUNTERS.c.retired_at,
        _PLACES.c.retired_at.label("place_retired_at"),
        _PLACES.c.position.label("place_position"),
    )
    .select_from(
        _COUNTERS.join(
            _PLACES, (_PLACES.c.contract_id == _COUNTERS.c.contract_id) & (_PLACES.c.id == _COUNTERS.c.place_id)
        )
    )
    .where(_COUNTERS.c.contract_id == _CONTRACT)
    .order_by(_PLACES.c.position, _PLACES.c.id, _COUNTERS.c.position, _COUNTERS.c.id)
)
_ALL_PLACES = Read(
    select(_PLACES.c.id, _PLACES.c.name, _PLACES.c.address, _PLACES.c.retired_at)
    .where(_PLACES.c.contract_id == _CONTRACT)
    .order_by(_PLACES.c.position, _PLACES.c.id)
)
_ALL_TAKEN = Read(select(_TAKES.c.counter_id, _TAKES.c.procedure_id).where(_TAKES.c.contract_id == _CONTRACT))


class Procedure(Struct, frozen=True):
    """What one comes for. `documents`: what to bring, line by line."""

    id: UUID
    name: str
    units: int
    documents: tuple[str, ...]
    guardian_documents: tuple[str, ...]
    note: str
    bookable: bool
    category_code: str
    retired: bool
    version: int
    position: int

    @property
    def offered(self) -> bool:
        return self.bookable and not self.retired


class Counter(Struct, frozen=True):
    """A counter with its place. `procedures` empty: it takes every procedure."""

    id: UUID
    name: str
    place_id: UUID
    place_name: str
    address: str
    retired: bool
    procedures: frozenset[UUID]

    def takes(self, procedure_id: UUID) -> bool:
        return not self.procedures or procedure_id in self.procedures


class Place(Struct, frozen=True):
    id: UUID
    name: str
    address: str
    retired: bool
    counters: tuple[Counter, ...]


def procedures(contract_id: UUID) -> list[Procedure]:
    """All procedures in their order, retired ones too. One statement."""
    rows = _ALL_PROCEDURES.all(db.session.connection(), {"wanted_contract": contract_id})
    return [
        Procedure(
            row.id,
            row.name,
            row.units,
            _lines(row.documents),
            _lines(row.guardian_documents),
            row.note,
            row.bookable,
            row.category_code,
            row.retired_at is not None,
            row.version,
            row.position,
        )
        for row in rows
    ]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def procedure(contract_id: UUID, procedure_id: UUID) -> Procedure:
    """Raises `NotFound`."""
    for one in procedures(contract_id):
        if one.id == procedure_id:
            return one
    raise NotFound("手続が見つかりませんでした。")


def counters(contract_id: UUID) -> list[Counter]:
    """All counters in the order of their places, retired ones too. Two statements."""
    connection, wanted = db.session.connection(), {"wanted_contract": contract_id}
    taken: dict[UUID, set[UUID]] = {}
    for row in _ALL_TAKEN.all(connection, wanted):
        taken.setdefault(row.counter_id, set()).add(row.procedure_id)
    return [
        Counter(
            row.id,
            row.name,
            row.place_id,
            row.place_name,
            row.address,
            row.retired_at is not None or row.place_retired_at is not None,
            frozenset(taken.get(row.id, ())),
        )
        for row in _ALL_COUNTERS.all(connection, wanted)
    ]


def counter(contract_id: UUID, counter_id: UUID) -> Counter:
    """Raises `NotFound`."""
    for one in counters(contract_id):
        if one.id == counter_id:
            return one
    raise NotFound("窓口が見つかりませんでした。")


_CHOSEN = _TAKES.alias("chosen_takes")
_COUNTER = bindparam("wanted_counter", type_=_COUNTERS.c.id.type)
_PROCEDURE = bindparam("wanted_procedure", type_=_PROCEDURES.c.id.type)
_PAIR = Read(
    select(
        _PROCEDURES.c.name,
        _PROCEDURES.c.units,
        _PROCEDURES.c.bookable,
        _PROCEDURES.c.retired_at,
        _COUNTERS.c.id.label("counter_id"),
        _COUNTERS.c.retired_at.label("counter_retired_at"),
        _PLACES.c.retired_at.label("place_retired_at"),
        select(func.count())
        .where(_TAKES.c.contract_id == _CONTRACT, _TAKES.c.counter_id == _COUNTER)
        .scalar_subquery()
        .label("listed"),
        select(func.count())
        .where(
            _CHOSEN.c.contract_id == _CONTRACT, _CHOSEN.c.counter_id == _COUNTER, _CHOSEN.c.procedure_id == _PROCEDURE
        )
        .scalar_subquery()
        .label("chosen"),
    )
    .select_from(
        _PROCEDURES.outerjoin(
            _COUNTERS, (_COUNTERS.c.contract_id == _PROCEDURES.c.contract_id) & (_COUNTERS.c.id == _COUNTER)
        ).outerjoin(
            _PLACES, (_PLACES.c.contract_id == _COUNTERS.c.contract_id) & (_PLACES.c.id == _COUNTERS.c.place_id)
        )
    )
    .where(_PROCEDURES.c.contract_id == _CONTRACT, _PROCEDURES.c.id == _PROCEDURE)
)


class Pair(Struct, frozen=True):
    """A procedure at a counter: whether it is offered at all, and whether the counter, being in use, takes it."""

    name: str
    units: int
    offered: bool
    taken_there: bool


def pair(contract_id: UUID, procedure_id: UUID, counter_id: UUID) -> Pair:
    """One statement. Raises `NotFound` for an unknown procedure."""
    wanted = {"wanted_contract": contract_id, "wanted_counter": counter_id, "wanted_procedure": procedure_id}
    row = _PAIR.first(db.session.connection(), wanted)
    if row is None:
        raise NotFound("手続が見つかりませんでした。")
    in_use = row.counter_id is not None and row.counter_retired_at is None and row.place_retired_at is None
    takes_it = in_use and (not row.listed or bool(row.chosen))
    return Pair(row.name, row.units, row.bookable and row.retired_at is None, takes_it)


def places(contract_id: UUID) -> list[Place]:
    """All places with their counters, in order."""
    own: dict[UUID, list[Counter]] = {}
    for one in counters(contract_id):
        own.setdefault(one.place_id, []).append(one)
    rows = _ALL_PLACES.all(db.session.connection(), {"wanted_contract": contract_id})
    return [
        Place(row.id, row.name, row.address, row.retired_at is not None, tuple(own.get(row.id, ()))) for row in rows
    ]


def place_names(contract_id: UUID) -> list[Any]:
    """(id, name) of the places in use, in order. One statement."""
    rows = _ALL_PLACES.all(db.session.connection(), {"wanted_contract": contract_id})
    return [row for row in rows if row.retired_at is None]


def place(contract_id: UUID, place_id: UUID) -> Place:
    """Raises `NotFound`."""
    for one in places(contract_id):
        if one.id == place_id:
            return one
    raise NotFound("会場が見つかりませんでした。")


class Names(Struct, frozen=True):
    """What ids are called on screens and sheets."""

    procedures: Mapping[UUID, str]
    counters: Mapping[UUID, Counter]

    def procedure(self, procedure_id: UUID) -> str:
        return self.procedures.get(procedure_id, "―")

    def place(self, counter_id: UUID) -> str:
        found = self.counters.get(counter_id)
        return found.place_name if found else "―"

    def where(self, counter_id: UUID) -> str:
        """`市役所本庁 交付窓口`"""
        found = self.counters.get(counter_id)
        return f"{found.place_name} {found.name}" if found else "―"


def names(contract_id: UUID) -> Names:
    return Names({one.id: one.name for one in procedures(contract_id)}, {one.id: one for one in counters(contract_id)})


def choices(found: Sequence[Any]) -> list[tuple[str, str]]:
    """(id, name) for a select."""
    return [(str(one.id), one.name) for one in found]
