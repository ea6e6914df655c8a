"""The serial of call numbers gets a row of its own: every call points at its contract's row, which writers kept locked."""

import sqlalchemy as sa
from alembic import op

revision = "0009_call_serials"
down_revision = "0008_reporting"
branch_labels = None
depends_on = None

CHECK = "ck_contracts_call_number"


def upgrade() -> None:
    op.create_table(
        "call_serials",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("next_number >= 1", name=op.f("ck_call_serials_next_number")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_call_serials_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_call_serials")),
    )
    op.execute("INSERT INTO call_serials (contract_id, next_number) SELECT id, next_call_number FROM contracts")
    with op.batch_alter_table("contracts") as contracts:
        contracts.drop_constraint(op.f(CHECK), type_="check")
        contracts.drop_column("next_call_number")


def downgrade() -> None:
    with op.batch_alter_table("contracts") as contracts:
        contracts.add_column(sa.Column("next_call_number", sa.Integer(), nullable=False, server_default="1"))
        contracts.create_check_constraint(op.f(CHECK), "next_call_number >= 1")
    op.execute(
        "UPDATE contracts SET next_call_number ="
        " (SELECT next_number FROM call_serials WHERE call_serials.contract_id = contracts.id)"
    )
    with op.batch_alter_table("contracts") as contracts:
        contracts.alter_column("next_call_number", server_default=None)
    op.drop_table("call_serials")
