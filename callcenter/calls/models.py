"""Tables of call records and categories. Everything a person types is sealed; what SQL groups by is plain and coded."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.calls.rules import CallState, Channel, Disposition, Language, Relation
from callcenter.extensions import Base, ContractScoped, one_of

# A bound value would not let SQLite use the partial index on open calls.
IS_OPEN: ColumnElement[str] = literal_column("'open'")


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, "contract_id", *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _numbered(name: str, *columns: str, unique: bool = False) -> Index:
    """Over records only: an open call costs these indexes nothing, and a query for records says so."""
    return _partial(name, *columns, where="number IS NOT NULL", unique=unique)


# One index that holds all that lists are filtered and figures are counted by: one for each would make a save twice as
# long, and a year of one city is read through it in milliseconds.
LISTED_BY = ("operator_id", "category_code", "disposition", "complaint", "difficult", "local_minute", "channel")
_CODED_WHEN_SAVED = (
    "state <> 'saved' OR (number IS NOT NULL AND saved_at IS NOT NULL AND started_at IS NOT NULL"
    " AND local_minute IS NOT NULL AND category_code IS NOT NULL AND disposition IS NOT NULL)"
)


class Call(ContractScoped, Base):
    """One conversation. `open`: a draft without a number, counted nowhere; `saved`; `voided`: kept, not counted.

    `local_on` is the Asia/Tokyo date of the start (of the opening while `open`), `local_minute` its minute of day.
    `tokens` finds words of the sealed texts (`protection.search_index`), `phone_key` earlier calls of a number.
    `booking`: what was done to a reservation in this call, the last of several (`events.reservation_changed`).
    """

    __tablename__ = "calls"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "category_code"], ["call_categories.contract_id", "call_categories.code"]),
        one_of("state", CallState),
        one_of("channel", Channel),
        one_of("relation", Relation),
        one_of("language", Language),
        one_of("disposition", Disposition),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("local_minute BETWEEN 0 AND 1439", name="local_minute"),
        CheckConstraint("talk_seconds BETWEEN 0 AND 86400", name="talk_seconds"),
        CheckConstraint("acw_seconds BETWEEN 0 AND 86400", name="acw_seconds"),
        CheckConstraint("started_at <= ended_at", name="ended"),
        CheckConstraint("state <> 'open' OR number IS NULL", name="open_has_no_number"),
        CheckConstraint("state = 'open' OR draft IS NULL", name="draft_only_while_open"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided"),
        CheckConstraint(_CODED_WHEN_SAVED, name="saved"),
        Index("uq_calls_open_key", "contract_id", "open_key", unique=True),
        _numbered("uq_calls_number", "number", unique=True),
        _numbered("ix_calls_listed", "local_on", "number", "state", *LISTED_BY),
        _partial("ix_calls_phone", "phone_key", "local_on", where="phone_key IS NOT NULL"),
        _partial("ix_calls_open", "operator_id", "edited_at", where="state = 'open'"),
    )

    number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    saved_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    local_on: Mapped[date]
    local_minute: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(10))
    relation: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(6))
    disposition: Mapped[str | None] = mapped_column(String(20))
    category_code: Mapped[str | None] = mapped_column(String(4))
    complaint: Mapped[bool] = mapped_column(default=False)
    difficult: Mapped[bool] = mapped_column(default=False)
    talk_seconds: Mapped[int | None]
    acw_seconds: Mapped[int | None]
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    open_key: Mapped[UUID]
    save_key: Mapped[UUID | None]
    booking: Mapped[str | None] = mapped_column(String(10))
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    caller_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    question: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    report_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    tokens: Mapped[bytes | None] = mapped_column(LargeBinary)
    void_reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class CallSerial(Base):
    """The number a contract's next call gets: the serial people see, which moves only at a save.

    Not in the contract's own row: every new call points there, and would wait for whoever is taking a number.
    """

    __tablename__ = "call_serials"
    __table_args__ = (CheckConstraint("next_number >= 1", name="next_number"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)


class CallRevision(ContractScoped, Base):
    """One correction of a saved call: who, when, why, and the values as they stood before (both sealed)."""

    __tablename__ = "call_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "call_id"], ["calls.contract_id", "calls.id"]),
        CheckConstraint("revision >= 1", name="revision"),
        Index("uq_call_revisions_revision", "contract_id", "call_id", "revision", unique=True),
    )

    call_id: Mapped[UUID]
    revision: Mapped[int]
    corrected_at: Mapped[datetime]
    corrected_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    before: Mapped[bytes] = mapped_column(LargeBinary)


class CallCategory(Base):
    """A permanent code: two digits for a major, four for a minor. What it is called is in its versions."""

    __tablename__ = "call_categories"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "major_code"], ["call_categories.contract_id", "call_categories.code"]),
        CheckConstraint("major_code IS NULL OR substr(code, 1, 2) = major_code", name="major"),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    major_code: Mapped[str | None] = mapped_column(String(2))


class CallCategoryName(Base):
    """The name a code bears from `valid_from` until its next version; `retired_on`: first day it cannot be chosen."""

    __tablename__ = "call_category_names"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "code"], ["call_categories.contract_id", "call_categories.code"]),
        CheckConstraint("retired_on > valid_from", name="retired"),
    )

    contract_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    reading: Mapped[str] = mapped_column(String(120), default="")
    explanation: Mapped[str] = mapped_column(String(300), default="")
    retired_on: Mapped[date | None]
