"""Fifty things of every kind that wait on the desk, in the demo region."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Organisation, Proposal, Suggestion, now
from data.models.vocabulary import InterestKind
from matching.bootstrap import Application
from matching.brokerage.interests import express
from matching.brokerage.people import person_of
from matching.brokerage.references import new_token
from tests import factories
from tests.matching.interest_world import written
from tests.web.test_desk import to_validate

WAITING = {"validation": 18, "curation": 12, "interest": 4, "expiry": 10, "organisation": 3, "membership": 3}
SUGGESTED = 0.8
PROFILES = ("TOAT99990501001", "TOES99990501002", "TOFI99990501003", "TODK99990501004")
THINGS = ("punzoni", "gusci", "lastre", "pompe", "cuscinetti", "ugelli", "viti", "rulli", "lame", "molle", "giunti")


def fill(region: Application, company: Account) -> None:
    """Store them; the longest waiting are those to curate."""
    with region.sessions.begin() as session:
        own = {"organisation_id": company.organisation_id, "author_id": company.id}
        for number in range(WAITING["validation"]):
            thing = THINGS[number % len(THINGS)]
            given = {"submitted_at": now() - timedelta(days=number % 3), "author_id": company.id}
            # Of several firms, since one that hands in the same twice is an obstacle.
            firm = factories.organisation(session, name=f"Rivestimenti {number}", verified_at=now())
            title = f"Rivestire {thing} di acciaio, caso {number}"
            to_validate(session, title=title, organisation_id=firm.id, **given)
        for number in range(WAITING["expiry"]):
            end = factories.in_days(10 + number)
            factories.proposal(session, title=f"Profilo che scade {number}", expires=end, **own)
        for number in range(WAITING["organisation"]):
            factories.account(session, organisation=factories.organisation(session, name=f"Ditta nuova {number}"))
        checked = factories.organisation(session, name="Ditta verificata", verified_at=now())
        for number in range(WAITING["membership"]):
            factories.account(session, name=f"Persona {number}", organisation=checked, membership="pending")
        for profile in PROFILES:
            form = written(InterestKind.FULL, token=new_token(factories.in_days(0)))
            express(session, person_of(session.get_one(Account, company.id)), profile, form)
        _suggest(session, region)


def _suggest(session: Session, region: Application) -> None:
    """One suggestion for each of some proposals: the organisation that their page shows first."""
    open_ones = select(Proposal).where(Proposal.source == "platform", Proposal.state == "published")
    found = 0
    for need in session.scalars(open_ones.where(Proposal.reference.like("VF-%")).order_by(Proposal.reference)):
        matches = region.service.match_proposal(need.reference).organisations
        if found == WAITING["curation"] or not matches:
            continue
        found += 1
        first = session.scalars(select(Organisation).where(Organisation.reference == matches[0].reference)).one()
        session.add(
            Suggestion(
                proposal_id=need.id,
                candidate_organisation_id=first.id,
                rank=1,
                score=1.0,
                probability=SUGGESTED,
                band="strong",
                explanation={},
                generation="g",
                first_suggested_at=now() - timedelta(days=30),
            )
        )
