"""Our metrics are those of the field: the same numbers as ir-measures gives, on random rankings and judgements."""

from __future__ import annotations

import random

import ir_measures
import pytest
from ir_measures import AP, RR, Judged, R, nDCG

from matching.evaluation import measure

DOCUMENTS = [f"d{number:03}" for number in range(90)]
GAINS = {0: 0, 1: 1, 2: 3, 3: 7}


def judgements(chance: random.Random) -> dict[str, int]:
    """Some candidates with a grade, at least one of them of the highest."""
    chosen = chance.sample(DOCUMENTS, k=chance.randint(2, 60))
    return {name: chance.choice((0, 0, 0, 1, 1, 2, 3)) for name in chosen[1:]} | {chosen[0]: 3}


def tied_scores(chance: random.Random) -> dict[str, float]:
    """Scores of some candidates, many of them equal; at times of none."""
    return {name: float(chance.randint(0, 12)) for name in chance.sample(DOCUMENTS, k=chance.choice((0, 1, 7, 60, 90)))}


def as_ordered(scores: dict[str, float]) -> list[str]:
    """Best first, equals as trec_eval orders them: the later name first."""
    return sorted(scores, key=lambda name: (scores[name], name), reverse=True)


@pytest.mark.parametrize("relevant", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20))
def test_our_metrics_are_those_of_ir_measures(seed: int, relevant: int) -> None:
    chance = random.Random(seed)
    qrels = {f"q{number}": judgements(chance) for number in range(5)}
    run = {query: tied_scores(chance) for query in qrels}
    reference = {
        "ndcg@10": nDCG(gains=GAINS) @ 10,
        "recall@50": R(rel=relevant) @ 50,
        "mrr": RR(rel=relevant),
        "map": AP(rel=relevant),
    }
    expected = {(query, name): 0.0 for query in qrels for name in reference}  # no ranking, no value of theirs
    names = {measure_: name for name, measure_ in reference.items()}
    for found in ir_measures.iter_calc(list(reference.values()), qrels, {q: s for q, s in run.items() if s}):
        expected[found.query_id, names[found.measure]] = found.value
    ours = {
        (query, name): value
        for query, grades in qrels.items()
        for name, value in measure(as_ordered(run[query]), grades, relevant).items()
        if name in reference
    }
    assert ours == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_judged_is_that_of_ir_measures(seed: int) -> None:
    # its order among equals is another than trec_eval's, so there are none here
    chance = random.Random(seed)
    grades, ranking = judgements(chance), chance.sample(DOCUMENTS, k=chance.choice((3, 10, 60)))
    run = {"q": {name: float(-place) for place, name in enumerate(ranking)}}
    [expected] = ir_measures.iter_calc([Judged @ 10], {"q": grades}, run)
    assert measure(ranking, grades)["judged@10"] == pytest.approx(expected.value)


def test_linear_gains_would_be_told_apart() -> None:
    qrels, run = {"q": {"a": 3, "b": 1}}, {"q": {"b": 2.0, "a": 1.0}}
    [linear] = ir_measures.iter_calc([nDCG @ 10], qrels, run)
    assert measure(["b", "a"], qrels["q"])["ndcg@10"] != pytest.approx(linear.value, abs=0.01)
