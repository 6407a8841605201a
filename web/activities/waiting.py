"""What waits for somebody: computed from what is stored, each with what to do next and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from data.corpus import is_open
from data.models import Account, Interest, Proposal, SavedSearch
from data.models.vocabulary import DecisionAction, InterestState, Membership, ProposalState
from data.queries import PLATFORM
from matching.brokerage import searches
from matching.brokerage.curation import Candidate, standing
from matching.brokerage.interest_access import is_ongoing
from matching.brokerage.people import Person
from matching.brokerage.permissions import may_see_uncurated
from matching.brokerage.responses import candidate_of, responses_of
from web.context import application
from web.labels import Label

EXPIRING = timedelta(days=30)
"""From so long before its end a proposal can be extended."""
MEMBERS_PAGE = "/account/organisation"
_ACCEPTED = (DecisionAction.ACCEPT.value, DecisionAction.PIN.value, DecisionAction.ADD.value)

PROPOSALS = _l("Your proposals")
PARTNERS = _l("Suggested partners")
SEARCHES = _l("Saved searches")
INTERESTS = _l("Expressions of interest")
PEOPLE = _l("People of your organisation")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: under which heading, what it is about, what to do, where, and until when."""

    group: Label
    title: str
    advice: Label
    address: str
    action: Label
    language: str | None = None
    due: date | None = None


Source = Callable[[Session, Person, date], Iterable[Item]]


def own_proposals(person: Person) -> ColumnElement[bool]:
    """Condition: the proposal is the person's organisation's, or they wrote it before having one."""
    whose: ColumnElement[bool] = and_(Proposal.organisation_id.is_(None), Proposal.author_id == person.account_id)
    if person.organisation_id is not None:
        whose = or_(whose, Proposal.organisation_id == person.organisation_id)
    return and_(Proposal.source == PLATFORM, whose)


def to_finish(session: Session, person: Person, today: date) -> Iterator[Item]:
    """Drafts, and what was refused."""
    states = (ProposalState.DRAFT.value, ProposalState.REFUSED.value)
    query = select(Proposal).where(own_proposals(person), Proposal.state.in_(states)).order_by(Proposal.id.desc())
    for proposal in session.scalars(query):
        refused = proposal.state == ProposalState.REFUSED.value
        yield _about(
            proposal,
            _l("It was refused: read the reason, correct it and send it again.")
            if refused
            else _l("It is a draft: finish it and send it for validation."),
            _l("Correct it") if refused else _l("Go on writing"),
        )


def to_extend(session: Session, person: Person, today: date) -> Iterator[Item]:
    """Open proposals that end soon; one that was extended cannot be extended again."""
    ending = is_open(today), Proposal.expires <= today + EXPIRING, Proposal.extended_on.is_(None)
    for proposal in session.scalars(select(Proposal).where(own_proposals(person), *ending).order_by(Proposal.expires)):
        advice = _l("It ends soon: extend it once, or let it end.")
        yield _about(proposal, advice, _l("Look at it"), due=proposal.expires)


def answered(session: Session, proposal_id: int) -> frozenset[Candidate]:
    """About which candidates the company has answered."""
    return frozenset(candidate_of(response) for response in responses_of(session, proposal_id))


def to_answer(session: Session, person: Person, today: date) -> Iterator[Item]:
    """Open proposals for which a broker accepted partners that the company has not answered about."""
    query = select(Proposal).where(own_proposals(person), is_open(today)).order_by(Proposal.id.desc())
    for proposal in session.scalars(query):
        accepted = {item for item, made in standing(session, proposal.id).items() if made.action in _ACCEPTED}
        count = len(accepted - answered(session, proposal.id))
        if count:
            advice = ngettext(
                "%(num)s partner found by your broker: say whether it interests you.",
                "%(num)s partners found by your broker: say which of them interest you.",
                count,
            )
            yield _about(proposal, advice, _l("See the partners"), group=PARTNERS)


def found_by_searches(session: Session, person: Person, today: date) -> Iterator[Item]:
    """Open searches with candidates about whom nobody has decided yet."""
    if person.is_staff:
        return
    sees = may_see_uncurated(person, show_uncurated=application().settings.show_uncurated)
    query = (
        select(SavedSearch, Proposal)
        .join(Proposal, Proposal.id == SavedSearch.proposal_id)
        .where(own_proposals(person), SavedSearch.closed_at.is_(None))
    )
    for search, proposal in session.execute(query.order_by(SavedSearch.id.desc())):
        count = len(searches.new_hits(session, search))
        if not count:
            continue
        seen = ngettext("%(num)s new candidate: look at it.", "%(num)s new candidates: look at them.", count)
        withheld = ngettext(
            "%(num)s new candidate: your broker is looking at it, nothing to do for now.",
            "%(num)s new candidates: your broker is looking at them, nothing to do for now.",
            count,
        )
        yield _about(proposal, seen if sees else withheld, _l("Open the search"), group=SEARCHES, anchor=search.target)


def to_confirm(session: Session, person: Person, today: date) -> Iterator[Item]:
    """People who say that they belong to the person's organisation."""
    if person.organisation_id is None:
        return
    waiting = Account.membership == Membership.PENDING.value, Account.active.is_(True)
    query = select(func.count(Account.id)).where(Account.organisation_id == person.organisation_id, *waiting)
    count = session.scalar(query) or 0
    if count:
        title = ngettext("%(num)s person asks to join", "%(num)s people ask to join", count)
        yield Item(PEOPLE, title, _l("Confirm only those whom you know."), MEMBERS_PAGE, _l("Decide"))


def interests_to_go_on(session: Session, person: Person, today: date) -> Iterator[Item]:
    """Drafts of expressions to finish, those received that nobody has taken up, and staff's own cases."""
    draft = and_(Interest.account_id == person.account_id, Interest.submitted_at.is_(None))
    in_hand = and_(Interest.assignee_id == person.account_id, Interest.submitted_at.is_not(None))
    received = and_(own_proposals(person), Interest.state == InterestState.SUBMITTED.value)
    mine = or_(draft, in_hand) if person.is_staff else or_(draft, received)
    query = select(Interest).join(Proposal, Proposal.id == Interest.proposal_id).where(mine, is_ongoing())
    for interest in session.scalars(query.order_by(Interest.id)):
        unsent = interest.submitted_at is None
        advice = _l("It is not sent yet: finish it and send it.") if unsent else _l("It waits for the next step.")
        address = url_for("interests.show", reference=interest.reference)
        action = _l("Go on writing") if unsent else _l("Open it")
        yield Item(INTERESTS, interest.proposal.title, advice, address, action, interest.proposal.language)


WAITING: tuple[Source, ...] = (
    interests_to_go_on,
    to_answer,
    to_finish,
    to_extend,
    to_confirm,
    found_by_searches,
)
"""In the order of the page. A module with something that waits adds its source here."""


def waiting_for(session: Session, person: Person, today: date) -> list[tuple[Label, list[Item]]]:
    """What waits for a person, heading by heading."""
    groups: dict[str, tuple[Label, list[Item]]] = {}
    for source in WAITING:
        for item in source(session, person, today):
            groups.setdefault(str(item.group), (item.group, []))[1].append(item)
    return list(groups.values())


def _about(
    proposal: Proposal,
    advice: Label,
    action: Label,
    *,
    group: Label = PROPOSALS,
    due: date | None = None,
    anchor: str | None = None,
) -> Item:
    place = f"list-{anchor}" if anchor else None
    address = url_for("proposals.show", reference=proposal.reference, _anchor=place)
    return Item(group, proposal.title, advice, address, action, proposal.language, due)
