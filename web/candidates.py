"""Candidates of a proposal as the calculation sees them at this moment, for decisions, reading and comparing."""

from __future__ import annotations

from collections.abc import Collection

from matching.errors import MatchingError
from matching.types import Match, Suggestions, Target
from web.context import application

LOOKED_THROUGH = 50
"""Suggestions of each list that are looked through."""
Candidate = tuple[Target, int]


def suggestions_now(reference: str) -> Suggestions | None:
    """Both lists of a stored proposal, further than a page shows; None where there are none at the moment."""
    try:
        return application().service.match_proposal(reference, top=LOOKED_THROUGH)
    except MatchingError:
        return None


def matches_of(found: Suggestions | None, wanted: Collection[Candidate]) -> dict[Candidate, Match]:
    """Those of some candidates that are suggested."""
    if found is None:
        return {}
    every = (*found.organisations, *found.proposals)
    return {
        (match.target, match.candidate_id): match for match in every if (match.target, match.candidate_id) in wanted
    }
