"""Everybody who may come to the pages and one object of each sort, for tests that ask every page of everybody.

A new object joins by one function in `OBJECTS`, a new form by one line in `FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any

from flask import Flask
from flask import session as own
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import (
    Account,
    Attachment,
    Notification,
    OrganisationTheme,
    PartnerResponse,
    Proposal,
    ProposalCode,
    SavedFilter,
    SavedSearch,
    now,
)
from data.queries import today
from matching.brokerage.proposal_content import fields_of, hash_of
from tests import factories
from tests.data.hostile import pdf
from tests.web import accounts_world, desk_world, interests_world
from tests.web.conftest import Browser

PERSONAS = ("stranger", "member", "outsider", "colleague", "owner", "suspended", "broker", "administrator")
"""`member` has no organisation, `outsider` another one; `colleague` and `suspended` are of the owner's organisation."""
NOBODY = ("stranger", "suspended")
"""Those whom the pages take for a stranger."""

Values = dict[str, Any]
_addresses = count(1)


@dataclass
class World:
    """Accounts by persona, the values that an object gives to an address by its name, and what forms speak of."""

    accounts: dict[str, Account] = field(default_factory=dict)
    objects: dict[str, Values] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


Maker = Callable[[Session, World], Values]


def _own(session: Session, world: World, **given: Any) -> Values:
    owner = world.accounts["owner"]
    values = {"organisation_id": owner.organisation_id, "author_id": owner.id, **_complete(), **given}
    record = factories.proposal(session, **values)
    record.content_hash = hash_of(fields_of(record))
    return {"reference": record.reference}


def _complete() -> Values:
    """What a technology request needs to be published, as it is stored."""
    form = factories.form_of("TR")
    texts = (
        "title",
        "summary",
        "description",
        "expertise_sought",
        "partner_role",
        "partner_types",
        "partnership_types",
    )
    return {name: form[name] for name in texts} | {"codes": [(tree, form[tree][0]) for tree in _TREES]}


def _own_with_a_code(session: Session, world: World) -> Values:
    """Published, with a code that was read out of its texts."""
    values = _own(session, world)
    record = session.scalars(select(Proposal).where(Proposal.reference == values["reference"])).one()
    record.codes.append(ProposalCode(tree="een_technology", code="02002", origin="derived", weight=0.9))
    session.flush()
    return values


_TREES = ("een_technology", "een_market", "sdg")


CONTENT_KEY = "0" * 64
"""Of the content that all stored files share."""


def _attachment(session: Session, world: World, **given: Any) -> Values:
    """Of a published proposal."""
    values = _own(session, world, **given)
    owner = session.scalars(select(Proposal.id).where(Proposal.reference == values["reference"])).one()
    about = {
        "owner_kind": "proposal",
        "owner_id": owner,
        "key": CONTENT_KEY,
        "sha256": CONTENT_KEY,
        "actor": "account:1",
    }
    attachment = Attachment(name="piano.pdf", media_type="application/pdf", size=len(pdf()), **about)
    session.add(attachment)
    session.flush()
    return {**values, "number": attachment.id}


def _answer(session: Session, world: World) -> Values:
    """The company's, about a suggestion for its published proposal."""
    values = _own(session, world)
    owner = session.scalars(select(Proposal.id).where(Proposal.reference == values["reference"])).one()
    number = world.numbers["candidate"]
    answer = PartnerResponse(
        proposal_id=owner, candidate_organisation_id=number, answer="interested", actor="account:1"
    )
    session.add(answer)
    session.flush()
    return {**values, "number": answer.id}


def _search(session: Session, world: World) -> Values:
    searched = factories.proposal(session, organisation_id=world.accounts["owner"].organisation_id)
    kept = SavedSearch(
        proposal_id=searched.id,
        target="organisations",
        language="it",
        actor=f"account:{world.accounts['owner'].id}",
    )
    session.add(kept)
    session.flush()
    return {"number": kept.id}


