from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from data.db import unit_of_work
from data.migrate import upgrade
from data.models import Organisation, Proposal, Suggestion, now
from data.models.vocabulary import DecisionAction
from data.settings import load_settings
from matching import freshness
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.collection import PROPOSALS_OFFERED
from matching.freshness import Changes, Seeker, basis, changed, outdated, reached
from matching.ranking import load_model
from matching.types import Target

NEEDS = {
    "P1": ("TR", "Cerchiamo sensori di umidità per le serre di pomodoro", "ricerca sensori umidità serra"),
    "P2": ("TR", "Cerchiamo un trattamento dei rifiuti tessili", "riciclo di fibre e filati di cotone"),
    "P3": ("TO", "Offriamo un motore elettrico per biciclette", "motore elettrico compatto per biciclette"),
}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with build_application(load_settings(home=tmp_path)) as opened:
        upgrade(opened.engine)
        with unit_of_work(opened.sessions) as session:
            for reference, (kind, title, text) in NEEDS.items():
                row = Proposal(reference=reference, kind=kind, source="platform", state="published", title=title)
                row.summary, row.language = text, "it"
                session.add(row)
            session.add_all([company(number, "Lavorazioni meccaniche di precisione") for number in range(1, 6)])
        opened.update_index()
        yield opened


def company(number: int, description: str) -> Organisation:
    row = Organisation(reference=f"o:{number}", name=f"Officina {number}", kind="company", country="IT")
    row.description, row.language = description, "it"
    return row


def seekers(application: Application) -> list[Seeker]:
    with application.sessions() as session:
        return [Seeker(row.id, row.reference, row.kind) for row in session.scalars(select(Proposal))]


def test_a_generation_does_not_differ_from_itself(application: Application) -> None:
    generation = application.store.current()
    changes = changed(generation, generation)
    assert changes is not None
    assert len(changes) == 0


def test_new_and_changed_records_are_told_by_their_stamps(application: Application) -> None:
    old = application.store.current()
    with unit_of_work(application.sessions) as session:
        session.add(company(9, "Sensori ottici"))
        row = session.scalars(select(Proposal).where(Proposal.reference == "P2")).one()
        row.summary = "riciclo di lana"
        session.flush()
        wanted = session.scalars(select(Organisation.id).where(Organisation.reference == "o:9")).all(), [row.id]
    application.update_index()
    changes = changed(old, application.store.current())
    assert changes is not None
    assert (changes.organisations.tolist(), changes.proposals.tolist()) == tuple(map(list, wanted))


def test_where_most_changed_everything_is_out_of_date(application: Application) -> None:
    old = application.store.current()
    with unit_of_work(application.sessions) as session:
        for row in session.scalars(select(Organisation)):
            row.description = f"{row.description} e saldatura"
    application.update_index()
    assert changed(old, application.store.current()) is None


def test_a_candidate_reaches_who_seeks_what_it_offers(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "REACH", 1)
    with unit_of_work(application.sessions) as session:
        session.add(company(9, "Sensori di umidità per serre e ortaggi"))
    application.update_index()
    with application.sessions() as session:
        number = session.scalars(select(Organisation.id).where(Organisation.reference == "o:9")).one()
    changes = Changes(np.array([number], np.int64), np.empty(0, np.int64))
    everyone = seekers(application)
    found = reached(application.store.current(), everyone, changes, {})
    names = {seeker.reference for seeker in everyone if seeker.id in found}
    assert "P1" in names
    assert "P2" not in names


def test_a_proposal_reaches_counterparts_only(application: Application) -> None:
    everyone = seekers(application)
    number = next(seeker.id for seeker in everyone if seeker.reference == "P3")
    changes = Changes(np.empty(0, np.int64), np.array([number], np.int64))
    found = reached(application.store.current(), everyone, changes, {number: "TO"})
    assert {seeker.kind for seeker in everyone if seeker.id in found} == {"TR"}


def test_every_owner_of_the_index_has_a_stamp(application: Application) -> None:
    generation = application.store.current()
    owners = set(generation.section(PROPOSALS_OFFERED).owners.tolist())
    assert owners == {seeker.id for seeker in seekers(application)}


def test_other_weights_are_another_basis(application: Application) -> None:
    models = [load_model(target) for target in Target]
    assert basis(models, application.concepts) == basis(models, application.concepts)
    assert basis(models, application.concepts) != basis(models[:1], application.concepts)


def only_suggestion(application: Application, *, decided: bool) -> None:
    """P1 with one stored suggestion, o:1, accepted today or not."""
    with unit_of_work(application.sessions) as session:
        need = session.scalars(select(Proposal.id).where(Proposal.reference == "P1")).one()
        candidate = session.scalars(select(Organisation.id).where(Organisation.reference == "o:1")).one()
        row = Suggestion(proposal_id=need, candidate_organisation_id=candidate, rank=1, score=1.0, probability=0.5)
        row.band, row.explanation, row.generation = "good", {}, "000001"
        row.created_at = now() - timedelta(days=1)
        session.add(row)
        if decided:
            decide(
                session,
                proposal_id=need,
                target=Target.ORGANISATIONS,
                candidate_id=candidate,
                action=DecisionAction.ACCEPT,
                actor="broker",
            )


def stale(application: Application, since: datetime | None) -> list[str]:
    generation, today = application.store.current(), application.today()
    with application.sessions() as session:
        found, everything = outdated(session, seekers(application), generation, generation, today, since)
    assert not everything
    return [seeker.reference for seeker in found]


def test_a_decision_is_heeded_once_also_where_nothing_else_is_stored(application: Application) -> None:
    only_suggestion(application, decided=True)
    assert stale(application, now() - timedelta(hours=1)) == ["P1"]
    assert stale(application, now() + timedelta(seconds=1)) == []


@pytest.mark.parametrize("decided", [True, False])
def test_a_withdrawn_candidate_makes_stale_only_where_nobody_decided(application: Application, decided: bool) -> None:
    only_suggestion(application, decided=decided)
    with unit_of_work(application.sessions) as session:
        session.scalars(select(Organisation).where(Organisation.reference == "o:1")).one().withdrawn_at = now()
    assert stale(application, now() + timedelta(seconds=1)) == ([] if decided else ["P1"])
