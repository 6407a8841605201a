from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Organisation, Proposal, now
from data.models.vocabulary import CaseKind, DecisionAction, PartnerAnswer, RejectReason, Role
from data.queries import today
from matching.bootstrap import Application
from matching.brokerage.curation import decide
from matching.brokerage.events import events_of
from matching.brokerage.people import Person, person_of
from matching.brokerage.privacy.erasing import erase
from matching.brokerage.responses import respond, responses_of, withdraw
from matching.brokerage.why_not import Answer, Asked, Because, why_not
from matching.errors import CurationError
from matching.freshness import _decided_since
from matching.types import Band, Target
from tests.factories import account, organisation, proposal
from tests.matching.conftest import OFFER, by_reference

BROKER = Person(account_id=1, role=Role.BROKER)
NO = {"answer": PartnerAnswer.NOT_INTERESTED, "reason": RejectReason.COMPETITOR}


def refuse(sessions: sessionmaker[Session], table: type[Organisation] | type[Proposal], reference: str) -> int:
    """The company of NEED-1 refuses; returns the number of its answer."""
    target = Target.ORGANISATIONS if table is Organisation else Target.PROPOSALS
    with unit_of_work(sessions) as session:
        candidate = target, by_reference(session, table, reference)
        return respond(session, "NEED-1", BROKER, candidate, **NO).id  # type: ignore[arg-type]


def suggested(application: Application) -> set[str]:
    found = application.service.match_proposal("NEED-1")
    return {match.reference for match in (*found.organisations, *found.proposals)}


def test_who_was_refused_is_suggested_to_nobody_until_it_is_taken_back(application: Application) -> None:
    assert {"water", "OFFER-WATER"} <= suggested(application)
    offer = refuse(application.sessions, Proposal, "OFFER-WATER")
    refuse(application.sessions, Organisation, "water")
    assert not {"water", "OFFER-WATER"} & suggested(application)
    assert "NEED-1" not in {match.reference for match in application.service.match_organisation("water").proposals}
    with unit_of_work(application.sessions) as session:
        withdraw(session, "NEED-1", BROKER, offer)
    assert "OFFER-WATER" in suggested(application)


def test_what_was_answered_makes_stored_suggestions_stale(application: Application) -> None:
    from matching import suggestions

    suggestions.store(application.sessions, "NEED-1", application.service.match_proposal)
    with application.sessions() as session:
        number = by_reference(session, Proposal, "NEED-1")
        assert _decided_since(session, None) == set()
    refuse(application.sessions, Organisation, "water")
    with application.sessions() as session:
        assert _decided_since(session, None) == {number}
        assert _decided_since(session, now() + timedelta(seconds=1)) == set()


def test_the_chosen_alone_in_full(application: Application) -> None:
    assert application.service.match_chosen("NEED-1").organisations == ()
    with application.sessions.begin() as session:
        about = {"proposal_id": by_reference(session, Proposal, "NEED-1"), "target": Target.ORGANISATIONS}
        number = by_reference(session, Organisation, "drones")  # far down, and shown all the same
        decide(session, candidate_id=number, action=DecisionAction.ADD, actor="account:1", **about)  # type: ignore[arg-type]
    [match] = application.service.match_chosen("NEED-1").organisations
    assert (match.reference, match.curated) == ("drones", "add")
    assert match.explanation.contributions


