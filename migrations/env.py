"""Runs migrations on the connection that `callcenter db` hands over."""

from alembic import context
from sqlalchemy import Connection

from callcenter.extensions import Base


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=False,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
