from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data import migrate
from data.errors import DatabaseError
from data.models import CaseEvent, CurationDecision, Organisation, Proposal
from tests.factories import organisation


def test_models_and_migrations_agree(engine: Engine) -> None:
    assert migrate.differences(engine) == []


def test_an_empty_database_is_refused_with_the_command_that_mends_it(empty_engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="abbina init"):
        migrate.require_current(empty_engine)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.require_current(engine)


def test_downgrade_takes_everything_back(engine: Engine) -> None:
    migrate.downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []


def test_what_was_imported_before_counts_as_verified_by_the_import(
    engine: Engine, sessions: sessionmaker[Session]
) -> None:
    migrate.downgrade(engine, "0012")
    with sessions.begin() as session:
        known = [organisation(session, reference=name) for name in ("imported", "taken-back", "AO-founded")]
        taken_back = {"kind": "organisation", "object_id": known[1].id, "actor": "account:1"}
        session.add(CaseEvent(action="verification_withdrawn", **taken_back))
    migrate.upgrade(engine)
    with sessions() as session:
        verified = {row.reference: row.verified_by for row in session.scalars(select(Organisation))}
    assert verified == {"imported": "job:import", "taken-back": None, "AO-founded": None}


@pytest.fixture
def decided(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        proposal = Proposal(reference="P-1", kind="TR", source="platform", title="Need", state="published")
        organisation = Organisation(reference="o-1", name="Esempio", kind="company")
        session.add_all([proposal, organisation])
        session.flush()
        session.add(
            CurationDecision(
                proposal_id=proposal.id, candidate_organisation_id=organisation.id, action="accept", actor="broker"
            )
        )


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("statement", ["UPDATE curation_decision SET action = 'pin'", "DELETE FROM curation_decision"])
def test_decisions_are_append_only_in_the_database(engine: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "XX"},
        {"state": "lost"},
        {"title": ""},
        {"reference": ""},
        {"country": "ITA"},
        {"stage": "someday"},
        {"organisation_id": 99},
    ],
)
def test_the_database_itself_refuses_wrong_values(sessions: sessionmaker[Session], values: dict[str, object]) -> None:
    good: dict[str, object] = {"reference": "P-1", "kind": "TR", "source": "een", "title": "Need", "state": "draft"}
    with pytest.raises(DBAPIError), sessions.begin() as session:
        session.add(Proposal(**(good | values)))


def test_a_rejection_without_reason_is_refused(sessions: sessionmaker[Session], decided: None) -> None:
    with pytest.raises(DBAPIError), sessions.begin() as session:
        session.add(CurationDecision(proposal_id=1, candidate_organisation_id=1, action="reject", actor="broker"))
