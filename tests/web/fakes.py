"""A match service without index or model: answers what a test put in, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from data.settings import Settings
from matching.brokerage.curation import rejected, standing
from matching.brokerage.responses import refused
from matching.concepts import Concept, ConceptIndex
from matching.drafts import Draft
from matching.errors import NotIndexedError
from matching.forgetting import Gone
from matching.placing import Placed
from matching.types import (
    Band,
    Code,
    Contribution,
    Criterion,
    Explanation,
    Judgement,
    Match,
    SentencePair,
    Suggestions,
    Target,
    Verdict,
)

CONCEPTS = ConceptIndex(
    [
        Concept("s3_2014", "AEROSPACE", "Aerospazio", "Aerospace"),
        Concept("s3_2014", "AGRIFOOD", "Agroalimentare", "Agri-food"),
        Concept("een_technology", "02", "Produzione industriale, materiali e trasporti", "Industrial manufacturing"),
        Concept("een_technology", "02007", "Tecnologie dei materiali", "Materials Technology", parent="02"),
        Concept("een_technology", "02002", "Produzione industriale", "Industrial Manufacture", parent="02"),
        Concept("een_market", "08", "Prodotti industriali", "Industrial Products"),
        Concept("sdg", "09", "Imprese, innovazione e infrastrutture", "Industry, innovation and infrastructure"),
        Concept("competence", "coatings", "rivestimenti", "coatings"),
    ]
)


def explanation(*, candidate_seeks: bool = False) -> Explanation:
    """An explanation with something of everything; its contributions sum to 1.25."""
    return Explanation(
        contributions=(
            Contribution("baseline", None, 1.0, -1.0),
            Contribution("need_fit", 0.8, 2.5, 2.0),
            Contribution("competence", 0.5, 1.0, 0.5),
            Contribution("country", 0.0, 0.25, -0.25),
            Contribution("theme", None, 0.7, 0.0),
        ),
        judgements=(
            Judgement(Criterion.NEED, Verdict.MATCH),
            Judgement(Criterion.COUNTRY, Verdict.GAP, ("DE",), ("IT",)),
            Judgement(Criterion.PARTNER_TYPE, Verdict.UNKNOWN, ("University",), (), known=False),
        ),
        shared_competences=(Code("competence", "coatings", "rivestimenti", "coatings"),),
        shared_themes=(Code("s3_2014", "AEROSPACE", "Aerospazio", "Aerospace"),),
        sentences=SentencePair(
            "Serve un rivestimento duro.", "Depositiamo strati duri.", 0.7, candidate_seeks, "Progetto Strati", 2023
        ),
    )


def match(target: Target, candidate_id: int, **given: Any) -> Match:
    """A good match of a candidate."""
    values: dict[str, Any] = {
        "reference": f"ref-{candidate_id}",
        "title": f"Candidato {candidate_id}",
        "rank": 1,
        "score": 1.25,
        "probability": 0.777,
        "band": Band.GOOD,
        "explanation": explanation(),
        "kind": "company" if target is Target.ORGANISATIONS else "TO",
        "country": "IT",
        "city": "BORGOFINTO",
        "language": "it",
    }
    return Match(target=target, candidate_id=candidate_id, **(values | given))


@dataclass
class FakeService:
    """Answers with `organisations` and `proposals`, or raises `error`; leaves out what was rejected."""

    sessions: sessionmaker[Session]
    organisations: list[Match] = field(default_factory=list)
    proposals: list[Match] = field(default_factory=list)
    error: Exception | None = None
    drafts: list[Draft] = field(default_factory=list)
    placed: Placed | None = None
    pairs: tuple[SentencePair, ...] = ()

    def match_proposal(self, reference: str, *, top: int = 10) -> Suggestions:
        """What was put in, without what a broker rejected or the company refused."""
        from data.queries import proposal_by_reference

        with self.sessions() as session:
            number = proposal_by_reference(session, reference).id
            decisions, refusals = standing(session, number), refused(session, number)
        hidden = {target: rejected(decisions, target) | refusals[target] for target in Target}
        return self._answer(reference, top, hidden)

    def match_chosen(self, reference: str) -> Suggestions:
        """Of these, whom a broker accepted, pinned or added."""
        from data.queries import proposal_by_reference

        with self.sessions() as session:
            chosen = standing(session, proposal_by_reference(session, reference).id)
        found = self.match_proposal(reference, top=100)
        kept = {
            target: tuple(
                replace(item, curated=chosen[target, item.candidate_id].action)
                for item in items
                if (target, item.candidate_id) in chosen
            )
            for target, items in ((Target.ORGANISATIONS, found.organisations), (Target.PROPOSALS, found.proposals))
        }
        return replace(found, organisations=kept[Target.ORGANISATIONS], proposals=kept[Target.PROPOSALS])

    def place_of(self, reference: str, target: Target, candidate_id: int) -> Placed | None:
        """What was put in."""
        if self.error is not None:
            raise self.error
        return self.placed

    def pairs_of(self, reference: str, target: Target, candidate_id: int, *, most: int = 5) -> tuple[SentencePair, ...]:
        """What was put in."""
        if self.error is not None:
            raise self.error
        return self.pairs[:most]

    def match_draft(self, draft: Draft, *, top: int = 5) -> Suggestions:
        """What was put in; remembers the draft."""
        self.drafts.append(draft)
        return self._answer(draft.title, top, {})

    def match_organisation(self, reference: str, *, top: int = 10) -> Suggestions:
        """What was put in."""
        return self._answer(reference, top, {})

    def engine(self) -> object:
        """There is no index behind it."""
        raise NotIndexedError("no index in this test")

    def band_limits(self, name: str) -> dict[Band, float]:
        """The same for every list."""
        return {Band.STRONG: 0.6, Band.GOOD: 0.35, Band.POSSIBLE: 0.15}

    def _answer(self, query: str, top: int, hidden: dict[Target, frozenset[int]]) -> Suggestions:
        if self.error is not None:
            raise self.error
        lists = {
            target: tuple(item for item in found if item.candidate_id not in hidden.get(target, ()))[:top]
            for target, found in ((Target.ORGANISATIONS, self.organisations), (Target.PROPOSALS, self.proposals))
        }
        return Suggestions(query, "generation-1", lists[Target.ORGANISATIONS], lists[Target.PROPOSALS])


@dataclass
class FakeApplication:
    """What pages need of an application."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    service: FakeService
    concepts: ConceptIndex = CONCEPTS

    def forget(self, texts: Collection[str], gone: Gone) -> None:
        """Nothing is indexed here."""

    def reasons(self, _record: object, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
        """The same words for every code."""
        return dict.fromkeys(keys, ("strato", "duro"))
