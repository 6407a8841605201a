"""Passwords: what is refused, and the hash that the pages and the commands share (argon2id).

Parameters: OWASP Password Storage Cheat Sheet (46 MiB, one lane), with one pass more than its least. Rules: NIST SP
800-63B and OWASP ASVS 2.1: a least length, no rule about kinds of characters, known passwords refused.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher

from matching.brokerage.common_passwords import COMMON

SHORTEST = 12
LONGEST = 128
TIME_COST = 2
MEMORY_KIB = 46 * 1024
LANES = 1
NORMAL_FORM: Final = "NFKD"
_LONGEST_PERIOD = 4


def normalised(password: str) -> str:
    """The password as it is hashed: the same for all ways in which keyboards write a letter."""
    return unicodedata.normalize(NORMAL_FORM, password)


def password_problem(password: str) -> str | None:
    """`short`, `long` or `common` for what is refused, None for a good one."""
    text = normalised(password)
    if len(text) < SHORTEST:
        return "short"
    if len(text) > LONGEST:
        return "long"
    plain = "".join(text.casefold().split())
    return "common" if plain in COMMON or _repeats(plain) else None


def _repeats(text: str) -> bool:
    """Whether a few characters over and over make up the text."""
    return any(text == (text[:period] * len(text))[: len(text)] for period in range(1, _LONGEST_PERIOD + 1))


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_of(password: str) -> str:
    """The argon2id hash of a password, as Flask-Security reads it (one hash, no pepper)."""
    return _hasher().hash(normalised(password))
