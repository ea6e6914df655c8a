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

from callcenter.deliveries.rules import Edition, Kind, Method, Part, Reply, SendingState, State
from callcenter.extensions import Base, ContractScoped, one_of


def _of_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["contract_id", "version_id"], ["delivery_versions.contract_id", "delivery_versions.id"]
    )


class Delivery(ContractScoped, Base):
    """One document: a kind and the period it covers (both dates included)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "period_from", "period_to"),
        one_of("kind", Kind),
        CheckConstraint("period_from <= period_to", name="period"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    period_from: Mapped[date]
    period_to: Mapped[date]


class DeliveryVersion(ContractScoped, Base):
    """One submitted version. `figures` are the totals as printed; `change_note` says what changed; `marks` tell each
    part of the document from another content of it; `definitions` how the figures were computed and which items the
    city had asked for; `differences` what is different from the version before, one sentence each."""

    __tablename__ = "delivery_versions"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "delivery_id"], ["deliveries.contract_id", "deliveries.id"]),
        UniqueConstraint("contract_id", "delivery_id", "number"),
        one_of("state", State),
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
    definitions: Mapped[dict[str, Any]] = mapped_column(JSON, server_default=text("'{}'"))
    differences: Mapped[list[str]] = mapped_column(JSON, server_default=text("'[]'"))


class DeliveryFile(ContractScoped, Base):
    """The exact bytes of one edition of a version, sealed under `delivery.file`."""

    __tablename__ = "delivery_files"
    __table_args__ = (
        _of_version(),
        UniqueConstraint("contract_id", "version_id", "edition", "part"),
        one_of("edition", Edition),
        one_of("part", Part),
    )

    version_id: Mapped[UUID]
    edition: Mapped[str] = mapped_column(String(10))
    part: Mapped[str] = mapped_column(String(10), server_default=text("'workbook'"))
    name: Mapped[str] = mapped_column(String(200))
    ascii_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DeliveryRemark(ContractScoped, Base):
    """What the city or the centre remarked on a version, apart from the decision. Sealed under `delivery.remark`."""

    __tablename__ = "delivery_remarks"
    __table_args__ = (
        _of_version(),
        UniqueConstraint("contract_id", "idempotency_key"),
        Index("ix_delivery_remarks_version", "contract_id", "version_id"),
    )

    version_id: Mapped[UUID]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    writer_name: Mapped[str] = mapped_column(String(100))
    from_city: Mapped[bool]
    idempotency_key: Mapped[UUID | None]


class DeliveryAddress(ContractScoped, Base):
    """A mailbox of the city that reports may be sent to. One that is withdrawn stays, marked."""

    __tablename__ = "delivery_addresses"
    __table_args__ = (
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("address <> '' AND owner <> ''", name="words"),
        Index(
            "uq_delivery_addresses_live",
            "contract_id",
            "address",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    address: Mapped[str] = mapped_column(String(254))
    owner: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[UUID | None]


class DeliverySending(ContractScoped, Base):
    """One handing over of a version: by mail, by hand, or by another agreed way. Of what was handed to a
    person `agreement` (how it was agreed, 8③), `recipient` and `receipt`, each sealed under a label of its own
    (`delivery.sending.agreement`, `….recipient`, `….receipt`)."""

    __tablename__ = "delivery_sendings"
    __table_args__ = (
        _of_version(),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("method", Method),
        one_of("state", SendingState),
        one_of("edition", Edition),
        CheckConstraint("method <> 'email' OR edition = 'network'", name="network_only"),
        Index("ix_delivery_sendings_version", "contract_id", "version_id"),
    )

    version_id: Mapped[UUID]
    method: Mapped[str] = mapped_column(String(10))
    edition: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    agreement: Mapped[bytes | None] = mapped_column(LargeBinary)
    recipient: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    recorder_name: Mapped[str] = mapped_column(String(100))
    idempotency_key: Mapped[UUID | None]


class DeliveryRecipient(ContractScoped, Base):
    """A mailbox of a sending and what its server said. `begun`: the message may have left and no answer came back;
    it is never sent again by itself."""

    __tablename__ = "delivery_recipients"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "sending_id"], ["delivery_sendings.contract_id", "delivery_sendings.id"]),
        ForeignKeyConstraint(
            ["contract_id", "address_id"], ["delivery_addresses.contract_id", "delivery_addresses.id"]
        ),
        UniqueConstraint("contract_id", "sending_id", "address_id"),
        one_of("reply", Reply),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    sending_id: Mapped[UUID]
    address_id: Mapped[UUID]
    reply: Mapped[str] = mapped_column(String(10))
    reply_code: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
