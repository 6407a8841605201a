from __future__ import annotations

import pytest
from sqlalchemy import select

from data.models import Organisation, OrganisationCompetence, Proposal, ProposalCode, TagDecision
from data.models.vocabulary import TagAction, Tree
from matching.bootstrap import Application
from matching.brokerage.tagging import decide_tag
from matching.errors import CurationError
from matching.reading import effective_codes

WATER = (Tree.S3_2014, "ECO_INDUSTRY")
COMPETENCE = (Tree.COMPETENCE, "wastewater-treatment")


def decide(application: Application, reference: str, tag: tuple[Tree, str], action: TagAction) -> None:
    with application.sessions.begin() as session:
        owner: Proposal | Organisation
        if reference == "water":
            owner = session.scalars(select(Organisation).where(Organisation.reference == reference)).one()
        else:
            owner = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
        decide_tag(session, owner, *tag, action, actor="broker")


def origins(application: Application, reference: str, code: str) -> list[str]:
    with application.sessions() as session:
        if reference == "water":
            competence = OrganisationCompetence
            rows = select(competence.origin).join(Organisation).where(competence.code == code)
            return list(session.scalars(rows.where(Organisation.reference == reference)))
        rows = select(ProposalCode.origin).join(Proposal).where(ProposalCode.code == code)
        return list(session.scalars(rows.where(Proposal.reference == reference)))


@pytest.mark.parametrize(("reference", "tag"), [("OFFER-WATER", WATER), ("water", COMPETENCE)])
@pytest.mark.parametrize(("action", "origin"), [(TagAction.REMOVE, "removed"), (TagAction.CONFIRM, "confirmed")])
def test_a_decision_outlives_every_recomputation(
    application: Application, reference: str, tag: tuple[Tree, str], action: TagAction, origin: str
) -> None:
    assert origins(application, reference, tag[1]) == ["derived"]
    decide(application, reference, tag, action)
    application.update_index()
    application.update_index(full=True)
    assert origins(application, reference, tag[1]) == [origin]


def test_a_withdrawn_decision_leaves_the_code_to_the_calculation(application: Application) -> None:
    decide(application, "OFFER-WATER", WATER, TagAction.REMOVE)
    decide(application, "OFFER-WATER", WATER, TagAction.UNDO)
    application.update_index()
    assert origins(application, "OFFER-WATER", "ECO_INDUSTRY") == ["derived"]
    with application.sessions() as session:
        assert list(session.scalars(select(TagDecision.action))) == ["remove", "undo"]


def test_a_removed_code_is_not_read_into_a_query_again(application: Application) -> None:
    number = application.concepts.number("s3_2014", "ECO_INDUSTRY")

    def themes() -> set[int]:
        with application.sessions() as session:
            need = session.scalars(select(Proposal).where(Proposal.reference == "NEED-1")).one()
            return {concept for concept, _ in application.service.engine().builder.of_proposal(need).themes}

    assert number in themes()
    decide(application, "NEED-1", WATER, TagAction.REMOVE)
    assert number not in themes()


def test_the_index_takes_a_decision_up(application: Application) -> None:
    decide(application, "OFFER-WATER", WATER, TagAction.REMOVE)
    assert application.index_standing().behind == 1


@pytest.mark.parametrize("action", [TagAction.UNDO, TagAction.CONFIRM])
def test_a_move_from_elsewhere_is_refused(application: Application, action: TagAction) -> None:
    tag = WATER if action is TagAction.UNDO else (Tree.S3_2014, "AEROSPACE")
    with pytest.raises(CurationError):
        decide(application, "OFFER-WATER", tag, action)


def test_what_was_removed_and_is_declared_counts() -> None:
    rows = [("s3_2014", "HEALTH", "removed", 0.5), ("s3_2014", "HEALTH", "declared", 1.0)]
    assert effective_codes(rows, 1.0) == [("s3_2014", "HEALTH", 1.0)]
    assert effective_codes(rows[:1], 1.0) == []
