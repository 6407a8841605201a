"""What waits on the desk, one SELECT for each kind. Another kind joins with a `QueueSource` in `SOURCES`.

Each SELECT gives the columns of COLUMNS, in that order and under those names: `object_id` (with the kind it names the
item), `reference` (what its page is found by), `title`, `since` and `due` (days), `assignee_id` (whose it is unless
somebody took it; NULL for nobody), `organisation` (a name, or NULL), `waiting` (how many there are to look at).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, cast, func, literal, null, or_, select
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import Integer, String

from data.calendar import days_later, utc_day, working_days_later
from data.corpus import is_open
from data.models import Account, CurationDecision, Interest, Organisation, Proposal, Suggestion
from data.models.vocabulary import CaseKind, DecisionAction, Membership, ProposalKind, ProposalState, QueueKind
from data.queries import PLATFORM
from matching.brokerage.interest_lists import waiting_interests
from matching.brokerage.memberships import FOUNDED
from matching.types import Band

VALIDATION_DAYS: Final = 3
"""Working days until a submitted proposal is looked at: whoever wrote it waits, and nothing happens meanwhile."""
CURATION_DAYS: Final = 5
"""Working days until a suggestion is decided about: a week, so that what a night brings is sorted in the next round."""
VERIFICATION_DAYS: Final = 3
"""Working days until an organisation or a member is looked at: they cannot publish before."""
EXPIRY_NOTICE: Final = timedelta(days=30)
"""EEN quality guidelines: a profile may be extended from 30 days before its end."""

COLUMNS: Final = ("object_id", "reference", "title", "since", "due", "assignee_id", "organisation", "waiting")
_SUGGESTED = (Band.STRONG.value, Band.GOOD.value, Band.POSSIBLE.value)
_DECIDED = tuple(
    action.value for action in (DecisionAction.ACCEPT, DecisionAction.REJECT, DecisionAction.PIN, DecisionAction.ADD)
)

Columns = Select[*tuple[Any, ...]]
Titles = Select[int, str, str, Any]


@dataclass(frozen=True, slots=True)
class QueueSource:
    """One kind of item: its rows on a day, what the log of casework calls the things themselves, and their names.

    `titles` selects (id, reference, title, organisation) of things by id, whether they wait or not.
    """

    kind: QueueKind
    rows: Callable[[date], Columns]
    case: CaseKind
    titles: Callable[[Sequence[int]], Titles]


def _columns(
    object_id: Any,
    reference: Any,
    title: Any,
    *,
    since: Any,
    due: Any,
    assignee_id: Any = None,
    organisation: Any = None,
    waiting: Any = None,
) -> Columns:
    """The columns of COLUMNS; what is not given is NULL, one thing to look at."""
    assignee = cast(null(), Integer) if assignee_id is None else assignee_id
    owner = cast(null(), String) if organisation is None else organisation
    given = (object_id, reference, title, since, due, assignee, owner, literal(1) if waiting is None else waiting)
    return select(*(value.label(name) for name, value in zip(COLUMNS, given, strict=True)))


def proposals_to_validate(day: date) -> Columns:
    """The platform's proposals that somebody submitted."""
    submitted = func.coalesce(Proposal.submitted_at, Proposal.updated_at)
    return (
        _columns(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            since=utc_day(submitted),
            due=working_days_later(submitted, VALIDATION_DAYS, day),
            assignee_id=Proposal.facilitator_id,
            organisation=Organisation.name,
        )
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(Proposal.source == PLATFORM, Proposal.state == ProposalState.TO_VALIDATE.value)
    )


def suggestions_to_curate(day: date) -> Columns:
    """The platform's open proposals with suggestions of the band possible or better that nobody decided about."""
    first = func.min(Suggestion.first_suggested_at)
    decided = _decided_about()
    waiting = (
        select(Suggestion.proposal_id, first.label("first"), func.count().label("number"))
        .outerjoin(
            decided,
            and_(
                decided.c.proposal_id == Suggestion.proposal_id,
                decided.c.organisation == func.coalesce(Suggestion.candidate_organisation_id, 0),
                decided.c.proposal == func.coalesce(Suggestion.candidate_proposal_id, 0),
            ),
        )
        .where(Suggestion.band.in_(_SUGGESTED), decided.c.proposal_id.is_(None))
        .group_by(Suggestion.proposal_id)
        .subquery()
    )
    return (
        _columns(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            since=utc_day(waiting.c.first),
            due=working_days_later(waiting.c.first, CURATION_DAYS, day),
            assignee_id=Proposal.facilitator_id,
            organisation=Organisation.name,
            waiting=waiting.c.number,
        )
        .join(waiting, waiting.c.proposal_id == Proposal.id)
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(Proposal.source == PLATFORM, is_open(day))
    )


def _decided_about() -> Subquery:
    """(proposal, candidate) of the decisions in force: those that nobody withdrew. 0 stands for no candidate.

    Made once and joined: decisions are few beside suggestions, each of which would look for its own.
    """
    undoing = CurationDecision.__table__.alias("undoing")
    return (
        select(
            CurationDecision.proposal_id,
            func.coalesce(CurationDecision.candidate_organisation_id, 0).label("organisation"),
            func.coalesce(CurationDecision.candidate_proposal_id, 0).label("proposal"),
        )
        .outerjoin(undoing, undoing.c.undoes_id == CurationDecision.id)
        .where(CurationDecision.action.in_(_DECIDED), undoing.c.id.is_(None))
        .distinct()
        .subquery("decided")
    )


def profiles_about_to_expire(day: date) -> Columns:
    """The platform's open proposals that end soon and were not extended yet; research searches follow their call."""
    return (
        _columns(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            since=days_later(Proposal.expires, -EXPIRY_NOTICE.days),
            due=Proposal.expires,
            assignee_id=Proposal.facilitator_id,
            organisation=Organisation.name,
        )
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(
            Proposal.source == PLATFORM,
            is_open(day),
            Proposal.expires <= day + EXPIRY_NOTICE,
            Proposal.extended_on.is_(None),
            Proposal.kind != ProposalKind.RDR.value,
        )
    )


def _with_member() -> Select[int | None]:
    """Ids of the organisations that somebody acts for."""
    confirmed = Account.membership == Membership.CONFIRMED.value, Account.active.is_(True)
    return select(Account.organisation_id).where(*confirmed, Account.organisation_id.is_not(None))


def _is_there() -> ColumnElement[bool]:
    """Not withdrawn; what a member founded is hidden from everybody else until it is verified, and waits for that."""
    return or_(Organisation.withdrawn_at.is_(None), Organisation.reference.startswith(FOUNDED, autoescape=True))


def organisations_to_verify(day: date) -> Columns:
    """Organisations that somebody acts for and that nobody verified; an import verifies those that it adds."""
    people = (
        select(Account.organisation_id, func.min(Account.created_at).label("first"))
        .where(Account.active.is_(True), Account.membership == Membership.CONFIRMED.value)
        .group_by(Account.organisation_id)
        .subquery()
    )
    return (
        _columns(
            Organisation.id,
            cast(Organisation.id, String),
            Organisation.name,
            since=utc_day(people.c.first),
            due=working_days_later(people.c.first, VERIFICATION_DAYS, day),
            organisation=Organisation.name,
        )
        .join(people, people.c.organisation_id == Organisation.id)
        .where(Organisation.verified_at.is_(None), _is_there())
    )


def memberships_to_confirm(day: date) -> Columns:
    """People who say that they belong to an organisation without members; where there are some, they confirm them."""
    return (
        _columns(
            Account.id,
            cast(Organisation.id, String),
            func.coalesce(func.nullif(Account.name, ""), Organisation.name),
            since=utc_day(Account.updated_at),
            due=working_days_later(Account.updated_at, VERIFICATION_DAYS, day),
            organisation=Organisation.name,
        )
        .join(Organisation, Organisation.id == Account.organisation_id)
        .where(
            Account.membership == Membership.PENDING.value,
            Account.active.is_(True),
            Organisation.id.not_in(_with_member()),
            _is_there(),
        )
    )


def _titles_of_proposals(ids: Sequence[int]) -> Titles:
    owner = Organisation.id == Proposal.organisation_id
    columns = select(Proposal.id, Proposal.reference, Proposal.title, Organisation.name)
    return columns.outerjoin(Organisation, owner).where(Proposal.id.in_(ids))


def _titles_of_interests(ids: Sequence[int]) -> Titles:
    owner = Organisation.id == Interest.organisation_id
    columns = select(Interest.id, Interest.reference, Proposal.title, Organisation.name)
    joined = columns.join(Proposal, Proposal.id == Interest.proposal_id).outerjoin(Organisation, owner)
    return joined.where(Interest.id.in_(ids))


def _titles_of_organisations(ids: Sequence[int]) -> Titles:
    number = cast(Organisation.id, String).label("reference")
    columns = select(Organisation.id, number, Organisation.name, Organisation.name.label("organisation"))
    return columns.where(Organisation.id.in_(ids))


def _titles_of_members(ids: Sequence[int]) -> Titles:
    name: ColumnElement[str] = func.coalesce(func.nullif(Account.name, ""), Organisation.name)
    owner = Organisation.id == Account.organisation_id
    number = cast(Organisation.id, String).label("reference")
    columns = select(Account.id, number, name.label("title"), Organisation.name)
    return columns.join(Organisation, owner).where(Account.id.in_(ids))


SOURCES: tuple[QueueSource, ...] = (
    QueueSource(QueueKind.VALIDATION, proposals_to_validate, CaseKind.PROPOSAL, _titles_of_proposals),
    QueueSource(QueueKind.CURATION, suggestions_to_curate, CaseKind.PROPOSAL, _titles_of_proposals),
    QueueSource(QueueKind.INTEREST, waiting_interests, CaseKind.INTEREST, _titles_of_interests),
    QueueSource(QueueKind.EXPIRY, profiles_about_to_expire, CaseKind.PROPOSAL, _titles_of_proposals),
    QueueSource(QueueKind.ORGANISATION, organisations_to_verify, CaseKind.ORGANISATION, _titles_of_organisations),
    QueueSource(QueueKind.MEMBERSHIP, memberships_to_confirm, CaseKind.ACCOUNT, _titles_of_members),
)
