"""Which criterion of a broker each feature of the ranking belongs to; unlisted names are read by their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from matching.types import Contribution, Criterion

_KNOWN: Mapping[str, Criterion] = {
    "need_fit": Criterion.NEED,
    "offer_fit": Criterion.NEED,
    "asks": Criterion.NEED,
    "competence": Criterion.COMPETENCE,
    "theme": Criterion.THEME,
    "partner_type": Criterion.PARTNER_TYPE,
    "country": Criterion.COUNTRY,
    "stage": Criterion.STAGE,
    "evidence": Criterion.EVIDENCE,
    "recency": Criterion.EVIDENCE,
    "network": Criterion.EVIDENCE,
    "track_record": Criterion.EVIDENCE,
    "lexical": Criterion.WORDS,
}
_WORDS: tuple[tuple[Criterion, frozenset[str]], ...] = (
    (Criterion.WORDS, frozenset({"lexical", "word", "words", "bm25", "translated"})),
    (Criterion.EVIDENCE, frozenset({"evidence", "recency", "project", "projects", "network", "experience", "record"})),
    (Criterion.COMPETENCE, frozenset({"competence", "competences", "technology"})),
    (Criterion.THEME, frozenset({"theme", "themes", "market", "sdg"})),
    (Criterion.PARTNER_TYPE, frozenset({"type", "size"})),
    (Criterion.COUNTRY, frozenset({"country", "region", "place"})),
    (Criterion.STAGE, frozenset({"stage", "trl"})),
    (Criterion.NEED, frozenset({"need", "offer", "fit", "title", "sentence", "text", "semantic", "asks"})),
)


def criterion_of(feature: str) -> Criterion | None:
    """The criterion of a feature; None for one whose name tells nothing, such as the baseline."""
    if feature in _KNOWN:
        return _KNOWN[feature]
    words = frozenset(feature.split("_"))
    return next((criterion for criterion, telling in _WORDS if words & telling), None)


def by_criterion(contributions: Iterable[Contribution]) -> dict[Criterion, list[Contribution]]:
    """The contributions of each criterion, in their order; those of no criterion are left out."""
    groups: dict[Criterion, list[Contribution]] = defaultdict(list)
    for part in contributions:
        criterion = criterion_of(part.feature)
        if criterion is not None:
            groups[criterion].append(part)
    return dict(groups)
