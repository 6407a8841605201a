"""Search for words in texts, whatever the case, on both databases; what a person types is never a pattern."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

MOST_WORDS = 8
Column: TypeAlias = InstrumentedAttribute[Any] | ColumnElement[Any]
_ESCAPE = "\\"
_SIGNS = str.maketrans({sign: _ESCAPE + sign for sign in ("%", "_", _ESCAPE)})


class unicode_lower(GenericFunction[str]):
    """Lower case of all letters: `lower` of PostgreSQL, a function of ours on SQLite (data/db.py)."""

    type = Text()
    inherit_cache = True


@compiles(unicode_lower, "postgresql")
def _lower(element: unicode_lower, compiler: SQLCompiler, **given: Any) -> str:
    return f"lower({compiler.process(element.clauses, **given)})"


def says(text: str, columns: Iterable[Column]) -> list[ColumnElement[bool]]:
    """Conditions: each of the first MOST_WORDS words of `text` occurs in at least one of the columns."""
    columns = tuple(columns)
    words = unicodedata.normalize("NFC", text).split()[:MOST_WORDS]
    return [or_(*(_contains(column, word) for column in columns)) for word in words]


def _contains(column: Column, word: str) -> ColumnElement[bool]:
    # SQLite itself knows the case of ASCII letters only: it sieves with the others left open, quickly, and only what
    # passes is lowered by the function of ours.
    sieve = "".join(letter.translate(_SIGNS) if letter.isascii() else "_" for letter in word)
    rough = column.ilike(f"%{sieve}%", escape=_ESCAPE)
    if word.isascii():
        return rough
    exact = unicode_lower(column).like(f"%{word.lower().translate(_SIGNS)}%", escape=_ESCAPE)
    return and_(rough, exact)
