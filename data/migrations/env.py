"""Alembic environment: the connection is handed over in code (see data/migrate.py), never read from an ini file."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from data.models import Base

LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "15min"


def run() -> None:
    """Run the migrations on the connection that data/migrate.py opened."""
    connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        # A migration must not queue behind a long reader and block every writer after it.
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
    )
    with context.begin_transaction():
        context.run_migrations()


run()
