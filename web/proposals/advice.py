"""What could be added to a proposal that finds no good partner yet."""

from __future__ import annotations

from collections.abc import Collection

from data.models import Proposal
from data.models.vocabulary import ProposalKind
from matching.brokerage.proposal_rules import Need, ProposalFields, need
from web.language import translate
from web.places import country_name

_FULL = 400
"""Characters of summary and description together, below which more of them would help most."""
_SEVERAL_TYPES = 3


def additions(written: Proposal | ProposalFields, technologies: Collection[object]) -> tuple[str, ...]:
    """What is missing or narrow in a stored proposal or in what is being written, the most helpful first; never empty.

    `technologies` are its codes of the EEN technology tree.
    """
    advice = []
    kind = ProposalKind(written.kind)
    if len(written.summary or "") + len(written.description or "") < _FULL:
        advice.append(translate("more about the situation, the problem or the product, with figures"))
    if need(kind, "expertise_sought") is not Need.UNUSED and not written.expertise_sought:
        advice.append(translate("what the partner must know or be able to do"))
    if need(kind, "advantages") is Need.REQUIRED and not written.advantages:
        advice.append(translate("what is new or better than what exists"))
    if not technologies:
        advice.append(translate("the technologies concerned"))
    if not written.keywords:
        advice.append(translate("keywords that the right partner would use of itself"))
    if 0 < len(written.partner_types) < _SEVERAL_TYPES:
        advice.append(translate("more types and sizes of partner"))
    if written.target_countries:
        names = ", ".join(country_name(code) for code in written.target_countries)
        advice.append(translate("more countries; now only %(names)s", names=names))
    return tuple(advice) or (translate("other words for the same thing, as the right partner would say it"),)