def _notice(session: Session, world: World) -> Values:
    """The owner's, not seen yet."""
    told = {
        "template": "membership.confirmed",
        "values": {"organisation": "Officine"},
        "path": "/",
        "key": f"matrix-{world.accounts['owner'].id}",
    }
    notice = Notification(account_id=world.accounts["owner"].id, kind="account", **told)
    session.add(notice)
    session.flush()
    return {"number": notice.id}


def _followed(session: Session, world: World) -> Values:
    """A list that the owner follows."""
    kept = {"name": "Laser", "list_name": "proposals", "query": {"q": "laser"}, "last_id": 0, "told": []}
    saved = SavedFilter(account_id=world.accounts["owner"].id, last_day=today(), **kept)
    session.add(saved)
    session.flush()
    return {"number": saved.id}


OBJECTS: dict[str, Maker] = {
    # for addresses of organisations
    "organisation": lambda session, world: {"reference": _organisation_of(session, world)},
    # for addresses of proposals
    "draft": lambda session, world: _own(session, world, state="draft", published=None, expires=None),
    "published": _own_with_a_code,
    "waiting": lambda session, world: _own(session, world, state="to_validate", published=None, expires=None),
    "withdrawn": lambda session, world: _own(session, world, state="withdrawn", published=None),
    "archived": lambda session, world: _own(session, world, state="archived"),
    "ending": lambda session, world: _own(session, world, expires=factories.in_days(20)),
    "private-draft": lambda session, world: _own(session, world, state="draft", organisation_id=None, published=None),
    "foreign": lambda session, world: {"reference": factories.proposal(session, source="een").reference},
    "attachment": _attachment,
    "draft-attachment": lambda session, world: _attachment(session, world, state="draft", published=None, expires=None),
    "answer": _answer,
    # for others
    "search": _search,
    "own-notice": _notice,
    "followed-list": _followed,
    "list": lambda session, world: {"name": "proposals"},
    "letter": lambda session, world: {"token": "nothing"},
    "sole-member": lambda session, world: {"number": factories.account(session).id},
    "kind": lambda session, world: {"kind": "TR"},
    "kind-of-call": lambda session, world: {"kind": "RDR"},
    "stylesheet": lambda session, world: {"filename": "abbina.css"},
    "bootstrap": lambda session, world: {"filename": "css/bootstrap.min.css"},
    "library": lambda session, world: {"filename": "js/webauthn.js"},
    "unknown-token": lambda session, world: {"token": "nothing"},
    **interests_world.OBJECTS,
    **accounts_world.OBJECTS,
    **desk_world.OBJECTS,
}
"""By name, how to store it, and the values that it gives to an address; made in this order.

All proposals but `foreign` are of the owner's organisation; `private-draft` the owner wrote without one.
"""
_OF_PROPOSALS = ("proposals.", "desk.")
ONLY_FOR: dict[str, str | tuple[str, ...]] = {
    "attachment": "proposals.file",
    "draft-attachment": "proposals.file",
    "answer": "proposals.withdraw_response",
    "organisation": "organisations.",
    "draft": _OF_PROPOSALS,
    "published": _OF_PROPOSALS,
    "archived": _OF_PROPOSALS,
    "private-draft": _OF_PROPOSALS,
    "foreign": _OF_PROPOSALS,
    "search": "searches.",
    "stylesheet": "static",
    "bootstrap": "bootstrap.static",
    "library": "security.static",
    "unknown-token": "security.",
    "own-notice": "activities.see",
    "followed-list": "activities.leave",
    "list": "activities.follow",
    "letter": "activities.off",
    "sole-member": ("privacy.", *accounts_world.ACCOUNT_PAGES),
    **interests_world.ONLY_FOR,
    **accounts_world.ONLY_FOR,
    **desk_world.ONLY_FOR,
}
"""Objects whose values would fit addresses that they do not belong to, by what the endpoints begin with that they are
for; `--observed` asks no others for them."""

