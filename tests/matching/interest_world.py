"""Two organisations, a proposal of the platform and a profile of the network, and the people around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from data.models import Account, Interest, Proposal, now
from data.models.vocabulary import InterestKind
from data.queries import today
from matching.brokerage.interests import Written, express
from matching.brokerage.people import Person, person_of
from matching.brokerage.references import new_token
from tests.factories import account, organisation, proposal

PLATFORM_FORM = {"partnership_offered": "Prove su provini.", "additional_information": "Dieci anni di esperienza."}
FULL_FORM = {
    "organisation": "Rivestimenti Esempio",
    "contact": "Persona di prova",
    "email": "persona@example.org",
    "technology_interest": "Il rivestimento.",
    "presentation": "Facciamo stampi.",
}
ASKING_FORM = {**FULL_FORM, "information_requested": "Quali spessori?"}
FORMS = {
    InterestKind.PLATFORM: PLATFORM_FORM,
    InterestKind.FULL: FULL_FORM,
    InterestKind.INFORMATION: ASKING_FORM,
}


@dataclass
class World:
    """Who is who. `own` is the platform's proposal, `profile` the network's."""

    applicant: Account
    owner: Account
    broker: Account
    colleague: Account
    own: Proposal
    profile: Proposal

    def person(self, name: str) -> Person:
        """One of the accounts as the rules see it."""
        return person_of(getattr(self, name))


def world(session: Session) -> World:
    """A new one, stored."""
    applicants = organisation(session, name="Rivestimenti Esempio", verified_at=now())
    owners = organisation(session, name="Stampi Esempio", verified_at=now())
    owner = account(session, organisation=owners)
    return World(
        applicant=account(session, organisation=applicants),
        owner=owner,
        broker=account(session, "broker", name="A"),
        colleague=account(session, "broker", name="B"),
        own=proposal(session, organisation_id=owners.id, author_id=owner.id),
        profile=proposal(session, source="een", kind="TO", language="en"),
    )


def written(kind: InterestKind, **given: Any) -> Written:
    """A complete form of a kind."""
    values: dict[str, Any] = {"form": FORMS[kind], "language": "it", "token": new_token(today()), "accepted": True}
    return Written(kind=kind, **(values | given))


def expressed(session: Session, people: World, kind: InterestKind = InterestKind.PLATFORM, **given: Any) -> Interest:
    """An expression of the applicant, sent."""
    target = people.own if kind is InterestKind.PLATFORM else people.profile
    submit = given.pop("submit", True)
    return express(session, people.person("applicant"), target.reference, written(kind, **given), submit=submit)
