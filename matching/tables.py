"""Tables of candidates, read from the database for the owners that an index generation holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.corpus import (
    CodeRow,
    OrganisationName,
    organisation_codes,
    organisation_columns,
    organisation_names,
    proposal_codes,
    proposal_columns,
)
from matching.candidates import (
    NEVER,
    NO_ORGANISATION,
    OrganisationTable,
    ProposalTable,
    organisation_bits,
    partner_bits,
    stage_place,
)
from matching.code_rows import CodeRows
from matching.concepts import ConceptIndex
from matching.identity import Identities
from matching.labelled import Labels
from matching.reading import ORGANISATION_TRUST, PROPOSAL_TRUST, day, effective_codes
from matching.rules import country_code

Ids = NDArray[np.int64]


def load_organisations_table(session: Session, concepts: ConceptIndex, indexed: Ids) -> OrganisationTable:
    """Organisations that are stored, not withdrawn, and indexed, by id."""
    held = set(indexed.tolist())
    rows = [row for row in organisation_columns(session) if row.id in held]
    codes = _codes_by_owner(organisation_codes(session), concepts, ORGANISATION_TRUST)
    return OrganisationTable(
        ids=np.array([row.id for row in rows], dtype=np.int64),
        country=Labels.of(country_code(row.country) or "" for row in rows),
        partner_type=_numbers(organisation_bits(row.kind, row.size) for row in rows),
        evidence=_numbers(row.evidence for row in rows),
        last_year=_numbers(row.last_year or 0 for row in rows),
        codes=CodeRows.of([codes.get(row.id, []) for row in rows]),
    )


def load_proposals_table(session: Session, concepts: ConceptIndex, indexed: Ids, today: date) -> ProposalTable:
    """Proposals that are stored, open, and indexed, by id."""
    held = set(indexed.tolist())
    rows = [row for row in proposal_columns(session, today) if row.id in held]
    codes = _codes_by_owner(proposal_codes(session), concepts, PROPOSAL_TRUST)
    return ProposalTable(
        ids=np.array([row.id for row in rows], dtype=np.int64),
        kind=Labels.of(row.kind for row in rows),
        country=Labels.of(country_code(row.country) or "" for row in rows),
        organisation_id=np.array([row.organisation_id or NO_ORGANISATION for row in rows], dtype=np.int64),
        expires=_numbers(day(row.expires, NEVER) for row in rows),
        published=_numbers(day(row.published, 0) for row in rows),
        partner_type=_numbers(
            0 if row.organisation_kind is None else organisation_bits(row.organisation_kind, row.organisation_size)
            for row in rows
        ),
        wanted_types=_numbers(partner_bits(row.partner_types) for row in rows),
        stage=_numbers(stage_place(row.stage) for row in rows),
        targets=Labels.of("|".join(sorted(country_code(code) or "" for code in row.target_countries)) for row in rows),
        codes=CodeRows.of([codes.get(row.id, []) for row in rows]),
    )


def load_identities(session: Session, ids: Ids) -> Identities:
    """What the organisations with these ids are called and where they are found, in their order."""
    rows = {row.id: row for row in organisation_names(session)}
    nobody = OrganisationName(0, "", None, None)
    return Identities.of((row.name, row.website, row.city) for row in (rows.get(one, nobody) for one in ids.tolist()))


def _codes_by_owner(
    rows: Iterable[CodeRow], concepts: ConceptIndex, derived_trust: float
) -> dict[int, list[tuple[int, float]]]:
    grouped: dict[int, list[tuple[str, str, str, float]]] = defaultdict(list)
    for owner, tree, code, origin, weight in rows:
        grouped[owner].append((tree, code, origin, weight))
    return {owner: concepts.numbers(effective_codes(codes, derived_trust)) for owner, codes in grouped.items()}


def _numbers(values: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(values), dtype=np.int32)
