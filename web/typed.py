"""What people type into fields of several lines, as it is kept."""

from __future__ import annotations

from flask import request


def cleaned(value: str | None) -> str:
    """Without NUL, which PostgreSQL does not store, with plain line ends, without blanks around it."""
    return (value or "").replace("\0", "").replace("\r\n", "\n").strip()


def typed(name: str) -> str:
    """What the form that was sent says in a field."""
    return cleaned(request.form.get(name))
