"""Free times as people and machines are shown them: by day and place, of one day, and what lies nearest to a wish."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from callcenter.reservations import catalogue, queries
from callcenter.reservations.catalogue import Names, Procedure
from callcenter.reservations.choosing import Wish
from callcenter.reservations.rules import units_of
from callcenter.reservations.terms import Terms
from scheduling.capacity import FreeTime, Wanted, nearest, starts

NEAR = (timedelta(days=1), timedelta(days=5), timedelta(days=21))
"""How far around a wish is looked, in turn, until there is enough to offer."""
ALTERNATIVES = 6


class Offer(Struct, frozen=True):
    """A time that may be booked, in words too. `free`: how many parties of this size still fit."""

    counter_id: UUID
    on: date
    start_minute: int
    end_minute: int
    place_name: str
    counter_name: str
    free: int


class Search(Struct, frozen=True):
    """What somebody looks for. `place_id` None: any place."""

    procedure: Procedure
    people: int
    channel: str
    place_id: UUID | None = None

    @property
    def length(self) -> int:
        return units_of(self.procedure.units, self.people)


def offered(search: Search, terms: Terms, from_on: date, to_on: date) -> list[Offer]:
    """Times at which the whole party fits, in order."""
    names = catalogue.names(terms.contract_id)
    return [_offer(one, names) for one in _starts(search, names, terms, from_on, to_on)]


def _starts(search: Search, names: Names, terms: Terms, from_on: date, to_on: date) -> list[FreeTime]:
    usable = {
        str(one.id)
        for one in names.counters.values()
        if not one.retired
        and one.takes(search.procedure.id)
        and (search.place_id is None or one.place_id == search.place_id)
    }
    found = queries.free_times(terms, search.channel, from_on, to_on)
    return starts((one for one in found if one.counter in usable), search.length)


def _offer(one: FreeTime, names: Names) -> Offer:
    counter = names.counters[UUID(one.counter)]
    return Offer(counter.id, one.on, one.span.start, one.span.end, counter.place_name, counter.name, one.free)


def alternatives(wish: Wish, terms: Terms, most: int = ALTERNATIVES) -> list[Offer]:
    """The nearest times to one that is gone, for the same party through the same channel."""
    names = catalogue.names(terms.contract_id)
    counter = names.counters.get(wish.counter_id)
    search = Search(catalogue.procedure(terms.contract_id, wish.procedure_id), wish.people, wish.channel)
    wanted = Wanted(wish.on, wish.start_minute, str(counter.place_id) if counter else "")
    found: list[FreeTime] = []
    for around in NEAR:
        found = nearest(_starts(search, names, terms, wish.on - around, wish.on + around), wanted, most)
        if len(found) >= most:
            break
    return [_offer(one, names) for one in found]
