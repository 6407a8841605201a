"""From opinions to what a lesson needs: each query's candidates with the features that they have today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from data.corpus import load_organisations
from matching.errors import NothingToMatchError
from matching.gathering import Candidates
from matching.learning.opinions import Example, Opinion, QueryKey, examples, wanted
from matching.learning.preferences import Material
from matching.learning.sources import OpinionSource, seen_by_candidates, sightings
from matching.ranking import LISTS
from matching.service import MatchService
from matching.types import Target


@dataclass(frozen=True, slots=True)
class Gathering:
    """What is asked of: the matching that knows features, and the database that knows who said what."""

    service: MatchService
    sessions: sessionmaker[Session]
    sources: Sequence[OpinionSource]

    def opinions(self) -> list[Opinion]:
        """All opinions of all sources."""
        with self.sessions() as session:
            return [opinion for source in self.sources for opinion in source.opinions(session)]

    def materials(self) -> dict[str, list[Material]]:
        """For each list the queries that somebody preferred a candidate for.

        Candidates that the rules no longer allow (expired, withdrawn) teach nothing more. Raises NotIndexedError.
        """
        found: dict[str, list[Material]] = {name: [] for name in LISTS}
        opinions = self.opinions()
        with self.sessions() as session:
            shown = sightings(session, sorted({opinion.query for opinion in opinions}))
        self._of_proposals(examples(opinions, shown), found)
        self._of_organisations(examples(seen_by_candidates(opinions), ()), found)
        return found

    def _of_proposals(self, known: dict[QueryKey, tuple[Example, ...]], found: dict[str, list[Material]]) -> None:
        names = self._proposals({query for query, _ in known})
        for (query, target), told in known.items():
            ids = wanted(told)
            if not ids or query not in names:
                continue
            try:
                gathered = self.service.candidates_of(names[query], target, also=ids)
            except NothingToMatchError:
                continue
            if gathered is not None:
                _put(found, names[query], gathered[1], told)

    def _of_organisations(self, known: dict[QueryKey, tuple[Example, ...]], found: dict[str, list[Material]]) -> None:
        both = {query for (query, _), told in known.items() if wanted(told) and any(item.strength < 0 for item in told)}
        with self.sessions() as session:
            organisations = [item for item in load_organisations(session, sorted(both)) if item.withdrawn_at is None]
        engine = self.service.engine() if organisations else None
        for organisation in organisations:
            assert engine is not None
            told = known[organisation.id, Target.PROPOSALS]
            query = engine.builder.of_organisation(organisation)
            gathered = self.service.gather(engine, query, Target.PROPOSALS, wanted(told))
            _put(found, organisation.reference, gathered, told)

    def _proposals(self, ids: set[int]) -> dict[int, str]:
        return self.service.references(Target.PROPOSALS, sorted(ids))


def _put(found: dict[str, list[Material]], name: str, gathered: Candidates, told: tuple[Example, ...]) -> None:
    if len(gathered):
        found[gathered.weights].append(Material(name, gathered.ids, gathered.features, told))
