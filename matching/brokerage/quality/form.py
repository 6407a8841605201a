"""The form's part of the quality check: what is required, the limits of EEN, and how long a text should be at least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from data.models.vocabulary import QualityRule
from matching.brokerage.proposal_rules import Need, ProposalFields, need, publication_problems
from matching.brokerage.quality.findings import Finding

LEAST_LENGTHS: Final[Mapping[str, int]] = {"description": 1000, "advantages": 500}
"""Fewest characters that Open Innovation Lombardia's own form asks of its long texts."""


def form_findings(fields: ProposalFields, today: date) -> Iterator[Finding]:
    """Everything that keeps the proposal from being published, and texts that say little."""
    for problem in publication_problems(fields, today):
        yield Finding.of(QualityRule(problem.fault.value), problem.field, found=problem.found, limit=problem.limit)
    for name, least in LEAST_LENGTHS.items():
        length = len(getattr(fields, name).strip())
        if 0 < length < least and need(fields.kind, name) is not Need.UNUSED:
            yield Finding.of(QualityRule.TOO_SHORT, name, found=str(length), limit=least)
