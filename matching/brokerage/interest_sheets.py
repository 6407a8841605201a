"""An expression of interest as it is printed: from the stored record to plain values in both languages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.models import Account, Interest, Proposal
from data.models.vocabulary import InterestKind, InterestProgress, InterestState
from matching.brokerage.interest_labels import PROGRESS, STATES, Label
from matching.brokerage.interest_sheet import InBoth, InterestedParty, InterestSheet, PlatformTexts, ProfileTexts
from matching.brokerage.interest_words import InterestKind as PrintedKind
from matching.errors import MoveNotAllowedError

_PARTY = ("sector", "address", "website", "contact", "phone", "email")


def sheet_of(session: Session, interest: Interest) -> InterestSheet:
    """The sheet of an expression that was sent. Raises MoveNotAllowedError for a draft."""
    if interest.submitted_at is None or interest.notice_accepted_at is None:
        raise MoveNotAllowedError(f"{interest.reference} is a draft: there is nothing to print yet")
    form = interest.form
    expert = session.get(Account, interest.assignee_id) if interest.assignee_id is not None else None
    return InterestSheet(
        reference=interest.reference,
        kind=PrintedKind(interest.kind),
        proposal_reference=interest.proposal.reference,
        title=_title(interest.proposal),
        party=_party(interest),
        texts=_texts(InterestKind(interest.kind), form),
        sent=interest.submitted_at.date(),
        state=_both(STATES[InterestState(interest.state)]),
        progress=_both(PROGRESS[InterestProgress(interest.progress)]) if interest.progress else InBoth(),
        privacy_version=interest.notice_version or "",
        privacy_accepted=interest.notice_accepted_at.date(),
        language=interest.language,
        expert=expert.name if expert is not None else "",
    )


def _both(label: Label) -> InBoth:
    return InBoth(en=label["en"], it=label["it"])


def _title(proposal: Proposal) -> InBoth:
    titles = {proposal.second_language: proposal.second_title or "", proposal.language or "it": proposal.title}
    return InBoth(en=titles.get("en", ""), it=titles.get("it", ""))


def _party(interest: Interest) -> InterestedParty:
    stored = interest.organisation
    name = interest.form.get("organisation") or (stored.name if stored is not None else "")
    if interest.kind == InterestKind.PLATFORM.value:
        return InterestedParty(organisation=name, website=(stored.website or "") if stored is not None else "")
    return InterestedParty(organisation=name, **{field: interest.form.get(field, "") for field in _PARTY})


def _texts(kind: InterestKind, form: dict[str, str]) -> ProfileTexts | PlatformTexts:
    if kind is InterestKind.PLATFORM:
        return PlatformTexts(*(form.get(name, "") for name in PlatformTexts.__dataclass_fields__))
    return ProfileTexts(*(form.get(name, "") for name in ProfileTexts.__dataclass_fields__))
