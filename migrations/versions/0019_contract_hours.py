"""A person's hours a week by contract, so that the solver gives everybody the hours that were agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0019_contract_hours"
down_revision = "0018_attendance"
branch_labels = None
depends_on = None
CHECK = "ck_staff_week_minutes"


def upgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("week_minutes", sa.Integer(), nullable=True))
        staff.create_check_constraint(op.f(CHECK), "week_minutes IS NULL OR week_minutes BETWEEN 60 AND 2400")


def downgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.drop_constraint(op.f(CHECK), type_="check")
        staff.drop_column("week_minutes")
