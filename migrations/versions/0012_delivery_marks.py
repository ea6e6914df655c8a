"""A submitted version keeps a mark of each of its parts, so that a change of the records afterwards is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0012_delivery_marks"
down_revision = "0011_log_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery_versions", sa.Column("marks", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("delivery_versions", "marks")
