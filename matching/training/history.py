"""Weak supervision from what organisations did: for a joint project, who else of the collection took part in it.

Each piece of evidence that several organisations share is asked for as if it were a new partner search, hidden from
everybody's evidence meanwhile. Those who took part and have other evidence are to be found.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.corpus import chunks, load_organisations, organisation_codes
from data.models import Organisation
from data.models.vocabulary import Origin
from embeddings.text import organisation_passages
from matching.candidates import OrganisationTable
from matching.code_rows import CodeRows
from matching.collection import Collection
from matching.drafts import Draft
from matching.gathering import gather
from matching.network import Network
from matching.query_builder import QueryBuilder
from matching.reading import (
    ORGANISATION_TRUST,
    CodeTriple,
    effective_codes,
    evidence_headings,
    organisation_fields,
)
from matching.tagging.deriving import Part, organisation_parts
from matching.training.examples import UNJUDGED_TRUST, Example
from matching.types import Target

FEWEST_PARTNERS = 2
"""Partners with other evidence from which a joint project is asked for."""
PARTNER_GRADE = 2

Derive = Callable[[Sequence[Sequence[Part]]], list[list[CodeTriple]]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence, with the year that each of its organisations gives for it (0 is unknown)."""

    title: str
    text: str
    years: dict[int, int]


class History:
    """What the organisations of a collection did, as examples. `hashes` (texts, 32) are digests of their texts.

    `derive` gives the codes that follow from the texts of each of some records, as the index derives them.
    """

    def __init__(
        self,
        session: Session,
        corpus: Collection,
        builder: QueryBuilder,
        derive: Derive,
        hashes: NDArray[np.uint8],
        today: date,
    ) -> None:
        self._corpus, self._builder, self._derive = corpus, builder, derive
        self._hashes, self._today = hashes, today
        self._parts: dict[int, list[Part]] = {}
        self._stated = {number: list(rows) for number, rows in stated_codes(session).items()}
        self._codes = [
            list(zip(*(column.tolist() for column in corpus.organisations.codes.row(place)), strict=True))
            for place in range(len(corpus.organisations))
        ]
        self._pieces: dict[bytes, Piece] = {}
        self._years: dict[int, list[int]] = defaultdict(list)
        self._texts: dict[bytes, list[int]] = defaultdict(list)
        for place, row in enumerate(np.ascontiguousarray(hashes)):
            self._texts[row.tobytes()].append(place)
        for chunk in chunks(corpus.organisations.ids.tolist()):
            for record in load_organisations(session, chunk, texts_only=True):
                self._read(record)
            session.expunge_all()

    def _read(self, record: Organisation) -> None:
        headings = evidence_headings(record)
        self._parts[record.id] = organisation_parts(record)
        for passage in organisation_passages(organisation_fields(record)):
            if passage.evidence is not None:
                title, year = headings[passage.evidence]
                digest = hashlib.sha256(passage.text.encode("utf-8", "surrogatepass")).digest()
                self._pieces.setdefault(digest, Piece(title, passage.text, {})).years[record.id] = year or 0
                self._years[record.id].append(year or 0)

    def examples(self) -> Iterator[Example]:
        """One example for each joint piece of which enough participants have other evidence, in a settled order."""
        for digest in sorted(self._pieces):
            example = self._example(self._pieces[digest], np.array(self._texts[digest], dtype=np.int64))
            if example is not None:
                yield example

    def _example(self, piece: Piece, hidden: NDArray[np.int64]) -> Example | None:
        ids = self._corpus.organisations.ids
        section = self._corpus.organisations_offered.without(hidden)
        members = np.searchsorted(ids, sorted(piece.years))
        partners = np.intersect1d(members, section.place[section.place >= 0])
        if len(partners) < FEWEST_PARTNERS:
            return None
        earlier = replace(
            self._corpus,
            organisations_offered=section,
            network=Network.of(section.place, self._hashes, len(ids)),
            organisations=self._table_without(piece),
        )
        draft = Draft(kind="RDR", title=piece.title, description=piece.text)
        found = gather(
            earlier, self._builder.of_draft(draft), Target.ORGANISATIONS, self._today, also=ids[partners].tolist()
        )
        is_partner = np.isin(found.rows, partners)
        return Example(
            name=piece.title,
            source="history",
            weights=found.weights,
            features=found.features,
            grades=np.where(is_partner, PARTNER_GRADE, 0).astype(np.int64),
            trust=np.where(is_partner, 1.0, UNJUDGED_TRUST).astype(np.float32),
        )

    def _table_without(self, piece: Piece) -> OrganisationTable:
        """The organisations as if the piece had not been: one piece less each, and the latest year of the others."""
        table = self._corpus.organisations
        evidence, last_year = table.evidence.copy(), table.last_year.copy()
        for number, year in piece.years.items():
            place = int(np.searchsorted(table.ids, number))
            others = self._years[number].copy()
            others.remove(year)
            evidence[place], last_year[place] = len(others), max(others, default=0)
        return replace(table, evidence=evidence, last_year=last_year, codes=self._codes_without(piece))

    def _codes_without(self, piece: Piece) -> CodeRows:
        """Everybody's codes, those of the participants derived anew from what is left of their texts."""
        numbers = sorted(piece.years)
        left = [[part for part in self._parts[number] if part.text != piece.text] for number in numbers]
        known = [(number, parts) for number, parts in zip(numbers, left, strict=True) if parts]
        codes = list(self._codes)
        for (number, _), derived in zip(known, self._derive([parts for _, parts in known]), strict=True):
            rows = [*self._stated.get(number, []), *((t, c, Origin.DERIVED.value, w) for t, c, w in derived)]
            place = int(np.searchsorted(self._corpus.organisations.ids, number))
            codes[place] = self._corpus.concepts.numbers(effective_codes(rows, ORGANISATION_TRUST))
        return CodeRows.of(codes)


def stated_codes(session: Session) -> dict[int, list[tuple[str, str, str, float]]]:
    """The codes (tree, code, origin, weight) of organisations that were not derived, by id."""
    found: dict[int, list[tuple[str, str, str, float]]] = defaultdict(list)
    for owner, tree, code, origin, weight in organisation_codes(session):
        if origin != Origin.DERIVED.value:
            found[owner].append((tree, code, origin, weight))
    return found
