"""Adding a partner that the calculation did not suggest: found by words, among organisations or open proposals."""

from __future__ import annotations

from flask import render_template, request

from data.corpus import OPEN_STATES
from data.lists import (
    OrganisationFilter,
    OrganisationListing,
    Page,
    ProposalFilter,
    ProposalListing,
    list_organisations,
    list_proposals,
)
from data.queries import proposal_by_reference, state_in_force, today
from matching.brokerage.curation import candidate_of, history, last_decisions, not_undone
from matching.brokerage.permissions import reader_of
from matching.errors import MoveNotAllowedError
from matching.types import Target
from web.access import Audience, open_to
from web.context import person, reading
from web.desk import pages
from web.filters import page_number, search_text

_PAGE_SIZE = 10


@pages.get("/proposals/<path:reference>/add")
@open_to(Audience.STAFF)
def add(reference: str) -> str:
    """Who is found by the words of the address (`q`), in the list that it names (`list`)."""
    session = reading()
    proposal = proposal_by_reference(session, reference)
    if state_in_force(proposal.state, proposal.expires, today()) not in OPEN_STATES:
        raise MoveNotAllowedError(f"proposal {reference} is not open: nobody is suggested for it")
    target = Target.PROPOSALS if request.args.get("list") == Target.PROPOSALS.value else Target.ORGANISATIONS
    text = search_text()
    decisions = history(session, proposal.id)
    return render_template(
        "desk/add.html",
        proposal=proposal,
        target=target.value,
        text=text,
        found=_found(target, text) if text else None,
        last={number: row for (kind, number), row in last_decisions(decisions).items() if kind is target},
        decided={candidate_of(row)[1]: row.action for row in not_undone(decisions) if candidate_of(row)[0] is target},
    )


def _found(target: Target, text: str) -> Page[OrganisationListing] | Page[ProposalListing]:
    page = page_number()
    if target is Target.ORGANISATIONS:
        return list_organisations(reading(), OrganisationFilter(text=text, page=page, page_size=_PAGE_SIZE))
    wanted = ProposalFilter(text=text, page=page, page_size=_PAGE_SIZE, reader=reader_of(person()))
    return list_proposals(reading(), wanted)
