"""What the ranking knows of the candidates without asking the database: columns, one row for each candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.code_rows import CodeRows
from matching.labelled import Labels

NEVER = date.max.toordinal()
NO_ORGANISATION = -1
PARTNER_BITS: dict[str, int] = {
    "SME <=10": 1,
    "SME 11-49": 2,
    "SME 50-249": 4,
    "Big company": 8,
    "R&D Institution": 16,
    "University": 32,
    "Other": 64,
}
"""Types and sizes of partner as bits, so that several wanted ones are one number."""

_COMPANY = 1 | 2 | 4 | 8
_BITS_BY_KIND = {
    "company": _COMPANY,
    "university": 32,
    "research_organisation": 16,
    "public_body": 64,
    "cluster": 64,
    "intermediary": 64,
    "other": 0,
}
STAGES = ("Concept stage", "Under development", "Lab tested", "Available for demonstration", "Already on the market")


def stage_place(stage: str | None) -> int:
    """Place of a stage of development among STAGES; -1 where it is not stated."""
    return STAGES.index(stage) if stage in STAGES else -1


def partner_bits(types: Sequence[str]) -> int:
    """Wanted types of partner as bits; 0 where none is stated."""
    bits = 0
    for name in types:
        bits |= PARTNER_BITS.get(name, 0)
    return bits


def organisation_bits(kind: str, size: str | None) -> int:
    """Every type that an organisation may be; a company of unknown size may be of any. 0 is unknown."""
    return PARTNER_BITS.get(size or "", 0) or _BITS_BY_KIND[kind]


@dataclass(frozen=True, slots=True)
class OrganisationTable:
    """Organisations in the order of their ids; `codes` are concept numbers. 0 and -1 mean unknown."""

    ids: NDArray[np.int64]
    country: Labels
    partner_type: NDArray[np.int32]
    evidence: NDArray[np.int32]
    last_year: NDArray[np.int32]
    codes: CodeRows

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class ProposalTable:
    """Proposals in the order of their ids; `expires` and `published` are day ordinals, `targets` joined by `|`."""

    ids: NDArray[np.int64]
    kind: Labels
    country: Labels
    organisation_id: NDArray[np.int64]
    expires: NDArray[np.int32]
    published: NDArray[np.int32]
    partner_type: NDArray[np.int32]
    wanted_types: NDArray[np.int32]
    stage: NDArray[np.int32]
    targets: Labels
    codes: CodeRows

    def __len__(self) -> int:
        return len(self.ids)
