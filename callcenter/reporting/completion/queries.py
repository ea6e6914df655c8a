"""Reads of the completion notice and the invoice: what was decided, claimed and paid, and the contract's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.models import User
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.queries import ContractFacts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Kind
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.reporting.completion.models import Invoice, Payment, Reduction
from callcenter.reporting.completion.rules import Account, Answer, Paid, Stage, account, months_between, stage
from reports.forms.invoice import Evidence
from reports.forms.letter import Sender
from reports.period import Span, month_span


class ReductionFacts(Struct, frozen=True):
    """A reduction as it was recorded; `set_aside_because` is empty for one that stands."""

    id: UUID
    month: date
    yen: int
    reason: str
    decided_by: str
    decided_on: date
    evidence: Evidence
    recorded_at: datetime
    recorder: str
    set_aside_because: str

    @property
    def stands(self) -> bool:
        return not self.set_aside_because


class InvoiceFacts(Struct, frozen=True):
    """A claim that was made."""

    id: UUID
    month: date
    number: int
    version_id: UUID
    fee_yen: int
    reduction_yen: int
    claimed_on: date
    due_on: date

    @property
    def claim_yen(self) -> int:
        return self.fee_yen - self.reduction_yen


class PaymentFacts(Struct, frozen=True):
    """Money that came in for a month; `set_aside_because` is empty for one that stands."""

    id: UUID
    month: date
    paid_on: date
    yen: int
    note: str
    recorded_at: datetime
    recorder: str
    set_aside_because: str

    @property
    def stands(self) -> bool:
        return not self.set_aside_because


def span_of(contract: ContractFacts, first: date) -> Span:
    """The days of the contract within a calendar month. Raises `NotFound` for a month outside the contract."""
    whole = month_span(first)
    if whole.to_on < contract.starts_on or contract.ends_on < whole.from_on:
        raise NotFound("契約期間に含まれない月です。")
    return Span(max(whole.from_on, contract.starts_on), min(whole.to_on, contract.ends_on))


def is_over(span: Span, at: datetime) -> bool:
    """Whether the last day of a month has passed."""
    return span.to_on < local(at).on


def reductions_of(contract_id: UUID, first: date) -> list[ReductionFacts]:
    """Every reduction of a month, also those set aside, in the order they were recorded."""
    rows = db.session.execute(
        select(Reduction, User.display_name)
        .join(User, User.id == Reduction.recorded_by)
        .where(Reduction.contract_id == contract_id, Reduction.month == first)
        .order_by(Reduction.recorded_at, Reduction.id)
    )
    return [_reduction(row, name) for row, name in rows]


def _reduction(row: Reduction, recorder: str) -> ReductionFacts:
    return ReductionFacts(
        id=row.id,
        month=row.month,
        yen=row.yen,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
        evidence=msgspec.convert(row.evidence, Evidence),
        recorded_at=row.recorded_at,
        recorder=recorder,
        set_aside_because=row.set_aside_because,
    )


def invoices_of(contract_id: UUID, from_on: date, to_on: date) -> dict[date, list[InvoiceFacts]]:
    """The claims by month, the newest first."""
    rows = db.session.execute(
        select(
            Invoice.id,
            Invoice.month,
            Invoice.number,
            Invoice.version_id,
            Invoice.fee_yen,
            Invoice.reduction_yen,
            Invoice.claimed_on,
            Invoice.due_on,
        )
        .where(Invoice.contract_id == contract_id, Invoice.month.between(from_on, to_on))
        .order_by(Invoice.month, Invoice.number.desc())
    )
    found: dict[date, list[InvoiceFacts]] = defaultdict(list)
    for row in rows:
        found[row.month].append(InvoiceFacts(*row))
    return found


def payments_of(contract_id: UUID, from_on: date, to_on: date) -> dict[date, list[PaymentFacts]]:
    """What came in by month, whichever version of the claim it was paid on, in order of its date."""
    rows = db.session.execute(
        select(
            Payment.id,
            Invoice.month,
            Payment.paid_on,
            Payment.yen,
            Payment.note,
            Payment.recorded_at,
            User.display_name,
            Payment.set_aside_because,
        )
        .join(Invoice, (Invoice.contract_id == Payment.contract_id) & (Invoice.id == Payment.invoice_id))
        .join(User, User.id == Payment.recorded_by)
        .where(Payment.contract_id == contract_id, Invoice.month.between(from_on, to_on))
        .order_by(Payment.paid_on, Payment.recorded_at, Payment.id)
    )
    found: dict[date, list[PaymentFacts]] = defaultdict(list)
    for row in rows:
        found[row.month].append(PaymentFacts(*row))
    return found


class MonthState(Struct, frozen=True):
    """Where a month stands: the newest notice and invoice, the account of what is owed."""

    first: date
    span: Span
    over: bool
    notice: VersionFacts | None
    invoice: VersionFacts | None
    claim: InvoiceFacts | None
    owed: Account | None

    @property
    def stage(self) -> Stage:
        answers = {"notice": answer_of(self.notice), "invoice": answer_of(self.invoice)}
        return stage(over=self.over, owed=self.owed, **answers)


def answer_of(version: VersionFacts | None) -> Answer:
    """What the city said of the newest version of a document."""
    return Answer.NONE if version is None else Answer(version.state.value)


def months(contract: ContractFacts, today: date) -> list[MonthState]:
    """The months of the contract that have begun, the newest first. The same few statements however many there are."""
    firsts = [first for first in months_between(contract.starts_on, contract.ends_on) if first <= today]
    return states(contract, list(reversed(firsts)), today) if firsts else []


def states(contract: ContractFacts, firsts: Sequence[date], today: date) -> list[MonthState]:
    """Where these months stand at the end of a day."""
    from_on, to_on = min(firsts), month_span(max(firsts)).to_on
    notices = delivered.states_between(contract.id, Kind.NOTICE, from_on, to_on)
    sent = delivered.states_between(contract.id, Kind.INVOICE, from_on, to_on)
    claims = invoices_of(contract.id, from_on, to_on)
    payments = payments_of(contract.id, from_on, to_on)
    return [_state(contract, first, today, (notices, sent), claims[first], payments[first]) for first in firsts]


def _state(
    contract: ContractFacts,
    first: date,
    today: date,
    documents: tuple[Mapping[date, VersionFacts], Mapping[date, VersionFacts]],
    claims: Sequence[InvoiceFacts],
    payments: Sequence[PaymentFacts],
) -> MonthState:
    span = span_of(contract, first)
    notice, invoice = (found.get(span.from_on) for found in documents)
    claim = claims[0] if claims else None
    owed = account(claim.claim_yen, claim.due_on, standing(payments), today) if claim else None
    return MonthState(first, span, span.to_on < today, notice, invoice, claim, owed)


def standing(payments: Sequence[PaymentFacts]) -> list[Paid]:
    """The money that really came in."""
    return [Paid(one.paid_on, one.yen) for one in payments if one.stands]


# --- what the contract says ---


def fee_on(contract_id: UUID, on: date) -> int | None:
    """The month's fee in yen, tax included, as it is set on a day; None when it is not."""
    line = _first_line(contract_id, "monthly_fee_yen", on)
    return int(line) if line else None


def sender_on(contract: ContractFacts, on: date) -> Sender:
    """The contractor as its letters name it."""
    words = {
        name: _first_line(contract.id, f"contractor_{name}", on) for name in ("address", "representative", "phone")
    }
    return Sender(contract.contractor_name, **words)


def registration_on(contract_id: UUID, on: date) -> str:
    """The number of the issuer of qualified invoices; empty when there is none."""
    return _first_line(contract_id, "invoice_registration", on)


def bank_on(contract_id: UUID, on: date) -> tuple[str, ...]:
    """Where to pay, line by line."""
    return tuple(_lines(contract_id, "bank_account", on))


def _lines(contract_id: UUID, name: str, on: date) -> list[Any]:
    found: list[Any] = contracts.setting(contract_id, name, on, [])
    return found


def _first_line(contract_id: UUID, name: str, on: date) -> str:
    found = _lines(contract_id, name, on)
    return str(found[0]) if found else ""
