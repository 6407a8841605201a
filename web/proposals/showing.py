"""One proposal with its suggested partners."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.corpus import OPEN_STATES
from data.models import CurationDecision, Proposal
from data.models.vocabulary import Origin, ProposalState, RejectReason
from data.queries import PLATFORM, proposal_by_reference, state_in_force, today
from matching.brokerage.curation import candidate_of, history
from matching.brokerage.permissions import is_staff, may_work_on_proposal, require_visible
from matching.brokerage.searches import open_searches
from matching.diversity import SHOWN
from matching.errors import NothingToMatchError, NotIndexedError
from matching.ranking import ORGANISATIONS, PROPOSALS
from matching.types import Suggestions, Target
from web.access import Audience, open_to
from web.context import application, person, reading
from web.explaining import Listed, listed
from web.labels import KINDS, REJECT_REASONS
from web.proposals import pages
from web.proposals.advice import Addition, Unknown, additions, unknown_criteria
from web.proposals.company import CompanyView, answers_for_staff, company_view
from web.proposals.counting import count_view
from web.proposals.curated import Curation, curation_of
from web.proposals.files import files_of
from web.proposals.living import Fault, life_of
from web.searches import Row, keep, row_of
from web.sums import Meaning, meanings
from web.tags import tags_of
from web.timeline import timeline

Candidate = tuple[Target, int]


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many come near that a broker has not looked at yet."""

    organisations: int
    proposals: int


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What is suggested, or why nothing is: `closed`, `not_ready`, `too_short`, `not_yours`."""

    organisations: Listed = field(default_factory=Listed)
    proposals: Listed = field(default_factory=Listed)
    generation: str = ""
    considered: dict[str, int] = field(default_factory=dict)
    missing: str | None = None
    additions: tuple[Addition, ...] = ()
    unknown: dict[str, Unknown] = field(default_factory=dict)
    """By list, what could not be compared with anybody."""
    withheld: Withheld | None = None
    """In place of the lists, where the person does not see whom no broker has looked at."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A decision that was not taken: what was typed, and what it lacks."""

    anchor: str
    action: str
    complaint: str
    reason: str = ""
    note: str = ""


@pages.get("/<path:reference>")
@open_to(Audience.PUBLIC)
def show(reference: str) -> str:
    """The proposal, its two lists of suggestions, and what was decided about them."""
    proposal, state, shortlist = _looked_up(reference)
    company = company_view(reading(), person(), proposal, state)
    page = _page(proposal, state, shortlist, company)
    shown = company or shortlist
    count_view(proposal.id, shown.organisations, shown.proposals)
    return page


def render(reference: str, unfinished: Unfinished | None = None, fault: Fault | None = None) -> str:
    """The page of a proposal after a form that was not taken: `unfinished` and `fault` stand where they were typed."""
    proposal, state, shortlist = _looked_up(reference)
    company = company_view(reading(), person(), proposal, state)
    return _page(proposal, state, shortlist, company, unfinished, fault)


def _looked_up(reference: str) -> tuple[Proposal, str, Shortlist]:
    proposal = proposal_by_reference(reading(), reference)
    require_visible(person(), proposal)
    state = state_in_force(proposal.state, proposal.expires, today())
    if not is_staff(person()):
        return proposal, state, Shortlist(missing="not_yours")
    return proposal, state, suggestions_for(proposal, state)


def _page(
    proposal: Proposal,
    state: str,
    shortlist: Shortlist,
    company: CompanyView | None,
    unfinished: Unfinished | None = None,
    fault: Fault | None = None,
) -> str:
    session = reading()
    codes = _codes(proposal)
    staff = is_staff(person())
    curation = curation_of(session, proposal.id) if staff else Curation()
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        kind=KINDS[proposal.kind],
        state=state,
        is_own=proposal.source == PLATFORM,
        is_staff=staff,
        may_work=may_work_on_proposal(person(), proposal),
        codes=codes,
        shortlist=shortlist,
        additions=_additions(proposal, codes["een_technology"], shortlist),
        searches=_searches(session, proposal),
        meanings=meanings_of(shortlist),
        has_counterparts=proposal.kind != "RDR",
        curation=curation,
        notes=_notes(session, proposal.id) if staff else {},
        lines=timeline(session, proposal.id) if staff else (),
        tags=tags_of(proposal),
        unfinished=unfinished,
        fault=fault,
        company=company,
        responses=answers_for_staff(session, proposal) if staff else (),
        life=life_of(session, person(), proposal),
        files=files_of(session, person(), proposal),
        reject_reasons=[(reason.value, REJECT_REASONS[reason.value]) for reason in RejectReason],
    )


@pages.post("/<path:reference>/searches")
@open_to(Audience.SIGNED_IN)
def keep_search(reference: str) -> Response:
    """Keep looking at one list of this proposal."""
    return keep(reference)


def suggestions_for(proposal: Proposal, state: str, top: int = SHOWN) -> Shortlist:
    """The shortlist of a proposal in a state, or the reason why there is none."""
    if state not in OPEN_STATES:
        return Shortlist(missing="draft" if state == ProposalState.DRAFT.value else "closed")
    try:
        found = application().service.match_proposal(proposal.reference, top=top)
    except NotIndexedError:
        return Shortlist(missing="not_ready")
    except NothingToMatchError:
        return Shortlist(missing="too_short")
    return shortlist(found)


def shortlist(found: Suggestions) -> Shortlist:
    """Suggestions as the page shows them."""
    return Shortlist(
        listed(found.organisations),
        listed(found.proposals),
        found.generation,
        found.considered,
        unknown={
            ORGANISATIONS: unknown_criteria(found.organisations),
            PROPOSALS: unknown_criteria(found.proposals),
        },
    )


def _additions(
    proposal: Proposal, technologies: list[tuple[str, str]], shortlist: Shortlist
) -> dict[str, tuple[Addition, ...]]:
    """By list, what could be added to one of the platform's own proposals."""
    if proposal.source != PLATFORM:
        return {}
    return {name: additions(proposal, technologies, shortlist.unknown.get(name)) for name in (ORGANISATIONS, PROPOSALS)}


def meanings_of(shortlist: Shortlist) -> dict[str, tuple[Meaning, ...]]:
    """What the bands mean, by list: one entry where all lists mean the same, none where nobody is listed."""
    lists = {ORGANISATIONS: shortlist.organisations, PROPOSALS: shortlist.proposals}
    found = {
        name: meanings(application().service.band_limits(name))
        for name, shown in lists.items()
        if shown.good or shown.weak
    }
    return found if len(set(found.values())) > 1 else dict(list(found.items())[:1])


def _searches(session: Session, proposal: Proposal) -> dict[str, Row]:
    """The searches of the proposal that go on, by list."""
    rows = (row_of(session, search, proposal) for search in open_searches(session, proposal.id).values())
    return {row.search.target: row for row in rows if row.goes_on}


def _codes(proposal: Proposal) -> dict[str, list[tuple[str, str]]]:
    codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in proposal.codes:
        pair = (item.tree, item.code)
        if item.origin != Origin.REMOVED.value and pair not in codes[item.tree]:
            codes[item.tree].append(pair)
    return codes


def _notes(session: Session, proposal_id: int) -> dict[Candidate, list[CurationDecision]]:
    notes: dict[Candidate, list[CurationDecision]] = defaultdict(list)
    for decision in history(session, proposal_id):
        if decision.note:
            notes[candidate_of(decision)].append(decision)
    return notes
