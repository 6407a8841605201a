"""Where proposals are on the pages, for notifications."""

from __future__ import annotations

from urllib.parse import quote

from data.models import Proposal


def path_of(proposal: Proposal, part: str = "") -> str:
    """The address of a proposal's page, from the first slash on; `part` is the name of a part of it."""
    return f"/proposals/{quote(proposal.reference)}" + (f"#{part}" if part else "")
