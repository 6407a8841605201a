"""The files of a proposal as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from data.models import Attachment, Proposal
from data.models.vocabulary import AttachmentOwner
from matching.brokerage.attachments import MOST_FILES, Owner, attachments_of
from matching.brokerage.people import Person
from matching.brokerage.permissions import may_attach, may_detach
from web.context import application


@dataclass(frozen=True, slots=True)
class Files:
    """What is attached, and whether this person may add and take away."""

    rows: tuple[Attachment, ...]
    may_add: bool
    may_remove: bool
    most: int = MOST_FILES
    megabytes: int = 10


def files_of(session: Session, person: Person | None, proposal: Proposal) -> Files:
    """The files of a proposal."""
    rows = tuple(attachments_of(session, Owner(AttachmentOwner.PROPOSAL, proposal.id)))
    return Files(
        rows,
        may_add=may_attach(person, proposal) and len(rows) < MOST_FILES,
        may_remove=may_detach(person, proposal),
        megabytes=application().settings.upload_megabytes,
    )
