"""Why somebody is not among the suggestions for a proposal: the first rule that leaves them out, or their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.errors import NotFoundError
from data.models import CurationDecision, Organisation, PartnerResponse, Proposal
from data.models.vocabulary import DecisionAction
from data.queries import names_of, state_in_force
from matching.brokerage.curation import Candidate, standing
from matching.brokerage.responses import candidate_of, refused_among, responses_of
from matching.errors import NothingToMatchError, NotIndexedError
from matching.placing import Placed
from matching.rules import counterpart_kinds, country_code
from matching.types import Band, Criterion, Target


class Because(StrEnum):
    """Why, in the order in which it is looked for."""

    ITSELF = "itself"
    OWN = "own"
    SEEKER_NOT_OPEN = "seeker_not_open"
    WITHDRAWN = "withdrawn"
    NOT_OPEN = "not_open"
    KIND = "kind"
    COUNTRY = "country"
    THEIR_COUNTRIES = "their_countries"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    NOT_READY = "not_ready"
    NOT_INDEXED = "not_indexed"
    BEHIND = "behind"
    TOO_WEAK = "too_weak"
    NOT_CURATED = "not_curated"
    FURTHER_DOWN = "further_down"
    THERE = "there"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer with what it rests on; `reason` is a broker's coded one, for the staff alone."""

    because: Because
    countries: tuple[str, ...] = ()
    state: str | None = None
    reason: str | None = None
    criterion: Criterion | None = None
    place: int | None = None
    behind: tuple[str, str] | None = None
    """Reference and name of the near-identical candidate that is shown in its place."""


class Placing(Protocol):
    """What knows the lists: `matching.service.MatchService`."""

    def place_of(self, reference: str, target: Target, candidate_id: int) -> Placed | None:
        """Where a candidate stands in one list of a proposal, None where it is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose list is asked about, by whom. A company sees what a broker let through, unless `everything` is shown."""

    proposal: Proposal
    day: date
    shown: int
    """How many of a list the page shows."""
    for_company: bool = False
    everything: bool = False


def why_not(session: Session, service: Placing, asked: Asked, candidate: Candidate) -> Answer:
    """The answer for one candidate. Raises NotFoundError for an unknown one."""
    target, number = candidate
    organisation = session.get(Organisation, number) if target is Target.ORGANISATIONS else None
    record = organisation or (session.get(Proposal, number) if target is Target.PROPOSALS else None)
    if record is None:
        raise NotFoundError(f"no candidate in {target.value} has the id {number}")
    answers = responses_of(session, asked.proposal.id)
    decision = standing(session, asked.proposal.id).get(candidate)
    return (
        _by_the_record(asked, record)
        or _by_countries(asked.proposal, record)
        or _by_people(asked, candidate, decision, answers)
        or _by_the_list(session, service, asked, candidate, decision)
    )


def _by_the_record(asked: Asked, record: Organisation | Proposal) -> Answer | None:
    seeker = asked.proposal
    own = record.id if isinstance(record, Organisation) else record.organisation_id
    if isinstance(record, Proposal) and record.id == seeker.id:
        return Answer(Because.ITSELF)
    if own is not None and own == seeker.organisation_id:
        return Answer(Because.OWN)
    state = state_in_force(seeker.state, seeker.expires, asked.day)
    if state not in OPEN_STATES:
        return Answer(Because.SEEKER_NOT_OPEN, state=state)
    if isinstance(record, Organisation):
        return Answer(Because.WITHDRAWN) if record.withdrawn_at is not None else None
    state = state_in_force(record.state, record.expires, asked.day)
    if state not in OPEN_STATES:
        return Answer(Because.NOT_OPEN, state=state)
    return None if record.kind in counterpart_kinds(seeker.kind) else Answer(Because.KIND)


def _by_countries(seeker: Proposal, record: Organisation | Proposal) -> Answer | None:
    wanted = _codes(seeker.target_countries)
    theirs = country_code(record.country)
    if wanted and theirs and theirs not in wanted:
        return Answer(Because.COUNTRY, countries=wanted)
    if isinstance(record, Proposal):
        welcome, mine = _codes(record.target_countries), country_code(seeker.country)
        if welcome and mine and mine not in welcome:
            return Answer(Because.THEIR_COUNTRIES, countries=welcome)
    return None


def _codes(countries: list[str]) -> tuple[str, ...]:
    return tuple(code for code in map(country_code, countries) if code)


def _by_people(
    asked: Asked, candidate: Candidate, decision: CurationDecision | None, answers: list[PartnerResponse]
) -> Answer | None:
    if candidate[1] in refused_among(answers)[candidate[0]]:
        said = next((row for row in answers if candidate_of(row) == candidate and row.reason), None)
        return Answer(Because.REFUSED, reason=said.reason if said else None)
    if decision is not None and decision.action == DecisionAction.REJECT.value:
        return Answer(Because.SET_ASIDE, reason=None if asked.for_company else decision.reason)
    return None


def _by_the_list(
    session: Session, service: Placing, asked: Asked, candidate: Candidate, decision: CurationDecision | None
) -> Answer:
    target, number = candidate
    try:
        placed = service.place_of(asked.proposal.reference, target, number)
    except (NotIndexedError, NothingToMatchError):
        return Answer(Because.NOT_READY)
    if placed is None:
        return Answer(Because.NOT_INDEXED)
    if decision is None and placed.behind is not None:
        return Answer(Because.BEHIND, behind=_named(session, target, placed.behind))
    return _by_the_place(asked, placed, decided=decision is not None)


def _by_the_place(asked: Asked, placed: Placed, *, decided: bool) -> Answer:
    """What a broker decided for is there whatever its place."""
    if not decided and (placed.band is Band.WEAK or placed.place is None):
        return Answer(Because.TOO_WEAK, criterion=placed.lacks)
    if not decided and asked.for_company and not asked.everything:
        return Answer(Because.NOT_CURATED)
    there = decided or (placed.place is not None and placed.place <= asked.shown)
    return Answer(Because.THERE if there else Because.FURTHER_DOWN, place=placed.place)


def _named(session: Session, target: Target, number: int) -> tuple[str, str] | None:
    organisations, proposals = ([number], []) if target is Target.ORGANISATIONS else ([], [number])
    return names_of(session, organisations, proposals).get((target.value, number))
