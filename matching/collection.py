"""What retrieval and ranking read: one index generation, and the tables of the candidates that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from embeddings import generations
from embeddings.encoder import Vectors
from matching.candidates import OrganisationTable, ProposalTable
from matching.code_rows import CodeRows
from matching.concepts import ConceptIndex
from matching.features import Background
from matching.identity import Identities
from matching.network import Network
from matching.retrieval import Section
from matching.tables import load_identities, load_organisations_table, load_proposals_table

ORGANISATIONS_OFFERED = "organisations.offered"
PROPOSALS_OFFERED = "proposals.offered"
PROPOSALS_SOUGHT = "proposals.sought"
READ_AT = "read_at"
"""Key of the moment at which the database was read for a generation (ISO 8601, UTC)."""

_SAMPLE = 4000
_SEED = 7
_LEAST_DEVIATION = 0.02
_FEW_TEXTS = 10


@dataclass(frozen=True, slots=True)
class Collection:
    """One generation, its candidates, and how rare each concept is among them."""

    generation: str
    read_at: datetime
    concepts: ConceptIndex
    organisations: OrganisationTable
    proposals: ProposalTable
    organisations_offered: Section
    proposals_offered: Section
    proposals_sought: Section
    organisation_rarity: NDArray[np.float32]
    proposal_rarity: NDArray[np.float32]
    network: Network
    vocabulary: frozenset[str]
    """Every analysed term of the texts."""
    identities: Identities


def load_collection(
    session: Session, generation: generations.Generation, concepts: ConceptIndex, today: date
) -> Collection:
    """Open a generation that `matching.indexing` built, for the candidates that may be matched today."""
    owners = generation.section(ORGANISATIONS_OFFERED).owners
    organisations = load_organisations_table(session, concepts, np.unique(owners))
    proposals = load_proposals_table(session, concepts, generation.section(PROPOSALS_OFFERED).owners, today)
    shared = generation.section(ORGANISATIONS_OFFERED)
    offers = _section(generation, ORGANISATIONS_OFFERED, organisations.ids)
    names = (ORGANISATIONS_OFFERED, PROPOSALS_OFFERED, PROPOSALS_SOUGHT)
    return Collection(
        generation=generation.id,
        read_at=datetime.fromisoformat(generation.extra[READ_AT]),
        concepts=concepts,
        organisations=organisations,
        proposals=proposals,
        organisations_offered=offers,
        proposals_offered=_section(generation, PROPOSALS_OFFERED, proposals.ids),
        proposals_sought=_section(generation, PROPOSALS_SOUGHT, proposals.ids),
        organisation_rarity=rarity(organisations.codes, len(concepts)),
        proposal_rarity=rarity(proposals.codes, len(concepts)),
        network=Network.of(offers.place, np.asarray(shared.text_hashes), len(organisations)),
        vocabulary=frozenset().union(*(generation.section(name).tokens.vocabulary for name in names)),
        identities=load_identities(session, organisations.ids),
    )


def _section(generation: generations.Generation, name: str, ids: NDArray[np.int64]) -> Section:
    section = generation.section(name)
    return Section.of(
        vectors=section.vector_index,
        lexical=section.lexical_index,
        owners=np.asarray(section.owners),
        ids=ids,
        languages=np.asarray(section.languages),
        background=background(section.vectors, _settled_order(section)),
    )


def _settled_order(section: generations.Section) -> NDArray[np.int64]:
    """The rows in an order that does not tell in how many runs the generation came about."""
    hashes = np.ascontiguousarray(section.text_hashes[:, :8]).view(np.uint64).ravel()
    return np.lexsort((hashes, np.asarray(section.owners))).astype(np.int64)


def background(vectors: Vectors, order: NDArray[np.int64]) -> Background:
    """How similar texts are that were paired by chance: from a fixed sample of pairs of rows, the same at every load.

    Places of the sample are places in `order` (rows,), so that the same rows give the same in whatever order they lie.
    """
    if len(vectors) < _FEW_TEXTS:
        return Background(0.0, 0.1)
    generator = np.random.default_rng(_SEED)
    pairs = generator.integers(0, len(vectors), size=(2, _SAMPLE))
    left, right = order[pairs]
    others = left != right
    similarity = np.einsum("ij,ij->i", vectors[left[others]], vectors[right[others]])
    return Background(float(similarity.mean()), max(float(similarity.std()), _LEAST_DEVIATION))


def rarity(codes: CodeRows, concepts: int) -> NDArray[np.float32]:
    """How rare each concept is among the candidates: (concepts,), between about 0.3 (everywhere) and 1 (nowhere)."""
    counts = np.bincount(codes.codes, minlength=concepts)[:concepts]
    share = counts / max(len(codes), 1)
    return (1.0 / (1.0 + np.log1p(share * 10.0))).astype(np.float32)
