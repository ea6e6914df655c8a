"""Reads of the papers beside the staff list. "Standing": not set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.models import User
from callcenter.contracts.queries import terms
from callcenter.extensions import db
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.models import PlannedShift
from callcenter.rosters.papers.models import LabourAgreement, StaffCertificate, StaffingInstruction
from callcenter.rosters.papers.rules import Period, covered

# --- certificates ---


class Certificate(Struct, frozen=True):
    """One paper of a person. `recorder`: the name of who entered it, empty for the system."""

    id: UUID
    staff_id: UUID
    kind: CertificateKind
    title: str
    issued_on: date
    valid_until: date | None
    recorded_at: datetime
    recorder: str
    set_aside_at: datetime | None
    set_aside_because: str

    @property
    def period(self) -> Period:
        return Period(self.issued_on, self.valid_until)

    @property
    def stands(self) -> bool:
        return self.set_aside_at is None


def certificates(contract_id: UUID, staff_id: UUID | None = None) -> list[Certificate]:
    """The papers of a person, or of everybody, those set aside included; the newest first."""
    row = StaffCertificate
    statement = (
        select(
            *(row.id, row.staff_id, row.kind, row.title, row.issued_on, row.valid_until, row.recorded_at),
            User.display_name.label("recorder"),
            *(row.set_aside_at, row.set_aside_because),
        )
        .outerjoin(User, User.id == row.recorded_by)
        .where(row.contract_id == contract_id, *([] if staff_id is None else [row.staff_id == staff_id]))
        .order_by(row.issued_on.desc(), row.id.desc())
    )
    return [_certificate(found._asdict()) for found in db.session.execute(statement)]


def _certificate(values: dict[str, Any]) -> Certificate:
    kind, recorder = CertificateKind.of(values["kind"]), values["recorder"] or ""
    return Certificate(**{**values, "kind": kind, "recorder": recorder})


def periods(contract_id: UUID, kind: CertificateKind) -> dict[UUID, tuple[Period, ...]]:
    """When each person's standing papers of a kind are valid; who has none is not in it."""
    row = StaffCertificate
    statement = (
        select(row.staff_id, row.issued_on, row.valid_until)
        .where(row.contract_id == contract_id, row.kind == kind.value, row.set_aside_at.is_(None))
        .order_by(row.issued_on)
    )
    found: dict[UUID, list[Period]] = defaultdict(list)
    for staff_id, issued_on, valid_until in db.session.execute(statement):
        found[staff_id].append(Period(issued_on, valid_until))
    return {staff_id: tuple(ones) for staff_id, ones in found.items()}


def training(contract_id: UUID) -> dict[UUID, tuple[Period, ...]]:
    """When each person's finished training is valid (9(2)); who never finished one is not in it."""
    return periods(contract_id, CertificateKind.TRAINING)


def trained_on(contract_id: UUID, on: date) -> set[UUID]:
    """Who may be placed on a day (9(2))."""
    return {staff_id for staff_id, ones in training(contract_id).items() if covered(ones, on)}


def untrained_days(contract_id: UUID, from_on: date) -> dict[UUID, list[date]]:
    """Each person's planned days from a day on without a training that is valid then: what an end or a paper set
    aside leaves behind."""
    row, trained = PlannedShift, training(contract_id)
    statement = (
        select(row.staff_id, row.local_on)
        .where(row.contract_id == contract_id, row.local_on >= from_on, row.withdrawn_at.is_(None))
        .distinct()
        .order_by(row.local_on)
    )
    found: dict[UUID, list[date]] = defaultdict(list)
    for staff_id, on in db.session.execute(statement):
        if not covered(trained.get(staff_id, ()), on):
            found[staff_id].append(on)
    return dict(found)


# --- what the city said ---


class Instruction(Struct, frozen=True):
    """What the city said on staffing, and what was done. `headcount` is given for an approval."""

    id: UUID
    number: int
    kind: InstructionKind
    received_on: date
    given_by: str
    content: str
    applies_on: date
    headcount: int | None
    response: str
    done_on: date | None
    version: int
    recorded_at: datetime
    set_aside_at: datetime | None
    set_aside_because: str

    @property
    def stands(self) -> bool:
        return self.set_aside_at is None

    @property
    def open(self) -> bool:
        """An instruction that nobody has said to be done yet."""
        return self.stands and self.kind is InstructionKind.INSTRUCTION and self.done_on is None


