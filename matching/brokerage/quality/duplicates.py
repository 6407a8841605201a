"""Existing proposals that say the same: what is near enough to be told, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from data.models.vocabulary import QualityRule
from matching.brokerage.quality.findings import Finding
from matching.identity import NEARLY_IDENTICAL

SAYS_THE_SAME: Final = 0.86
"""Likeness from which an existing proposal says nearly the same: docs/decisions/0013-quality-check.md has the figures.

An organisation's own second post blocks only from `matching.identity.NEARLY_IDENTICAL` on, where the lists would fold
both into one: requests in a series from one call reach 0.97.
"""


@dataclass(frozen=True, slots=True)
class Similar:
    """An existing proposal of the same direction; `likeness` in [0, 1] is of what both say, 1 for the same words."""

    reference: str
    title: str
    likeness: float
    same_organisation: bool


def duplicate_findings(similar: Sequence[Similar]) -> Iterator[Finding]:
    """Those of the similar proposals that say nearly the same; one's own posted again blocks."""
    for one in similar:
        if one.likeness >= SAYS_THE_SAME:
            again = one.same_organisation and one.likeness >= NEARLY_IDENTICAL
            rule = QualityRule.DUPLICATE_OWN if again else QualityRule.DUPLICATE
            yield Finding.of(rule, "title", found=one.reference)
