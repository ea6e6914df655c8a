"""Tables beside the staff list: certificates and pledges, what the city said on staffing, labour agreements.

All are only added to; one that was wrong is set aside with a reason.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.columns import belongs_to


class Kept:
    """Columns of a record that is added once and may be set aside."""

    recorded_at: Mapped[datetime] = mapped_column(sort_order=80)
    set_aside_at: Mapped[datetime | None] = mapped_column(sort_order=82)
    set_aside_because: Mapped[str] = mapped_column(String(200), default="", sort_order=84)
    idempotency_key: Mapped[UUID | None] = mapped_column(sort_order=85)

    @declared_attr
    def recorded_by(cls) -> Mapped[UUID | None]:
        return mapped_column(ForeignKey("users.id"), sort_order=81)

    @declared_attr
    def set_aside_by(cls) -> Mapped[UUID | None]:
        return mapped_column(ForeignKey("users.id"), sort_order=83)


def _set_aside_with_reason() -> CheckConstraint:
    return CheckConstraint("(set_aside_at IS NULL) = (set_aside_because = '')", name="set_aside")


class StaffCertificate(Kept, ContractScoped, Base):
    """That a person finished the training, gave the pledge, or is qualified; `valid_until` None: without end."""

    __tablename__ = "staff_certificates"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", CertificateKind),
        CheckConstraint("valid_until IS NULL OR issued_on <= valid_until", name="validity"),
        _set_aside_with_reason(),
        Index("ix_staff_certificates_staff", "contract_id", "staff_id"),
    )

    staff_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(100))
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]


class StaffingInstruction(Kept, ContractScoped, Base):
    """What the city said on staffing (6, 9(1)), and what was done. `headcount` is what an approval approves."""

    __tablename__ = "staffing_instructions"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", InstructionKind),
        CheckConstraint("(kind = 'approval') = (headcount IS NOT NULL)", name="headcount"),
        CheckConstraint("headcount IS NULL OR headcount >= 1", name="people"),
        _set_aside_with_reason(),
    )

    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[date]
    given_by: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(String(500))
    applies_on: Mapped[date]
    headcount: Mapped[int | None]
    response: Mapped[str] = mapped_column(String(500), default="")
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class LabourAgreement(Kept, ContractScoped, Base):
    """A labour–management agreement on file, in force on its dates. Limits in minutes; None: those of the law."""

    __tablename__ = "labour_agreements"
    __table_args__ = (
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", AgreementKind),
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("month_limit IS NULL OR month_limit > 0", name="month_limit"),
        CheckConstraint("year_limit IS NULL OR year_limit > 0", name="year_limit"),
        _set_aside_with_reason(),
    )

    kind: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    to_on: Mapped[date]
    concluded_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    month_limit: Mapped[int | None]
    year_limit: Mapped[int | None]
