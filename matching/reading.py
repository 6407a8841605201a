"""Stored records to what the encoder reads and what the ranking sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from data.models import Organisation, Proposal
from data.models.vocabulary import Origin, Tree
from embeddings.language import Language, detect
from embeddings.text import EvidenceFields, OrganisationFields, ProposalFields
from matching.drafts import Draft

CodeTriple = tuple[str, str, float]
"""Tree, code, weight."""


def language_of(code: str | None, text: str) -> Language:
    """The stated language where it is Italian or English, else the one that the text is in."""
    if code == "it":
        return "it"
    if code == "en":
        return "en"
    return detect(text)


def proposal_fields(proposal: Proposal) -> ProposalFields:
    """What is written in a stored proposal."""
    return ProposalFields(
        kind=proposal.kind,
        title=proposal.title,
        summary=proposal.summary,
        description=proposal.description,
        advantages=proposal.advantages,
        expertise_sought=proposal.expertise_sought,
        partner_role=proposal.partner_role,
        keywords=tuple(proposal.keywords),
        second_title=proposal.second_title,
        second_summary=proposal.second_summary,
        second_description=proposal.second_description,
        language=language_of(proposal.language, f"{proposal.title} {proposal.summary or proposal.description or ''}"),
    )


def draft_fields(draft: Draft) -> ProposalFields:
    """What is written in a draft; a bare text has its first words as title."""
    body = " ".join((draft.title, draft.summary, draft.description, draft.expertise_sought, draft.partner_role))
    return ProposalFields(
        kind=draft.kind,
        title=draft.title,
        summary=draft.summary,
        description=draft.description,
        advantages=draft.advantages,
        expertise_sought=draft.expertise_sought,
        partner_role=draft.partner_role,
        keywords=draft.keywords,
        language=detect(body),
    )


def organisation_fields(organisation: Organisation) -> OrganisationFields:
    """What is known of a stored organisation; derived competences come from these very texts and are left out."""
    declared = [item.term for item in organisation.competences if item.origin in _TRUSTED]
    return OrganisationFields(
        name=organisation.name,
        description=organisation.description,
        competences=tuple(declared),
        evidence=tuple(EvidenceFields(title=item.title, text=item.text) for item in organisation.evidence),
    )


_TRUSTED = (Origin.DECLARED.value, Origin.CONFIRMED.value)


ORGANISATION_TRUST = 0.35
"""What a derived code of an organisation counts: its projects' summaries name much that the partners did for it."""
PROPOSAL_TRUST = 1.0
"""What a derived code of a proposal counts: a profile is short and about one thing."""


def effective_codes(rows: Iterable[tuple[str, str, str, float]], derived_trust: float) -> list[CodeTriple]:
    """Codes (tree, code, origin, weight) that count: the declared outrank the derived, the removed are gone.

    What somebody removed and later declared counts as declared.
    """
    rows = list(rows)
    removed = _removed((tree, code, origin) for tree, code, origin, _ in rows)
    best: dict[tuple[str, str], float] = {}
    for tree, code, origin, weight in rows:
        if (tree, code) in removed:
            continue
        value = 1.0 if origin in _TRUSTED else weight * derived_trust
        best[tree, code] = max(value, best.get((tree, code), 0.0))
    return [(tree, code, weight) for (tree, code), weight in best.items()]


def proposal_codes_of(proposal: Proposal) -> list[CodeTriple]:
    """The codes of a stored proposal that count."""
    rows = [(item.tree, item.code, item.origin, item.weight) for item in proposal.codes]
    return effective_codes(rows, PROPOSAL_TRUST)


def organisation_codes_of(organisation: Organisation) -> list[CodeTriple]:
    """The codes of a stored organisation that count."""
    competences = [
        (Tree.COMPETENCE.value, item.code, item.origin, item.weight)
        for item in organisation.competences
        if item.code is not None
    ]
    themes = [(item.tree, item.code, item.origin, item.weight) for item in organisation.themes]
    return effective_codes([*competences, *themes], ORGANISATION_TRUST)


def stated_of_proposal(proposal: Proposal) -> list[tuple[str, str]]:
    """The (tree, code) pairs that somebody declared or confirmed for a proposal."""
    return [(item.tree, item.code) for item in proposal.codes if item.origin in _TRUSTED]


def stated_of_organisation(organisation: Organisation) -> list[tuple[str, str]]:
    """The (tree, code) pairs that somebody declared or confirmed for an organisation."""
    competences = [
        (Tree.COMPETENCE.value, item.code)
        for item in organisation.competences
        if item.code is not None and item.origin in _TRUSTED
    ]
    return [*competences, *((item.tree, item.code) for item in organisation.themes if item.origin in _TRUSTED)]


def _removed(rows: Iterable[tuple[str, str, str]]) -> frozenset[tuple[str, str]]:
    """Of (tree, code, origin) the pairs that were removed and that nobody declares or confirms."""
    rows = list(rows)
    trusted = {(tree, code) for tree, code, origin in rows if origin in _TRUSTED}
    return frozenset((tree, code) for tree, code, origin in rows if origin == Origin.REMOVED.value) - trusted


def removed_from_proposal(proposal: Proposal) -> frozenset[tuple[str, str]]:
    """The (tree, code) pairs that people took away from a proposal."""
    return _removed((item.tree, item.code, item.origin) for item in proposal.codes)


def removed_from_organisation(organisation: Organisation) -> frozenset[tuple[str, str]]:
    """The (tree, code) pairs that people took away from an organisation."""
    coded = [item for item in organisation.competences if item.code is not None]
    themes = [(item.tree, item.code, item.origin) for item in organisation.themes]
    return _removed([*themes, *((Tree.COMPETENCE.value, item.code or "", item.origin) for item in coded)])


def day(moment: date | None, missing: int) -> int:
    """Day ordinal of a date."""
    return missing if moment is None else moment.toordinal()


def evidence_headings(organisation: Organisation) -> Sequence[tuple[str, int | None]]:
    """Title and year of each piece of evidence, in order."""
    return [(item.title, item.year) for item in organisation.evidence]
