"""What the tables of rosters share: checks of coded columns, keys within the contract, indexes over live rows."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, text


def belongs_to(column: str, table: str) -> ForeignKeyConstraint:
    """The column names a row of the same contract."""
    return ForeignKeyConstraint(["contract_id", column], [f"{table}.contract_id", f"{table}.id"])


def unique_where(name: str, condition: str, *columns: str) -> Index:
    """Unique among the rows for which `condition` holds."""
    where = text(condition)
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)
