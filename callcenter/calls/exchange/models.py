"""Tables of the exchange's counts. No caller's number and no cell of an imported file is in any of them."""

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

KINDS = "kind IN ('manual', 'csv', 'cdr')"


def _belongs(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["contract_id", column], [f"{table}.contract_id", f"{table}.id"])


def _not_negative(*columns: str) -> CheckConstraint:
    return CheckConstraint(" AND ".join(f"{column} >= 0" for column in columns), name="not_negative")


class ExchangeSource(ContractScoped, Base):
    """Where counts come from, under the name people gave it. Remembers the zone and the columns last used."""

    __tablename__ = "exchange_sources"
    __table_args__ = (
        UniqueConstraint("contract_id", "name"),
        CheckConstraint(KINDS, name="kind"),
    )

    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(6))
    zone: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class ExchangeImport(ContractScoped, Base):
    """One act that brought counts in: a file, or a day typed in.

    `file_mark` is a keyed hash of the bytes; `account` lists [line, reason] of what was refused or passed over, never
    what the line held; `summary` holds numbers by name.
    """

    __tablename__ = "exchange_imports"
    __table_args__ = (
        _belongs("source_id", "exchange_sources"),
        CheckConstraint(KINDS, name="kind"),
        Index("ix_exchange_imports_listed", "contract_id", "imported_at"),
        Index("ix_exchange_imports_mark", "contract_id", "source_id", "file_mark"),
    )

    source_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(6))
    file_name: Mapped[str] = mapped_column(String(120))
    file_mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    zone: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    account: Mapped[list[Any]] = mapped_column(JSON)
    imported_at: Mapped[datetime]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    importer_name: Mapped[str] = mapped_column(String(100))


class ExchangeCount(ContractScoped, Base):
    """Counts of a half hour (`start_minute`), or of a whole day (NULL). A replaced row stays, marked by what replaced
    it; the rows that stand are unique per source, day, start and side of the opening hours. `answered_within`: answered
    within `within_seconds`, for the service level."""

    __tablename__ = "exchange_counts"
    __table_args__ = (
        _belongs("source_id", "exchange_sources"),
        _belongs("import_id", "exchange_imports"),
        _belongs("replaced_by_import_id", "exchange_imports"),
        CheckConstraint("start_minute BETWEEN 0 AND 1410 AND start_minute % 30 = 0", name="start_minute"),
        _not_negative("offered", "answered", "abandoned", "wait_seconds", "talk_seconds"),
        CheckConstraint("coalesce(answered, 0) + coalesce(abandoned, 0) <= offered", name="sum"),
        CheckConstraint("(answered_within IS NULL) = (within_seconds IS NULL)", name="within"),
        CheckConstraint("answered_within BETWEEN 0 AND answered", name="answered_within"),
        CheckConstraint("within_seconds BETWEEN 0 AND 600", name="within_seconds"),
        CheckConstraint("(replaced_at IS NULL) = (replaced_by_import_id IS NULL)", name="replaced"),
        Index(
            "uq_exchange_counts_slot",
            *("contract_id", "source_id", "local_on", "start_minute", "inside_hours"),
            unique=True,
            sqlite_where=text("replaced_at IS NULL AND start_minute IS NOT NULL"),
            postgresql_where=text("replaced_at IS NULL AND start_minute IS NOT NULL"),
        ),
        Index(
            "uq_exchange_counts_day",
            *("contract_id", "source_id", "local_on", "inside_hours"),
            unique=True,
            sqlite_where=text("replaced_at IS NULL AND start_minute IS NULL"),
            postgresql_where=text("replaced_at IS NULL AND start_minute IS NULL"),
        ),
        Index("ix_exchange_counts_day", "contract_id", "local_on", "source_id"),
    )

    source_id: Mapped[UUID]
    local_on: Mapped[date]
    start_minute: Mapped[int | None]
    inside_hours: Mapped[bool]
    offered: Mapped[int]
    answered: Mapped[int | None]
    abandoned: Mapped[int | None]
    wait_seconds: Mapped[int | None]
    talk_seconds: Mapped[int | None]
    answered_within: Mapped[int | None]
    within_seconds: Mapped[int | None]
    import_id: Mapped[UUID]
    replaced_by_import_id: Mapped[UUID | None]
    replaced_at: Mapped[datetime | None]


class ExchangeCallRow(ContractScoped, Base):
    """One call of a detail record, by the exchange's own id: the same file, or one that overlaps, adds nothing."""

    __tablename__ = "exchange_calls"
    __table_args__ = (
        _belongs("source_id", "exchange_sources"),
        _belongs("import_id", "exchange_imports"),
        UniqueConstraint("contract_id", "source_id", "linked_id"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
        CheckConstraint("offered OR NOT answered", name="answered"),
        _not_negative("wait_seconds", "talk_seconds"),
        Index("ix_exchange_calls_day", "contract_id", "source_id", "local_on"),
    )

    source_id: Mapped[UUID]
    linked_id: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    local_on: Mapped[date]
    minute: Mapped[int]
    offered: Mapped[bool]
    answered: Mapped[bool]
    wait_seconds: Mapped[int | None]
    talk_seconds: Mapped[int | None]
    import_id: Mapped[UUID]


class ExchangeDaySource(ContractScoped, Base):
    """Which source rules a day. `chosen_at` NULL: nobody chose, it was the first one entered."""

    __tablename__ = "exchange_day_sources"
    __table_args__ = (
        _belongs("source_id", "exchange_sources"),
        UniqueConstraint("contract_id", "local_on"),
    )

    local_on: Mapped[date]
    source_id: Mapped[UUID]
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    chooser_name: Mapped[str] = mapped_column(String(100), default="")


class ExchangeGapReason(ContractScoped, Base):
    """Why exchange and records differ in a half hour (or the day, NULL). The newest rules; an empty one withdraws.

    `difference` is the gap it was written for. The text is sealed under `exchange.gap_reason`.
    """

    __tablename__ = "exchange_gap_reasons"
    __table_args__ = (
        CheckConstraint("start_minute BETWEEN 0 AND 1439", name="start_minute"),
        Index("ix_exchange_gap_reasons_day", "contract_id", "local_on", "start_minute"),
    )

    local_on: Mapped[date]
    start_minute: Mapped[int | None]
    difference: Mapped[int]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    writer_name: Mapped[str] = mapped_column(String(100))
