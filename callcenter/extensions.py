"""The database and the column conventions every feature's tables share.

Operational tables inherit `ContractScoped`: their key is `(contract_id, id)`, so that no row can point into
another contract. Types: `UtcDateTime` refuses naive instants; ids are UUIDv7 made by the application.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import uuid_utils
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. A naive one is a programming fault: `ValueError`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table's class. Flask-SQLAlchemy copies its body, so the type map stands in the registry."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UtcDateTime, UUID: Uuid}
    )


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False, "autoflush": False}
)


class ContractScoped:
    """Key columns of every operational row."""

    # The type stands here: taken over from what it points at, it would be unknown until that module is imported.
    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id"), primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-19)


def one_of(column: str, coded: Iterable[StrEnum], *more: str) -> CheckConstraint:
    """The column holds one of the coded values (or of `more`)."""
    values = ", ".join(f"'{value}'" for value in [*(member.value for member in coded), *more])
    return CheckConstraint(f"{column} IN ({values})", name=column)


def within(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference that cannot leave the contract."""
    return ForeignKeyConstraint(["contract_id", column], [f"{table}.contract_id", f"{table}.id"], ondelete=ondelete)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows of a contract for which `where` holds."""
    condition = text(where)
    return Index(name, "contract_id", *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def new_id() -> UUID:
    """A UUIDv7: made by the application, ordered by time."""
    return UUID(int=uuid_utils.uuid7().int)