def instructions(contract_id: UUID) -> list[Instruction]:
    """What stands, the newest number first."""
    return [one for one in all_instructions(contract_id) if one.stands]


def all_instructions(contract_id: UUID) -> list[Instruction]:
    """Those set aside included, the newest number first."""
    row = StaffingInstruction
    statement = (
        select(
            *(row.id, row.number, row.kind, row.received_on, row.given_by, row.content, row.applies_on),
            *(row.headcount, row.response, row.done_on, row.version),
            *(row.recorded_at, row.set_aside_at, row.set_aside_because),
        )
        .where(row.contract_id == contract_id)
        .order_by(row.number.desc())
    )
    rows = (found._asdict() for found in db.session.execute(statement))
    return [Instruction(**{**values, "kind": InstructionKind.of(values["kind"])}) for values in rows]


class Approval(Struct, frozen=True):
    """The headcount the city approved from a day on; `number` None: by the terms of the contract."""

    since: date
    headcount: int
    number: int | None = None


def approvals(contract_id: UUID) -> list[Approval]:
    """The headcounts approved over time, the earliest first: the contract's terms, then the city's approvals."""
    agreed = [Approval(one.effective_on, one.approved_headcount) for one in terms(contract_id)]
    said = [Approval(one.applies_on, one.headcount or 0, one.number) for one in _approving(contract_id)]
    return sorted(agreed + said, key=lambda one: (one.since, one.number or 0))


def _approving(contract_id: UUID) -> list[Instruction]:
    return [one for one in instructions(contract_id) if one.kind is InstructionKind.APPROVAL]


def approval_on(found: Sequence[Approval], on: date) -> Approval | None:
    """What holds on a day of `approvals`: the city's latest approval that applies by then, else the terms'."""
    begun = [one for one in found if one.since <= on]
    said = [one for one in begun if one.number is not None]
    holding = said or begun
    return holding[-1] if holding else None


def approved_headcount(contract_id: UUID, on: date) -> int | None:
    """The headcount the city approved (9(1)); None before the first terms."""
    holding = approval_on(approvals(contract_id), on)
    return None if holding is None else holding.headcount


# --- labour agreements ---


class Agreement(Struct, frozen=True):
    """A labour–management agreement. Limits of overtime in minutes; None: those of the law."""

    id: UUID
    kind: AgreementKind
    from_on: date
    to_on: date
    concluded_on: date
    note: str
    month_limit: int | None
    year_limit: int | None
    set_aside_at: datetime | None = None
    set_aside_because: str = ""

    @property
    def stands(self) -> bool:
        return self.set_aside_at is None

    @property
    def period(self) -> Period:
        return Period(self.from_on, self.to_on)

    def in_force_on(self, on: date) -> bool:
        return self.stands and self.period.covers(on)


def agreements(contract_id: UUID) -> list[Agreement]:
    """The standing agreements, by kind, the latest first."""
    return [one for one in all_agreements(contract_id) if one.stands]


def all_agreements(contract_id: UUID) -> list[Agreement]:
    """Those set aside included, by kind, the latest first."""
    row = LabourAgreement
    statement = (
        select(
            *(row.id, row.kind, row.from_on, row.to_on, row.concluded_on, row.note, row.month_limit, row.year_limit),
            *(row.set_aside_at, row.set_aside_because),
        )
        .where(row.contract_id == contract_id)
        .order_by(row.from_on.desc(), row.id.desc())
    )
    rows = (found._asdict() for found in db.session.execute(statement))
    found = [Agreement(**{**values, "kind": AgreementKind.of(values["kind"])}) for values in rows]
    order = tuple(AgreementKind)
    return sorted(found, key=lambda one: order.index(one.kind))


def in_force(contract_id: UUID, kind: AgreementKind, on: date) -> bool:
    """Whether an agreement of a kind holds on a day."""
    return any(one.kind is kind and one.in_force_on(on) for one in agreements(contract_id))
