from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from data.errors import NotFoundError
from data.models import Organisation, Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.settings import Settings
from embeddings.cache import VectorCache
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.drafts import Draft
from matching.errors import NothingToMatchError, NotIndexedError
from matching.types import Criterion, Match, Target, Verdict
from tests.matching.conftest import by_reference


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.reference for match in matches]


def test_an_italian_need_finds_the_english_offer_and_the_experienced_organisation(application: Application) -> None:
    found = application.service.match_proposal("NEED-1")
    assert names(found.proposals)[0] == "OFFER-WATER"
    assert names(found.organisations)[0] == "water"


def test_the_rules_leave_out_what_may_not_be_suggested(application: Application) -> None:
    found = application.service.match_proposal("NEED-1")
    assert set(names(found.proposals)) == {"OFFER-WATER", "OFFER-BREAD"}
    assert "own" not in names(found.organisations)
    assert found.considered == {"organisations": 4, "proposals": 2}


def test_contributions_sum_to_the_score_of_every_match(application: Application) -> None:
    found = application.service.match_proposal("NEED-1")
    for match in (*found.organisations, *found.proposals):
        assert sum(part.points for part in match.explanation.contributions) == pytest.approx(match.score, abs=1e-5)


def test_the_explanation_quotes_the_evidence_and_names_what_is_shared(application: Application) -> None:
    best = application.service.match_proposal("NEED-1").organisations[0]
    assert best.explanation.sentences is not None
    assert best.explanation.sentences.evidence_title in {"Clean effluents", "Closing the water loop of paper mills"}
    assert "wastewater-treatment" in {code.code for code in best.explanation.shared_competences}
    verdicts = {item.criterion: item.verdict for item in best.explanation.judgements}
    assert verdicts[Criterion.NEED] is Verdict.MATCH
    assert verdicts[Criterion.COUNTRY] is Verdict.UNKNOWN


def test_the_first_of_all_pairs_of_sentences_is_the_one_that_a_match_quotes(application: Application) -> None:
    found = application.service.match_proposal("NEED-1")
    for match in (*found.organisations[:1], *found.proposals[:1]):
        pairs = application.service.pairs_of("NEED-1", match.target, match.candidate_id)
        assert pairs[0] == match.explanation.sentences
    assert application.service.pairs_of("NEED-1", Target.PROPOSALS, 987654) == ()


def test_a_rejected_suggestion_is_not_shown_again_and_an_undone_one_is(application: Application) -> None:
    with application.sessions.begin() as session:
        need = by_reference(session, Proposal, "NEED-1")
        candidate = by_reference(session, Organisation, "water")
        about: dict[str, Any] = {
            "proposal_id": need,
            "target": Target.ORGANISATIONS,
            "candidate_id": candidate,
            "actor": "desk",
        }
        decide(session, action=DecisionAction.REJECT, reason=RejectReason.COMPETITOR, **about)
    assert "water" not in names(application.service.match_proposal("NEED-1").organisations)
    with application.sessions.begin() as session:
        decide(session, action=DecisionAction.UNDO, **about)
    assert names(application.service.match_proposal("NEED-1").organisations)[0] == "water"


def test_an_accepted_suggestion_is_marked(application: Application) -> None:
    with application.sessions.begin() as session:
        decide(
            session,
            proposal_id=by_reference(session, Proposal, "NEED-1"),
            target=Target.PROPOSALS,
            candidate_id=by_reference(session, Proposal, "OFFER-WATER"),
            action=DecisionAction.ACCEPT,
            actor="desk",
        )
    assert application.service.match_proposal("NEED-1").proposals[0].curated == "accept"


def test_what_is_withdrawn_or_erased_vanishes_at_once(application: Application) -> None:
    assert names(application.service.match_proposal("NEED-1").proposals)[0] == "OFFER-WATER"
    with application.sessions.begin() as session:
        session.scalars(select(Proposal).where(Proposal.reference == "OFFER-WATER")).one().state = "withdrawn"
        session.execute(delete(Organisation).where(Organisation.reference == "bread"))
        session.scalars(
            select(Organisation).where(Organisation.reference == "water")
        ).one().withdrawn_at = datetime.now(UTC)
    found = application.service.match_proposal("NEED-1")
    assert names(found.proposals) == ["OFFER-BREAD"]
    assert set(names(found.organisations)) == {"drones", "mute"}
    assert [match.rank for match in found.organisations] == [1, 2]


def test_an_organisation_finds_the_open_proposals_that_look_for_it(application: Application) -> None:
    found = application.service.match_organisation("water")
    assert names(found.proposals)[0] in {"NEED-1", "SAME-DIRECTION"}
    assert found.organisations == ()
    assert "EXPIRED" not in names(found.proposals)


def test_who_was_rejected_for_a_proposal_is_not_shown_it(application: Application) -> None:
    shown = names(application.service.match_organisation("water").proposals)
    with application.sessions.begin() as session:
        about: dict[str, Any] = {
            "proposal_id": by_reference(session, Proposal, "NEED-1"),
            "target": Target.ORGANISATIONS,
            "candidate_id": by_reference(session, Organisation, "water"),
            "actor": "desk",
        }
        decide(session, action=DecisionAction.REJECT, reason=RejectReason.NOT_AVAILABLE, **about)
    assert names(application.service.match_organisation("water").proposals) == [
        name for name in shown if name != "NEED-1"
    ]
    with application.sessions.begin() as session:
        decide(session, action=DecisionAction.UNDO, **about)
    assert names(application.service.match_organisation("water").proposals) == shown


