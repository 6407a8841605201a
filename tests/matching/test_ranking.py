from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.errors import MatchingError
from matching.features import Background, log_sum_exp, stage_fit, wanted_type_fit
from matching.ranking import BASELINE, LISTS, FeatureTable, FeatureWeight, RankingModel, load_model, probability
from matching.types import Band

MODEL = RankingModel(
    "organisations",
    "test",
    -1.0,
    {"need_fit": FeatureWeight(4.0, 0.5), "theme": FeatureWeight(1.0, 0.2)},
    {Band.STRONG: 0.8, Band.GOOD: 0.5, Band.POSSIBLE: 0.2},
)


def table(*rows: tuple[float, float]) -> FeatureTable:
    return FeatureTable(("need_fit", "theme"), np.array(rows, dtype=np.float32))


def test_the_contributions_sum_to_the_score() -> None:
    features = table((0.9, 0.1), (0.3, np.nan))
    for row, score in enumerate(MODEL.scores(features)):
        assert sum(part.points for part in MODEL.contributions(features, row)) == pytest.approx(score)


def test_unknown_is_not_zero() -> None:
    unknown, zero = MODEL.scores(table((0.9, np.nan), (0.9, 0.0)))
    assert unknown > zero
    part = MODEL.contributions(table((0.9, np.nan)), 0)[-1]
    assert (part.feature, part.value, part.points) == ("theme", None, 0.0)


def test_the_baseline_is_named_first() -> None:
    assert MODEL.contributions(table((0.9, 0.1)), 0)[0].feature == BASELINE


def test_bands_follow_the_probability() -> None:
    assert [MODEL.band(score) for score in (2.2, 0.0, -1.0, -3.0)] == [Band.STRONG, Band.GOOD, Band.POSSIBLE, Band.WEAK]


def test_the_logistic_of_zero_is_a_half_and_never_overflows() -> None:
    assert [probability(score) for score in (0.0, 1e9, -1e9)] == pytest.approx([0.5, 1.0, 0.0])


@pytest.mark.parametrize("name", LISTS)
def test_shipped_weights_load(name: str) -> None:
    model = load_model(name)
    assert model.name == name
    assert model.bands[Band.STRONG] > model.bands[Band.GOOD] > model.bands[Band.POSSIBLE] > 0


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "organisations.json").write_text("{}", encoding="utf-8")
    with pytest.raises(MatchingError, match=r"organisations\.json"):
        load_model("organisations", tmp_path)


def test_the_best_passage_dominates_and_more_passages_add_a_little() -> None:
    similarity = np.array([0.6, 0.6, 0.6, 0.1, 0.1, 0.1], dtype=np.float32)
    one, two, poor = log_sum_exp(similarity, np.array([0, 1, 3]))
    assert one == pytest.approx(0.6)
    assert 0.6 < two < 0.7
    assert poor < two


def test_a_fit_is_zero_at_the_background_and_orders_the_best() -> None:
    background = Background(mean=0.1, deviation=0.1)
    fit = background.fit(np.array([0.0, 0.1, 0.5, 0.9], dtype=np.float32))
    assert fit[0] == fit[1] == 0.0
    assert 0 < fit[2] < fit[3] < 1


def test_a_company_of_unknown_size_may_be_of_any() -> None:
    wanted = 1 | 2
    fit = wanted_type_fit(wanted, np.array([1, 1 | 2 | 4 | 8, 32, 0], dtype=np.int32))
    assert fit[:3] == pytest.approx([1.0, 0.75, 0.0])
    assert np.isnan(fit[3])


def test_stages_that_are_not_stated_are_unknown() -> None:
    fit = stage_fit(4, np.array([4, 0, -1], dtype=np.int32))
    assert fit[:2] == pytest.approx([1.0, 0.0])
    assert np.isnan(fit[2])
