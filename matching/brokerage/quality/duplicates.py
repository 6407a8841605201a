"""Existing proposals that say the same: what is near enough to be told, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from data.models.vocabulary import QualityRule
from matching.brokerage.quality.findings import Finding

NEAR_IDENTICAL: Final = 0.93
"""Likeness from which an existing proposal says the same: docs/decisions/0013-quality-check.md has the figures."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An existing proposal of the same direction; `likeness` in [0, 1] is of what both say, 1 for the same words."""

    reference: str
    title: str
    likeness: float
    same_organisation: bool


def duplicate_findings(similar: Sequence[Similar]) -> Iterator[Finding]:
    """Those of the similar proposals that are nearly identical."""
    for one in similar:
        if one.likeness >= NEAR_IDENTICAL:
            rule = QualityRule.DUPLICATE_OWN if one.same_organisation else QualityRule.DUPLICATE
            yield Finding.of(rule, "title", found=one.reference)
