"""What people type, as it is kept: texts of several lines, and numbers of stored records."""

from __future__ import annotations

from flask import request
from werkzeug.routing import IntegerConverter, Map

LARGEST_NUMBER = 2**31 - 1
"""Of a stored record: what PostgreSQL's integer takes."""


def cleaned(value: str | None) -> str:
    """Without NUL, which PostgreSQL does not store, with plain line ends, without blanks around it."""
    return (value or "").replace("\0", "").replace("\r\n", "\n").strip()


def typed(name: str) -> str:
    """What the form that was sent says in a field."""
    return cleaned(request.form.get(name))


def stored_number(value: str | None) -> int | None:
    """A number as an address or form gives it; None for anything that no stored record could have."""
    text = value or ""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_NUMBER)):
        return None
    return int(text) if int(text) <= LARGEST_NUMBER else None


class StoredNumbers(IntegerConverter):
    """`<int:…>` of addresses: a number that no stored record could have leads nowhere, instead of to the database."""

    def __init__(self, map: Map, *args: object, **given: object) -> None:  # noqa: A002 - the library's own name
        super().__init__(map, *args, **{"max": LARGEST_NUMBER, **given})  # type: ignore[arg-type]
