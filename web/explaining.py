"""A match as a person reads it: how sure, why in plain words, and the numbers for those who ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from matching.rules import SEEKING
from matching.types import Code, Contribution, Criterion, Judgement, Match, SentencePair, Target, Verdict
from web.labels import (
    BANDS,
    CRITERIA,
    FEATURES,
    KINDS,
    ORGANISATION_KINDS,
    PARTNER_TYPES,
    STAGES,
    VERDICTS,
    named,
)
from web.language import current_language
from web.places import country_name

MOST_SHARED = 4
QUOTE_LENGTH = 240
_FILLED = {"strong": 3, "good": 2, "possible": 1, "weak": 0}


@dataclass(frozen=True, slots=True)
class CriterionGroup:
    """The criteria with the same verdict, in one line."""

    verdict: str
    label: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with what it rests on."""

    criterion: str
    verdict: str
    label: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the calculation. `value` is in hundredths, or None where it is not known."""

    label: str
    value: int | None
    weight: float
    points: float
    is_baseline: bool


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
    quote: SentencePair | None
    groups: tuple[CriterionGroup, ...]
    criteria: tuple[CriterionRow, ...]
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """What the candidate itself says of the point: a request by what it seeks, anyone else by what is offered."""
        if self.quote is None:
            return ""
        seeks = self.match.target is Target.PROPOSALS and self.match.kind in SEEKING
        return shortened(self.quote.sought if seeks else self.quote.offered)

    @property
    def anchor(self) -> str:
        """The card's name within the page."""
        return f"{self.match.target.value}-{self.match.candidate_id}"


def reasons(matches: Sequence[Match]) -> list[Reason]:
    """What the cards of a list show, in the list's order."""
    return [reason(match) for match in matches]


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
        quote=why.sentences,
        groups=_groups(why.judgements),
        criteria=tuple(_row(judgement) for judgement in why.judgements),
        parts=tuple(_part(contribution) for contribution in why.contributions),
    )


def place(city: str | None, country: str | None) -> str:
    """City and country in one line; source data often shout their cities in capitals."""
    town = city.title() if city and city.isupper() else city
    return ", ".join(part for part in (town, country_name(country)) if part)


def shortened(text: str, length: int = QUOTE_LENGTH) -> str:
    """A text cut at a word, with an ellipsis where something is left out."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _labels(codes: Sequence[Code]) -> tuple[str, ...]:
    language = current_language()
    return tuple(dict.fromkeys(code.label(language) for code in codes))


def _groups(judgements: Sequence[Judgement]) -> tuple[CriterionGroup, ...]:
    groups = []
    for verdict in (Verdict.MATCH, Verdict.UNKNOWN, Verdict.GAP):
        names = tuple(named(CRITERIA, item.criterion.value) for item in judgements if item.verdict is verdict)
        if names:
            groups.append(CriterionGroup(verdict.value, named(VERDICTS, verdict.value), names))
    return tuple(groups)


def _row(judgement: Judgement) -> CriterionRow:
    return CriterionRow(
        criterion=named(CRITERIA, judgement.criterion.value),
        verdict=judgement.verdict.value,
        label=named(VERDICTS, judgement.verdict.value),
        wanted=_values(judgement.criterion, judgement.wanted),
        found=_values(judgement.criterion, judgement.found),
    )


def _values(criterion: Criterion, values: Sequence[str]) -> tuple[str, ...]:
    if criterion is Criterion.COUNTRY:
        return tuple(country_name(value) for value in values)
    if criterion is Criterion.PARTNER_TYPE:
        return tuple(named({**PARTNER_TYPES, **ORGANISATION_KINDS}, value) for value in values)
    if criterion is Criterion.STAGE:
        return tuple(named(STAGES, value) for value in values)
    return tuple(shortened(value) for value in islice(values, 6))


def _part(contribution: Contribution) -> Part:
    value = contribution.value
    return Part(
        label=named(FEATURES, contribution.feature),
        value=None if value is None else round(value * 100),
        weight=contribution.weight,
        points=contribution.points,
        is_baseline=contribution.feature == "baseline",
    )
