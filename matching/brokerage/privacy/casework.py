"""Personal data of casework beside expressions of interest: answers, files, assignments, notes, orders."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from data.models import Account, Assignment, Attachment, ClientNote, PartnerResponse, ShortlistOrder
from data.models.vocabulary import PartnerAnswer
from matching.brokerage.people import actor_of
from matching.brokerage.privacy.registry import Part, removed, rows_of


def _empty_answers(session: Session, account: Account) -> int:
    """A company's answers stand; the person's questions and remarks go."""
    own = PartnerResponse.actor == actor_of(account.id)
    questions = delete(PartnerResponse).where(own, PartnerResponse.answer == PartnerAnswer.QUESTION.value)
    gone = session.execute(questions)
    noted = session.execute(update(PartnerResponse).where(own, PartnerResponse.note.is_not(None)).values(note=None))
    return int(gone.rowcount) + int(noted.rowcount)  # type: ignore[attr-defined]


_ANSWERS = rows_of(PartnerResponse.actor, by_actor=True)
CASEWORK: tuple[Part, ...] = (
    Part(
        "answers_to_suggestions", ("partner_response",), rows_of(PartnerResponse.actor, by_actor=True), _empty_answers
    ),
    Part("files", ("attachment",), rows_of(Attachment.actor, by_actor=True, leave_out=("key",))),
    Part("assignments", ("assignment",), rows_of(Assignment.account_id), removed(Assignment.account_id)),
    Part("notes_to_companies", ("client_note",), rows_of(ClientNote.actor, by_actor=True)),
    Part("orders_of_shortlists", ("shortlist_order",), rows_of(ShortlistOrder.actor, by_actor=True)),
)
