"""What the ranking knows of the candidates without asking the database: columns, one row for each candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.code_rows import CodeRows
from matching.concepts import ConceptIndex

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

Arrays = dict[str, np.ndarray]


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
    country: NDArray[np.str_]
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
    kind: NDArray[np.str_]
    country: NDArray[np.str_]
    organisation_id: NDArray[np.int64]
    expires: NDArray[np.int32]
    published: NDArray[np.int32]
    partner_type: NDArray[np.int32]
    wanted_types: NDArray[np.int32]
    stage: NDArray[np.int32]
    targets: NDArray[np.str_]
    codes: CodeRows

    def __len__(self) -> int:
        return len(self.ids)


def to_arrays(table: OrganisationTable | ProposalTable, concepts: ConceptIndex) -> Arrays:
    """The table as plain arrays for a generation; concept numbers become `tree:code` names."""
    arrays = {name: getattr(table, name) for name in type(table).__slots__ if name != "codes"}
    numbers, places = np.unique(table.codes.codes, return_inverse=True)
    names = [f"{concepts.concepts[number].tree}:{concepts.concepts[number].code}" for number in numbers]
    return arrays | {
        "code_names": np.array(names, dtype=np.str_),
        "code_starts": table.codes.starts,
        "code_places": places.astype(np.int32),
        "code_weights": table.codes.weights,
    }


def _codes_from(arrays: Mapping[str, np.ndarray], concepts: ConceptIndex) -> CodeRows:
    names = [str(name).split(":", 1) for name in arrays["code_names"]]
    numbers = np.array([_number_or_none(concepts, tree, code) for tree, code in names], dtype=np.int32)
    codes = numbers[arrays["code_places"]] if len(numbers) else np.empty(0, dtype=np.int32)
    # A concept that a newer taxonomy no longer has keeps its place with weight 0, so that rows stay aligned.
    weights = np.where(codes < 0, 0.0, arrays["code_weights"]).astype(np.float32)
    return CodeRows(np.asarray(arrays["code_starts"]), np.maximum(codes, 0), weights)


def _number_or_none(concepts: ConceptIndex, tree: str, code: str) -> int:
    number = concepts.number(tree, code)
    return -1 if number is None else number


def organisations_from(arrays: Mapping[str, np.ndarray], concepts: ConceptIndex) -> OrganisationTable:
    """The table that `to_arrays` stored."""
    plain = {name: arrays[name] for name in OrganisationTable.__slots__ if name != "codes"}
    return OrganisationTable(**plain, codes=_codes_from(arrays, concepts))


def proposals_from(arrays: Mapping[str, np.ndarray], concepts: ConceptIndex) -> ProposalTable:
    """The table that `to_arrays` stored."""
    plain = {name: arrays[name] for name in ProposalTable.__slots__ if name != "codes"}
    return ProposalTable(**plain, codes=_codes_from(arrays, concepts))
