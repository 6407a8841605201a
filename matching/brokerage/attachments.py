"""Attachments of proposals and partnerships: put in, listed, taken away. Who may do it, the owner's rules say.

The row and the file of an upload go together in one unit of work; a file is deleted in another one, after the commit
that removed its row, and only where no other row has the same content.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import hold_name, unit_of_work
from data.errors import NotFoundError
from data.models import Attachment, now
from data.models.vocabulary import AttachmentOwner, CaseKind
from data.uploads import FileStore, Upload
from matching.brokerage.events import record
from matching.errors import LimitReachedError

MOST_FILES = 5
"""Files that a proposal or partnership may have at a time."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What files are attached to."""

    kind: AttachmentOwner
    id: int


def attach(session: Session, store: FileStore, owner: Owner, upload: Upload, *, actor: str) -> Attachment:
    """Add a file; the same content of the same owner again is the file that is there. The caller commits.

    Raises LimitReachedError where there are as many files as there may be.
    """
    hold_name(session, f"{owner.kind.value}:{owner.id}")
    hold_name(session, upload.sha256)
    there = attachments_of(session, owner)
    same = next((row for row in there if row.sha256 == upload.sha256), None)
    if same is not None:
        return same
    if len(there) >= MOST_FILES:
        raise LimitReachedError(f"{owner.kind.value} {owner.id} has {MOST_FILES} files, as many as there may be")
    attachment = Attachment(
        owner_kind=owner.kind.value,
        owner_id=owner.id,
        key=store.put(upload),
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        actor=actor,
    )
    session.add(attachment)
    session.flush()
    record(session, CaseKind.ATTACHMENT, attachment.id, "attached", actor=actor, detail=_detail(attachment))
    return attachment


def remove(session: Session, owner: Owner, number: int, *, actor: str) -> Attachment:
    """Take a file away; one that was taken away stays so. After the commit, call `discard` with its key.

    Raises NotFoundError for a file of another owner.
    """
    hold_name(session, f"{owner.kind.value}:{owner.id}")
    attachment = session.get(Attachment, number, populate_existing=True)
    if attachment is None or _owner(attachment) != owner:
        raise NotFoundError(f"{owner.kind.value} {owner.id} has no file with the number {number}")
    if attachment.removed_at is None:
        attachment.removed_at = now()
        session.flush()
        record(session, CaseKind.ATTACHMENT, attachment.id, "removed", actor=actor, detail=_detail(attachment))
    return attachment


def discard(sessions: sessionmaker[Session], store: FileStore, key: str) -> bool:
    """Delete a content that no attachment has any more; returns whether it was deleted. Safe to run again."""
    with unit_of_work(sessions) as session:
        hold_name(session, key)
        used = select(func.count(Attachment.id)).where(Attachment.key == key, Attachment.removed_at.is_(None))
        if session.scalar(used):
            return False
        store.delete(key)
        return True


def attachments_of(session: Session, owner: Owner) -> list[Attachment]:
    """The files of an owner, oldest first."""
    own = Attachment.owner_kind == owner.kind.value, Attachment.owner_id == owner.id
    query = select(Attachment).where(*own, Attachment.removed_at.is_(None))
    return list(session.scalars(query.order_by(Attachment.id)))


def attachment_of(session: Session, owner: Owner, number: int) -> Attachment:
    """One file of an owner. Raises NotFoundError for another's, and for one that was taken away."""
    attachment = session.get(Attachment, number)
    if attachment is None or _owner(attachment) != owner or attachment.removed_at is not None:
        raise NotFoundError(f"{owner.kind.value} {owner.id} has no file with the number {number}")
    return attachment


def _owner(attachment: Attachment) -> Owner:
    return Owner(AttachmentOwner(attachment.owner_kind), attachment.owner_id)


def _detail(attachment: Attachment) -> dict[str, object]:
    """What the log keeps: of a name, which people write, nothing."""
    return {
        "owner": attachment.owner_kind,
        "owner_id": attachment.owner_id,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }
