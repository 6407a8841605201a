"""Who may see and do what with which object. Pages ask here; what one may not even see does not exist for them."""

from __future__ import annotations

from data.errors import NotFoundError
from data.lists import PUBLIC_STATES, Reader
from data.models import Proposal
from data.models.vocabulary import ProposalState
from data.queries import PLATFORM
from matching.brokerage.people import Person
from matching.errors import NotAllowedError

_DRAFTS = (ProposalState.DRAFT.value, ProposalState.REFUSED.value)


def is_staff(person: Person | None) -> bool:
    """Whether a person works for the agency; a stranger does not."""
    return person is not None and person.is_staff


def owns_proposal(person: Person | None, proposal: Proposal) -> bool:
    """Whether the person acts for the organisation whose proposal it is, or wrote it before having one."""
    if person is None or proposal.source != PLATFORM:
        return False
    if proposal.organisation_id is not None:
        return person.organisation_id == proposal.organisation_id
    return proposal.author_id == person.account_id


def may_see_proposal(person: Person | None, proposal: Proposal) -> bool:
    """Anybody sees what is public; the rest is for its owners and the staff."""
    return proposal.state in PUBLIC_STATES or is_staff(person) or owns_proposal(person, proposal)


def may_work_on_proposal(person: Person | None, proposal: Proposal) -> bool:
    """Whether the person may edit, submit and close it: its owners and the staff."""
    return is_staff(person) or owns_proposal(person, proposal)


def require_visible(person: Person | None, proposal: Proposal) -> None:
    """Raises NotFoundError for a proposal that the person must not know of."""
    if not may_see_proposal(person, proposal):
        raise NotFoundError(f"no proposal has the reference {proposal.reference!r}")


def require_owner_or_staff(person: Person | None, proposal: Proposal) -> None:
    """Raises NotFoundError where it is not visible, NotAllowedError where it is another's."""
    require_visible(person, proposal)
    if not may_work_on_proposal(person, proposal):
        raise NotAllowedError(f"proposal {proposal.reference} is another organisation's")


def may_attach(person: Person | None, proposal: Proposal) -> bool:
    """Whether the person may add files: owners while it is a draft, so that nothing goes out unread; staff always."""
    if proposal.source != PLATFORM:
        return False
    return is_staff(person) or (owns_proposal(person, proposal) and proposal.state in _DRAFTS)


def may_detach(person: Person | None, proposal: Proposal) -> bool:
    """Whether the person may take files away: its owners until it is archived, and staff."""
    if proposal.source != PLATFORM:
        return False
    archived = proposal.state == ProposalState.ARCHIVED.value
    return is_staff(person) or (owns_proposal(person, proposal) and not archived)


def acts_for(person: Person | None, organisation_id: int) -> bool:
    """Whether the person is a confirmed member of the organisation, or staff."""
    return is_staff(person) or (person is not None and person.organisation_id == organisation_id)


def require_acting_for(person: Person | None, organisation_id: int) -> None:
    """Raises NotAllowedError for whoever neither belongs to the organisation nor to the staff."""
    if not acts_for(person, organisation_id):
        raise NotAllowedError(f"organisation {organisation_id} is not the person's own")


def reader_of(person: Person | None) -> Reader:
    """What a list shows to the person beside what is public."""
    if person is None:
        return Reader()
    return Reader(everything=person.is_staff, organisation_id=person.organisation_id, account_id=person.account_id)


def require_staff(person: Person | None) -> None:
    """Raises NotAllowedError for anybody who does not work for the agency."""
    if not is_staff(person):
        raise NotAllowedError("only the staff of the agency does this")


def may_see_uncurated(person: Person | None, *, show_uncurated: bool) -> bool:
    """Whether the person sees candidates about which no broker has decided: the staff, or where the agency says so."""
    return is_staff(person) or (person is not None and show_uncurated)
