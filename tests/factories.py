"""Records for tests, with all that is required filled in; what matters to a test is given by name."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from data.models import (
    Account,
    Evidence,
    Organisation,
    OrganisationCompetence,
    OrganisationTheme,
    Proposal,
    ProposalCode,
    now,
)
from data.queries import today

_numbers = count(1)

PASSWORD = "una parola lunga di prova"
PASSWORD_HASH = "$argon2id$v=19$m=64,t=1,p=1$7U7ZKIn5v2cTGLbfw5SCGA$P+SR90Bn9QZ+0URI9cBtPXtzTo8v6hnjOTrjlfaOBhw"
"""Of PASSWORD, with less work than a real one: tests sign in often."""


def organisation(session: Session, **given: Any) -> Organisation:
    """An organisation, stored. `competences` are (term, origin), `themes` (tree, code), `evidence` titles."""
    number = next(_numbers)
    competences = given.pop("competences", ())
    themes = given.pop("themes", ())
    evidence = given.pop("evidence", ())
    values = {"reference": f"test:org-{number}", "name": f"Organizzazione {number}", "kind": "company", "country": "IT"}
    record = Organisation(**(values | given))
    record.competences = [OrganisationCompetence(term=term, origin=origin) for term, origin in competences]
    record.themes = [OrganisationTheme(tree=tree, code=code) for tree, code in themes]
    record.evidence = [
        Evidence(position=place, kind="project", title=title, year=2024, text=f"Testo di {title}.")
        for place, title in enumerate(evidence)
    ]
    session.add(record)
    session.flush()
    return record


def proposal(session: Session, **given: Any) -> Proposal:
    """A published proposal of the platform that ends in a year, stored. `codes` are (tree, code)."""
    number = next(_numbers)
    codes = given.pop("codes", ())
    values: dict[str, Any] = {
        "reference": f"TEST-{number}",
        "kind": "TR",
        "source": "platform",
        "state": "published",
        "title": f"Proposta {number}",
        "summary": f"Sommario della proposta {number}.",
        "language": "it",
        "country": "IT",
        "published": today() - timedelta(days=1),
        "expires": today() + timedelta(days=364),
    }
    record = Proposal(**(values | given))
    record.codes = [ProposalCode(tree=tree, code=code) for tree, code in codes]
    session.add(record)
    session.flush()
    return record


def account(session: Session, role: str = "member", **given: Any) -> Account:
    """A confirmed account that can sign in (its password is PASSWORD); with `organisation` it is a confirmed member."""
    number = next(_numbers)
    belongs = given.pop("organisation", None)
    values: dict[str, Any] = {
        "email": f"persona{number}@example.org",
        "name": f"Persona {number}",
        "role": role,
        "fs_uniquifier": f"{number:032x}",
        "password": PASSWORD_HASH,
        "confirmed_at": now(),
        "organisation_id": belongs.id if belongs is not None else None,
        "membership": "confirmed" if belongs is not None else "none",
    }
    record = Account(**(values | given))
    session.add(record)
    session.flush()
    return record


def form_of(kind: str, **given: Any) -> dict[str, Any]:
    """A filled-in form of a kind, as a browser sends it, complete enough to publish."""
    soon = today() + timedelta(days=60)
    form: dict[str, Any] = {
        "title": "Rivestimento antiusura per stampi",
        "summary": "Cerchiamo un rivestimento che resista all'usura su stampi per alluminio.",
        "description": "Gli stampi si consumano dopo ventimila colpi. Serve un rivestimento duro e aderente.",
        "partner_role": "Prove su provini e poi fornitura.",
        "partner_types": ["SME 11-49", "University"],
        "een_market": ["08"],
        "sdg": ["09"],
        "country": "IT",
        "language": "it",
        "keywords": "stampi, usura",
    }
    by_kind: dict[str, dict[str, Any]] = {
        "TR": {"expertise_sought": "PVD o CVD.", "een_technology": ["02007"]},
        "TO": {
            "advantages": "Durata doppia.",
            "stage": "Lab tested",
            "ipr": "IPR granted",
            "een_technology": ["02007"],
        },
        "BR": {"expertise_sought": "Forniture in piccole serie."},
        "BO": {"advantages": "Consegna in tre giorni."},
        "RDR": {
            "een_technology": ["02007"],
            "call_programme": "Horizon Europe",
            "call_title": "Superfici durevoli",
            "call_identifier": "HORIZON-TEST-01",
            "call_coordinator_required": "no",
            "call_eoi_deadline": soon.isoformat(),
            "call_deadline": (soon + timedelta(days=30)).isoformat(),
            "call_weeks": "104",
        },
    }
    agreements = {"TR": "Investment agreement", "TO": "Investment agreement", "BR": "Supplier agreement"}
    agreements |= {"BO": "Supplier agreement", "RDR": "Research and development cooperation agreement"}
    return form | {"partnership_types": [agreements[kind]]} | by_kind[kind] | given


def in_days(days: int) -> date:
    """A day from today."""
    return today() + timedelta(days=days)
