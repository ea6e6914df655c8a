"""One index for lists and figures instead of five: each of them was written at every save."""

import sqlalchemy as sa
from alembic import op

revision = "0010_call_indexes"
down_revision = "0009_call_serials"
branch_labels = None
depends_on = None

LISTED = "ix_calls_listed"
CODES = ["operator_id", "category_code", "disposition", "complaint", "difficult", "local_minute", "channel"]
BEFORE = {
    LISTED: ["local_on", "number", "state", "complaint", "difficult"],
    "ix_calls_counted": ["local_on", "state", "local_minute", "channel", "category_code"],
    "ix_calls_operator": ["operator_id", "local_on", "number", "state"],
    "ix_calls_category": ["category_code", "local_on", "number", "state"],
    "ix_calls_disposition": ["disposition", "local_on", "number", "state"],
}


def upgrade() -> None:
    for name in BEFORE:
        op.drop_index(name, table_name="calls")
    _create(LISTED, ["local_on", "number", "state", *CODES])


def downgrade() -> None:
    op.drop_index(LISTED, table_name="calls")
    for name, columns in BEFORE.items():
        _create(name, columns)


def _create(name: str, columns: list[str]) -> None:
    numbered = sa.text("number IS NOT NULL")
    op.create_index(name, "calls", ["contract_id", *columns], sqlite_where=numbered, postgresql_where=numbered)
