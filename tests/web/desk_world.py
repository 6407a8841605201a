"""What lies on the brokers' desk, for the matrix of permissions: all of the owner's organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from data.models import Proposal
from data.models.vocabulary import DecisionAction
from matching.brokerage.client_notes import tell_company
from matching.brokerage.curation import decide
from matching.types import Target
from tests import factories

if TYPE_CHECKING:
    from tests.web.world import World

Values = dict[str, Any]


def _of_owner(session: Session, world: World, **given: Any) -> Proposal:
    owner = world.accounts["owner"]
    return factories.proposal(session, organisation_id=owner.organisation_id, author_id=owner.id, **given)


def _curated(session: Session, world: World) -> Values:
    """Published; two organisations were accepted for it, and the company may read a note about the first."""
    proposal, first = _of_owner(session, world), world.numbers["candidate"]
    about: Values = {"proposal_id": proposal.id, "target": Target.ORGANISATIONS, "actor": "account:1"}
    for number in (first, factories.organisation(session).id):
        decide(session, candidate_id=number, action=DecisionAction.ACCEPT, **about)
    tell_company(session, candidate_id=first, text="Già fornitore di un vicino.", **about)
    return {"reference": proposal.reference, "target": Target.ORGANISATIONS.value, "number": first}


def _queued(session: Session, world: World) -> Values:
    """Waits to be validated; it is what `desk.bulk` takes."""
    proposal = _of_owner(session, world, state="to_validate", published=None, expires=None)
    world.numbers["queued"] = proposal.id
    return {"reference": proposal.reference}


def _about(world: World) -> Values:
    return {"target": Target.ORGANISATIONS.value, "candidate": world.numbers["candidate"]}


OBJECTS: dict[str, Callable[[Session, Any], Values]] = {"curated": _curated, "queued": _queued}
ONLY_FOR: dict[str, str | tuple[str, ...]] = {
    "curated": ("desk.read", "desk.compare", "proposals.order", "proposals.withdraw_company_note", "proposals.show"),
    "queued": "desk.review",
}
FORMS: dict[str, Callable[[Any], Values]] = {
    "desk.bulk": lambda world: {"action": "take", "item": f"validation:{world.numbers['queued']}:0"},
    "desk.refuse_proposal": lambda world: {"reason": "Manca il grado di maturità."},
    "proposals.order": lambda world: {**_about(world), "move": "down"},
    "proposals.withdraw_company_note": _about,
}
