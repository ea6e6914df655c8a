"""Tables of the completion notice and the invoice. Money in whole yen, tax included; months by their first day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped


class Reduction(ContractScoped, Base):
    """A reduction for what was not performed (Art. 10). The amount is the city's; `evidence` what our records say of
    it (days, minutes below the minimum) when it was recorded. One that was wrong is set aside with a reason."""

    __tablename__ = "invoice_reductions"
    __table_args__ = (
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("yen >= 0", name="yen"),
        CheckConstraint("(set_aside_at IS NULL) = (set_aside_because = '')", name="set_aside"),
        Index("ix_invoice_reductions_month", "contract_id", "month"),
    )

    month: Mapped[date]
    yen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    decided_by: Mapped[str] = mapped_column(String(100))
    decided_on: Mapped[date]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    set_aside_at: Mapped[datetime | None]
    set_aside_because: Mapped[str] = mapped_column(String(200), default="")
    idempotency_key: Mapped[UUID | None]


class Invoice(ContractScoped, Base):
    """The invoice of a month (Art. 12). `due_on`: 30 days after `claimed_on`. A corrected one is a new version of the
    delivered document and a new row; the newest rules."""

    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "version_id"], ["delivery_versions.contract_id", "delivery_versions.id"]),
        UniqueConstraint("contract_id", "month", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("fee_yen >= 0 AND reduction_yen >= 0 AND reduction_yen <= fee_yen", name="yen"),
        CheckConstraint("claimed_on <= due_on", name="due"),
    )

    month: Mapped[date]
    number: Mapped[int]
    version_id: Mapped[UUID]
    fee_yen: Mapped[int] = mapped_column(BigInteger)
    reduction_yen: Mapped[int] = mapped_column(BigInteger)
    claimed_on: Mapped[date]
    due_on: Mapped[date]


class Payment(ContractScoped, Base):
    """Money that came in for an invoice. One that was wrong is set aside with a reason."""

    __tablename__ = "invoice_payments"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "invoice_id"], ["invoices.contract_id", "invoices.id"]),
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("yen > 0", name="yen"),
        CheckConstraint("(set_aside_at IS NULL) = (set_aside_because = '')", name="set_aside"),
        Index("ix_invoice_payments_invoice", "contract_id", "invoice_id"),
    )

    invoice_id: Mapped[UUID]
    paid_on: Mapped[date]
    yen: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    set_aside_at: Mapped[datetime | None]
    set_aside_because: Mapped[str] = mapped_column(String(200), default="")
    idempotency_key: Mapped[UUID | None]