def test_an_answer_needs_its_words(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        own, other = proposal(session), organisation(session)
    wrong: tuple[tuple[PartnerAnswer, dict[str, Any]], ...] = (
        (PartnerAnswer.NOT_INTERESTED, {}),
        (PartnerAnswer.QUESTION, {"note": " "}),
        (PartnerAnswer.INTERESTED, {"note": "x" * 2001}),
    )
    for answer, given in wrong:
        with pytest.raises(CurationError), unit_of_work(sessions) as session:
            respond(session, own.reference, BROKER, (Target.ORGANISATIONS, other.id), answer, **given)
    with pytest.raises(CurationError, match="itself"), unit_of_work(sessions) as session:
        respond(session, own.reference, BROKER, (Target.PROPOSALS, own.id), PartnerAnswer.INTERESTED)


def asked(
    application: Application, table: type[Organisation] | type[Proposal], reference: str, *, for_company: bool = False
) -> Answer:
    target = Target.ORGANISATIONS if table is Organisation else Target.PROPOSALS
    with application.sessions() as session:
        seeker = session.get_one(Proposal, by_reference(session, Proposal, "NEED-1"))
        about = Asked(seeker, today(), shown=10, for_company=for_company)
        return why_not(session, application.service, about, (target, by_reference(session, table, reference)))


@pytest.mark.parametrize(
    ("reference", "because"),
    [
        ("NEED-1", Because.ITSELF),
        ("OWN-OFFER", Because.OWN),
        ("EXPIRED", Because.NOT_OPEN),
        ("DRAFT", Because.NOT_OPEN),
        ("SAME-DIRECTION", Because.KIND),
        ("ELSEWHERE", Because.THEIR_COUNTRIES),
        ("OFFER-WATER", Because.THERE),
        ("OFFER-BREAD", Because.TOO_WEAK),
    ],
)
def test_why_a_proposal_is_not_there(application: Application, reference: str, because: Because) -> None:
    assert asked(application, Proposal, reference).because is because


def test_why_an_organisation_is_not_there(application: Application) -> None:
    assert asked(application, Organisation, "own").because is Because.OWN
    there = asked(application, Organisation, "water")
    assert (there.because, there.place) == (Because.THERE, 1)
    assert asked(application, Organisation, "water", for_company=True).because is Because.NOT_CURATED
    weak = asked(application, Organisation, "bread")
    assert weak.because is Because.TOO_WEAK
    assert weak.criterion is not None
    with application.sessions.begin() as session:
        organisation(session, reference="newcomer", name="Nuova Esempio", description=OFFER)
        session.get_one(Organisation, by_reference(session, Organisation, "drones")).withdrawn_at = now()
    assert asked(application, Organisation, "newcomer").because is Because.NOT_INDEXED
    assert asked(application, Organisation, "drones").because is Because.WITHDRAWN


def test_why_follows_what_people_and_countries_say(application: Application) -> None:
    with application.sessions.begin() as session:
        about = {"proposal_id": by_reference(session, Proposal, "NEED-1"), "target": Target.ORGANISATIONS}
        number = by_reference(session, Organisation, "water")
        rejected = {"action": DecisionAction.REJECT, "reason": RejectReason.OTHER, "actor": "account:1"}
        decide(session, candidate_id=number, **about, **rejected)  # type: ignore[arg-type]
    assert asked(application, Organisation, "water").reason == "other"
    hidden = asked(application, Organisation, "water", for_company=True)
    assert (hidden.because, hidden.reason) == (Because.SET_ASIDE, None)
    refuse(application.sessions, Organisation, "bread")
    assert asked(application, Organisation, "bread").because is Because.REFUSED
    with application.sessions.begin() as session:
        session.get_one(Proposal, by_reference(session, Proposal, "NEED-1")).target_countries = ["FR"]
    elsewhere = asked(application, Organisation, "drones")
    assert (elsewhere.because, elsewhere.countries) == (Because.COUNTRY, ("FR",))
    with application.sessions.begin() as session:
        session.get_one(Proposal, by_reference(session, Proposal, "NEED-1")).state = "closed"
    assert asked(application, Organisation, "drones").because is Because.SEEKER_NOT_OPEN


def test_the_place_is_the_one_of_the_page(application: Application) -> None:
    for match in application.service.match_proposal("NEED-1", top=50).organisations:
        placed = application.service.place_of("NEED-1", Target.ORGANISATIONS, match.candidate_id)
        assert placed is not None
        assert (placed.place, placed.band) == (match.rank, match.band)
    assert Band.WEAK in {match.band for match in application.service.match_proposal("NEED-1").organisations}


def test_what_an_erased_person_asked_goes_and_the_refusal_stands(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        home = organisation(session)
        member, own = account(session, organisation=home), proposal(session, organisation_id=home.id)
        candidate = Target.ORGANISATIONS, organisation(session).id
        person = person_of(member)
        respond(session, own.reference, person, candidate, PartnerAnswer.QUESTION, note="Sono Ada, rispondete a me")
        given: dict[str, Any] = {**NO, "note": "Ci ho lavorato io"}
        respond(session, own.reference, person, candidate, **given)
    with unit_of_work(sessions) as session:
        erase(session, member.id, person)
    with sessions() as session:
        assert [(row.answer, row.note) for row in responses_of(session, own.id)] == [("not_interested", None)]
        notes = [event.note for event in events_of(session, CaseKind.PROPOSAL, own.id)]
        assert notes == [None, None]
