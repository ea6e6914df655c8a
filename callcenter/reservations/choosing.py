"""Which seats a wish needs, judged on the server's clock: nothing is taken here."""

from __future__ import annotations

from datetime import date
from typing import cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, bindparam, select

from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.reservations import catalogue
from callcenter.reservations.history import Spot
from callcenter.reservations.models import ReservationSlot
from callcenter.reservations.rules import MOST_PEOPLE, units_of
from callcenter.reservations.seats import SlotRow
from callcenter.reservations.terms import Terms
from callcenter.web.statements import Read

_SLOTS = cast(Table, ReservationSlot.__table__)
_POOLS = 5
_FROM_START = Read(
    select(
        _SLOTS.c.id,
        _SLOTS.c.counter_id,
        _SLOTS.c.place_id,
        _SLOTS.c.local_on,
        _SLOTS.c.start_minute,
        _SLOTS.c.end_minute,
        _SLOTS.c.channel,
        _SLOTS.c.stage,
    )
    .where(
        _SLOTS.c.contract_id == bindparam("wanted_contract", type_=_SLOTS.c.contract_id.type),
        _SLOTS.c.counter_id == bindparam("wanted_counter", type_=_SLOTS.c.counter_id.type),
        _SLOTS.c.local_on == bindparam("wanted_on", type_=_SLOTS.c.local_on.type),
        _SLOTS.c.start_minute >= bindparam("wanted_start"),
        _SLOTS.c.state == "open",
    )
    .order_by(_SLOTS.c.start_minute, _SLOTS.c.stage)
    .limit(bindparam("most"))
)


class NotOffered(InvalidInput):
    """A time that nobody may book now, and why."""

    code = "slot_not_offered"


class Wish(Struct, frozen=True):
    """What is wanted: how many people for which procedure, when, at which counter, through which channel."""

    procedure_id: UUID
    people: int
    counter_id: UUID
    on: date
    start_minute: int
    channel: str


class Time(Struct, frozen=True):
    """A time at a counter."""

    counter_id: UUID
    on: date
    start_minute: int


class Choice(Struct, frozen=True):
    """A wish that may be booked as far as can be known before trying: the pools to try, step by step."""

    wish: Wish
    steps: tuple[tuple[SlotRow, ...], ...]

    @property
    def spot(self) -> Spot:
        first, last = self.steps[0][0], self.steps[-1][0]
        return Spot(first.on, first.start_minute, last.end_minute, first.counter_id, first.place_id)

    @property
    def slot_ids(self) -> list[UUID]:
        """Every pool that may be taken from."""
        return [slot.id for step in self.steps for slot in step]

    @property
    def units(self) -> int:
        return len(self.steps)


def choose(wish: Wish, terms: Terms, *, stands: bool = False) -> Choice:
    """The seats a wish needs. `stands`: of a reservation made already, whose procedure may be retired by now.

    Raises `NotOffered` saying why it cannot be, `NotFound` for an unknown procedure.
    """
    procedure = catalogue.pair(terms.contract_id, wish.procedure_id, wish.counter_id)
    if not procedure.offered and not stands:
        raise NotOffered(errors={"procedure": [f"{procedure.name}は予約を受け付けていません。"]})
    if not 1 <= wish.people <= MOST_PEOPLE:
        raise NotOffered(errors={"people": [f"人数は1人から{MOST_PEOPLE}人までです。"]})
    _require_day(wish, terms)
    if not procedure.taken_there:
        raise NotOffered(errors={"start": ["この窓口では、その手続を受け付けていません。"]})
    return Choice(wish, _steps(wish, units_of(procedure.units, wish.people), terms))


def _require_day(wish: Wish, terms: Terms) -> None:
    """The limits in open days, judged on the server's clock (D−45 to D−3 unless the city says otherwise)."""
    lead, on = terms.settings, wish.on
    if (on, wish.start_minute) <= (terms.today, terms.here.minute):
        raise NotOffered(errors={"on": ["過ぎた日時の枠は予約できません。"]})
    if on < terms.window.first_on:
        raise NotOffered(errors={"on": [f"予約は来庁日の{lead.closes_days}開庁日前までです。"]})
    if on > terms.window.last_on:
        raise NotOffered(errors={"on": [f"この日の予約は、{lead.opens_days}開庁日前から受け付けます。"]})


def _steps(wish: Wish, units: int, terms: Terms) -> tuple[tuple[SlotRow, ...], ...]:
    rows = _FROM_START.all(
        db.session.connection(),
        {
            "wanted_contract": terms.contract_id,
            "wanted_counter": wish.counter_id,
            "wanted_on": wish.on,
            "wanted_start": wish.start_minute,
            "most": units * _POOLS,
        },
    )
    steps: list[tuple[SlotRow, ...]] = []
    at = wish.start_minute
    while len(steps) < units:
        known = [SlotRow(*row) for row in rows if row.start_minute == at]
        own = [one for one in known if terms.window.offers(one.on, one.channel, one.stage, wish.channel)]
        if not own:
            raise NotOffered(errors={"start": [_why_not(at == wish.start_minute, bool(known))]})
        steps.append(tuple(sorted(own, key=lambda one: (one.channel != wish.channel, one.channel, one.stage))))
        at = own[0].end_minute
    return tuple(steps)


def _why_not(is_first: bool, exists: bool) -> str:
    if exists:
        return "この枠は、まだ開いていないか、ほかの経路のために取ってあります。"
    if is_first:
        return "この日時に受付の枠はありません（閉庁・昼休み・受付時間外）。"
    return "人数分の枠が続いていません。別の時間を選んでください。"
