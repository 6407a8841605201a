"""What could be added to a proposal that finds no good partner yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from data.models import Proposal
from data.models.vocabulary import ProposalKind
from matching.brokerage.proposal_rules import Need, ProposalFields, need
from matching.criteria import by_criterion
from matching.types import Criterion, Match
from web.language import translate
from web.places import country_name

_FULL = 400
"""Characters of summary and description together, below which more of them would help most."""
_SEVERAL_TYPES = 3
Unknown = Mapping[Criterion, float]
"""What the calculation could not compare for want of a field of ours, with the weight that it would have."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Something to add, and the name of the field of the form that it belongs to."""

    text: str
    field: str


def unknown_criteria(matches: Iterable[Match]) -> Unknown:
    """The criteria that count and were known of no candidate, with their greatest weight."""
    weights: dict[Criterion, float] = {}
    known: set[Criterion] = set()
    for match in matches:
        for criterion, parts in by_criterion(match.explanation.contributions).items():
            if any(part.value is not None for part in parts):
                known.add(criterion)
            weight = max(part.weight for part in parts)
            if weight > 0.0:
                weights[criterion] = max(weight, weights.get(criterion, 0.0))
    return {criterion: weight for criterion, weight in weights.items() if criterion not in known}


def additions(
    written: Proposal | ProposalFields, technologies: Collection[object], unknown: Unknown | None = None
) -> tuple[Addition, ...]:
    """What is missing or narrow in a stored proposal or in what is being written, the most helpful first; never empty.

    First the fields without which a criterion of this very search could not be compared (`unknown`), by its weight.
    `technologies` are its codes of the EEN technology tree.
    """
    asked = unknown or {}
    wanting = [item for item in _missing(written, technologies) if item[1] in asked]
    wanting.sort(key=lambda item: -asked[item[1]])
    general = _general(written, technologies)
    found = {addition.field: addition for addition in (*(item[0] for item in wanting), *general)}
    other = translate("other words for the same thing, as the right partner would say it")
    return tuple(found.values()) or (Addition(other, "description"),)


def _missing(written: Proposal | ProposalFields, technologies: Collection[object]) -> list[tuple[Addition, Criterion]]:
    """Empty fields that a criterion is compared by."""
    kind = ProposalKind(written.kind)
    found = []
    if not written.partner_types:
        text = translate("the types and sizes of partner that you look for")
        found.append((Addition(text, "partner_types"), Criterion.PARTNER_TYPE))
    if not written.stage and need(kind, "stage") is not Need.UNUSED:
        found.append((Addition(translate("the stage of development"), "stage"), Criterion.STAGE))
    if not technologies:
        found.append((Addition(translate("the technologies concerned"), "een_technology"), Criterion.COMPETENCE))
    if not _has_markets(written):
        found.append((Addition(translate("the markets concerned"), "een_market"), Criterion.THEME))
    return found


def _has_markets(written: Proposal | ProposalFields) -> bool:
    if isinstance(written, ProposalFields):
        return bool(written.codes.get("een_market"))
    return any(code.tree == "een_market" for code in written.codes)


def _general(written: Proposal | ProposalFields, technologies: Collection[object]) -> list[Addition]:
    """What helps every search: the texts and words that all candidates are compared with."""
    advice = []
    kind = ProposalKind(written.kind)
    if len(written.summary or "") + len(written.description or "") < _FULL:
        text = translate("more about the situation, the problem or the product, with figures")
        advice.append(Addition(text, "description"))
    if need(kind, "expertise_sought") is not Need.UNUSED and not written.expertise_sought:
        advice.append(Addition(translate("what the partner must know or be able to do"), "expertise_sought"))
    if need(kind, "advantages") is Need.REQUIRED and not written.advantages:
        advice.append(Addition(translate("what is new or better than what exists"), "advantages"))
    if not technologies:
        advice.append(Addition(translate("the technologies concerned"), "een_technology"))
    if not written.keywords:
        advice.append(Addition(translate("keywords that the right partner would use of itself"), "keywords"))
    if 0 < len(written.partner_types) < _SEVERAL_TYPES:
        advice.append(Addition(translate("more types and sizes of partner"), "partner_types"))
    if written.target_countries:
        names = ", ".join(country_name(code) for code in written.target_countries)
        advice.append(Addition(translate("more countries; now only %(names)s", names=names), "target_countries"))
    return advice
