"""Tables of deliveries. The bytes of a file are sealed: the hand-over edition names people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped


class Delivery(ContractScoped, Base):
    """One document: a kind and the period it covers (both dates included)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "period_from", "period_to"),
        CheckConstraint("kind IN ('daily')", name="kind"),
        CheckConstraint("period_from <= period_to", name="period"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    period_from: Mapped[date]
    period_to: Mapped[date]


class DeliveryVersion(ContractScoped, Base):
    """One submitted version. `figures` are the totals as printed; `change_note` says what changed; `marks` tell each
    part of the document from another content of it."""

    __tablename__ = "delivery_versions"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "delivery_id"], ["deliveries.contract_id", "deliveries.id"]),
        UniqueConstraint("contract_id", "delivery_id", "number"),
        CheckConstraint("state IN ('submitted', 'accepted', 'sent_back')", name="state"),
        CheckConstraint("number >= 1", name="number"),
        Index("ix_delivery_versions_submitted", "contract_id", "submitted_at"),
    )

    delivery_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    change_note: Mapped[str] = mapped_column(String(500))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    cutoff_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    approver_name: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decider_name: Mapped[str] = mapped_column(String(100), default="")
    comment: Mapped[str] = mapped_column(String(500), default="")
    marks: Mapped[dict[str, str]] = mapped_column(JSON, server_default=text("'{}'"))


class DeliveryFile(ContractScoped, Base):
    """The exact bytes of one edition of a version, sealed under `delivery.file`."""

    __tablename__ = "delivery_files"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "version_id"], ["delivery_versions.contract_id", "delivery_versions.id"]),
        UniqueConstraint("contract_id", "version_id", "edition"),
        CheckConstraint("edition IN ('handover', 'network')", name="edition"),
    )

    version_id: Mapped[UUID]
    edition: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    ascii_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
