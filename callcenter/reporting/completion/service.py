"""Use cases of reductions, claims and payments. None of them commits. What people typed is clean and scanned."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.models import Contract
from callcenter.errors import Conflict, Forbidden, NotFound
from callcenter.extensions import db, new_id
from callcenter.reporting.completion import queries
from callcenter.reporting.completion.models import Invoice, Payment, Reduction
from callcenter.reporting.completion.performance import evidence_of, performed
from callcenter.reporting.completion.rules import check_decided_on, check_payment, check_reduction, due_on, unpaid
from callcenter.web.access import Actor

R = TypeVar("R", Reduction, Payment)
UNKNOWN = "記録が見つかりませんでした。"


class NewReduction(Struct, frozen=True):
    """A reduction as the city decided it (Art. 10). `month`: its first day; `key` makes a second send the same one."""

    month: date
    yen: int
    reason: str
    decided_by: str
    decided_on: date
    key: UUID | None = None


def record_reduction(new: NewReduction, *, by: Actor, at: datetime) -> UUID:
    """Record what the city decided, with what our records say of the month now as its evidence.

    Raises `InvalidInput` when the reductions would exceed the fee, `Conflict` while the month goes on.
    """
    hold_still(by.contract)
    same = _id_of_key(Reduction, by.contract, new.key)
    if same is not None:
        return same
    contract, today = contracts.contract(by.contract), local(at).on
    span = queries.span_of(contract, new.month)
    if not queries.is_over(span, at):
        raise Conflict("月が終わっていません。減額は、月が終わってから記録してください。")
    check_decided_on(new.decided_on, span.from_on, today)
    check_reduction(queries.fee_on(contract.id, span.to_on), _reduced(contract.id, new.month), new.yen)
    row = _reduction(new, msgspec.to_builtins(evidence_of(performed(contract.id, span, at), at)), by, at)
    db.session.add(row)
    db.session.flush()
    details = {"month": f"{new.month:%Y-%m}", "fields": ["yen", "reason", "decided_by", "decided_on"]}
    record(Act("reduction.recorded", "invoice_reduction", str(row.id), details), by=by, at=at)
    return row.id


def _reduction(new: NewReduction, evidence: dict[str, object], by: Actor, at: datetime) -> Reduction:
    return Reduction(
        contract_id=by.contract,
        id=new_id(),
        month=new.month,
        yen=new.yen,
        reason=new.reason,
        decided_by=new.decided_by,
        decided_on=new.decided_on,
        evidence=evidence,
        recorded_at=at,
        recorded_by=_person(by),
        idempotency_key=new.key,
    )


def _reduced(contract_id: UUID, first: date) -> int:
    return sum(one.yen for one in queries.reductions_of(contract_id, first) if one.stands)


def set_aside_reduction(month: date, reduction_id: UUID, because: str, *, by: Actor, at: datetime) -> None:
    """Let a reduction of a month count no more; it stays, with the reason. Raises `NotFound`, `Conflict` when it was
    before."""
    row = _standing(Reduction, reduction_id, by.contract)
    _require_month(row.month, month)
    row.set_aside_at, row.set_aside_because = at, because
    details = {"month": f"{row.month:%Y-%m}"}
    record(Act("reduction.set_aside", "invoice_reduction", str(row.id), details), by=by, at=at)


class NewClaim(Struct, frozen=True):
    """A claim that was submitted as a version of the month's invoice."""

    month: date
    version_id: UUID
    number: int
    fee_yen: int
    reduction_yen: int
    claimed_on: date


def keep_claim(new: NewClaim, *, by: Actor) -> UUID:
    """Keep what a submitted invoice claims; the newest one of a month rules."""
    row = Invoice(
        contract_id=by.contract,
        id=new_id(),
        month=new.month,
        number=new.number,
        version_id=new.version_id,
        fee_yen=new.fee_yen,
        reduction_yen=new.reduction_yen,
        claimed_on=new.claimed_on,
        due_on=due_on(new.claimed_on),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


class NewPayment(Struct, frozen=True):
    """Money that came in for a month's claim."""

    month: date
    paid_on: date
    yen: int
    note: str = ""
    key: UUID | None = None


def record_payment(new: NewPayment, *, by: Actor, at: datetime) -> UUID:
    """Record money that came in. Raises `InvalidInput` for a day to come, a day before the first claim, or more than is
    unpaid, `Conflict` when nothing was claimed."""
    hold_still(by.contract)
    same = _id_of_key(Payment, by.contract, new.key)
    if same is not None:
        return same
    claims = queries.invoices_of(by.contract, new.month, new.month)[new.month]
    if not claims:
        raise Conflict("この月の請求書は、まだ提出していません。")
    paid = queries.standing(queries.payments_of(by.contract, new.month, new.month)[new.month])
    left = unpaid(claims[0].claim_yen, paid)
    check_payment(new.paid_on, new.yen, claimed_on=claims[-1].claimed_on, today=local(at).on, left=left)
    row = _payment(new, claims[0].id, by, at)
    db.session.add(row)
    db.session.flush()
    details = {"month": f"{new.month:%Y-%m}", "on": new.paid_on.isoformat(), "fields": ["yen", "note"]}
    record(Act("payment.recorded", "invoice_payment", str(row.id), details), by=by, at=at)
    return row.id


def _payment(new: NewPayment, invoice_id: UUID, by: Actor, at: datetime) -> Payment:
    return Payment(
        contract_id=by.contract,
        id=new_id(),
        invoice_id=invoice_id,
        paid_on=new.paid_on,
        yen=new.yen,
        note=new.note,
        recorded_at=at,
        recorded_by=_person(by),
        idempotency_key=new.key,
    )


def set_aside_payment(month: date, payment_id: UUID, because: str, *, by: Actor, at: datetime) -> None:
    """Let a payment for a month count no more; it stays, with the reason. Raises `NotFound`, `Conflict` when it was
    before."""
    row = _standing(Payment, payment_id, by.contract)
    invoice = db.session.get_one(Invoice, (by.contract, row.invoice_id))
    _require_month(invoice.month, month)
    row.set_aside_at, row.set_aside_because = at, because
    details = {"month": f"{invoice.month:%Y-%m}"}
    record(Act("payment.set_aside", "invoice_payment", str(row.id), details), by=by, at=at)


def hold_still(contract_id: UUID) -> None:
    """Money of a contract is decided by one person at a time; foreign keys that point at it do not wait."""
    db.session.execute(select(Contract.id).where(Contract.id == contract_id).with_for_update(key_share=True)).one()


def _standing(table: type[R], row_id: UUID, contract_id: UUID) -> R:
    """Raises `NotFound`, and `Conflict` when somebody set it aside before."""
    hold_still(contract_id)
    row = db.session.get(table, (contract_id, row_id))
    if row is None:
        raise NotFound(UNKNOWN)
    if row.set_aside_at is not None:
        raise Conflict("この記録は、ほかの人が先に取り消しました。")
    return row


def _require_month(its: date, month: date) -> None:
    """Somebody looks at one month, and only that one changes."""
    if its != month:
        raise NotFound(UNKNOWN)


def _id_of_key(table: type[R], contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(table.id).where(table.contract_id == contract_id, table.idempotency_key == key)
    return db.session.execute(statement).scalar_one_or_none()


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
