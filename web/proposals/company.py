"""Suggested partners as the company sees them: what a broker let through, in plain words, with its own answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.models import Organisation, PartnerResponse, Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.queries import PLATFORM, names_of, state_in_force, today
from matching.brokerage.client_notes import notes_for_company
from matching.brokerage.curation import Candidate, standing
from matching.brokerage.people import Person
from matching.brokerage.permissions import owns_proposal
from matching.brokerage.responses import candidate_of, refused_among, responses_of
from matching.diversity import SHOWN
from matching.errors import NothingToMatchError, NotIndexedError
from matching.types import Suggestions, Target
from web.context import application
from web.explaining import Listed, Reason, listed
from web.labels import ANSWERS, REJECT_REASONS, named

_CHOSEN = (DecisionAction.ACCEPT.value, DecisionAction.PIN.value, DecisionAction.ADD.value)

Missing = Literal["", "not_open", "waiting", "not_ready"]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that stands, as a list shows it; `candidate` names where the card is."""

    response: PartnerResponse
    target: str
    candidate_id: int
    name: str
    reference: str | None
    answer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Somebody whom a broker chose though the calculation does not suggest them: a name, without reasons."""

    target: str
    candidate_id: int
    reference: str
    name: str

    @property
    def anchor(self) -> str:
        """The card's name within the page."""
        return f"{self.target}-{self.candidate_id}"


@dataclass(frozen=True, slots=True)
class CompanyView:
    """What the page shows to the company. `missing` says why there is nothing yet."""

    organisations: Listed = field(default_factory=Listed)
    proposals: Listed = field(default_factory=Listed)
    plain: tuple[Plain, ...] = ()
    answers: tuple[Answered, ...] = ()
    notes: Mapping[Candidate, str] = field(default_factory=dict)
    missing: Missing = ""
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def cards(self) -> tuple[tuple[str, tuple[Reason, ...]], ...]:
        """The lists with their cards."""
        return (("organisations", self.organisations.good), ("proposals", self.proposals.good))

    @property
    def in_both_lists(self) -> bool:
        """Whether there is somebody in each of the two lists, which then stand side by side."""
        added = {item.target for item in self.plain}
        return all(cards or name in added for name, cards in self.cards)

    def about(self, target: str, candidate_id: int) -> list[Answered]:
        """The answers about one candidate."""
        return [item for item in self.answers if (item.target, item.candidate_id) == (target, candidate_id)]


def company_view(session: Session, person: Person | None, proposal: Proposal, state: str) -> CompanyView | None:
    """The suggestions for the owners of a proposal of the platform; None for everybody else, staff included."""
    if person is None or person.is_staff or not owns_proposal(person, proposal):
        return None
    responses = responses_of(session, proposal.id)
    blank = CompanyView(
        answers=_answered(session, responses),
        reasons=tuple((reason.value, str(REJECT_REASONS[reason.value])) for reason in RejectReason),
        notes={candidate: note.text or "" for candidate, note in notes_for_company(session, proposal.id).items()},
    )
    if state not in OPEN_STATES:
        return replace(blank, missing="not_open")
    try:
        found = _suggestions(proposal)
    except (NotIndexedError, NothingToMatchError):
        return replace(blank, missing="not_ready")
    organisations, proposals = listed(found.organisations), listed(found.proposals)
    shown = {(card.match.target, card.match.candidate_id) for card in (*organisations.good, *proposals.good)}
    refusals = refused_among(responses)
    plain = _plain(
        session,
        [
            candidate
            for candidate, decision in standing(session, proposal.id).items()
            if decision.action in _CHOSEN and candidate not in shown and candidate[1] not in refusals[candidate[0]]
        ],
    )
    missing: Missing = "" if shown or plain else "waiting"
    return replace(blank, organisations=organisations, proposals=proposals, plain=plain, missing=missing)


def _suggestions(proposal: Proposal) -> Suggestions:
    service = application().service
    if application().settings.show_uncurated:
        return service.match_proposal(proposal.reference, top=SHOWN)
    return service.match_chosen(proposal.reference)


def _plain(session: Session, chosen: Iterable[Candidate]) -> tuple[Plain, ...]:
    """Those that are still there to be shown."""
    rows = []
    for target, number in chosen:
        if target is Target.ORGANISATIONS:
            organisation = session.get(Organisation, number)
            if organisation is not None and organisation.withdrawn_at is None:
                rows.append(Plain(target.value, number, organisation.reference, organisation.name))
            continue
        other = session.get(Proposal, number)
        if other is not None and state_in_force(other.state, other.expires, today()) in OPEN_STATES:
            rows.append(Plain(target.value, number, other.reference, other.title))
    return tuple(rows)


def _answered(session: Session, responses: list[PartnerResponse]) -> tuple[Answered, ...]:
    about = [(response, *candidate_of(response)) for response in responses]
    names = names_of(
        session,
        [number for _, target, number in about if target is Target.ORGANISATIONS],
        [number for _, target, number in about if target is Target.PROPOSALS],
    )
    rows = []
    for response, target, number in about:
        reference, name = names.get((target.value, number), (None, f"{target.value} {number}"))
        reason = named(REJECT_REASONS, response.reason)
        rows.append(Answered(response, target.value, number, name, reference, named(ANSWERS, response.answer), reason))
    return tuple(rows)


def answers_for_staff(session: Session, proposal: Proposal) -> tuple[Answered, ...]:
    """All answers of the company that stand, latest first, questions among them."""
    if proposal.source != PLATFORM:
        return ()
    return tuple(reversed(_answered(session, responses_of(session, proposal.id))))
