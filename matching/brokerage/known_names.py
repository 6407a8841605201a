"""The names of the organisations that are stored, and which words are no names by themselves."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import cache
from typing import TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from data.models import Organisation
from data.models.vocabulary import OrganisationKind
from embeddings.model_files import shipped_model
from matching.brokerage.quality.names import KnownName, NameBook

_Standing: TypeAlias = tuple[int, datetime | None]
_lock = threading.Lock()
_books: WeakKeyDictionary[Engine, tuple[_Standing, NameBook]] = WeakKeyDictionary()


def load_names(session: Session) -> NameBook:
    """A book of all organisations that are not withdrawn. Raises ModelError where the shipped model is damaged."""
    columns = (Organisation.id, Organisation.name, Organisation.city, Organisation.region, Organisation.kind)
    rows = session.execute(select(*columns).where(Organisation.withdrawn_at.is_(None)).order_by(Organisation.id))
    public = OrganisationKind.PUBLIC_BODY.value
    return NameBook.of(
        (
            KnownName(row.id, row.name, tuple(place for place in (row.city, row.region) if place), row.kind == public)
            for row in rows
        ),
        ordinary_words(),
    )


def names_in_force(session: Session) -> NameBook:
    """The same book as long as no organisation was added, changed or withdrawn."""
    count, changed = session.execute(
        select(func.count(), func.max(Organisation.updated_at)).where(Organisation.withdrawn_at.is_(None))
    ).one()
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    with _lock:
        held = _books.get(engine)
    if held is not None and held[0] == (count, changed):
        return held[1]
    book = load_names(session)
    with _lock:
        _books[engine] = ((count, changed), book)
    return book


@cache
def ordinary_words() -> frozenset[str]:
    """Words, folded, that the shipped bilingual model knows as whole ones: 39,000, some famous names among them."""
    return frozenset(word for word in shipped_model().tokenizer.get_vocab() if word.isalpha())
