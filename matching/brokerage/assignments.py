"""Who works on what: taking an item of the queue, handing it over, letting it go. Every move is logged.

Each move names whom the person saw it with, so that of two who take the same item at once the second is told, and
nobody loses what is theirs without knowing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, Assignment, now
from data.models.vocabulary import CaseKind, NoticeKind, QueueKind
from data.queries import today
from matching.brokerage.events import record
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person, active_staff
from matching.brokerage.permissions import require_staff
from matching.brokerage.queue import QueueItem, item_of
from matching.brokerage.queue_sources import SOURCES
from matching.errors import ConflictError, MoveNotAllowedError

CASES: Final = {source.kind: source.case for source in SOURCES}
DESK: Final = "/desk/"


class TakenError(ConflictError):
    """Somebody else has the item by now; `account_id` says who, None where it was let go meanwhile."""

    def __init__(self, kind: QueueKind, object_id: int, account_id: int | None) -> None:
        who = "nobody" if account_id is None else f"account {account_id}"
        super().__init__(f"{kind.value} {object_id} is with {who} by now: look at it again first")
        self.account_id = account_id


def take(session: Session, kind: QueueKind, object_id: int, person: Person, *, seen: int | None = None) -> QueueItem:
    """Make an item one's own. `seen` is whom the person saw it with.

    Raises TakenError where it is somebody else's by now, NotFoundError where it waits no longer.
    """
    return hand_over(session, kind, object_id, person, to=person.account_id, seen=seen)


def hand_over(
    session: Session, kind: QueueKind, object_id: int, person: Person, *, to: int, seen: int | None = None
) -> QueueItem:
    """Give an item to a colleague, who is told, as is the one who had it. Raises like `take`, and MoveNotAllowedError.

    Done again it changes nothing.
    """
    require_staff(person)
    item = _waiting(session, kind, object_id)
    current = _locked(session, kind, object_id)
    holder = current.account_id if current else item.assignee_id
    if holder == to and current is not None:
        return item
    if holder != seen:
        raise TakenError(kind, object_id, holder)
    staff = {account.id: account for account in active_staff(session)}
    if to not in staff:
        raise MoveNotAllowedError(f"account {to} cannot be given work: only the staff has the desk")
    _store(session, current, kind, object_id, to, person)
    _log(session, kind, object_id, person, "assigned", holder, to)
    told = [staff[number] for number in {to, holder} - {person.account_id, None} if number in staff]
    _tell(session, told, item, to)
    return item


def release(session: Session, kind: QueueKind, object_id: int, person: Person, *, seen: int | None = None) -> QueueItem:
    """Let an item go, so that anybody may take it; a proposal falls back to its facilitator. Raises like `take`."""
    require_staff(person)
    item = _waiting(session, kind, object_id)
    current = _locked(session, kind, object_id)
    if current is None:
        return item
    if current.account_id != seen:
        raise TakenError(kind, object_id, current.account_id)
    session.delete(current)
    session.flush()
    _log(session, kind, object_id, person, "released", current.account_id, None)
    return item


def settle(session: Session, kind: QueueKind, object_id: int) -> None:
    """Forget whose an item was, once it is done: should it ever wait again, anybody may take it."""
    current = _locked(session, kind, object_id)
    if current is not None:
        session.delete(current)
        session.flush()


def _waiting(session: Session, kind: QueueKind, object_id: int) -> QueueItem:
    item = item_of(session, kind, object_id, today())
    if item is None:
        raise NotFoundError(f"{kind.value} {object_id} waits no longer: somebody saw to it")
    return item


def _locked(session: Session, kind: QueueKind, object_id: int) -> Assignment | None:
    query = select(Assignment).where(Assignment.kind == kind.value, Assignment.object_id == object_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()


def _store(
    session: Session, current: Assignment | None, kind: QueueKind, object_id: int, to: int, person: Person
) -> None:
    if current is not None:
        current.account_id, current.assigned_by, current.created_at = to, person.actor, now()
        session.flush()
        return
    try:
        with session.begin_nested():
            session.add(Assignment(kind=kind.value, object_id=object_id, account_id=to, assigned_by=person.actor))
    except IntegrityError:  # somebody took it at the same moment: the unique index lets one in
        taken = _locked(session, kind, object_id)
        raise TakenError(kind, object_id, taken.account_id if taken else None) from None


def _log(
    session: Session, kind: QueueKind, object_id: int, person: Person, action: str, holder: int | None, to: int | None
) -> None:
    case: CaseKind = CASES[kind]
    detail = {"queue": kind.value, "from": holder, "to": to}
    record(session, case, object_id, action, actor=person.actor, detail=detail)


def _tell(session: Session, accounts: list[Account], item: QueueItem, to: int) -> None:
    occasion = f"desk:{item.kind.value}:{item.object_id}:{now().isoformat()}"
    for account in accounts:
        template = "desk.given" if account.id == to else "desk.taken_over"
        notify(session, [account], NoticeKind.DESK, template, path=DESK, key=occasion, title=item.title)
