"""References of the platform's own proposals, made from the token of the form that they were written in."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from uuid import uuid4

_TOKEN = re.compile(r"(20[0-9]{2})-([0-9a-f]{32})")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is mistaken for something else on the telephone."""
_LENGTH = 8


def new_token(day: date) -> str:
    """A token for one form: however often the form is sent, one proposal comes of it."""
    return f"{day.year}-{uuid4().hex}"


def is_token(text: str | None) -> bool:
    """Whether `text` is a token of ours; anything else that a browser sends is replaced by a new one."""
    return text is not None and _TOKEN.fullmatch(text) is not None


def reference_of(token: str) -> str:
    """`AB-<year>-XXXX-XXXX`, always the same for the same token. Raises ValueError for what is no token."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise ValueError(f"{token!r} is no token of a form: make one with new_token")
    number = int.from_bytes(hashlib.sha256(parts[2].encode()).digest()[:5])
    letters = "".join(_LETTERS[(number >> (5 * place)) % 32] for place in range(_LENGTH))
    return f"AB-{parts[1]}-{letters[:4]}-{letters[4:]}"
