"""Saved searches: kept where nobody fits yet, looked after by the nightly job, ended by a person or by the proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload, sessionmaker

from data.corpus import is_open
from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account, Proposal, SavedSearch, SavedSearchHit, now
from data.models.vocabulary import NoticeKind
from matching.brokerage.curation import Candidate, standing
from matching.brokerage.moves import brokers_of
from matching.brokerage.outbox import notify
from matching.brokerage.people import account_of, person_of
from matching.brokerage.permissions import may_see_uncurated, may_work_on_proposal
from matching.brokerage.proposal_paths import path_of
from matching.brokerage.responses import refused
from matching.errors import MoveNotAllowedError, NothingToMatchError
from matching.rules import targets_of
from matching.types import Band, Match, Suggestions, Target

MOST_LISTED = 200

Matcher = Callable[[str], Suggestions]
"""A proposal's reference to its suggestions."""


def save(session: Session, *, proposal_id: int, target: Target, language: str, actor: str, today: date) -> SavedSearch:
    """Keep looking at one list of an open proposal; the search that is open already, where there is one.

    The caller's unit of work commits it. Raises NotFoundError, and MoveNotAllowedError where the proposal is not open
    or has no such list.
    """
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFoundError(f"no proposal has the id {proposal_id}")
    if session.scalar(select(Proposal.id).where(Proposal.id == proposal_id, is_open(today))) is None:
        raise MoveNotAllowedError(f"proposal {proposal.reference} is not open: nothing is looked for any more")
    if target not in targets_of(proposal.kind):
        raise MoveNotAllowedError(
            f"proposal {proposal.reference} is of kind {proposal.kind}: no list of {target.value}"
        )
    found = open_searches(session, proposal_id).get(target)
    if found is not None:
        return found
    search = SavedSearch(proposal_id=proposal_id, target=target.value, language=language, actor=actor)
    try:
        with session.begin_nested():
            session.add(search)
    except IntegrityError:  # somebody saved the same at the same moment
        return open_searches(session, proposal_id)[target]
    return search


def proposal_of(session: Session, number: int) -> Proposal:
    """Whose search it is. Raises NotFoundError."""
    search = session.get(SavedSearch, number)
    if search is None:
        raise NotFoundError(f"no saved search has the number {number}")
    return session.get_one(Proposal, search.proposal_id)


def close(session: Session, number: int) -> SavedSearch:
    """End a search; one that has ended stays as it is. Raises NotFoundError."""
    search = session.get(SavedSearch, number)
    if search is None:
        raise NotFoundError(f"no saved search has the number {number}")
    search.closed_at = search.closed_at or now()
    return search


def open_searches(session: Session, proposal_id: int) -> dict[Target, SavedSearch]:
    """The searches of a proposal that nobody has ended, with their hits."""
    own = select(SavedSearch).where(SavedSearch.proposal_id == proposal_id, SavedSearch.closed_at.is_(None))
    rows = session.scalars(own.options(selectinload(SavedSearch.hits)))
    return {Target(row.target): row for row in rows}


def all_searches(session: Session, limit: int = MOST_LISTED) -> list[tuple[SavedSearch, Proposal]]:
    """All searches with their proposals, those that go on first, then the latest."""
    rows = session.execute(
        select(SavedSearch, Proposal)
        .join(Proposal, Proposal.id == SavedSearch.proposal_id)
        .options(selectinload(SavedSearch.hits))
        .order_by(SavedSearch.closed_at.is_not(None), SavedSearch.id.desc())
        .limit(limit)
    )
    return [(search, proposal) for search, proposal in rows]


def candidate_of(hit: SavedSearchHit) -> Candidate:
    """The candidate that was found."""
    if hit.candidate_organisation_id is not None:
        return Target.ORGANISATIONS, hit.candidate_organisation_id
    assert hit.candidate_proposal_id is not None
    return Target.PROPOSALS, hit.candidate_proposal_id


def new_hits(session: Session, search: SavedSearch) -> list[SavedSearchHit]:
    """The hits of a search about which nobody has decided yet, the latest first."""
    if not search.hits:
        return []
    decided = standing(session, search.proposal_id).keys() | _refused(session, search.proposal_id)
    return [hit for hit in reversed(search.hits) if candidate_of(hit) not in decided]


def _refused(session: Session, proposal_id: int) -> set[Candidate]:
    """Whom the company itself refused."""
    return {(target, number) for target, numbers in refused(session, proposal_id).items() for number in numbers}


