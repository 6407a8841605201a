"""Expressing interest in a proposal: within the limits, under the privacy notice, once however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.models import Interest
from data.models.vocabulary import InterestKind, InterestState
from data.queries import PLATFORM, proposal_by_reference, today
from matching.brokerage.interest_access import refusal_of
from matching.brokerage.interest_letters import tell
from matching.brokerage.interest_moving import cleaned, log, require_form, send_out
from matching.brokerage.interest_rules import BEGINNINGS, Move, Refusal
from matching.brokerage.people import Person, hold_account
from matching.brokerage.permissions import require_visible
from matching.errors import ConflictError, InterestRefusedError, MoveNotAllowedError


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes: the form of a kind, in a language, with the token of the page that it was written on."""

    kind: InterestKind
    form: Mapping[str, str]
    language: str
    token: str
    accepted: bool = False
    """Whether the privacy notice in force was accepted."""
    expert_id: int | None = None


def express(
    session: Session,
    person: Person,
    proposal_reference: str,
    written: Written,
    *,
    submit: bool = True,
    default_expert: str | None = None,
    day: date | None = None,
) -> Interest:
    """Express interest in a proposal, on the platform first as a draft unless `submit`. The same form counts once.

    Raises NotFoundError, InterestRefusedError, InvalidInterestError, and ConflictError where the same form said
    something else before.
    """
    proposal = proposal_by_reference(session, proposal_reference)
    require_visible(person, proposal)
    if (written.kind is InterestKind.PLATFORM) != (proposal.source == PLATFORM):
        raise MoveNotAllowedError(f"proposal {proposal_reference} takes no expressions of kind {written.kind.value}")
    hold_account(session, person.account_id)
    repeated = session.scalar(select(Interest).where(Interest.token == written.token))
    if repeated is not None:
        if repeated.account_id != person.account_id or dict(repeated.form) != cleaned(written.form):
            raise ConflictError("this form was sent before, saying something else: open a new one")
        return repeated
    refusal = refusal_of(session, person, proposal, day or today())
    if refusal is not None:
        raise InterestRefusedError(refusal)
    goes_out = submit or written.kind is not InterestKind.PLATFORM
    require_form(written.kind, written.form, complete=goes_out, accepted=written.accepted)
    state, progress = BEGINNINGS[written.kind]
    interest = Interest(
        reference=written.token,
        token=written.token,
        kind=written.kind.value,
        proposal=proposal,
        account_id=person.account_id,
        organisation_id=person.organisation_id,
        form=cleaned(written.form),
        language=written.language,
        state=(InterestState.SUBMITTED if goes_out and state is InterestState.DRAFT else state).value,
        progress=progress.value if progress else None,
    )
    if goes_out:
        send_out(session, person, interest, written.expert_id, default_expert)
    _insert(session, interest, day or today())
    detail = {"kind": interest.kind, "notice": interest.notice_version, "assignee": interest.assignee_id}
    log(session, person, interest, "create", before=(None, None), detail=detail)
    if goes_out:
        tell(session, interest, Move.SUBMIT, person)
    return interest


def _insert(session: Session, interest: Interest, day: date) -> None:
    try:
        with session.begin_nested():
            session.add(interest)
            session.flush()
            interest.reference = f"EOI-{day.year}-{interest.id:06d}"
    except IntegrityError:  # another account's form with this token, or the index of open ones
        raise InterestRefusedError(Refusal.ALREADY_OPEN) from None
