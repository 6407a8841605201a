"""Suggestions: the use cases that web and jobs call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.corpus import chunks, closed_since, load_organisations, withdrawn_since
from data.errors import NotFoundError
from data.models import CurationDecision, Organisation, Proposal
from matching.brokerage.curation import Candidate, rejected, rejecting, standing
from matching.brokerage.ordering import places_of
from matching.brokerage.responses import refused, refusing
from matching.collection import Collection as Corpus
from matching.drafts import Draft
from matching.explanation import MOST_PAIRS
from matching.exposure import ExposureMemory
from matching.gathering import Candidates, gather
from matching.placing import Placed, placed
from matching.presentation import Presenter, Ranked
from matching.query import Query
from matching.query_builder import QueryBuilder
from matching.ranking import RankingModel
from matching.retrieval import Rows
from matching.rules import targets_of
from matching.shortlist import Arranged, Circumstances, Floats, Stage, arrange
from matching.showing import Shown, annotated, decided_for, in_chosen_order
from matching.types import Band, Match, SentencePair, Suggestions, Target

Decisions = dict[Candidate, CurationDecision]


@dataclass(frozen=True, slots=True)
class Engine:
    """What a query runs on: one generation with the encoder that made it."""

    collection: Corpus
    builder: QueryBuilder
    presenter: Presenter


class MatchService:
    """Finds partners. Safe from several threads; picks up a newly switched generation by itself."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        current_generation: Callable[[], str | None],
        load_engine: Callable[[], Engine],
        models: Mapping[str, RankingModel],
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._sessions = sessions
        self._current_generation = current_generation
        self._load_engine = load_engine
        self._models = models
        self._today = today
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._exposure = ExposureMemory()

    def match_proposal(self, reference: str, *, top: int = 10) -> Suggestions:
        """Both lists of a stored proposal. Raises NotFoundError, NotIndexedError, NothingToMatchError."""
        engine = self.engine()
        with self._sessions() as session:
            query, decisions, seed = self._asked(session, engine, reference)
            return self._suggest(session, engine, query, decisions, top, seed)

    def match_chosen(self, reference: str) -> Suggestions:
        """Both lists of a stored proposal with those alone whom a broker accepted, pinned or added, in their order.

        Who was chosen against the rules is not among them. Raises as `match_proposal` does.
        """
        engine = self.engine()
        with self._sessions() as session:
            query, decisions, seed = self._asked(session, engine, reference)
            return self._suggest(session, engine, query, decisions, None, seed)

    def place_of(self, reference: str, target: Target, candidate_id: int) -> Placed | None:
        """Where a candidate stands in one list of a stored proposal; None where the index or the rules leave it out.

        Raises as `match_proposal` does.
        """
        engine = self.engine()
        with self._sessions() as session:
            query, decisions, seed = self._asked(session, engine, reference)
            around = Circumstances(
                decided_for(decisions, target), self._exposure.of(session, self._today())[target], seed
            )
        found = self.gather(engine, query, target, around.decided.pinned | around.decided.kept)
        arranged = self.arranged(found, target, around) if len(found) else Arranged(np.empty(0, np.int64))
        with_it = self.gather(engine, query, target, {candidate_id})
        return placed(candidate_id, found, arranged, with_it, self._models[found.weights])

    def pairs_of(
        self, reference: str, target: Target, candidate_id: int, *, most: int = MOST_PAIRS
    ) -> tuple[SentencePair, ...]:
        """All pairs of sentences of a stored proposal and one candidate that fit well, the best first.

        Raises as `match_proposal` does.
        """
        engine = self.engine()
        with self._sessions() as session:
            query = engine.builder.of_proposal(self._proposal(session, reference))
            return engine.presenter.pairs(session, query, target, candidate_id, most)

    def match_draft(self, draft: Draft, *, top: int = 5) -> Suggestions:
        """Both lists of something that is not stored. Raises NotIndexedError, NothingToMatchError."""
        engine = self.engine()
        with self._sessions() as session:
            query = self._without_hidden(session, engine, engine.builder.of_draft(draft), {})
            return self._suggest(session, engine, query, {}, top)

    def match_organisation(self, reference: str, *, top: int = 10) -> Suggestions:
        """The open proposals that look for a stored organisation, those left out for which it was rejected.

        Raises NotFoundError, for a withdrawn organisation too, and NotIndexedError.
        """
        engine = self.engine()
        with self._sessions() as session:
            organisation = _stored_organisation(session, reference)
            if organisation is None:
                raise NotFoundError(
                    f"no organisation has the id {reference!r}: look it up in the list of organisations"
                )
            number = organisation.id
            query = self._without_hidden(session, engine, engine.builder.of_organisation(organisation), {})
            unwanted = rejecting(session, number) | refusing(session, number)
            query = replace(query, excluded_proposals=query.excluded_proposals | unwanted)
            around = Circumstances(stages=Stage.VARIETY)  # nothing is logged of this list: it shows no proposal's page
            shown = self._show(engine, query, Target.PROPOSALS, top, around)
            matches = annotated(session, engine.presenter.proposals(session, query, shown.ranked), shown, {})
        return Suggestions(
            query=query.label,
            generation=engine.collection.generation,
            proposals=matches,
            considered={Target.PROPOSALS.value: shown.considered},
        )

    def rank_references(self, reference: str, target: Target, *, top: int) -> list[tuple[str, float]] | None:
        """One list of a stored proposal as (candidate reference, score), best first; None where it is not stored.

        The same path as a user's, without what brokers decided: judgements are about the ranking alone.
        """
        found = self.candidates_of(reference, target)
        if found is None:
            return None
        _, candidates = found
        ranked = best(candidates, self._models[candidates.weights], top)
        names = self.references(target, [item.id for item in ranked])
        return [(names[item.id], item.score) for item in ranked if item.id in names]

    def candidates_of(
        self, reference: str, target: Target, also: Collection[int] = ()
    ) -> tuple[Query, Candidates] | None:
        """A stored proposal as a query, and one list's candidates with features; None where it is not stored.

        Nothing that brokers decided is heeded; `also` names records that are wanted beside what is retrieved.
        """
        engine = self.engine()
        with self._sessions() as session:
            found = _stored_proposal(session, reference)
            if found is None:
                return None
            query = self._without_hidden(session, engine, engine.builder.of_proposal(found), {})
        return query, self.gather(engine, query, target, also)

    def opportunities_of(self, reference: str, also: Collection[int] = ()) -> tuple[Query, Candidates] | None:
        """The same for a stored organisation and the open proposals that may look for it."""
        engine = self.engine()
        with self._sessions() as session:
            found = _stored_organisation(session, reference)
            if found is None:
                return None
            query = self._without_hidden(session, engine, engine.builder.of_organisation(found), {})
        return query, self.gather(engine, query, Target.PROPOSALS, also)

    def references(self, target: Target, ids: Sequence[int]) -> dict[int, str]:
        """References of stored candidates by id."""
        return dict(self._named(target, "id", ids))

    def ids_of(self, target: Target, references: Sequence[str]) -> dict[str, int]:
        """Ids of stored candidates by reference; unknown ones are left out."""
        return {reference: number for number, reference in self._named(target, "reference", references)}

    def lists_of(self, references: Iterable[str]) -> dict[str, Target]:
        """To which list each stored reference belongs; unknown ones are left out."""
        asked = sorted(set(references))
        lists = (Target.PROPOSALS, Target.ORGANISATIONS)
        return {name: target for target in lists for _, name in self._named(target, "reference", asked)}

    def _named(self, target: Target, column: str, values: Sequence[int] | Sequence[str]) -> list[tuple[int, str]]:
        """Id and reference of the stored candidates whose `column` has one of the values."""
        table = Organisation if target is Target.ORGANISATIONS else Proposal
        found: list[tuple[int, str]] = []
        with self._sessions() as session:
            for chunk in chunks(values):
                rows = session.execute(select(table.id, table.reference).where(getattr(table, column).in_(chunk)))
                found += [(row.id, row.reference) for row in rows]
        return found

    def band_limits(self, name: str) -> Mapping[Band, float]:
        """Least probability of each band of a list, by the list's name in `matching.ranking`."""
        return self._models[name].bands

    def engine(self) -> Engine:
        """The engine of the current generation. Raises NotIndexedError where there is none."""
        current = self._current_generation()
        engine = self._engine
        if engine is None or engine.collection.generation != current:
            with self._lock:
                if self._engine is None or self._engine.collection.generation != current:
                    self._engine = self._load_engine()
                engine = self._engine
        return engine

    def _proposal(self, session: Session, reference: str) -> Proposal:
        found = _stored_proposal(session, reference)
        if found is None:
            raise NotFoundError(f"no proposal has the reference {reference!r}: look it up in the list of proposals")
        return found

    def _asked(self, session: Session, engine: Engine, reference: str) -> tuple[Query, Decisions, str]:
        """A stored proposal as a query without whom a broker or its company refused, the decisions, and a seed."""
        proposal = self._proposal(session, reference)
        decisions, refusals = standing(session, proposal.id), refused(session, proposal.id)
        query = self._without_hidden(session, engine, engine.builder.of_proposal(proposal), decisions)
        query = replace(
            query,
            excluded_organisations=query.excluded_organisations | refusals[Target.ORGANISATIONS],
            excluded_proposals=query.excluded_proposals | refusals[Target.PROPOSALS],
        )
        return query, decisions, f"{proposal.id}/{self._today()}"

    def _without_hidden(self, session: Session, engine: Engine, query: Query, decisions: Decisions) -> Query:
        """The query, leaving out what was rejected and what was closed or withdrawn since the index was built."""
        since = engine.collection.read_at
        return replace(
            query,
            excluded_organisations=rejected(decisions, Target.ORGANISATIONS) | withdrawn_since(session, since),
            excluded_proposals=rejected(decisions, Target.PROPOSALS) | closed_since(session, since, self._today()),
        )

    def _suggest(
        self,
        session: Session,
        engine: Engine,
        query: Query,
        decisions: Decisions,
        top: int | None,
        seed: str | None = None,
    ) -> Suggestions:
        """Both lists, the first `top` of each; None for those alone whom a person decided for."""
        lists: dict[Target, tuple[Match, ...]] = {}
        considered: dict[str, int] = {}
        exposures = self._exposure.of(session, self._today())
        for target in targets_of(query.kind):
            around = Circumstances(decided_for(decisions, target), exposures[target], seed)
            shown = self._show(engine, query, target, top, around)
            considered[target.value] = shown.considered
            present = engine.presenter.organisations if target is Target.ORGANISATIONS else engine.presenter.proposals
            told = annotated(session, present(session, query, shown.ranked), shown, decisions)
            places = places_of(session, query.proposal_id, target) if query.proposal_id and decisions else ()
            lists[target] = in_chosen_order(told, places) if places else told
        return Suggestions(
            query=query.label,
            generation=engine.collection.generation,
            organisations=lists.get(Target.ORGANISATIONS, ()),
            proposals=lists.get(Target.PROPOSALS, ()),
            considered=considered,
        )

    def gather(self, engine: Engine, query: Query, target: Target, also: Collection[int] = ()) -> Candidates:
        """The candidates of one list of a query with their features, as they are before they are ordered."""
        return gather(engine.collection, query, target, self._today(), also)

    def _show(self, engine: Engine, query: Query, target: Target, top: int | None, around: Circumstances) -> Shown:
        """The first `top` of a list as it is shown (None: whom a person decided for), with what each feature adds."""
        decided = around.decided.pinned | around.decided.kept
        candidates = self.gather(engine, query, target, decided)
        if not len(candidates):
            return Shown([], candidates.considered)
        model = self._models[candidates.weights]
        points = model.points(candidates.features)
        scores = model.intercept + points.sum(axis=1)
        arranged = arrange(engine.collection, target, candidates, model, scores, around)
        ids, places = candidates.ids, arranged.places[:top]
        if top is None:
            places = places[np.isin(ids[places], list(decided))]
        return Shown(
            ranked=at_places(candidates, model, points, scores, places),
            considered=candidates.considered,
            explored=None if arranged.explored is None else int(ids[arranged.explored]),
            folded={int(ids[place]): tuple(ids[list(others)].tolist()) for place, others in arranged.folded.items()},
        )

    def arranged(self, candidates: Candidates, target: Target, around: Circumstances) -> Arranged:
        """Candidates of `candidates_of` in the order in which they would be shown under given circumstances."""
        model = self._models[candidates.weights]
        scores = model.scores(candidates.features) if len(candidates) else np.empty(0)
        return arrange(self.engine().collection, target, candidates, model, scores, around)

    def bands(self, candidates: Candidates) -> list[Band]:
        """The band of each of some candidates."""
        model = self._models[candidates.weights]
        return [model.band(float(score)) for score in model.scores(candidates.features)] if len(candidates) else []

    def shown_references(
        self, reference: str, target: Target, *, top: int, around: Circumstances | None = None
    ) -> list[tuple[str, float]] | None:
        """Like `rank_references`, in the order in which the list is shown; the scores need not fall.

        `around` says under which circumstances: by default nothing is decided, nobody was shown, nobody is tried out.
        """
        found = self.candidates_of(reference, target)
        if found is None:
            return None
        _, candidates = found
        places = self.arranged(candidates, target, around or Circumstances()).places[:top]
        scores = self._models[candidates.weights].scores(candidates.features) if len(places) else np.empty(0)
        names = self.references(target, candidates.ids[places].tolist())
        shown = [(int(candidates.ids[place]), float(scores[place])) for place in places]
        return [(names[number], score) for number, score in shown if number in names]


