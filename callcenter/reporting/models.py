"""Tables of reporting: what a person adds to a day before it is submitted."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped


class Matter(ContractScoped, Base):
    """Something the city needs to know of a day (10(1)②エ). The text is sealed under `report.matter`."""

    __tablename__ = "report_matters"
    __table_args__ = (
        CheckConstraint("kind IN ('difficult', 'trouble', 'equipment', 'proposal', 'other')", name="kind"),
        CheckConstraint("local_minute IS NULL OR local_minute BETWEEN 0 AND 1439", name="minute"),
        Index("ix_report_matters_local_on", "contract_id", "local_on"),
    )

    local_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12))
    local_minute: Mapped[int | None]
    text: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class FindingConfirmation(ContractScoped, Base):
    """A person looked at a finding in a report text and says it may stand. `mark` is a keyed hash of the text's
    place, kind and words: when the text changes, the confirmation no longer counts."""

    __tablename__ = "report_confirmations"
    __table_args__ = (UniqueConstraint("contract_id", "local_on", "mark"),)

    local_on: Mapped[date]
    mark: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
