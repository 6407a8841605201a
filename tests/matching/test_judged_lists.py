from __future__ import annotations

import numpy as np
import pytest

from matching.baselines import BASELINES, FUSION, POPULARITY, TAGS, VECTORS, WORDS, baseline_scores
from matching.bootstrap import Application
from matching.evaluation import Unit
from matching.gathering import Candidates
from matching.judged_lists import OURS, RANDOM, SYSTEMS, Gatherer, JudgedList, scored
from matching.ranking import LISTS, load_model
from matching.types import Target

MODELS = {name: load_model(name) for name in LISTS}
ORGANISATIONS = Unit("NEED-1/organisations", "NEED-1", Target.ORGANISATIONS, {"water": 3, "bread": 0, "own": 2})
PROPOSALS = Unit("NEED-1/proposals", "NEED-1", Target.PROPOSALS, {"OFFER-WATER": 3, "EXPIRED": 2})


def lists(application: Application, *units: Unit) -> list[JudgedList]:
    return list(Gatherer(application.service, MODELS).gather(units or (ORGANISATIONS, PROPOSALS)))


def everyone(application: Application, target: Target) -> tuple[dict[str, dict[str, float]], Candidates]:
    """Scores of each baseline by reference, and the candidates."""
    service = application.service
    corpus = service.engine().collection
    ids = (corpus.organisations if target is Target.ORGANISATIONS else corpus.proposals).ids.tolist()
    found = service.candidates_of("NEED-1", target, ids)
    assert found is not None
    query, candidates = found
    names = service.references(target, candidates.ids.tolist())
    scores = baseline_scores(corpus, query, target, candidates)
    called = [names[i] for i in candidates.ids.tolist()]
    return {name: dict(zip(called, values.tolist(), strict=True)) for name, values in scores.items()}, candidates


def test_ours_is_the_order_that_a_user_gets(application: Application) -> None:
    for found in lists(application):
        ranked = application.service.rank_references("NEED-1", found.unit.target, top=1000)
        assert ranked is not None
        assert list(found.rankings[OURS]) == [name for name, _ in ranked]


def test_every_system_ranks_the_same_candidates_which_are_those_that_the_rules_allow(application: Application) -> None:
    for found in lists(application):
        for name in BASELINES:
            assert sorted(found.rankings[name]) == sorted(found.everyone)
        assert set(found.rankings[OURS]) <= set(found.everyone)
    organisations, proposals = lists(application)
    assert set(organisations.everyone) == {"water", "bread", "drones", "mute"}
    assert set(proposals.everyone) == {"OFFER-WATER", "OFFER-BREAD"}


def test_judged_candidates_have_features_and_forbidden_ones_are_left_out(application: Application) -> None:
    organisations, proposals = lists(application)
    assert sorted(organisations.judged_names) == ["bread", "water"]
    assert organisations.judged.features.values.shape[0] == 2
    assert proposals.judged_names == ("OFFER-WATER",)
    assert organisations.relevant(2) == {"water", "own"}  # what the rules forbid was relevant all the same


def test_grades_stand_beside_the_pool(application: Application) -> None:
    found = lists(application)[0]
    assert dict(zip(found.names, found.grades.tolist(), strict=True))["water"] == 3
    assert set(found.grades.tolist()) == {-1, 0, 3}


def test_a_query_that_is_not_stored_gives_no_list(application: Application) -> None:
    assert lists(application, Unit("?", "NOT-THERE", Target.PROPOSALS, {"OFFER-WATER": 1})) == []


def test_a_list_in_one_language_is_as_if_there_were_no_other(application: Application) -> None:
    organisations, proposals = lists(application)
    assert (organisations.languages["water"], organisations.languages["bread"]) == ("en", "it")
    own, other = organisations.in_language(True), organisations.in_language(False)
    assert "water" not in own.everyone
    assert "water" not in own.rankings[OURS]
    assert own.unit.grades == {"bread": 0, "own": 2}
    assert other.unit.grades == {"water": 3}
    assert set(other.rankings[WORDS]) == {"water"}
    assert proposals.in_language(True).everyone == ()
    assert scored([own, other], OURS, 2).keys() == {"NEED-1/organisations"}


def test_a_random_order_is_the_mean_of_many_and_always_the_same(application: Application) -> None:
    found = lists(application, Unit("q", "NEED-1", Target.ORGANISATIONS, {"water": 3}))[0]
    first = found.scores(RANDOM, 2)
    assert first == found.scores(RANDOM, 2)
    expected = np.mean([1 / rank for rank in (1, 2, 3, 4)])
    assert first["mrr"] == pytest.approx(expected, abs=0.12)


def test_all_systems_have_all_metrics(application: Application) -> None:
    found = lists(application)[0]
    assert len({tuple(sorted(found.scores(system, 2))) for system in SYSTEMS}) == 1


def test_words_of_another_language_count_only_where_they_are_spelt_alike(application: Application) -> None:
    scores, _ = everyone(application, Target.PROPOSALS)
    assert scores[WORDS]["OFFER-BREAD"] == 0.0
    organisations, _ = everyone(application, Target.ORGANISATIONS)
    assert organisations[WORDS]["mute"] == 0.0


def test_popularity_is_evidence_and_vectors_know_both_languages(application: Application) -> None:
    scores, _ = everyone(application, Target.ORGANISATIONS)
    assert scores[POPULARITY] == {"water": 2.0, "bread": 0.0, "drones": 0.0, "mute": 0.0}
    assert max(scores[VECTORS], key=lambda name: scores[VECTORS][name]) == "water"


def test_tags_count_exact_equals_only(application: Application) -> None:
    scores, candidates = everyone(application, Target.ORGANISATIONS)
    assert all(value == int(value) for value in scores[TAGS].values())
    assert scores[TAGS]["water"] >= 1.0
    assert scores[TAGS]["mute"] == 0.0
    assert len(candidates) == 4


def test_fusion_is_reciprocal_rank_fusion_where_both_find_somebody(application: Application) -> None:
    scores, candidates = everyone(application, Target.ORGANISATIONS)
    names = list(scores[VECTORS])
    by_vector = [names[i] for i in candidates.order(np.array(list(scores[VECTORS].values())))]
    by_word = [names[i] for i in candidates.order(np.array(list(scores[WORDS].values()))) if scores[WORDS][names[i]]]
    for name in names:
        parts = [1000 / (61 + order.index(name)) for order in (by_vector, by_word) if name in order]
        assert scores[FUSION][name] == pytest.approx(sum(parts))
