"""Nothing is said that the calculation does not use: held on every match of the demo region, under any weights."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from data.migrate import upgrade
from data.models import Proposal
from data.settings import load_settings
from jobs.importing import import_demo, import_taxonomy
from matching.bootstrap import Application, build_application
from matching.criteria import by_criterion
from matching.ranking import BASELINE, LISTS, FeatureWeight, RankingModel, load_model, probability
from matching.types import Band, Criterion, Match, Verdict

_RISING = (Band.WEAK, Band.POSSIBLE, Band.GOOD, Band.STRONG)
PROPOSALS = 24


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demo region, indexed."""
    with build_application(load_settings(home=tmp_path_factory.mktemp("demo"))) as application:
        upgrade(application.engine)
        import_taxonomy(application.sessions)
        import_demo(application.sessions)
        application.update_index()
        yield application


def shipped(name: str, _chance: random.Random) -> RankingModel:
    return load_model(name)


def any_weights(name: str, chance: random.Random) -> RankingModel:
    """Weights of either sign, some of them nought, with any usual values."""
    model = load_model(name)
    weights = {
        feature: FeatureWeight(chance.choice([0.0, chance.uniform(-2, 8)]), chance.random())
        for feature in model.weights
    }
    return replace(model, weights=weights)


@pytest.fixture(scope="module", params=["shipped", "any weights", "other weights"])
def matches(request: pytest.FixtureRequest, demo: Application) -> list[Match]:
    """The shown matches of some proposals of every area."""
    chance = random.Random(request.param)
    make = shipped if request.param == "shipped" else any_weights
    before = demo.service._models
    demo.service._models = {name: make(name, chance) for name in LISTS}
    with demo.sessions() as session:
        own = select(Proposal.reference).where(Proposal.source == "platform", Proposal.state == "published")
        references = chance.sample(sorted(session.scalars(own)), PROPOSALS)
    found = [demo.service.match_proposal(reference) for reference in references]
    demo.service._models = before
    return [match for answer in found for match in (*answer.organisations, *answer.proposals)]


def test_contributions_sum_to_the_score(matches: list[Match]) -> None:
    assert len(matches) > 200
    for match in matches:
        parts = match.explanation.contributions
        assert parts[0].feature == BASELINE
        assert sum(part.points for part in parts) == pytest.approx(match.score, abs=1e-6)
        assert match.probability == probability(match.score)


def test_every_verdict_agrees_with_the_sign_of_its_features(matches: list[Match]) -> None:
    seen = set()
    for match in matches:
        groups = by_criterion(match.explanation.contributions)
        for judgement in match.explanation.judgements:
            parts = groups[judgement.criterion]
            points = sum(part.points for part in parts)
            seen.add(judgement.verdict)
            if judgement.verdict is Verdict.MATCH:
                assert points > 0.0
            elif judgement.verdict is Verdict.GAP:
                assert points < 0.0
    assert seen == set(Verdict)


def test_a_criterion_is_spoken_of_where_it_counts_and_called_unknown_where_it_is(matches: list[Match]) -> None:
    for match in matches:
        groups = by_criterion(match.explanation.contributions)
        judged = {item.criterion: item for item in match.explanation.judgements}
        for criterion, parts in groups.items():
            counting = [part for part in parts if part.weight != 0.0]
            assert (criterion in judged) is bool(counting)
            if counting:
                stated = [part for part in counting if part.value is not None]
                assert judged[criterion].known is bool(stated)
                assert stated or judged[criterion].verdict is Verdict.UNKNOWN


def test_what_is_shared_is_named_where_it_counts(matches: list[Match]) -> None:
    named = 0
    for match in matches:
        why = match.explanation
        groups = by_criterion(why.contributions)
        for criterion, codes in ((Criterion.COMPETENCE, why.shared_competences), (Criterion.THEME, why.shared_themes)):
            named += len(codes)
            if codes:
                assert any(part.points != 0.0 for part in groups[criterion])
                verdict = next(item.verdict for item in why.judgements if item.criterion is criterion)
                assert verdict is not Verdict.GAP
    assert named


def test_what_would_lift_a_match_is_open_and_reaches_a_better_band(matches: list[Match]) -> None:
    for match in matches:
        lift = match.explanation.counterfactual
        if lift is None:
            continue
        assert _RISING.index(lift.band) > _RISING.index(match.band)
        verdict = next(item.verdict for item in match.explanation.judgements if item.criterion is lift.criterion)
        assert verdict is not Verdict.MATCH
        assert {feature for feature, _ in lift.features} <= {part.feature for part in match.explanation.contributions}


def test_marks_lie_inside_their_sentences(matches: list[Match]) -> None:
    marked = 0
    for match in matches:
        pair = match.explanation.sentences
        if pair is None:
            continue
        for text, marks in ((pair.sought, pair.sought_marks), (pair.offered, pair.offered_marks)):
            marked += len(marks)
            assert all(0 <= start < end <= len(text) for start, end in marks)
            assert list(marks) == sorted(marks)
    assert marked
