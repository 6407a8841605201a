"""What a person says of a code that was read out of a proposal: right, not right, or nothing after all."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from data.models import Proposal
from data.queries import proposal_by_reference
from matching.brokerage.permissions import require_owner_or_staff
from web.access import Audience, open_to
from web.context import person, reading
from web.proposals import pages
from web.tags import decide


@pages.post("/<path:reference>/tags")
@open_to(Audience.SIGNED_IN)
def record_tag(reference: str) -> Response:
    """Log one decision about a code and go back to the codes."""
    proposal = proposal_by_reference(reading(), reference)
    require_owner_or_staff(person(), proposal)
    decide(Proposal, proposal.id)
    return redirect(url_for("proposals.show", reference=reference, tags="open", _anchor="tags"))