_TAG = {"tree": "een_technology", "code": "02002", "action": "confirm"}
FORMS: dict[str, Callable[[World], Values]] = {
    **interests_world.FORMS,
    **accounts_world.FORMS,
    **desk_world.FORMS,
    "proposals.post": lambda world: factories.form_of("TR", action="draft"),
    "proposals.post kind-of-call": lambda world: factories.form_of("RDR", action="draft"),
    "proposals.edit": lambda world: factories.form_of("TR", action="draft", title="Rivestimento per stampi, riscritto"),
    "proposals.preview": lambda world: factories.form_of("TR"),
    "proposals.record": lambda world: {
        "target": "organisations",
        "candidate": world.numbers["candidate"],
        "action": "reject",
        "reason": "other",
        "note": "Fa altro.",
    },
    "proposals.close": lambda world: {"outcome": "partner_found"},
    "proposals.refuse": lambda world: {"reason": "Manca il grado di maturità."},
    "proposals.accompany": lambda world: {"account": str(world.accounts["broker"].id)},
    "proposals.respond": lambda world: {
        "target": "organisations",
        "candidate": world.numbers["candidate"],
        "answer": "interested",
    },
    "proposals.attach_file": lambda world: {"file": (BytesIO(pdf()), "piano.pdf")},
    "proposals.keep_search": lambda world: {"target": "organisations"},
    "proposals.record_tag": lambda world: _TAG,
    "organisations.record_tag": lambda world: _TAG,
    "security.login": lambda world: {"email": world.accounts["owner"].email, "password": factories.PASSWORD},
    "security.send_confirmation": lambda world: {"email": world.accounts["owner"].email},
    "security.forgot_password": lambda world: {"email": world.accounts["owner"].email},
    "security.verify": lambda world: {"password": factories.PASSWORD},
    "security.change_password": lambda world: {
        "password": factories.PASSWORD,
        "new_password": "un'altra parola lunga",
        "new_password_confirm": "un'altra parola lunga",
    },
    "security.two_factor_setup": lambda world: {"setup": "authenticator"},
}
"""By endpoint, or by `endpoint object` where that matters, a form that is complete, without its token; what is not here
is sent an empty one. A file is a pair of an open stream and a name."""


def filled(endpoint: str, name: str, world: World) -> Values:
    """A form for an endpoint and the object of that name."""
    make = FORMS.get(f"{endpoint} {name}") or FORMS.get(endpoint)
    return make(world) if make else {}


def _organisation_of(session: Session, world: World) -> str:
    record = world.accounts["owner"].organisation
    assert record is not None
    record.themes = [OrganisationTheme(tree="een_technology", code="02002", origin="derived", weight=0.9)]
    session.flush()
    return record.reference


def populate(session: Session) -> World:
    """Store everybody and everything; the caller commits."""
    world = World()
    verified = {"verified_at": now(), "verified_by": "job:test"}
    home, elsewhere = (factories.organisation(session, **verified) for _ in range(2))
    belongs = {"outsider": elsewhere, "colleague": home, "owner": home, "suspended": home}
    roles = {"broker": "broker", "administrator": "administrator"}
    for persona in PERSONAS[1:]:
        world.accounts[persona] = factories.account(
            session, roles.get(persona, "member"), organisation=belongs.get(persona), active=persona != "suspended"
        )
    world.numbers["candidate"] = factories.organisation(session).id
    for name, make in OBJECTS.items():
        world.objects[name] = make(session, world)
    return world


def visitor(app: Flask, world: World, persona: str) -> Browser:
    """A browser of a persona that reads English, from an address of its own (limits count by address)."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    number = next(_addresses)
    browser.environ_base["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser if persona == "stranger" else browser.sign_in(world.accounts[persona])


def token_for(browser: Browser) -> str:
    """A valid token of the browser's session, without fetching a page."""
    with browser.session_transaction() as session, browser.application.test_request_context():
        made = str(generate_csrf())
        session["csrf_token"] = own["csrf_token"]
    return made