@dataclass
class Looked:
    """What a round over the saved searches did: how many were looked at, had hits, and ended; hits in all."""

    searches: int = 0
    successful: int = 0
    hits: int = 0
    ended: int = 0


def look(sessions: sessionmaker[Session], matcher: Matcher, today: date, *, show_uncurated: bool = False) -> Looked:
    """Look for new candidates of every open search, each in one transaction; end those of closed proposals.

    Safe to run again: who was found before is not found anew. Whoever saved a search is told in the same transaction,
    without what only brokers may see unless `show_uncurated`.
    """
    report = Looked()
    with unit_of_work(sessions) as session:
        report.ended = _end_with_their_proposals(session, today)
    with sessions() as session:
        going_on = session.execute(
            select(SavedSearch.id, Proposal.reference)
            .join(Proposal, Proposal.id == SavedSearch.proposal_id)
            .where(SavedSearch.closed_at.is_(None))
            .order_by(SavedSearch.id)
        ).all()
    for number, reference in going_on:
        try:
            found = matcher(reference)
        except (NothingToMatchError, NotFoundError):  # erased or emptied meanwhile
            found = Suggestions(query=reference, generation="")
        hits = record(sessions, number, found, show_uncurated=show_uncurated)
        report.searches += 1
        report.hits += hits
        report.successful += hits > 0
    return report


def record(sessions: sessionmaker[Session], number: int, found: Suggestions, *, show_uncurated: bool = False) -> int:
    """Note who of the suggestions is new to a search and tell it, in one transaction; returns how many."""
    with unit_of_work(sessions) as session:
        search = session.get(SavedSearch, number, options=[selectinload(SavedSearch.hits)])
        if search is None or search.closed_at is not None:
            return 0
        matches = found.organisations if search.target == Target.ORGANISATIONS.value else found.proposals
        known = {candidate_of(hit) for hit in search.hits} | standing(session, search.proposal_id).keys()
        known |= _refused(session, search.proposal_id)
        fresh = [match for match in _fitting(matches) if (match.target, match.candidate_id) not in known]
        search.hits.extend(_hit(match) for match in fresh)
        search.looked_at = now()
        best = [match.probability for match in matches]
        search.best_probability = max([*best, search.best_probability or 0.0])
        if fresh:
            session.flush()
            tell(session, search, len(fresh), show_uncurated=show_uncurated)
        return len(fresh)


def tell(session: Session, search: SavedSearch, count: int, *, show_uncurated: bool) -> None:
    """Tell of new hits: whoever saved the search and still works on the proposal, and who has to look at them first.

    A member is told how many there are; who they are only where the agency shows candidates before a broker accepted
    them. Else the facilitator (or, without one, all brokers) is asked to look.
    """
    proposal = session.get_one(Proposal, search.proposal_id)
    number = account_of(search.actor)
    owner = session.get(Account, number) if number is not None else None
    if owner is not None and not may_work_on_proposal(person_of(owner), proposal):
        owner = None
    sees = owner is not None and may_see_uncurated(person_of(owner), show_uncurated=show_uncurated)
    occasion = f"search:{search.id}:{search.hits[-1].id}"
    path = path_of(proposal, f"list-{search.target}")
    values = {"title": proposal.title, "count": count}
    if owner is not None:
        template = "search.hits" if sees else "search.hits_withheld"
        notify(session, [owner], NoticeKind.SEARCH, template, path=path, key=occasion, **values)
    if not sees:
        key = f"{occasion}:desk"
        notify(
            session, brokers_of(session, proposal), NoticeKind.DESK, "search.hits_desk", path=path, key=key, **values
        )


def _fitting(matches: Iterable[Match]) -> list[Match]:
    return [match for match in matches if match.band is not Band.WEAK]


def _hit(match: Match) -> SavedSearchHit:
    to_organisation = match.target is Target.ORGANISATIONS
    return SavedSearchHit(
        candidate_organisation_id=match.candidate_id if to_organisation else None,
        candidate_proposal_id=None if to_organisation else match.candidate_id,
        probability=match.probability,
        band=match.band.value,
    )


def _end_with_their_proposals(session: Session, today: date) -> int:
    ended = session.scalars(
        select(SavedSearch)
        .join(Proposal, Proposal.id == SavedSearch.proposal_id)
        .where(SavedSearch.closed_at.is_(None), ~is_open(today))
    ).all()
    for search in ended:
        search.closed_at = now()
    return len(ended)
