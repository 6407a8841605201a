"""What people said about codes, as examples to learn from: declared, confirmed and removed, with the texts meant."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.corpus import chunks, load_organisations, load_proposals
from data.models import OrganisationCompetence, OrganisationTheme, ProposalCode
from data.models.vocabulary import Origin
from embeddings.encoder import Encoder, Vectors
from matching.concepts import ConceptIndex
from matching.tagging.deriving import Part, main_language, mean_vectors, organisation_parts, proposal_parts
from matching.tagging.fitting import DECIDED, DECLARED, Example, Examples, Key
from matching.tagging.groups import groups_of
from matching.tagging.prototypes import Prototypes

MOST_EXAMPLES = 4000
"""Texts that are learnt from: those that somebody decided about first, then the latest."""
_SAID = (Origin.DECLARED.value, Origin.CONFIRMED.value, Origin.REMOVED.value)
_DECIDED = (Origin.CONFIRMED.value, Origin.REMOVED.value)

Owner = tuple[str, int]
"""Table and id."""


@dataclass(frozen=True, slots=True)
class Said:
    """What people said, without the texts: by owner the (tree, code, origin) that count, decisions by competence."""

    codes: Mapping[Owner, tuple[tuple[str, str, str], ...]]
    decisions: Mapping[str, tuple[int, int]]

    @property
    def decided(self) -> int:
        """How many codes somebody confirmed or removed."""
        own = sum(origin in _DECIDED for codes in self.codes.values() for _, _, origin in codes)
        return own + sum(yes + no for yes, no in self.decisions.values())

    @property
    def declared(self) -> int:
        """How many codes are declared."""
        return sum(origin == Origin.DECLARED.value for codes in self.codes.values() for _, _, origin in codes)

    @property
    def digest(self) -> str:
        """Hex digest of all of it."""
        lines = [[*owner, *sorted(codes)] for owner, codes in sorted(self.codes.items())]
        told = json.dumps([lines, sorted(self.decisions.items())])
        return hashlib.sha256(told.encode()).hexdigest()


def read_said(session: Session, concepts: ConceptIndex) -> Said:
    """What people said of codes that are learnt; of a code of a lower level its nearest learnt ancestor."""
    learnt = _learnt(concepts)
    codes: dict[Owner, set[tuple[str, str, str]]] = defaultdict(set)
    for table, owner in (
        (ProposalCode, ProposalCode.proposal_id),
        (OrganisationTheme, OrganisationTheme.organisation_id),
    ):
        kind = "proposal" if table is ProposalCode else "organisation"
        rows = session.execute(select(owner, table.tree, table.code, table.origin).where(table.origin.in_(_SAID)))
        for number, tree, code, origin in rows:
            key = _ancestor(concepts, learnt, tree, code)
            if key is not None:
                codes[kind, number].add((*key, origin))
    return Said({owner: tuple(sorted(found)) for owner, found in codes.items()}, _decisions(session))


def _learnt(concepts: ConceptIndex) -> frozenset[int]:
    return frozenset(number for group in groups_of(concepts) for number in group.numbers)


def _ancestor(concepts: ConceptIndex, learnt: frozenset[int], tree: str, code: str) -> Key | None:
    number = concepts.number(tree, code)
    while number is not None and number not in learnt:
        number = concepts.parent(number)
    return None if number is None else (tree, concepts.concepts[number].code)


def _decisions(session: Session) -> dict[str, tuple[int, int]]:
    """How often each competence was confirmed and removed, on proposals and organisations."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    competence = OrganisationCompetence
    found = [
        *session.execute(select(competence.code, competence.origin).where(competence.origin.in_(_DECIDED))),
        *session.execute(
            select(ProposalCode.code, ProposalCode.origin).where(
                ProposalCode.tree == "competence", ProposalCode.origin.in_(_DECIDED)
            )
        ),
    ]
    for code, origin in found:
        if code is not None:
            counts[code][origin == Origin.REMOVED.value] += 1
    return {code: (yes, no) for code, (yes, no) in sorted(counts.items())}


def read_examples(session: Session, said: Said, encoder: Encoder, prototypes: Prototypes) -> Examples:
    """The texts behind what people said, with what they said of each."""
    chosen = _chosen(said)
    vectors, items = [np.zeros((0, encoder.dimension), np.float32)], []
    for owners in chunks(chosen):
        parts = _parts(session, owners)
        present = [owner for owner in owners if parts.get(owner)]
        vectors.append(_vectors([parts[owner] for owner in present], encoder, prototypes))
        items += [_example(said.codes[owner]) for owner in present]
        session.expunge_all()
    return Examples(np.vstack(vectors), tuple(items), said.decisions)


def _chosen(said: Said) -> list[Owner]:
    def order(owner: Owner) -> tuple[bool, int, str]:
        decided = any(origin in _DECIDED for _, _, origin in said.codes[owner])
        return not decided, -owner[1], owner[0]

    return sorted(said.codes, key=order)[:MOST_EXAMPLES]


def _parts(session: Session, owners: Sequence[Owner]) -> dict[Owner, list[Part]]:
    proposals = [number for kind, number in owners if kind == "proposal"]
    organisations = [number for kind, number in owners if kind == "organisation"]
    read: dict[Owner, list[Part]] = {
        ("proposal", record.id): proposal_parts(record)
        for record in load_proposals(session, proposals, texts_only=True)
    }
    for record in load_organisations(session, organisations, texts_only=True):
        read["organisation", record.id] = organisation_parts(record)
    return read


def _vectors(records: Sequence[Sequence[Part]], encoder: Encoder, prototypes: Prototypes) -> Vectors:
    if not records:
        return np.zeros((0, encoder.dimension), np.float32)
    return prototypes.centred(mean_vectors(records, encoder), [main_language(parts) for parts in records])


def _example(codes: Iterable[tuple[str, str, str]]) -> Example:
    given: dict[Key, float] = {}
    taken: set[Key] = set()
    for tree, code, origin in codes:
        if origin == Origin.REMOVED.value:
            taken.add((tree, code))
        else:
            value = DECIDED if origin == Origin.CONFIRMED.value else DECLARED
            given[tree, code] = max(value, given.get((tree, code), 0.0))
    return Example(given, frozenset(taken - given.keys()))
