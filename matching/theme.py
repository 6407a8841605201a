"""Themes that follow from competences: S3 areas, ecosystems, goals and EEN keywords that the vocabulary links to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from matching.concepts import ConceptIndex

THEME_TREES = ("s3_2014", "s3_2021", "sdg", "een_market")
VOCABULARY = "competence"
"""The tree of the competence vocabulary."""
COMPETENCE_TREES = (VOCABULARY, "een_technology")
NOTHING_SAID = (("een_market", "09"),)
"""Codes that mean "other": they join what has nothing in common."""
_LEAST_SHARE = 0.2
_MOST_PER_TREE = 3


def derive_themes(competences: Sequence[tuple[int, float]], concepts: ConceptIndex) -> list[tuple[int, float]]:
    """Concepts of other trees that the competences speak for, as (number, weight in [0, 1]), strongest first.

    Each competence gives its weight to what it is linked to; inside a tree the votes are shares of that tree's
    strongest, and faint ones are left out.
    """
    votes: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for competence, weight in competences:
        for linked, strength in concepts.linked(competence):
            theme = concepts.concepts[linked]
            if strength > 0.0 and (theme.tree, theme.code) not in NOTHING_SAID:
                votes[theme.tree][linked] += weight * strength
    derived: list[tuple[int, float]] = []
    for tree_votes in votes.values():
        strongest = max(tree_votes.values())
        ranked = sorted(tree_votes.items(), key=lambda item: (-item[1], item[0]))[:_MOST_PER_TREE]
        certainty = min(1.0, strongest)
        derived += [
            (concept, round(certainty * vote / strongest, 4))
            for concept, vote in ranked
            if vote / strongest >= _LEAST_SHARE
        ]
    return derived