def best(candidates: Candidates, model: RankingModel, top: int) -> list[Ranked]:
    """The best candidates by the model's score, with what each feature adds."""
    if not len(candidates):
        return []
    points = model.points(candidates.features)
    scores = model.intercept + points.sum(axis=1)
    return at_places(candidates, model, points, scores, candidates.order(scores)[:top])


def at_places(
    candidates: Candidates, model: RankingModel, points: Floats, scores: Floats, places: Rows
) -> list[Ranked]:
    """The candidates at some places, in their order; `points` (n, features) and `scores` (n,) are of all candidates."""
    features = candidates.features
    return [
        Ranked(
            id=int(candidates.ids[place]),
            row=int(candidates.rows[place]),
            rank=rank,
            score=float(scores[place]),
            features={name: float(value) for name, value in zip(features.names, features.values[place], strict=True)},
            contributions=model.parts(features, int(place), points),
            band=model.band(float(scores[place])),
            model=model,
        )
        for rank, place in enumerate(places, start=1)
    ]


def _stored_organisation(session: Session, reference: str) -> Organisation | None:
    """One that has not withdrawn, with all that a query reads of it."""
    stored = select(Organisation.id).where(Organisation.reference == reference, Organisation.withdrawn_at.is_(None))
    number = session.scalars(stored).first()
    return None if number is None else load_organisations(session, [number])[0]


def _stored_proposal(session: Session, reference: str) -> Proposal | None:
    return session.scalars(select(Proposal).where(Proposal.reference == reference)).first()
