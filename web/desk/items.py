"""Items of the queue as forms name them, where each kind leads, and where somebody left the queue."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, session, url_for
from werkzeug.exceptions import BadRequest

from data.models.vocabulary import QueueKind
from matching.brokerage.queue import QueueItem

_LARGEST = 2**31
_LEFT_AT = "desk_at"
_FILTERS = ("kind", "whose", "overdue", "sort", "page")
"""Not the words: who looked for one item and has done it wants to see the others."""
_LONGEST = 300
"""Characters of filters that are kept: they lie in a cookie."""


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


def address(kind: QueueKind, reference: str) -> str:
    """Where an item of a kind is worked on. The reference of organisations and members is a number."""
    if kind is QueueKind.VALIDATION:
        return url_for("desk.review", reference=reference)
    if kind is QueueKind.CURATION:
        return url_for("proposals.show", reference=reference, _anchor="partners")
    if kind is QueueKind.EXPIRY:
        return url_for("proposals.show", reference=reference)
    if kind is QueueKind.INTEREST:
        return url_for("interests.show", reference=reference)
    return url_for("verification.show", number=int(reference))


def remember_desk() -> None:
    """Keep how the page of the queue at hand is filtered, for the ways back to it."""
    query = urlencode([(name, request.args[name]) for name in _FILTERS if request.args.get(name)])
    if len(query) <= _LONGEST and session.get(_LEFT_AT, "") != query:
        session[_LEFT_AT] = query


def desk_address() -> str:
    """The queue as this person last filtered it."""
    query = session.get(_LEFT_AT)
    return url_for("desk.index") + (f"?{query}" if query else "")
