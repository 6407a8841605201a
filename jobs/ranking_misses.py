"""The queries that our ranking serves worst, so that a person can read what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from data.corpus import chunks
from data.models import Organisation, Proposal
from jobs.ranking_measures import TESTED, with_relevant
from matching.judged_lists import OURS, JudgedList, Models
from matching.ranking import FeatureTable, probability

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

Report = dict[str, Any]
_SHOWN: Final = 5
_RELEVANT: Final = 10


def misses(
    lists: Sequence[JudgedList], relevant: int, models: Models, sessions: sessionmaker[Session], count: int
) -> list[Report]:
    """The `count` lists with the lowest nDCG@10: what stands on top, and where the relevant ones went."""
    own = with_relevant(lists, relevant)
    values = [found.scores(OURS, relevant)[TESTED[0]] for found in own]
    worst = sorted(range(len(own)), key=lambda place: (values[place], own[place].unit.name))[:count]
    names = {name for place in worst for name in (*own[place].rankings[OURS][:_SHOWN], *own[place].relevant(relevant))}
    titles = _titles(sessions, names)
    return [_miss(own[place], values[place], relevant, models, titles) for place in worst]


def _titles(sessions: sessionmaker[Session], references: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    with sessions() as session:
        for chunk in chunks(sorted(references)):
            for table, column in ((Proposal, Proposal.title), (Organisation, Organisation.name)):
                rows = session.execute(select(table.reference, column).where(table.reference.in_(chunk)))
                found.update((row.reference, row[1]) for row in rows)
    return found


def _miss(found: JudgedList, value: float, relevant: int, models: Models, titles: Mapping[str, str]) -> Report:
    ranking = found.rankings[OURS]
    wanted = sorted(found.relevant(relevant), key=lambda name: (-found.unit.grades[name], name))
    return {
        "query": found.query.label,
        "list": found.unit.target.value,
        "language": found.query.language,
        "ndcg@10": value,
        "top": [_candidate(name, found, models, titles) for name in ranking[:_SHOWN]],
        "relevant": [_candidate(name, found, models, titles) for name in wanted[:_RELEVANT]],
        "relevant_in_all": len(wanted),
    }


def _candidate(name: str, found: JudgedList, models: Models, titles: Mapping[str, str]) -> Report:
    ranking = found.rankings[OURS]
    return {
        "reference": name,
        "title": titles.get(name, ""),
        "grade": found.unit.grades.get(name),
        "rank": ranking.index(name) + 1 if name in ranking else None,
        "allowed": name in found.judged_names or name in ranking,
        **_explained(name, found, models),
    }


def _explained(name: str, found: JudgedList, models: Models) -> Report:
    """Probability and features, where the rules allow the candidate."""
    for names, candidates in ((found.names, found.pool), (found.judged_names, found.judged)):
        if name in names:
            place = names.index(name)
            score = float(models[candidates.weights].scores(candidates.features)[place])
            return {"probability": probability(score), "features": _features(candidates.features, place)}
    return {"probability": None, "features": {}}


def _features(table: FeatureTable, place: int) -> dict[str, float | None]:
    values = table.values[place]
    return {
        name: None if np.isnan(value) else round(float(value), 3)
        for name, value in zip(table.names, values, strict=True)
    }


def lines(found: Sequence[Report]) -> Iterator[str]:
    """The misses for reading."""
    for one in found:
        yield f"{one['query']}  [{one['list']}, {one['language']}]  nDCG@10 {one['ndcg@10']:.3f}"
        yield "  ours on top:"
        yield from map(_line, one["top"])
        yield f"  relevant ({len(one['relevant'])} of {one['relevant_in_all']}):"
        yield from map(_line, one["relevant"])
        yield ""


def _line(one: Report) -> str:
    place = f"{one['rank']:>4}" if one["rank"] else (" out" if one["allowed"] else "rule")
    grade = "·" if one["grade"] is None else str(one["grade"])
    said = "    " if one["probability"] is None else f"{one['probability']:.2f}"
    features = " ".join(f"{name}={'?' if value is None else f'{value:.2f}'}" for name, value in one["features"].items())
    return f"  {place}  grade {grade}  {said}  {one['title'][:70]} ({one['reference']})\n        {features}".rstrip()
