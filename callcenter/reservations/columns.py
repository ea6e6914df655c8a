"""Constraints that tables of reservations share."""

from __future__ import annotations

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    text,
)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, "contract_id", *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def within(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that cannot leave the contract."""
    return ForeignKeyConstraint(["contract_id", column], [f"{table}.contract_id", f"{table}.id"])
