"""What is noted of a stretch below the minimum."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.columns import unique_where


class ShortageNote(ContractScoped, Base):
    """Cause and measure of a stretch below the minimum (6). A later note of the same day takes an earlier's place."""

    __tablename__ = "shortage_notes"
    __table_args__ = (
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("cause", ShortageCause),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="times"),
        CheckConstraint("measure <> ''", name="measure"),
        Index("ix_shortage_notes_day", "contract_id", "local_on"),
        unique_where(
            "uq_shortage_notes_live", "superseded_at IS NULL", "contract_id", "local_on", "start_minute", "end_minute"
        ),
    )

    local_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    cause: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(200), default="")
    measure: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    superseded_at: Mapped[datetime | None]
    idempotency_key: Mapped[UUID | None]
