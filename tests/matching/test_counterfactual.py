"""What would lift a candidate: computed by the model alone, and true when the record really changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Evidence, Organisation, OrganisationCompetence, Proposal, now
from matching.bootstrap import Application
from matching.code_rows import CodeRows, Wanted, coverage
from matching.counterfactual import Change, gain, lacking, smallest_lift
from matching.features import Background, one_more_on_the_point, relevant_evidence
from matching.ranking import LISTS, ORGANISATIONS, PROPOSALS, FeatureWeight, RankingModel
from matching.types import Band, Counterfactual, Criterion, Match
from tests.matching.conftest import NEED

BANDS = {Band.STRONG: 0.6, Band.GOOD: 0.4, Band.POSSIBLE: 0.2}


def model(typical: float = 0.5, **weights: float) -> RankingModel:
    return RankingModel(
        "organisations", "test", 0.0, {name: FeatureWeight(weight, typical) for name, weight in weights.items()}, BANDS
    )


def change(criterion: Criterion, **features: float) -> Change:
    return Change(criterion, tuple(features.items()))


COUNTRY = change(Criterion.COUNTRY, country=1.0)
TYPE = change(Criterion.PARTNER_TYPE, partner_type=1.0)


class TestByTheModel:
    def test_the_gain_is_the_difference_of_the_scores(self) -> None:
        ranking = model(country=2.0, partner_type=3.0)
        features = {"country": math.nan, "partner_type": 0.25}
        assert gain(ranking, features, COUNTRY) == pytest.approx(1.0)
        assert gain(ranking, features, TYPE) == pytest.approx(2.25)
        assert gain(ranking, features, change(Criterion.STAGE, stage=1.0)) == 0.0
        assert gain(model(stage=2.0), features, change(Criterion.STAGE, stage=1.0)) == 0.0

    def test_the_smallest_change_that_is_enough_is_named(self) -> None:
        features = {"country": math.nan, "partner_type": 0.0}
        ranking = model(country=1.0, partner_type=3.0)
        for score, criterion, band in (
            (-0.5, Criterion.COUNTRY, Band.GOOD),
            (-1.0, Criterion.PARTNER_TYPE, Band.STRONG),
        ):
            lift = smallest_lift(ranking, score, features, [TYPE, COUNTRY])
            assert lift is not None
            assert (lift.criterion, lift.band) == (criterion, band)

    def test_where_no_single_change_is_enough_nothing_is_said(self) -> None:
        assert smallest_lift(model(country=0.1), -9.0, {"country": math.nan}, [COUNTRY]) is None
        assert smallest_lift(model(country=-9.0), -0.5, {"country": math.nan}, [COUNTRY]) is None
        assert smallest_lift(model(country=9.0), 3.0, {"country": math.nan}, [COUNTRY]) is None

    def test_what_is_lacking_is_just_enough(self) -> None:
        ranking = model(country=2.0)
        needed = lacking(ranking, -1.0)
        assert needed is not None
        assert ranking.band(-1.0 + needed + 1e-9) is Band.GOOD
        assert ranking.band(-1.0 + needed - 1e-6) is Band.POSSIBLE


def test_coverage_with_one_code_more_is_the_coverage_of_the_candidate_that_has_it() -> None:
    rarity = np.array([0.9, 0.4, 0.7, 0.5, 1.0], np.float32)
    wanted = ((0, 1.0), (2, 0.6), (3, 0.3))
    related = [{0: 1.0, 1: 0.6}, {2: 1.0, 3: 0.35}, {3: 1.0, 2: 0.35, 4: 0.6}]
    prepared = Wanted.of(wanted, related=related, rarity=rarity)
    added = np.array([0, 2, 3, 4])
    for own in ([], [(1, 0.5)], [(0, 1.0), (3, 0.2)]):
        would_be = prepared.coverage_with(*CodeRows.of([own]).row(0), added)
        for place, number in enumerate(added.tolist()):
            grown = CodeRows.of([[*(item for item in own if item[0] != number), (number, 1.0)]])
            assert would_be[place] == pytest.approx(coverage(wanted, grown, related=related, rarity=rarity)[0])
    nothing = Wanted.of((), related=(), rarity=rarity)
    assert np.isnan(nothing.coverage_with(*CodeRows.of([[(1, 0.5)]]).row(0), added)).all()


def test_one_more_piece_is_what_the_feature_gives_for_it() -> None:
    background = Background(0.0, 0.1)
    similarity = np.array([0.25, 0.9, 0.9], np.float32)
    before = relevant_evidence(similarity[:2], np.array([0]), background)
    after = relevant_evidence(similarity, np.array([0]), background)
    assert one_more_on_the_point(float(before[0])) == pytest.approx(float(after[0]))
    assert one_more_on_the_point(math.nan) == one_more_on_the_point(0.0) > 0.0


@dataclass(frozen=True)
class Lift:
    """A criterion, what of the need and of the candidate sets the scene, and how the candidate is changed."""

    criterion: Criterion
    scene: Callable[[Proposal, Organisation], None]
    fulfil: Callable[[Session, Organisation, Counterfactual], None]


def _in_no_country(need: Proposal, candidate: Organisation) -> None:
    need.target_countries, candidate.country = ["IT"], None


def _of_another_type(need: Proposal, candidate: Organisation) -> None:
    need.partner_types, candidate.kind, candidate.size = ["SME 11-49"], "company", None


def _as_it_is(need: Proposal, candidate: Organisation) -> None:
    candidate.description = "Lavora nel territorio."


def _set_country(session: Session, candidate: Organisation, lift: Counterfactual) -> None:
    [candidate.country] = lift.wanted


def _set_size(session: Session, candidate: Organisation, lift: Counterfactual) -> None:
    [candidate.size] = lift.wanted


def _declare(session: Session, candidate: Organisation, lift: Counterfactual) -> None:
    assert lift.code is not None
    assert lift.code.tree == "competence"
    term = OrganisationCompetence(term=lift.code.label_it, code=lift.code.code, origin="declared")
    candidate.competences.append(term)


def _add_experience(session: Session, candidate: Organisation, lift: Counterfactual) -> None:
    candidate.evidence.append(Evidence(position=0, kind="project", title="Acque reflue di cartiera", text=NEED))


LIFTS = (
    Lift(Criterion.COUNTRY, _in_no_country, _set_country),
    Lift(Criterion.PARTNER_TYPE, _of_another_type, _set_size),
    Lift(Criterion.COMPETENCE, _as_it_is, _declare),
    Lift(Criterion.EVIDENCE, _as_it_is, _add_experience),
)


def rank_with(application: Application, ranking: RankingModel) -> None:
    """Let one list be ranked by other weights."""
    service = application.service
    service._models = {**{name: service._models[name] for name in LISTS}, ranking.name: ranking}


def candidate_of(application: Application, reference: str) -> Match:
    found = application.service.match_proposal("NEED-1", top=50)
    return next(match for match in found.organisations if match.reference == reference)


@pytest.mark.parametrize("lift", LIFTS, ids=lambda lift: lift.criterion.value)
def test_the_promise_is_kept_when_the_record_changes(application: Application, lift: Lift) -> None:
    with application.sessions.begin() as session:
        need = session.scalars(select(Proposal).where(Proposal.reference == "NEED-1")).one()
        candidate = session.scalars(select(Organisation).where(Organisation.reference == "mute")).one()
        lift.scene(need, candidate)
        candidate.updated_at = now()
    application.update_index()
    names = ("need_fit", "lexical", "competence", "partner_type", "country", "evidence")
    others = dict.fromkeys(names, 0.0)
    features = application.service._models[ORGANISATIONS].weights
    weights = {**dict.fromkeys(features, 0.0), **others}
    weights |= {name: 8.0 for name in weights if name in (lift.criterion.value, f"{lift.criterion.value}_read")}
    plain = model(0.05, **weights)
    rank_with(application, plain)
    score = candidate_of(application, "mute").score
    close = 1.0 / (1.0 + math.exp(-(score + 0.4)))
    bands = {Band.STRONG: close, Band.GOOD: close / 2, Band.POSSIBLE: close / 4}
    rank_with(application, replace(plain, bands=bands))

    before = candidate_of(application, "mute")
    promise = before.explanation.counterfactual
    assert before.band is Band.GOOD
    assert promise is not None
    assert (promise.criterion, promise.band) == (lift.criterion, Band.STRONG)
    with application.sessions.begin() as session:
        candidate = session.scalars(select(Organisation).where(Organisation.reference == "mute")).one()
        lift.fulfil(session, candidate, promise)
        candidate.updated_at = now()
    application.update_index()
    after = candidate_of(application, "mute")
    assert after.band is Band.STRONG
    found = {part.feature: part.value or 0.0 for part in after.explanation.contributions}
    for feature, value in promise.features:
        assert found[feature] >= value - 0.06  # a changed record may bring along more than was promised
        if lift.criterion in (Criterion.COUNTRY, Criterion.PARTNER_TYPE):
            assert found[feature] == value


def test_a_proposal_at_another_stage_is_told_apart_from_one_that_states_none(application: Application) -> None:
    with application.sessions.begin() as session:
        for reference, stage in (("NEED-1", "Lab tested"), ("OFFER-BREAD", "Concept stage"), ("OFFER-WATER", None)):
            record = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
            record.stage = stage
    application.update_index()
    features = application.service._models[PROPOSALS].weights
    ranking = model(**{**dict.fromkeys(features, 0.0), "stage": 8.0})
    rank_with(application, replace(ranking, name=PROPOSALS))
    found = {match.reference: match for match in application.service.match_proposal("NEED-1").proposals}
    for reference, stated in (("OFFER-BREAD", True), ("OFFER-WATER", False)):
        lift = found[reference].explanation.counterfactual
        assert lift is not None
        assert (lift.criterion, lift.wanted, lift.stated) == (Criterion.STAGE, ("Lab tested",), stated)
        assert (lift.band, found[reference].band is Band.STRONG) == (Band.STRONG, False)
    with application.sessions.begin() as session:
        record = session.scalars(select(Proposal).where(Proposal.reference == "OFFER-BREAD")).one()
        record.stage = "Lab tested"
    application.update_index()
    found = {match.reference: match for match in application.service.match_proposal("NEED-1").proposals}
    assert found["OFFER-BREAD"].band is Band.STRONG


def test_proposals_are_not_to_be_rewritten_for_an_organisation(application: Application) -> None:
    found = application.service.match_organisation("bread", top=50)
    assert found.proposals
    assert all(match.explanation.counterfactual is None for match in found.proposals)
