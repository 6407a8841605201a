"""Who asks, to a Query: texts encoded by role, codes declared or read out of the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from data.models import Organisation, Proposal
from embeddings.bridge import TermBridge
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.language import Language, analyse, detect
from embeddings.text import ProposalFields, offered, organisation_passages, sought
from matching.candidates import organisation_bits, partner_bits, stage_place
from matching.concepts import ConceptIndex
from matching.drafts import Draft
from matching.errors import NothingToMatchError
from matching.query import ORGANISATION, Query, Side, Weighted
from matching.reading import (
    CodeTriple,
    draft_fields,
    organisation_codes_of,
    organisation_fields,
    proposal_codes_of,
    proposal_fields,
    removed_from_organisation,
    removed_from_proposal,
    stated_of_organisation,
    stated_of_proposal,
)
from matching.rules import country_code
from matching.tagging.prototypes import unit
from matching.tagging.tagger import TextTagger
from matching.theme import COMPETENCE_TREES, THEME_TREES


class _Codes(NamedTuple):
    """Concepts of a query with their weights."""

    competences: Weighted
    themes: Weighted


class QueryBuilder:
    """Builds queries with one encoder, one state of the taxonomies and the words of one collection."""

    def __init__(self, encoder: Encoder, concepts: ConceptIndex, tagger: TextTagger, bridge: TermBridge) -> None:
        self._encoder = encoder
        self._bridge = bridge
        self._concepts = concepts
        self._tagger = tagger

    def of_proposal(self, proposal: Proposal) -> Query:
        """A stored proposal as it stands now, whatever the index holds of it."""
        fields = proposal_fields(proposal)
        owner = proposal.organisation
        seek, offer = self._sides(fields)
        codes = self._codes(
            proposal_codes_of(proposal), seek, offer, fields.language or "it", removed_from_proposal(proposal)
        )
        return Query(
            label=f"{proposal.reference} · {proposal.kind} · {proposal.title}",
            kind=proposal.kind,
            language=fields.language or "it",
            sought=seek,
            offered=offer,
            competences=codes.competences,
            themes=codes.themes,
            stated=self._numbers(stated_of_proposal(proposal)),
            proposal_id=proposal.id,
            organisation_id=proposal.organisation_id,
            country=country_code(proposal.country) or "",
            partner_type=0 if owner is None else organisation_bits(owner.kind, owner.size),
            wanted_types=partner_bits(proposal.partner_types),
            target_countries=_countries(proposal.target_countries),
            stage=stage_place(proposal.stage),
        )

    def of_draft(self, draft: Draft) -> Query:
        """A draft or a bare text. Raises NothingToMatchError where it has no words."""
        fields = draft_fields(draft)
        seek, offer = self._sides(fields)
        declared = [(tree, code, 1.0) for tree, codes in draft.codes.items() for code in codes]
        codes = self._codes(declared, seek, offer, fields.language or "it")
        return Query(
            label=f"{draft.kind} · {draft.title or draft.description[:80]}",
            kind=draft.kind,
            language=fields.language or "it",
            sought=seek,
            offered=offer,
            competences=codes.competences,
            themes=codes.themes,
            stated=self._numbers((tree, code) for tree, code, _ in declared),
            organisation_id=draft.organisation_id,
            country=country_code(draft.country) or "",
            wanted_types=partner_bits(draft.partner_types),
            target_countries=_countries(draft.target_countries),
            stage=stage_place(draft.stage),
        )

    def vectors_of(self, proposals: Sequence[Proposal]) -> dict[Role, Vectors]:
        """What stored proposals offer and seek, as they stand now: (proposals, dimension) each, zero without words."""
        fields = [proposal_fields(proposal) for proposal in proposals]
        texts = {Role.OFFERED: [offered(one) for one in fields], Role.SOUGHT: [sought(one) for one in fields]}
        return {role: self._encoder.encode(said, role) for role, said in texts.items()}

    def of_organisation(self, organisation: Organisation) -> Query:
        """An organisation that looks for proposals that look for it: all its passages together are what it offers."""
        passages = organisation_passages(organisation_fields(organisation))
        text = "\n".join(passage.text for passage in passages)
        language = detect(text)
        side = self._side(text, language, Role.OFFERED)
        codes = self._codes(
            organisation_codes_of(organisation), side, side, language, removed_from_organisation(organisation)
        )
        return Query(
            label=f"{organisation.reference} · {organisation.name}",
            kind=ORGANISATION,
            language=language,
            sought=side,
            offered=side,
            competences=codes.competences,
            themes=codes.themes,
            stated=self._numbers(stated_of_organisation(organisation)),
            organisation_id=organisation.id,
            country=country_code(organisation.country) or "",
            partner_type=organisation_bits(organisation.kind, organisation.size),
        )

    def _sides(self, fields: ProposalFields) -> tuple[Side, Side]:
        language = fields.language or "it"
        seek, offer = sought(fields), offered(fields)
        if not (seek.strip() or offer.strip()):
            raise NothingToMatchError("the proposal has no text yet: write at least a title or a description")
        return self._side(seek, language, Role.SOUGHT), self._side(offer, language, Role.OFFERED)

    def _side(self, text: str, language: Language, role: Role) -> Side:
        tokens = tuple(analyse(text, language))
        return Side(text, self._encoder.encode([text], role)[0], tokens, self._bridge.alternatives(tokens))

    def _codes(
        self,
        declared: Sequence[CodeTriple],
        seek: Side,
        offer: Side,
        language: Language,
        removed: Set[tuple[str, str]] = frozenset(),
    ) -> _Codes:
        """Competences and themes: the declared, and what the text says where nothing of that sort is declared.

        What people took away stays away, whatever the text says.
        """
        phrases = self._tagger.phrases(f"{seek.text}\n{offer.text}", language)
        vector = unit((seek.vector + offer.vector)[None])
        [(named, codes)] = self._tagger.derive(vector, [language], [phrases])
        numbers = dict([*named, *codes]) | dict(self._concepts.numbers(declared))
        shown = {number: self._concepts.concepts[number] for number in numbers}
        kept = [(n, weight) for n, weight in numbers.items() if (shown[n].tree, shown[n].code) not in removed]
        competences = [(number, weight) for number, weight in kept if shown[number].tree in COMPETENCE_TREES]
        themes = [(number, weight) for number, weight in kept if shown[number].tree in THEME_TREES]
        return _Codes(tuple(sorted(competences)), tuple(sorted(themes)))

    def _numbers(self, codes: Iterable[tuple[str, str]]) -> frozenset[int]:
        found = (self._concepts.number(tree, code) for tree, code in codes)
        return frozenset(number for number in found if number is not None)


def _countries(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({code for code in (country_code(item) for item in codes) if code}))
