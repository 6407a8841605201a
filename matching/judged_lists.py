"""A judged list of a query with what every system makes of it: gathered once, measured in many ways."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.language import LANGUAGES, Language
from matching.baselines import BASELINES, baseline_scores
from matching.collection import Collection as Corpus
from matching.evaluation import METRICS, Unit, measure
from matching.gathering import Candidates
from matching.query import Query
from matching.ranking import RankingModel
from matching.service import MatchService
from matching.types import Target

RANDOM, OURS = "random", "ours"
SYSTEMS: Final = (RANDOM, *BASELINES, OURS)
UNJUDGED: Final = -1
_RANDOM_ORDERS: Final = 50

Ranking = tuple[str, ...]
Models = Mapping[str, RankingModel]


@dataclass(frozen=True, slots=True)
class JudgedList:
    """One list of one query. `pool` are the candidates that our ranking orders, `names` (pool,) their references.

    `judged` are the judged candidates that the rules allow, `judged_names` (judged,) their references, both with
    features; `everyone` are the references of all that the rules allow; `rankings` are the baselines' and ours.
    `languages` tells the language of each candidate's texts.
    """

    unit: Unit
    query: Query
    pool: Candidates
    names: Ranking
    judged: Candidates
    judged_names: Ranking
    everyone: Ranking
    rankings: Mapping[str, Ranking]
    languages: Mapping[str, Language]

    @property
    def grades(self) -> NDArray[np.int64]:
        """Grades of the pool, (pool,); -1 for the unjudged."""
        return np.array([self.unit.grades.get(name, UNJUDGED) for name in self.names], dtype=np.int64)

    def relevant(self, least: int) -> set[str]:
        """The candidates of at least this grade, whether or not the rules let them in."""
        return {name for name, grade in self.unit.grades.items() if grade >= least}

    def in_language(self, same: bool) -> JudgedList:
        """The same list as if all candidates in the query's own language (or in the other one) were all there is."""

        def stays(name: str) -> bool:
            return name in self.languages and (self.languages[name] == self.query.language) is same

        grades = {name: grade for name, grade in self.unit.grades.items() if stays(name)}
        return replace(
            self,
            unit=replace(self.unit, grades=grades),
            everyone=tuple(filter(stays, self.everyone)),
            rankings={system: tuple(filter(stays, ranking)) for system, ranking in self.rankings.items()},
        )

    def scores(self, system: str, relevant: int) -> dict[str, float]:
        """All metrics of one system on this list; those of a random order are the mean of fifty."""
        if system != RANDOM:
            return measure(self.rankings[system], self.unit.grades, relevant)
        measured = [measure(ranking, self.unit.grades, relevant) for ranking in self._random_orders()]
        return {name: float(np.mean([scores[name] for scores in measured])) for name in METRICS}

    def _random_orders(self) -> Iterator[Ranking]:
        generator = np.random.default_rng(zlib.crc32(self.unit.name.encode()))
        names = np.array(self.everyone, dtype=object)
        for _ in range(_RANDOM_ORDERS):
            yield tuple(generator.permutation(names).tolist())


class Gatherer:
    """Gathers judged lists from one indexed collection."""

    def __init__(self, service: MatchService, models: Models) -> None:
        self._service = service
        self._models = models
        self._corpus = service.engine().collection
        self._names: dict[Target, dict[int, str]] = {}
        self._languages: dict[Target, dict[str, Language]] = {}
        for target in Target:
            ids = _ids(self._corpus, target).tolist()
            names = service.references(target, ids)
            self._names[target] = names
            languages = text_languages(self._corpus, target)
            self._languages[target] = {names[i]: language for i, language in zip(ids, languages, strict=True)}

    def gather(self, units: Iterable[Unit]) -> Iterator[JudgedList]:
        """The lists of all units whose query is stored."""
        for unit in units:
            found = self._service.candidates_of(unit.query, unit.target)
            if found is not None:
                yield self._list(unit, *found)

    def _list(self, unit: Unit, query: Query, pool: Candidates) -> JudgedList:
        names = self._names[unit.target]
        found = self._service.candidates_of(unit.query, unit.target, list(names))
        assert found is not None  # it was stored a moment ago
        everyone = found[1]
        called = [names[i] for i in everyone.ids.tolist()]
        scores = baseline_scores(self._corpus, query, unit.target, everyone)
        rankings = {name: tuple(called[place] for place in everyone.order(scores[name])) for name in BASELINES}
        pooled = tuple(names[i] for i in pool.ids.tolist())
        rankings[OURS] = tuple(pooled[place] for place in pool.ranked(self._models[pool.weights])) if len(pool) else ()
        kept = np.array([place for place, name in enumerate(called) if name in unit.grades], dtype=np.int64)
        return JudgedList(
            unit=unit,
            query=query,
            pool=pool,
            names=pooled,
            judged=chosen(everyone, kept),
            judged_names=tuple(called[place] for place in kept),
            everyone=tuple(called),
            rankings=rankings,
            languages=self._languages[unit.target],
        )


def chosen(candidates: Candidates, places: NDArray[np.int64]) -> Candidates:
    """Some of the candidates, by place."""
    if not len(candidates):
        return candidates
    return replace(
        candidates,
        ids=candidates.ids[places],
        rows=candidates.rows[places],
        features=replace(candidates.features, values=candidates.features.values[places]),
        ties=tuple(key[places] for key in candidates.ties),
    )


def _ids(corpus: Corpus, target: Target) -> NDArray[np.int64]:
    return corpus.organisations.ids if target is Target.ORGANISATIONS else corpus.proposals.ids


def text_languages(corpus: Corpus, target: Target) -> list[Language]:
    """The language of each candidate's texts, of most of them where they differ: one for each row of the table."""
    section = corpus.organisations_offered if target is Target.ORGANISATIONS else corpus.proposals_offered
    rows = np.arange(len(_ids(corpus, target)))
    if not len(rows):
        return []
    texts, starts = section.spans(rows)
    english = section.languages[texts] == LANGUAGES.index("en")
    share = np.add.reduceat(english.astype(np.float64), starts) / np.diff(np.append(starts, len(texts)))
    return ["en" if mostly else "it" for mostly in (share > 0.5).tolist()]


def scored(lists: Sequence[JudgedList], system: str, relevant: int) -> dict[str, dict[str, float]]:
    """Metrics of one system by unit, over the lists that have a relevant candidate."""
    return {one.unit.name: one.scores(system, relevant) for one in lists if one.relevant(relevant)}
