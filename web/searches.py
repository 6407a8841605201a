"""Saved searches: the list of all, keeping one, ending one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.corpus import OPEN_STATES
from data.db import unit_of_work
from data.models import Proposal, SavedSearch, SavedSearchHit
from data.queries import names_of, proposal_by_reference, state_in_force, today
from matching.brokerage import searches
from matching.brokerage.permissions import may_see_uncurated, may_work_on_proposal, require_owner_or_staff
from matching.types import Target
from web.access import Audience, open_to
from web.context import actor, application, person, reading
from web.language import current_language, translate

pages = Blueprint("searches", __name__, url_prefix="/searches")


@dataclass(frozen=True, slots=True)
class Hit:
    """Someone who was found: band and day, and where the candidate's page is."""

    target: Target
    candidate_id: int
    reference: str
    name: str
    hit: SavedSearchHit


@dataclass(frozen=True, slots=True)
class Row:
    """A saved search as pages show it. `goes_on` is False where a person or its proposal has ended it.

    `withheld` counts new candidates that only brokers may see yet; `hits` then has none of them.
    """

    search: SavedSearch
    proposal: Proposal
    state: str
    goes_on: bool
    hits: tuple[Hit, ...]
    withheld: int = 0


@pages.get("/")
@open_to(Audience.SIGNED_IN)
def index() -> str:
    """The saved searches for one's own proposals, for staff all of them; those that go on first."""
    session, reader = reading(), person()
    rows = [
        row_of(session, search, proposal)
        for search, proposal in searches.all_searches(session)
        if may_work_on_proposal(reader, proposal)
    ]
    going_on = sorted((row for row in rows if row.goes_on), key=lambda row: not row.hits)
    return render_template("searches/index.html", going_on=going_on, ended=[row for row in rows if not row.goes_on])


@pages.post("/<int:number>/close")
@open_to(Audience.SIGNED_IN)
def close(number: int) -> Response:
    """Stop looking."""
    with unit_of_work(application().sessions) as session:
        require_owner_or_staff(person(), searches.proposal_of(session, number))
        searches.close(session, number)
    flash(translate("The search has ended. What it found stays listed."), "success")
    return redirect(url_for("searches.index"))


def keep(reference: str) -> Response:
    """Keep looking at one list of a proposal."""
    try:
        target = Target(request.form.get("target", ""))
    except ValueError as error:
        raise BadRequest("a saved search names a list") from error
    proposal = proposal_by_reference(reading(), reference)
    require_owner_or_staff(person(), proposal)
    with unit_of_work(application().sessions) as session:
        searches.save(
            session,
            proposal_id=proposal.id,
            target=target,
            language=current_language(),
            actor=actor(),
            today=today(),
        )
    flash(translate("The search is saved. Every night we look for new partners; you find them here."), "success")
    return redirect(url_for("proposals.show", reference=reference, _anchor=f"list-{target.value}"))


def row_of(session: Session, search: SavedSearch, proposal: Proposal) -> Row:
    """A saved search with those whom nobody has decided about yet."""
    state = state_in_force(proposal.state, proposal.expires, today())
    goes_on = search.closed_at is None and state in OPEN_STATES
    hits = searches.new_hits(session, search)
    if not may_see_uncurated(person(), show_uncurated=application().settings.show_uncurated):
        return Row(search, proposal, state, goes_on, (), withheld=len(hits))
    return Row(search, proposal, state, goes_on, _named(session, hits))


def _named(session: Session, hits: Iterable[SavedSearchHit]) -> tuple[Hit, ...]:
    found = [(*searches.candidate_of(hit), hit) for hit in hits]
    names = names_of(
        session,
        [number for target, number, _ in found if target is Target.ORGANISATIONS],
        [number for target, number, _ in found if target is Target.PROPOSALS],
    )
    return tuple(
        Hit(target, number, *names[target.value, number], hit)
        for target, number, hit in found
        if (target.value, number) in names
    )
