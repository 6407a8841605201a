"""A match as a person reads it: how sure, why in plain words, and the numbers for those who ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matching.types import Band, Code, Criterion, Judgement, Match, Target, Verdict
from web.context import application
from web.labels import (
    BANDS,
    CRITERIA,
    KINDS,
    NOT_ASKED,
    ORGANISATION_KINDS,
    OUTCOMES,
    PARTNER_TYPES,
    STAGES,
    VERDICTS,
    named,
)
from web.language import current_language
from web.lifting import lift_sentence
from web.places import country_name
from web.quotes import Quote, quote_of, shortened
from web.sums import Sum, in_ten, sums
from web.words import capitalised

MOST_SHARED = 4
_ANY_COMPANY = frozenset({"SME <=10", "SME 11-49", "SME 50-249", "Big company"})
_ONLY_IF_SURE = (Criterion.WORDS,)
"""Criteria that a card mentions only where they speak for or against: there is nothing about them to check."""
_ASKED_FOR = (Criterion.COUNTRY, Criterion.PARTNER_TYPE, Criterion.STAGE)
_FILLED = {"strong": 3, "good": 2, "possible": 1, "weak": 0}


@dataclass(frozen=True, slots=True)
class CriterionGroup:
    """What all criteria with the same verdict say, in one line."""

    verdict: str
    label: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with what it rests on; `verdict` is empty where nothing was asked for."""

    verdict: str
    outcome: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A match with everything that its card shows; texts are in the reader's language, quotations in their own."""

    match: Match
    band: str
    filled: int
    kind: str
    place: str
    shared: tuple[str, ...]
    shared_more: int
    themes: tuple[str, ...]
    quote: Quote | None
    lift: str
    groups: tuple[CriterionGroup, ...]
    criteria: tuple[CriterionRow, ...]
    sums: tuple[Sum, ...]
    in_ten: int

    @property
    def anchor(self) -> str:
        """The card's name within the page."""
        return f"{self.match.target.value}-{self.match.candidate_id}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of suggestions: those worth a look, and apart from them the weak ones, each in the list's order."""

    good: tuple[Reason, ...] = ()
    weak: tuple[Reason, ...] = ()


def listed(matches: Sequence[Match]) -> Listed:
    """What the cards of a list show. What a person decided for is never weak."""
    weak = {match.candidate_id for match in matches if match.band is Band.WEAK and not match.curated}
    return Listed(
        tuple(reason(match) for match in matches if match.candidate_id not in weak),
        tuple(reason(match) for match in matches if match.candidate_id in weak),
    )


def reason(match: Match) -> Reason:
    """What the card of one match shows."""
    why = match.explanation
    labels = _labels(why.shared_competences)
    kinds = ORGANISATION_KINDS if match.target is Target.ORGANISATIONS else {code: k.name for code, k in KINDS.items()}
    return Reason(
        match=match,
        band=named(BANDS, match.band.value),
        filled=_FILLED[match.band.value],
        kind=named(kinds, match.kind),
        place=place(match.city, match.country),
        shared=labels[:MOST_SHARED],
        shared_more=max(0, len(labels) - MOST_SHARED),
        themes=_labels(why.shared_themes)[:MOST_SHARED],
        quote=quote_of(why.sentences),
        lift=lift_sentence(why.counterfactual),
        groups=_groups(why.judgements),
        criteria=tuple(_row(judgement, _shared(match, judgement.criterion)) for judgement in why.judgements),
        sums=sums(why.contributions),
        in_ten=in_ten(match.probability),
    )


def place(city: str | None, country: str | None) -> str:
    """City and country in one line; source data often shout their cities in capitals."""
    town = city.title() if city and city.isupper() else city
    return ", ".join(part for part in (town, country_name(country)) if part)


def _labels(codes: Sequence[Code]) -> tuple[str, ...]:
    language = current_language()
    return tuple(dict.fromkeys(capitalised(code.label(language)) for code in codes))


def _groups(judgements: Sequence[Judgement]) -> tuple[CriterionGroup, ...]:
    asked = [
        item
        for item in judgements
        if item.verdict is not Verdict.UNKNOWN or not (_is_indifferent(item) or _is_open(item))
    ]
    groups = []
    for verdict in (Verdict.MATCH, Verdict.UNKNOWN, Verdict.GAP):
        outcomes = tuple(outcome(item) for item in asked if item.verdict is verdict)
        if outcomes:
            groups.append(CriterionGroup(verdict.value, named(VERDICTS, verdict.value), outcomes))
    return tuple(groups)


def outcome(judgement: Judgement) -> str:
    """What a verdict says of its criterion."""
    outcomes = OUTCOMES[judgement.criterion.value]
    return str(outcomes.get(judgement.verdict.value if judgement.known else "", outcomes[""]))


def _is_indifferent(judgement: Judgement) -> bool:
    """Nothing was asked for, so there is nothing to check."""
    return judgement.criterion in _ASKED_FOR and not judgement.wanted


def _is_open(judgement: Judgement) -> bool:
    """It speaks neither for nor against, and there is nothing about it to check."""
    return judgement.verdict is Verdict.UNKNOWN and judgement.criterion in _ONLY_IF_SURE


def _shared(match: Match, criterion: Criterion) -> tuple[str, ...]:
    if criterion is Criterion.COMPETENCE:
        return _labels(match.explanation.shared_competences)
    return _labels(match.explanation.shared_themes) if criterion is Criterion.THEME else ()


def _row(judgement: Judgement, shared: tuple[str, ...]) -> CriterionRow:
    indifferent = _is_indifferent(judgement)
    criterion = named(CRITERIA, judgement.criterion.value)
    return CriterionRow(
        verdict="" if indifferent or _is_open(judgement) else judgement.verdict.value,
        outcome=f"{criterion}: {NOT_ASKED}" if indifferent else outcome(judgement),
        wanted=_values(judgement.criterion, judgement.wanted)[:MOST_SHARED],
        found=(_values(judgement.criterion, judgement.found) or shared)[:MOST_SHARED],
    )


def _values(criterion: Criterion, values: Sequence[str]) -> tuple[str, ...]:
    if criterion is Criterion.COUNTRY:
        return tuple(country_name(value) for value in values)
    if criterion is Criterion.PARTNER_TYPE:
        if set(values) >= _ANY_COMPANY:  # a company of unknown size may be of any
            values = (*(value for value in values if value not in _ANY_COMPANY), "company")
        return tuple(named({**PARTNER_TYPES, "company": ORGANISATION_KINDS["company"]}, value) for value in values)
    if criterion is Criterion.STAGE:
        return tuple(named(STAGES, value) for value in values)
    if criterion in (Criterion.COMPETENCE, Criterion.THEME):
        return tuple(dict.fromkeys(_named_code(value) for value in values))
    return tuple(shortened(value) for value in values)


def _named_code(value: str) -> str:
    tree, _, code = value.partition(":")
    return capitalised(application().concepts.label(tree, code, current_language())) if code else value
