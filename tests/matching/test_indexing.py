from __future__ import annotations

import pytest
from sqlalchemy import select

from data.models import Concept, Organisation, OrganisationCompetence, Proposal, ProposalCode
from data.settings import Settings
from matching.bootstrap import Application, build_application
from tests.matching.conftest import by_reference


def change(application: Application, reference: str, **values: object) -> None:
    with application.sessions.begin() as session:
        record = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
        for name, value in values.items():
            setattr(record, name, value)


def test_nothing_changed_builds_nothing(application: Application) -> None:
    serving = application.store.current_id()
    report = application.update_index()
    assert (report.built, report.generation) == (False, serving)


def test_only_what_changed_is_encoded(application: Application) -> None:
    change(application, "OFFER-BREAD", summary="A bakery offers gluten-free bread.")
    report = application.update_index()
    with application.sessions() as session:
        assert report.changed_proposals == (by_reference(session, Proposal, "OFFER-BREAD"),)
    assert report.encoded == 2
    assert report.changed_organisations == ()


def test_a_change_counts_after_the_next_run_and_not_before(application: Application) -> None:
    def score() -> float:
        found = application.service.match_proposal("NEED-1").proposals
        return next(match.score for match in found if match.reference == "OFFER-BREAD")

    at_first = score()
    change(application, "OFFER-BREAD", title="Wastewater of paper mills", summary="We offer filters for wastewater.")
    assert score() == at_first
    application.update_index()
    assert score() > at_first + 1


def test_closed_proposals_leave_the_index(application: Application) -> None:
    assert application.update_index().proposals == 6
    change(application, "OFFER-BREAD", state="closed")
    report = application.update_index()
    assert (report.built, report.proposals, report.encoded) == (True, 5, 0)


def test_the_incremental_index_ranks_like_a_full_one(application: Application) -> None:
    change(application, "OFFER-BREAD", summary="Filters for paper mills and their wastewater.")
    application.update_index()
    one = application.service.match_proposal("NEED-1")
    application.update_index(full=True)
    other = application.service.match_proposal("NEED-1")
    assert one.generation != other.generation
    for left, right in zip((*one.organisations, *one.proposals), (*other.organisations, *other.proposals), strict=True):
        assert left.reference == right.reference
        assert left.score == pytest.approx(right.score, abs=0.05)


def test_competences_read_out_of_texts_are_stored_as_derived(application: Application) -> None:
    with application.sessions() as session:
        water = by_reference(session, Organisation, "water")
        mine = OrganisationCompetence.organisation_id == water
        derived = session.scalars(select(OrganisationCompetence).where(mine)).all()
        assert {"derived"} == {item.origin for item in derived}
        assert "wastewater-treatment" in {item.code for item in derived}
        offer = by_reference(session, Proposal, "OFFER-WATER")
        codes = session.scalars(select(ProposalCode).where(ProposalCode.proposal_id == offer)).all()
        assert ("s3_2014", "ECO_INDUSTRY") in {(item.tree, item.code) for item in codes}


def test_reading_again_replaces_derived_codes_and_keeps_declared_ones(application: Application) -> None:
    with application.sessions.begin() as session:
        water = session.scalars(select(Organisation).where(Organisation.reference == "water")).one()
        water.competences.append(OrganisationCompetence(term="ricerca", origin="declared"))
        water.evidence = []
        water.description = "Progettazione di droni per l'agricoltura di precisione."
    application.update_index()
    with application.sessions() as session:
        mine = OrganisationCompetence.organisation_id == by_reference(session, Organisation, "water")
        kept = {(item.origin, item.code) for item in session.scalars(select(OrganisationCompetence).where(mine))}
    assert ("declared", None) in kept
    assert ("derived", "wastewater-treatment") not in kept
    assert ("derived", "drones") in kept


def test_a_changed_vocabulary_is_read_by_at_the_next_run(application: Application) -> None:
    with application.sessions.begin() as session:
        session.scalars(select(Concept).where(Concept.code == "drones")).one().synonyms_it = ["lievito madre"]
    assert application.index_standing().behind == 11
    assert application.update_index().built
    with application.sessions() as session:
        mine = OrganisationCompetence.organisation_id == by_reference(session, Organisation, "bread")
        assert "drones" in {item.code for item in session.scalars(select(OrganisationCompetence).where(mine))}
    assert not application.update_index().built


def test_going_back_serves_the_earlier_generation(application: Application) -> None:
    first = application.store.current_id()
    change(application, "OFFER-BREAD", summary="Bread.")
    application.update_index()
    assert application.store.rollback() == first
    assert application.service.match_proposal("NEED-1").generation == first


def test_the_standing_tells_how_far_behind_the_index_is(application: Application) -> None:
    assert application.index_standing().behind == 0
    change(application, "OFFER-BREAD", summary="Bread.")
    change(application, "OFFER-WATER", state="closed")
    assert application.index_standing().behind == 2


def test_an_empty_database_gives_an_empty_index(settings: Settings, engine: object) -> None:
    with build_application(settings) as empty:
        report = empty.update_index()
        assert (report.organisations, report.proposals) == (0, 0)
        assert empty.index_standing().missing is False


def test_the_tagger_is_made_anew_only_where_the_taxonomies_have_changed(application: Application) -> None:
    before = application.text_tagger()
    application.update_index()
    assert application.text_tagger() is before
    with application.sessions.begin() as session:
        concept = session.scalars(select(Concept).where(Concept.tree == "competence")).first()
        assert concept is not None
        concept.label_en = "another name"
    application.update_index()
    assert application.text_tagger() is not before
