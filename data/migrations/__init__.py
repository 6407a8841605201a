"""Alembic migrations; run them with `abbina init`."""
