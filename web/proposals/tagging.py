"""What a person says of a code that was read out of a proposal: right, not right, or nothing after all."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from data.models import Proposal
from data.queries import proposal_by_reference
from web.context import reading
from web.proposals import pages
from web.tags import decide


@pages.post("/<path:reference>/tags")
def record_tag(reference: str) -> Response:
    """Log one decision about a code and go back to the codes."""
    decide(Proposal, proposal_by_reference(reading(), reference).id)
    return redirect(url_for("proposals.show", reference=reference, tags="open", _anchor="tags"))
