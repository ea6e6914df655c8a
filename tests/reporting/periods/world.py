"""Made-up months of a call centre, written straight into the tables: raw rows that a test can count for itself.

    world = World.of(random.Random(7), month=date(2026, 6, 1))
    world.settle(centre)          # a contract of two years, its staff, calls, counts, punches, reservations
    facts = world.read(centre)    # as of the 20th of the following month

Nothing here uses the product's counting. Days and minutes are of Asia/Tokyo; instants are made from them by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from callcenter.audit.service import system_actor
from callcenter.calls import category_service
from callcenter.calls.category_service import NewName
from callcenter.calls.exchange.models import ExchangeCount, ExchangeDaySource, ExchangeImport, ExchangeSource
from callcenter.calls.models import Call
from callcenter.calls.sealing import Texts, sealed_columns
from callcenter.calls.service import next_numbers
from callcenter.contracts import service as contracts
from callcenter.deliveries.models import Delivery, DeliveryVersion
from callcenter.extensions import db, new_id
from callcenter.protection.deployment import keys_for
from callcenter.reporting.periods import reading
from callcenter.reservations.models import Reservation, ReservationEvent
from callcenter.rosters.models import PlannedBreak, PlannedShift, Punch, PunchCorrection, PunchVoid, Staff
from callcenter.rosters.papers.models import StaffCertificate
from callcenter.web.access import Role
from callcenter.web.transaction import end_read, transaction
from reports.period import PeriodKind, PeriodReport, Span, month_span
from tests.centre import MONDAY_MORNING, Centre
from tests.reporting.periods import chance
from tests.reporting.periods.chance import RawCall, RawCount, RawEvent, RawStaff
from tests.reporting.periods.faq import RawFaq

STARTS_ON, ENDS_ON = date(2026, 4, 1), date(2028, 3, 31)
RETIRED, RENAMED = "0305", "0401"
CSV, CDR = "交換機の集計", "通話明細"


def instant(on: date, minute: int) -> datetime:
    """09:00 in Tokyo is midnight UTC; there is no summer time."""
    return datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(minutes=minute - 540)


@dataclass
class World:
    """Raw rows around one month. `until`: the last day anything happened on."""

    month: date
    calls: list[RawCall] = field(default_factory=list)
    counts: list[RawCount] = field(default_factory=list)
    ruling: dict[date, str] = field(default_factory=dict)
    staff: list[RawStaff] = field(default_factory=list)
    submitted: dict[date, list[int]] = field(default_factory=dict)
    events: list[RawEvent] = field(default_factory=list)
    faq: RawFaq = field(default_factory=RawFaq)
    hours: list[tuple[date, int, int]] = field(default_factory=lambda: [(STARTS_ON, 510, 1035)])
    retired_on: date | None = None
    renamed_on: date | None = None
    kinds: dict[str, str] = field(default_factory=lambda: {CSV: "csv", CDR: "cdr"})

    @classmethod
    def of(cls, random: Random, month: date, busy: int = 12) -> World:
        """A world by chance: about `busy` calls a day in the month, the one before and some days after it."""
        span = month_span(month)
        days = list(chance.days(max(STARTS_ON, month_span(month - timedelta(days=1)).from_on), span.to_on, after=9))
        world = cls(month)
        if random.random() < 0.4:
            world.hours.append((month + timedelta(days=random.randrange(3, 20)), 550, 1020))
        world.retired_on = month + timedelta(days=random.randrange(2, 25))
        world.renamed_on = month + timedelta(days=random.randrange(2, 25))
        world.calls = chance.calls(random, days, busy, edges=(span.from_on, span.to_on))
        world.counts, world.ruling = chance.exchange(random, days, (CSV, CDR))
        world.staff = chance.staff(random, days, month)
        world.submitted = {on: chance.submissions(random) for on in days if random.random() < 0.8}
        world.events = chance.events(random, days)
        world.faq = RawFaq.of(random, days, world.calls)
        return world

    @property
    def span(self) -> Span:
        return month_span(self.month)

    @property
    def now(self) -> datetime:
        """The 20th of the following month, 10:00."""
        return instant((self.span.to_on + timedelta(days=1)).replace(day=20), 600)

    def hours_on(self, on: date) -> tuple[int, int]:
        """The hours of an open day, minutes."""
        _, opens, closes = [entry for entry in self.hours if entry[0] <= on][-1]
        return opens, closes

    # --- into the tables ---

    def settle(self, centre: Centre) -> None:
        """Give the centre a new contract that holds this world, and move its clock to `now`."""
        centre.at(MONDAY_MORNING)
        with centre.inside():
            centre.contract_id = centre.new_contract(f"W-{new_id().hex[-8:]}", starts_on=STARTS_ON, ends_on=ENDS_ON)
        person = centre.person(Role.SUPERVISOR, name="見本 責任者")
        place = self._place(centre)
        with centre.inside(), transaction():
            self._terms(centre)
            next_numbers(centre.contract_id, len(self.calls) or 1)
            for table, rows in self._rows(centre, person.user_id, place):
                if rows:
                    db.session.connection().execute(insert(table), rows)
        centre.at(self.now)

    def _place(self, centre: Centre) -> tuple[UUID, UUID, UUID] | None:
        """Procedure, counter and place of an appointment book, where anything is reserved."""
        if not self.events:
            return None
        from tests.reservations.factories import book_of

        book = book_of(centre)
        return book.issue, book.counter_id, book.place_id

    def _terms(self, centre: Centre) -> None:
        by, at = system_actor(centre.contract_id), centre.now
        for on, opens, closes in self.hours[1:]:
            contracts.change_terms(contracts.NewTerms(on, opens, closes, 2, 3), by=by, at=at)
        if self.retired_on:
            category_service.retire_category(RETIRED, self.retired_on, by=by, at=at)
        if self.renamed_on:
            category_service.rename_category(NewName(RENAMED, "本体の更新（改称）", self.renamed_on), by=by, at=at)

    def _rows(
        self, centre: Centre, user_id: UUID, place: tuple[UUID, UUID, UUID] | None
    ) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        contract_id = centre.contract_id
        calls = [self._call(contract_id, one) for one in self.calls]
        yield Call, calls
        ids = {id(one): row["id"] for one, row in zip(self.calls, calls, strict=True)}
        yield from self.faq.rows(contract_id, user_id, ids, self.now)
        yield from self._exchange(contract_id)
        yield from self._people(contract_id)
        yield from self._submissions(contract_id, user_id)
        if place is not None:
            yield from self._reservations(contract_id, place)

    def _call(self, contract_id: UUID, one: RawCall) -> dict[str, Any]:
        call_id, began = new_id(), instant(one.on, one.minute)
        columns = sealed_columns(keys_for(contract_id), call_id, Texts(report_text=one.text), "")
        columns["phone_key"] = None if one.phone is None else one.phone.to_bytes(32, "big")
        is_open = one.state == "open"
        return {
            "contract_id": contract_id,
            "id": call_id,
            "number": one.number,
            "state": one.state,
            "version": 1,
            "opened_at": began,
            "edited_at": began,
            "started_at": began,
            "ended_at": None if is_open else began,
            "saved_at": None if is_open else began,
            "voided_at": began if one.state == "voided" else None,
            "local_on": one.on,
            "local_minute": one.minute,
            "channel": one.channel,
            "relation": one.relation,
            "language": one.language,
            "disposition": one.disposition,
            "category_code": one.category,
            "complaint": one.complaint,
            "difficult": one.difficult,
            "talk_seconds": one.talk,
            "acw_seconds": one.after,
            "open_key": new_id(),
            "draft": b"sealed" if one.draft else None,
            **columns,
        }

    def _exchange(self, contract_id: UUID) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        sources = {name: new_id() for name in self.kinds}
        imports = {name: new_id() for name in self.kinds}
        common = {"contract_id": contract_id, "zone": "Asia/Tokyo", "mapping": {}}
        yield (
            ExchangeSource,
            [
                {**common, "id": sources[name], "name": name, "kind": kind, "created_at": self.now}
                for name, kind in self.kinds.items()
            ],
        )
        yield (
            ExchangeImport,
            [
                {
                    **common,
                    "id": imports[name],
                    "source_id": sources[name],
                    "kind": kind,
                    "file_name": "",
                    "summary": {},
                    "account": [],
                    "imported_at": self.now,
                    "importer_name": "試験",
                }
                for name, kind in self.kinds.items()
            ],
        )
        yield ExchangeCount, [self._count(contract_id, one, sources, imports) for one in self.counts]
        yield (
            ExchangeDaySource,
            [
                {"contract_id": contract_id, "id": new_id(), "local_on": on, "source_id": sources[name]}
                for on, name in self.ruling.items()
            ],
        )

    def _count(
        self, contract_id: UUID, one: RawCount, sources: dict[str, UUID], imports: dict[str, UUID]
    ) -> dict[str, Any]:
        return {
            "contract_id": contract_id,
            "id": new_id(),
            "source_id": sources[one.source],
            "local_on": one.on,
            "start_minute": one.start,
            "inside_hours": one.inside,
            "offered": one.offered,
            "answered": one.answered,
            "abandoned": one.abandoned,
            "wait_seconds": one.wait,
            "talk_seconds": None,
            "answered_within": one.within,
            "within_seconds": None if one.within is None else one.within_seconds,
            "import_id": imports[one.source],
            "replaced_by_import_id": imports[one.source] if one.replaced else None,
            "replaced_at": self.now if one.replaced else None,
        }

    def _people(self, contract_id: UUID) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        tables: dict[Any, list[dict[str, Any]]] = {
            table: []
            for table in (Staff, StaffCertificate, PlannedShift, PlannedBreak, PunchCorrection, Punch, PunchVoid)
        }
        for one in self.staff:
            for table, row in _staff_rows(contract_id, one, self.now):
                tables[table].append(row)
        yield from tables.items()

    def _submissions(self, contract_id: UUID, user_id: UUID) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        documents = {on: new_id() for on in self.submitted}
        common = {"contract_id": contract_id}
        yield (
            Delivery,
            [
                {**common, "id": id_, "kind": "daily", "period_from": on, "period_to": on}
                for on, id_ in documents.items()
            ],
        )
        yield (
            DeliveryVersion,
            [
                {
                    **common,
                    "id": new_id(),
                    "delivery_id": documents[on],
                    "number": number,
                    "state": "submitted",
                    "change_note": "",
                    "figures": {},
                    "cutoff_at": self.now,
                    "submitted_at": instant(on, 1050 + minutes),
                    "submitted_by": user_id,
                    "approver_name": "見本 責任者",
                }
                for on, delays in self.submitted.items()
                for number, minutes in enumerate(delays, 1)
            ],
        )

    def _reservations(
        self, contract_id: UUID, place: tuple[UUID, UUID, UUID]
    ) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        procedure_id, counter_id, place_id = place
        reservation_id, common = new_id(), {"contract_id": contract_id, "place_id": place_id}
        yield (
            Reservation,
            [
                {
                    **common,
                    "id": reservation_id,
                    "number": 900_001,
                    "state": "booked",
                    "procedure_id": procedure_id,
                    "counter_id": counter_id,
                    "local_on": self.month,
                    "start_minute": 540,
                    "end_minute": 555,
                    "people": 1,
                    "units": 1,
                    "channel": "phone",
                    "held_at": MONDAY_MORNING,
                    "booked_at": MONDAY_MORNING,
                    "booked_on": self.month,
                    "lead_days": 4,
                }
            ],
        )
        yield (
            ReservationEvent,
            [
                {
                    **common,
                    "id": new_id(),
                    "reservation_id": reservation_id,
                    "sequence": sequence,
                    "kind": one.kind,
                    "at": instant(one.on, 600),
                    "local_on": one.on,
                    "channel": one.channel,
                    "before": None,
                    "after": None,
                    "reason_code": one.reason,
                }
                for sequence, one in enumerate(self.events, 1)
            ],
        )

    # --- as the product reads it ---

    def read(
        self, centre: Centre, kind: PeriodKind = PeriodKind.MONTHLY, span: Span | None = None
    ) -> reading.PeriodFacts:
        """Needs no app context."""
        with centre.inside():
            facts = reading.read(centre.contract_id, kind, span or self.span, self.now)
            end_read()
        return facts

    def report(self, centre: Centre, kind: PeriodKind = PeriodKind.MONTHLY, span: Span | None = None) -> PeriodReport:
        """The report in draft, with the items the product proposes."""
        from reports.daily import Issue, Timing
        from reports.period_bundle import proposal

        return reading.build(self.read(centre, kind, span), Issue(Timing(self.now, self.now)), proposal(kind))


def _staff_rows(contract_id: UUID, one: RawStaff, at: datetime) -> Iterator[tuple[Any, dict[str, Any]]]:
    staff_id, common = new_id(), {"contract_id": contract_id}
    yield (
        Staff,
        {
            **common,
            "id": staff_id,
            "code": one.code,
            "name": f"架空 {one.code}",
            "name_kana": one.code,
            "role": one.role,
            "employment": "direct",
            "starts_on": STARTS_ON,
            "created_at": at,
        },
    )
    for kind, title, on in one.papers:
        paper = {"id": new_id(), "staff_id": staff_id, "kind": kind, "title": title, "issued_on": on}
        yield StaffCertificate, {**common, **paper, "recorded_at": at}
    for on, start, end, rest in one.shifts:
        shift_id = new_id()
        times = {"start_minute": start, "end_minute": end}
        yield PlannedShift, {**common, "id": shift_id, "staff_id": staff_id, "local_on": on, "planned_at": at, **times}
        if rest:
            times = {"start_minute": rest[0], "end_minute": rest[1]}
            yield PlannedBreak, {**common, "id": new_id(), "shift_id": shift_id, **times}
    yield from _punch_rows(contract_id, staff_id, one, at)


def _punch_rows(contract_id: UUID, staff_id: UUID, one: RawStaff, at: datetime) -> Iterator[tuple[Any, dict[str, Any]]]:
    common = {"contract_id": contract_id}
    person = {**common, "staff_id": staff_id}
    for on, kind, minute, voided in one.punches:
        punch_id = new_id()
        moment = {"local_on": on, "minute": minute, "at": instant(on, minute), "recorded_at": instant(on, minute)}
        yield Punch, {**person, "id": punch_id, "kind": kind, "source": "page", **moment}
        if voided:
            correction = {"id": new_id(), "local_on": on, "reason": "押し間違い", "approved_at": instant(on, minute)}
            yield PunchCorrection, {**person, **correction}
            yield PunchVoid, {**common, "punch_id": punch_id, "correction_id": correction["id"]}
