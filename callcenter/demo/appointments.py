"""The demonstration's appointment book: three places, weeks of reservations, a day that had to be closed.

Everything goes through the feature's own services, as the operators would have done it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from callcenter.clock import instant_of
from callcenter.demo.people import CALLERS, caller_at
from callcenter.protection.deployment import keys_for
from callcenter.protection.phones import normalise_phone
from callcenter.reservations import catalogue, changes, city, offers, patterns, queries, service, setup, terms, waits
from callcenter.reservations.booking import Booked
from callcenter.reservations.changes import Place
from callcenter.reservations.choosing import Time, Wish
from callcenter.reservations.forms import CancelTyped, Details
from callcenter.reservations.offers import Offer, Search
from callcenter.reservations.patterns import ExceptionForm, PatternForm
from callcenter.reservations.rules import Applicant, CancelReason, Channel, Mode, State, Visitor
from callcenter.web.access import Actor

PLAYED: Final = 30
"""How many open days before today the book is kept for."""
CLOSED_AHEAD: Final = 5
LEFT_UNENTERED: Final = 2
_PER_DAY: Final = 14
_BEGINS: Final = 545
"""The minute from which the book is kept: after what the day before left to correct."""
_PLACES: Final = (
    ("市役所本庁", "七番丁23番地 1階", ("交付窓口A", "交付窓口B"), 510, 1020, 2),
    ("東サービスセンター", "東町4番地", ("交付窓口",), 540, 990, 1),
    ("南コミュニティセンター", "南浜1番地", ("交付窓口",), 600, 960, 1),
)
_BIRTHS: Final = (date(1938, 1, 5), date(2008, 12, 28))


class Appointments:
    """The book as it is played, day after day."""

    def __init__(self, contract_id: UUID) -> None:
        self.contract_id, self.keys = contract_id, keys_for(contract_id)
        self._persons = 0
        self._founded = False

    def day(self, on: date, ahead: int, until_minute: int, *, actors: Sequence[Actor], leader: Actor) -> None:
        """One day at the desk: visits, new reservations, changes, cancellations. Call it inside a transaction."""
        rng = random.Random(f"appointments {on}")
        if not self._founded:
            self._found(leader, instant_of(on, _BEGINS))
        for minute in sorted(rng.randrange(_BEGINS + 1, min(1030, until_minute)) for _ in range(_PER_DAY)):
            self._act(instant_of(on, minute), rng.choice(actors), rng)
        self._enter(ahead, actors, instant_of(on, min(1030, until_minute)))
        self._visits(on, until_minute, leader, rng)
        if ahead == 0:
            self._close_a_day(leader, instant_of(on, until_minute))

    def _terms(self, at: datetime) -> terms.Terms:
        return terms.terms_at(self.contract_id, at)

    def _found(self, by: Actor, at: datetime) -> None:
        """Places, counters and patterns; the way of working is the ledger beside the city's system."""
        self._founded = True
        given = {name: getattr(terms.BookingSettings(), name) for name in terms.BookingSettings.__struct_fields__}
        terms.change_settings(given | {"mode": Mode.LEDGER.value}, self._terms(at).today, by=by, at=at)
        for name, address, counters, opens, closes, capacity in _PLACES:
            place_id = setup.save_place(None, name, address, terms=self._terms(at), by=by)
            first = catalogue.place(self.contract_id, place_id).counters[0].id
            ids = [setup.save_counter(first, place_id, counters[0], [], terms=self._terms(at), by=by)]
            ids += [setup.save_counter(None, place_id, more, [], terms=self._terms(at), by=by) for more in counters[1:]]
            quota = 1 if capacity > 1 else 0
            form = PatternForm(opens, closes, 720, 780, 15, capacity + quota, web_quota=quota)
            for counter_id in ids:
                patterns.save_pattern(counter_id, range(5), form, self._terms(at).today, terms=self._terms(at), by=by)
        service.settle(self._terms(at), by=by)

    def _act(self, at: datetime, by: Actor, rng: random.Random) -> None:
        """What one caller wants: mostly a new reservation."""
        chance = rng.random()
        if chance < 0.74:
            self._book(at, by, rng)
            return
        standing = self._changeable(at)
        if standing and chance < 0.9:
            self._move(rng.choice(standing), at, by, rng)
        elif standing:
            self._cancel(rng.choice(standing), at, by, rng)

    def _changeable(self, at: datetime) -> list[Any]:
        now = self._terms(at)
        first, last = now.window.cancel_from_on, now.window.last_on
        return queries.listed(self.contract_id, queries.ListFilter(first, last, state=State.BOOKED.value), limit=40)

    def _offers(self, now: terms.Terms, procedure_id: UUID, people: int, rng: random.Random) -> list[Offer]:
        procedure = catalogue.procedure(self.contract_id, procedure_id)
        first = now.window.first_on + timedelta(days=rng.choice((0, 0, 0, 1, 2, 5, 9)))
        search = Search(procedure, people, Channel.PHONE.value)
        return offers.offered(search, now, first, first + timedelta(days=6))

    def _book(self, at: datetime, by: Actor, rng: random.Random) -> Booked | None:
        now = self._terms(at)
        bookable = [one.id for one in catalogue.procedures(self.contract_id) if one.offered]
        procedure_id = rng.choices(bookable, (10, 4, 5, 2, 1)[: len(bookable)])[0]
        people = rng.choices((1, 2, 3, 4), (80, 12, 5, 3))[0]
        found = self._offers(now, procedure_id, people, rng)
        if not found:
            return None
        chosen = rng.choice(found)
        wish = Wish(procedure_id, people, chosen.counter_id, chosen.on, chosen.start_minute, Channel.PHONE.value)
        return service.book(wish, self._details(people, rng), keys=self.keys, terms=now, by=by)

    def _details(self, people: int, rng: random.Random) -> Details:
        party = tuple(self._applicant(rng) for _ in range(people))
        phone = normalise_phone(caller_at(self._persons * 31 % CALLERS).phone)
        remarks = rng.choices(("", "車いすで来庁", "英語の通訳が必要"), (94, 4, 2))[0]
        return Details(party, phone, Visitor.SELF.value, remarks, True, False)

    def _applicant(self, rng: random.Random) -> Applicant:
        self._persons += 1
        who = caller_at(self._persons * 31 % CALLERS)
        days = (_BIRTHS[1] - _BIRTHS[0]).days
        return Applicant(f"M01-{self._persons:06d}", who.name, who.kana, _BIRTHS[0] + timedelta(rng.randrange(days)))

    def _move(self, row: Any, at: datetime, by: Actor, rng: random.Random) -> None:
        now = self._terms(at)
        here = (row.counter_id, row.local_on, row.start_minute)
        found = [
            one
            for one in self._offers(now, row.procedure_id, row.people, rng)
            if (one.counter_id, one.on, one.start_minute) != here
        ]
        if found:
            chosen = rng.choice(found)
            time = Time(chosen.counter_id, chosen.on, chosen.start_minute)
            place = Place(row.id, changes.row_of(self.contract_id, row.id).version)
            service.move(place, time, CancelTyped("self"), keys=self.keys, terms=now, by=by)

    def _cancel(self, row: Any, at: datetime, by: Actor, rng: random.Random) -> None:
        code = rng.choice((CancelReason.SCHEDULE, CancelReason.ILLNESS, CancelReason.MISTAKE)).value
        place = Place(row.id, changes.row_of(self.contract_id, row.id).version)
        service.cancel(place, CancelTyped("self", code), keys=self.keys, terms=self._terms(at), by=by)

    def _visits(self, on: date, until_minute: int, by: Actor, rng: random.Random) -> None:
        """Who came: noted at the end of the day, or as far as it has come."""
        at = instant_of(on, min(1034, until_minute))
        wanted = queries.ListFilter(on, on, state=State.BOOKED.value)
        for row in queries.listed(self.contract_id, wanted):
            if row.start_minute + 15 < until_minute:
                visit = rng.choices((State.ATTENDED, State.LATE, State.NO_SHOW), (90, 4, 6))[0]
                changes.note_visit(Place(row.id, row.version), visit, terms=self._terms(at), by=by)

    def _enter(self, ahead: int, actors: Sequence[Actor], at: datetime) -> None:
        """What was done stands in the city's system too, checked by a second person; today not all of it."""
        due = city.unfinished(self.contract_id)
        kept = due[: len(due) - LEFT_UNENTERED] if ahead == 0 else due
        for place, entry in enumerate(kept):
            city.enter(entry.id, f"Y{entry.number:06d}", by=actors[0], at=at)
            if ahead or place < len(kept) - LEFT_UNENTERED:
                city.verify(entry.id, by=actors[-1], at=at)

    def _close_a_day(self, by: Actor, at: datetime) -> None:
        """A place has to close on a day to come; somebody waits for a time that is gone."""
        now = self._terms(at)
        place = catalogue.places(self.contract_id)[1]
        closed_on = now.calendar.add_open_days(now.today, CLOSED_AHEAD)
        patterns.add_exception(place.id, ExceptionForm(closed_on, "closed", "空調設備の緊急工事"), terms=now, by=by)
        procedure = next(one for one in catalogue.procedures(self.contract_id) if one.offered)
        who = caller_at(17)
        new = waits.NewWait(
            procedure.id, place.id, 2, now.window.first_on, closed_on, who.name, normalise_phone(who.phone)
        )
        waits.add(new, keys=self.keys, terms=now, by=by)
