"""Other names of the closed vocabularies' values, as networks and regional platforms write them (case-folded)."""

from __future__ import annotations

from data.models.vocabulary import (
    EvidenceKind,
    IprStatus,
    OrganisationKind,
    PartnershipType,
    PartnerType,
    ProposalKind,
    ProposalState,
    Stage,
)

KINDS = {
    "technology offer": ProposalKind.TO,
    "offerta di tecnologia": ProposalKind.TO,
    "technology request": ProposalKind.TR,
    "ricerca di tecnologia": ProposalKind.TR,
    "business offer": ProposalKind.BO,
    "offerta commerciale": ProposalKind.BO,
    "business request": ProposalKind.BR,
    "ricerca fornitore": ProposalKind.BR,
    "r&d request": ProposalKind.RDR,
    "research & development request": ProposalKind.RDR,
    "research and development request": ProposalKind.RDR,
    "research development request": ProposalKind.RDR,
    "collaborazione a progetto di ricerca e sviluppo": ProposalKind.RDR,
}

STATES = {
    "bozza": ProposalState.DRAFT,
    "draft accepted": ProposalState.DRAFT,
    "draft rejected": ProposalState.DRAFT,
    "client validation pending": ProposalState.TO_VALIDATE,
    "under review": ProposalState.TO_VALIDATE,
    "under validation": ProposalState.TO_VALIDATE,
    "da validare": ProposalState.TO_VALIDATE,
    "on hold": ProposalState.WITHDRAWN,
    "flagged": ProposalState.WITHDRAWN,
    "unpublished": ProposalState.WITHDRAWN,
    "ritirata": ProposalState.WITHDRAWN,
    "rejected": ProposalState.REFUSED,
    "rifiutata": ProposalState.REFUSED,
    "validata": ProposalState.PUBLISHED,
    "pubblicata": ProposalState.PUBLISHED,
    "scaduta": ProposalState.EXPIRED,
    "chiusa": ProposalState.CLOSED,
    "archiviata": ProposalState.ARCHIVED,
}

STAGES = {
    "concept": Stage.CONCEPT,
    "prototipo concettuale": Stage.CONCEPT,
    "ricerca e sviluppo": Stage.UNDER_DEVELOPMENT,
    "in sviluppo": Stage.UNDER_DEVELOPMENT,
    "under development/lab tested": Stage.LAB_TESTED,
    "prototipo funzionale": Stage.LAB_TESTED,
    "testato in laboratorio": Stage.LAB_TESTED,
    "prototype available for demonstration": Stage.DEMONSTRATION,
    "field tested/evaluated": Stage.DEMONSTRATION,
    "dimostratore": Stage.DEMONSTRATION,
    "on the market": Stage.ON_THE_MARKET,
    "sul mercato": Stage.ON_THE_MARKET,
}

IPR = {
    "nessuno": IprStatus.NONE,
    "no ipr": IprStatus.NONE,
    "segreto industriale": IprStatus.KNOW_HOW,
    "brevetto depositato": IprStatus.APPLIED,
    "patent(s) applied for but not yet granted": IprStatus.APPLIED,
    "patents applied for but not yet granted": IprStatus.APPLIED,
    "brevetto concesso": IprStatus.GRANTED,
    "patents granted": IprStatus.GRANTED,
    "patent(s) granted": IprStatus.GRANTED,
    "granted patent or patent application essential": IprStatus.GRANTED,
}

PARTNERSHIPS = {
    "commercial agency agreement": PartnershipType.COMMERCIAL,
    "distribution services agreement": PartnershipType.COMMERCIAL,
    "franchise agency agreement": PartnershipType.COMMERCIAL,
    "acquisition agreement": PartnershipType.INVESTMENT,
    "financial agreement": PartnershipType.INVESTMENT,
    "joint venture": PartnershipType.INVESTMENT,
    "joint venture agreement": PartnershipType.INVESTMENT,
    "manufacturing agreement": PartnershipType.OUTSOURCING,
    "services agreement": PartnershipType.OUTSOURCING,
    "subcontracting": PartnershipType.OUTSOURCING,
    "subfornitura": PartnershipType.OUTSOURCING,
    "supply agreement": PartnershipType.SUPPLIER,
    "licenza": PartnershipType.COMMERCIAL_TECHNICAL,
    "license agreement": PartnershipType.COMMERCIAL_TECHNICAL,
    "licence agreement": PartnershipType.COMMERCIAL_TECHNICAL,
    "collaborazione tecnica": PartnershipType.RND_COOPERATION,
    "technical cooperation agreement": PartnershipType.RND_COOPERATION,
    "ricerca": PartnershipType.RND_COOPERATION,
    "research cooperation agreement": PartnershipType.RND_COOPERATION,
    "research & development cooperation agreement": PartnershipType.RND_COOPERATION,
}

PARTNERS = {
    "sme 10": PartnerType.SME_10,
    "sme <= 10": PartnerType.SME_10,
    "sme ≤10": PartnerType.SME_10,
    "sme ≤ 10": PartnerType.SME_10,
    "microimpresa": PartnerType.SME_10,
    "sme 11 49": PartnerType.SME_49,
    "pmi < 50": PartnerType.SME_49,
    "sme 50 249": PartnerType.SME_249,
    "pmi > 50": PartnerType.SME_249,
    ">250 mne": PartnerType.BIG_COMPANY,
    "grande azienda": PartnerType.BIG_COMPANY,
    "grande impresa": PartnerType.BIG_COMPANY,
    "r&d institution": PartnerType.RND_INSTITUTION,
    "ente di ricerca": PartnerType.RND_INSTITUTION,
    "centro di ricerca": PartnerType.RND_INSTITUTION,
    "università": PartnerType.UNIVERSITY,
    "universita": PartnerType.UNIVERSITY,
    "altro": PartnerType.OTHER,
}

ORGANISATION_KINDS = {
    "impresa": OrganisationKind.COMPANY,
    "azienda": OrganisationKind.COMPANY,
    "università": OrganisationKind.UNIVERSITY,
    "universita": OrganisationKind.UNIVERSITY,
    "ente di ricerca": OrganisationKind.RESEARCH_ORGANISATION,
    "centro di ricerca": OrganisationKind.RESEARCH_ORGANISATION,
    "research centre": OrganisationKind.RESEARCH_ORGANISATION,
    "ente pubblico": OrganisationKind.PUBLIC_BODY,
    "rete di imprese": OrganisationKind.CLUSTER,
    "intermediario": OrganisationKind.INTERMEDIARY,
    "altro": OrganisationKind.OTHER,
}

EVIDENCE_KINDS = {
    "progetto": EvidenceKind.PROJECT,
    "prodotto": EvidenceKind.PRODUCT,
    "brevetto": EvidenceKind.PATENT,
    "pubblicazione": EvidenceKind.PUBLICATION,
}
