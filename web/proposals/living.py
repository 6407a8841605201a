"""Where a proposal stands in its life, for its owners and the staff: facts, and the steps that are open to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.models import Proposal
from data.models.vocabulary import Outcome, ProposalState
from data.queries import PLATFORM, state_in_force, today
from matching.brokerage.life import LONGEST_EXTENSION, may_extend, outcome_of
from matching.brokerage.people import Person, active_staff, names_of_accounts
from matching.brokerage.permissions import may_work_on_proposal
from matching.brokerage.proposals import may_edit, version_of
from matching.brokerage.validation import files_in_force, first_opinion, refusal_of
from web.context import application
from web.labels import OUTCOMES_OF_PROPOSALS, named

_UNPUBLISHED = ("draft", "refused", "to_validate")
_ENDED = ("expired", "closed", "withdrawn", "refused")
_OPEN = ("published", "feedback_received")


@dataclass(frozen=True, slots=True)
class Life:
    """`version` and `files` go into the forms. `steps` are the names of the steps that this person can take now."""

    version: str
    files: tuple[int, ...]
    state: str
    steps: frozenset[str]
    facilitator: str = ""
    facilitator_id: int | None = None
    staff: tuple[tuple[int, str], ...] = ()
    refusal: str = ""
    outcome: str = ""
    seconded: bool = False
    """Whether one of two needed approvals is there; `by_me`: this person's own."""
    by_me: bool = False
    two_needed: bool = False
    first_end: date | None = None
    last_end: date | None = None
    outcomes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A step that was not taken for want of something: which step, what it lacks, what was typed."""

    step: str
    complaint: str
    typed: str = ""


def life_of(session: Session, person: Person | None, proposal: Proposal) -> Life | None:
    """The life of one of the platform's own proposals for who may work on it; None for everybody else."""
    if person is None or proposal.source != PLATFORM or not may_work_on_proposal(person, proposal):
        return None
    refusal, outcome = refusal_of(session, proposal), outcome_of(session, proposal)
    opinion = first_opinion(session, proposal) if proposal.state == ProposalState.TO_VALIDATE.value else None
    numbers = {proposal.facilitator_id} if proposal.facilitator_id else set()
    names = names_of_accounts(session, numbers)
    end = proposal.expires if may_extend(proposal) else None
    return Life(
        version=version_of(proposal),
        files=files_in_force(session, proposal),
        state=state_in_force(proposal.state, proposal.expires, today()),
        steps=steps_for(person, proposal),
        facilitator=names.get(proposal.facilitator_id or 0, ""),
        facilitator_id=proposal.facilitator_id,
        staff=tuple((account.id, account.name) for account in active_staff(session)) if person.is_staff else (),
        refusal=(refusal.note or "") if refusal else "",
        outcome=named(OUTCOMES_OF_PROPOSALS, outcome.value) if outcome else "",
        seconded=opinion is not None,
        by_me=opinion is not None and opinion.actor == person.actor,
        two_needed=application().settings.second_approval,
        first_end=end,
        last_end=end + LONGEST_EXTENSION if end else None,
        outcomes=tuple((item.value, named(OUTCOMES_OF_PROPOSALS, item.value)) for item in Outcome),
    )


def steps_for(person: Person, proposal: Proposal) -> frozenset[str]:
    """The steps that the state of a proposal leaves to one who may work on it; the use cases check them again."""
    state = state_in_force(proposal.state, proposal.expires, today())
    two = application().settings.second_approval
    approvable = ("to_validate",) if two else _UNPUBLISHED
    steps = {
        "edit": may_edit(person, proposal),
        "submit": state == "draft" and (two or not person.is_staff),
        "take_back": state == "to_validate" and not person.is_staff,
        "approve": person.is_staff and state in approvable,
        "refuse": person.is_staff and state == "to_validate",
        "give_up": state in _UNPUBLISHED,
        "take_up": state == "withdrawn",
        "extend": may_extend(proposal),
        "close": state in (*_OPEN, "expired") and proposal.state != "closed",
        "archive": person.is_staff and proposal.state in _ENDED,
        "accompany": person.is_staff and state not in ("archived", "closed"),
    }
    return frozenset(name for name, possible in steps.items() if possible)
