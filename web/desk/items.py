"""Items of the queue as forms name them, and where each kind leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from data.models import Organisation
from data.models.vocabulary import QueueKind
from matching.brokerage.queue import QueueItem

_LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item that was ticked, with whom it was seen; written `kind:number:account`, 0 for nobody."""

    kind: QueueKind
    object_id: int
    seen: int | None


def written(item: QueueItem) -> str:
    """How a form names an item, together with whom it is with."""
    return f"{item.kind.value}:{item.object_id}:{item.assignee_id or 0}"


def chosen(text: str) -> Chosen:
    """What a form named. Raises BadRequest for anything else."""
    kind, _, rest = text.partition(":")
    number, _, seen = rest.partition(":")
    known = kind in {one.value for one in QueueKind}
    if not known or not _is_number(number) or not _is_number(seen):
        raise BadRequest("no such item")
    return Chosen(QueueKind(kind), int(number), int(seen) or None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)) and int(text) < _LARGEST


def addresses(session: Session, items: Iterable[tuple[QueueKind, str]]) -> dict[tuple[QueueKind, str], str]:
    """Where items, each a kind with its reference, are worked on."""
    wanted = set(items)
    about = {reference for kind, reference in wanted if kind in (QueueKind.ORGANISATION, QueueKind.MEMBERSHIP)}
    query = select(Organisation.reference, Organisation.id).where(Organisation.reference.in_(about))
    numbers = {row.reference: row.id for row in session.execute(query)} if about else {}
    return {(kind, reference): _address(kind, reference, numbers) for kind, reference in wanted}


def _address(kind: QueueKind, reference: str, numbers: Mapping[str, int]) -> str:
    if kind is QueueKind.VALIDATION:
        return url_for("desk.review", reference=reference)
    if kind is QueueKind.CURATION:
        return url_for("proposals.show", reference=reference, _anchor="partners")
    if kind is QueueKind.EXPIRY:
        return url_for("proposals.show", reference=reference)
    if kind is QueueKind.INTEREST:
        return url_for("interests.show", reference=reference)
    return url_for("verification.show", number=numbers[reference])