def test_a_withdrawn_organisation_is_not_matched(application: Application) -> None:
    with application.sessions.begin() as session:
        session.scalars(
            select(Organisation).where(Organisation.reference == "water")
        ).one().withdrawn_at = datetime.now(UTC)
    with pytest.raises(NotFoundError, match="water"):
        application.service.match_organisation("water")


def test_what_was_closed_before_the_index_was_read_but_stored_after_is_not_shown(application: Application) -> None:
    """A long import says when it changed a record, and commits later: an index may be built in between."""
    with application.sessions.begin() as session:
        session.execute(
            update(Proposal)
            .where(Proposal.reference == "OFFER-WATER")
            .values(state="withdrawn", updated_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
    assert names(application.service.match_proposal("NEED-1").proposals) == ["OFFER-BREAD"]


def test_a_fallback_fitted_anew_elsewhere_is_picked_up(region: Settings) -> None:
    fallback = region.model_copy(update={"model": "tfidf-svd"})
    with build_application(fallback) as pages, build_application(fallback) as command:
        command.update_index(full=True)
        assert names(pages.service.match_proposal("NEED-1").organisations)[0] == "water"
        with command.sessions.begin() as session:
            session.scalars(select(Organisation).where(Organisation.reference == "mute")).one().description = "Acque."
        command.update_index(full=True)
        found = pages.service.match_proposal("NEED-1")
        assert found.generation == command.store.current_id()


def test_a_draft_is_matched_without_being_stored(application: Application) -> None:
    draft = Draft(kind="TR", description="Serve un impianto per depurare acque reflue industriali da microplastiche")
    found = application.service.match_draft(draft)
    assert names(found.organisations)[0] == "water"
    assert set(names(found.proposals)[:2]) <= {"OFFER-WATER", "OWN-OFFER", "ELSEWHERE"}


def test_a_draft_without_words_is_refused(application: Application) -> None:
    with pytest.raises(NothingToMatchError, match="no text"):
        application.service.match_draft(Draft(kind="TR"))


def test_a_search_for_research_partners_gets_organisations_only(application: Application) -> None:
    found = application.service.match_draft(Draft(kind="RDR", title="Acque reflue", description="Depurazione di acque"))
    assert "proposals" not in found.considered
    assert found.organisations


def test_wanted_countries_are_a_rule(application: Application) -> None:
    draft = Draft(kind="TR", description="Depurare acque reflue di cartiera", target_countries=("FR",), country="FR")
    assert names(application.service.match_draft(draft).proposals) == []
    anywhere = Draft(kind="TR", description="Depurare acque reflue di cartiera", country="FR")
    assert "ELSEWHERE" in names(application.service.match_draft(anywhere).proposals)


@pytest.mark.parametrize("reference", ["", "nothing", "NEED-1'; --"])
def test_unknown_references_are_named(application: Application, reference: str) -> None:
    with pytest.raises(NotFoundError, match="no proposal"):
        application.service.match_proposal(reference)
    with pytest.raises(NotFoundError, match="no organisation"):
        application.service.match_organisation(reference)


def test_without_an_index_the_error_names_the_command(region: Settings) -> None:
    with build_application(region) as fresh, pytest.raises(NotIndexedError, match="abbina index"):
        fresh.service.match_proposal("NEED-1")


def test_a_damaged_pointer_to_the_index_is_told_with_the_command(application: Application) -> None:
    (application.store.root / "current.json").write_text("{", encoding="utf-8")
    with pytest.raises(NotIndexedError, match="abbina index --full"):
        application.service.match_proposal("NEED-1")


def test_another_models_index_is_refused(application: Application, region: Settings) -> None:
    other = region.model_copy(update={"model": "tfidf-svd"})
    with build_application(other) as foreign:
        foreign.update_index(full=True)
        assert names(foreign.service.match_proposal("NEED-1").organisations)[0] == "water"
    with build_application(region) as first, pytest.raises(NotIndexedError, match="made otherwise"):
        first.service.match_proposal("NEED-1")


def test_a_model_that_cannot_be_had_reads_as_not_ready(application: Application, region: Settings) -> None:
    absent = region.model_copy(update={"model": "/no/such/model"})
    with build_application(absent) as other, pytest.raises(NotIndexedError, match="/no/such/model"):
        other.service.match_proposal("NEED-1")


def test_vectors_of_models_that_made_no_index_are_dropped(application: Application, region: Settings) -> None:
    cache = VectorCache(region.vector_cache)
    cache.put([b"k" * 32], np.ones((1, 4), np.float32), "another model")
    application.update_index()
    assert len(cache) == 0


def test_evaluation_ranks_on_the_users_path_without_decisions(application: Application) -> None:
    ranking = application.service.rank_references("NEED-1", Target.ORGANISATIONS, top=50)
    assert ranking is not None
    assert [name for name, _ in ranking] == names(application.service.match_proposal("NEED-1").organisations)
    assert application.service.rank_references("nothing", Target.ORGANISATIONS, top=5) is None
    assert application.service.lists_of(["water", "NEED-1", "x"]) == {
        "water": Target.ORGANISATIONS,
        "NEED-1": Target.PROPOSALS,
    }
