"""The table of jobs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of
from callcenter.jobs.rules import JobKind, JobState


class Job(ContractScoped, Base):
    """One piece of work for one period. `subject`: what else it is about (an id; empty: nothing), part of its key.

    `round` counts how often it was asked for, `tries` the tries of this round. A running job belongs to `worker` until
    `lease_until`. `message` is a sentence of the product for people; `result_id` what was made.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "period_from", "period_to", "subject"),
        one_of("kind", JobKind),
        one_of("state", JobState),
        CheckConstraint("period_from <= period_to", name="period"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("round >= 1 AND tries >= 0", name="tries"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease"),
        Index(
            "ix_jobs_active",
            "state",
            "not_before",
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index("ix_jobs_listed", "contract_id", "asked_at"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    period_from: Mapped[date]
    period_to: Mapped[date]
    subject: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(10))
    round: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(60), default="")
    message: Mapped[str] = mapped_column(String(300), default="")
    scheduled: Mapped[bool] = mapped_column(default=False)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(String(60), default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result_id: Mapped[UUID | None]
