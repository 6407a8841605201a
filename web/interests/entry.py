"""The way from the page of a proposal to expressing interest in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.models import Interest, Proposal
from data.queries import today
from matching.brokerage.interest_access import interests_received, is_open_for_interest, own_interest, refusal_of
from matching.brokerage.interest_rules import Refusal
from matching.brokerage.permissions import is_staff, owns_proposal
from web.context import person, reading
from web.interests import pages
from web.interests.wording import REFUSALS, WAYS_OUT
from web.labels import Label


@dataclass(frozen=True, slots=True)
class Entry:
    """What a proposal's page says of interest in it: one's own expression, how many came, or why none can be made."""

    is_open: bool
    own: Interest | None = None
    received: int | None = None
    refusal: Label | None = None
    way_out: tuple[str, Label] | None = None


def entry_of(proposal: Proposal) -> Entry:
    """The entry for whoever reads the page."""
    session, reader = reading(), person()
    is_open = is_open_for_interest(proposal, today())
    if reader is None:
        return Entry(is_open)
    if is_staff(reader) or owns_proposal(reader, proposal):
        return Entry(is_open, received=interests_received(session, proposal.id))
    own = own_interest(session, reader, proposal.id)
    refusal = refusal_of(session, reader, proposal, today()) if own is None else None
    if refusal is None or refusal is Refusal.NOT_OPEN:
        return Entry(is_open, own)
    return Entry(is_open, own, refusal=REFUSALS[refusal.value], way_out=WAYS_OUT.get(refusal.value))


@pages.app_context_processor
def entry() -> dict[str, Any]:
    """Let the page of a proposal ask for its entry."""
    return {"interest_entry": entry_of}
