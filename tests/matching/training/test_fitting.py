import numpy as np
import pytest

from matching.ranking import FeatureTable
from matching.training.ascent import Bank, ascend
from matching.training.calibration import calibrate, folds_of
from matching.training.examples import Example
from matching.training.fit import Recipe, fit, prepare, typical_values
from matching.training.learning import learn, ndcg

NAMES = ("telling", "noise", "unknown")
RECIPE = Recipe(pull=1e-4, prior={"telling": 0.1, "noise": 0.1}, sources={"judged": 1.0})


def examples(count: int = 30, *, source: str = "judged", seed: int = 0) -> list[Example]:
    """Lists in which `telling` decides the grade, `noise` does not and `unknown` is never known."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        telling = random.random(40)
        values = np.column_stack([telling, random.random(40), np.full(40, np.nan)]).astype(np.float32)
        grades = np.clip(np.floor((telling + random.normal(0, 0.1, 40)) * 4.0) - 1.0, 0, 3).astype(np.int64)
        trust = np.ones(40, np.float32)
        found.append(Example(f"{source}-{number}", source, "proposals", FeatureTable(NAMES, values), grades, trust))
    return found


def test_the_pairwise_fit_finds_what_tells_and_leaves_the_unknown_alone() -> None:
    listed = examples()
    weights = fit(prepare(listed, typical_values(listed, NAMES), RECIPE), NAMES, RECIPE)
    assert weights[0] > 5 * weights[1] >= 0
    assert weights[2] == pytest.approx(0.0, abs=1e-6)


def test_no_weight_is_negative_even_where_less_would_be_better() -> None:
    turned = [
        Example(e.name, e.source, e.weights, FeatureTable(NAMES, 1.0 - e.features.values), e.grades, e.trust)
        for e in examples()
    ]
    assert (fit(prepare(turned, typical_values(turned, NAMES), RECIPE), NAMES, RECIPE) >= 0).all()


def test_a_fixed_feature_keeps_its_prior() -> None:
    recipe = Recipe(1e-4, {"telling": 0.7}, {"judged": 1.0}, fixed=frozenset({"telling"}))
    listed = examples()
    assert fit(prepare(listed, typical_values(listed, NAMES), recipe), NAMES, recipe)[0] == pytest.approx(0.7)


def test_typical_values_are_means_of_the_known() -> None:
    listed = examples(2)
    expected = np.mean([example.features.values.mean(axis=0)[:2] for example in listed], axis=0)
    found = typical_values(listed, NAMES)
    np.testing.assert_allclose(found[:2], expected, rtol=1e-5)
    assert found[2] == 0.5


def test_a_bank_measures_each_list_as_the_plain_measure_does() -> None:
    listed, weights = examples(5), np.array([1.0, 0.3, 0.0])
    typical = typical_values(listed, NAMES)
    scores = [np.nan_to_num(example.features.values - typical) @ weights for example in listed]
    expected = [ndcg(example, own) for example, own in zip(listed, scores, strict=True)]
    np.testing.assert_allclose(Bank.of(listed, typical).ndcg(weights), expected, rtol=1e-6)


def test_the_ascent_never_ends_below_its_start_and_moves_only_what_may_move() -> None:
    listed = examples(10)
    bank = Bank.of(listed, typical_values(listed, NAMES))
    start = np.array([0.2, 2.0, 0.0])
    found = ascend({"judged": bank}, {"judged": 1.0}, start, np.array([True, True, False]))
    assert bank.ndcg(found).mean() > bank.ndcg(start).mean()
    assert found[2] == 0.0
    assert (found >= 0).all()


def test_calibrated_probabilities_are_what_comes_true() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-(2.0 * scores - 1.0)))
    found = calibrate(scores, truth, np.ones(20_000))
    assert found.slope == pytest.approx(2.0, abs=0.1)
    assert found.offset == pytest.approx(-1.0, abs=0.1)


def test_calibration_never_turns_the_order_round() -> None:
    scores = np.linspace(-1, 1, 100)
    assert calibrate(scores, scores < 0, np.ones(100)).slope > 0


def test_both_lists_of_a_query_are_held_back_together() -> None:
    folds = folds_of(["q1/organisations", "q2", "q1/proposals", "q3", "q4"], 3)
    assert folds[0] == folds[2]
    assert folds.tolist() == folds_of(["q1/organisations", "q2", "q1/proposals", "q3", "q4"], 3).tolist()


def test_what_is_learnt_ranks_calibrates_and_says_how_it_did() -> None:
    listed = [*examples(), *examples(20, source="history", seed=3)]
    recipe = Recipe(1e-4, {"telling": 0.1}, {"judged": 1.0, "history": 1.0})
    found = learn("proposals", "test-1", listed, recipe, {"judged": 1.0})
    assert found.model.weights["telling"].weight > 1.0
    assert set(found.held_back[found.way]) == {"judged", "history"}
    assert found.held_back[found.way]["judged"] > 0.8
    assert found.calibrated_on == 30 * 40
    probabilities = 1 / (1 + np.exp(-found.model.scores(listed[0].features)))
    assert probabilities[listed[0].grades >= 2].mean() > 0.6 > 0.3 > probabilities[listed[0].grades < 2].mean()
