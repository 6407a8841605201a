"""Who sits before the browser: accounts in the region's database, signed in without the form that costs a second.

On a server that runs already, people sign in by the form, with the accounts of the demo
(`demo-accounts.txt` in the home of the server: role, address and password, separated by tabs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Organisation, Proposal, now
from matching.bootstrap import Application
from tests import factories
from tests.web.conftest import session_of
from tests.web.world import OBJECTS, World

PERSONAS = ("stranger", "halfway", "member", "company", "partner", "broker", "administrator")
"""`halfway` has given the password and not yet the second factor; `member` has no organisation yet; `company` acts for
that whose need FEATURED is, `partner` for another."""
COMPANY = "demo:advanced_manufacturing-03"
PARTNER = "demo:advanced_manufacturing-01"
FEATURED = "VF-ADV-001"
DEMO_ACCOUNTS = "demo-accounts.txt"
LOCALE = "it-IT"


@dataclass
class People:
    """The accounts by persona, and `objects`, what paths of pages name in braces."""

    pages: Flask
    address: str
    accounts: Mapping[str, Account]
    objects: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the session of a persona holds beside who they are."""

    def sign_in(self, context: BrowserContext, persona: str) -> BrowserContext:
        """Be that persona from now on in all pages of `context`."""
        if persona == "stranger":
            return context
        serializer = self.pages.session_interface.get_signing_serializer(self.pages)  # type: ignore[attr-defined]
        account = self.accounts[persona]
        halfway = {"tf_user_id": account.fs_uniquifier, "tf_state": "ready"}
        session = halfway if persona == "halfway" else session_of(account)
        cookie = serializer.dumps({**session, **self.kept.get(persona, {})})
        context.add_cookies([{"name": self.pages.config["SESSION_COOKIE_NAME"], "value": cookie, "url": self.address}])
        return context

    def context(self, browser: Browser, persona: str, **given: Any) -> BrowserContext:
        """A new context of a browser in which that persona reads Italian."""
        return self.sign_in(browser.new_context(**{"locale": LOCALE, **given}), persona)


def settle(region: Application, pages: Flask, address: str, *, furnished: bool = True) -> People:
    """Give everybody an account, and unless not `furnished` store what the demo has none of."""
    suggested = region.service.match_proposal(FEATURED, top=2).organisations
    with region.sessions.begin() as session:
        company, partner = (_verified(session, reference) for reference in (COMPANY, PARTNER))
        accounts = {
            "halfway": factories.account(session, tf_primary_method="authenticator", tf_totp_secret="{}"),
            "member": factories.account(session, name="Mara Membro"),
            "company": factories.account(session, name="Carla Compagnia", organisation=company),
            "partner": factories.account(session, name="Paolo Partner", organisation=partner),
            "broker": factories.account(session, "broker", name="Bruno Broker"),
            "administrator": factories.account(session, "administrator", name="Ada Amministra"),
        }
        objects = _objects(session, accounts) if furnished else {}
        objects |= {f"candidate-{place}": str(match.candidate_id) for place, match in enumerate(suggested, 1)}
        kept = {"broker": {"desk_result": _result(session, objects["waiting"])}} if furnished else {}
        return People(pages, address, accounts, objects, kept)


def _result(session: Session, reference: str) -> dict[str, Any]:
    """What a bulk action leaves: one item that was done, one that was not."""
    number = session.scalars(select(Proposal.id).where(Proposal.reference == reference)).one()
    return {"action": "approve", "rows": [("validation", number, "done"), ("validation", number, "blocked")]}


def _verified(session: Session, reference: str) -> Organisation:
    found = session.scalars(select(Organisation).where(Organisation.reference == reference)).one()
    found.verified_at, found.verified_by = now(), "job:test"
    return found


def _objects(session: Session, accounts: Mapping[str, Account]) -> dict[str, str]:
    """A new object of a page joins here by one line: its name in a path, and how to store it."""
    owner, broker = accounts["company"], accounts["broker"]
    own: dict[str, Any] = {"organisation_id": owner.organisation_id, "author_id": owner.id}
    unpublished: dict[str, Any] = {"published": None, "expires": None, **own}
    world = World({"owner": owner, "outsider": accounts["partner"], "broker": broker})

    def of(name: str, value: str) -> str:
        return str(OBJECTS[name](session, world)[value])

    return {
        "draft": factories.proposal(session, state="draft", **unpublished).reference,
        "waiting": factories.proposal(session, state="to_validate", **unpublished).reference,
        "account": str(broker.id),
        "claimed": of("organisation-with-claim", "number"),
        "invitation": of("invitation", "token"),
        "target": of("interest-target", "target"),
        "interest": of("interest-submitted", "reference"),
        "interest-draft": of("interest-draft", "reference"),
        "room": of("room", "number"),
    }


def sign_in_by_form(page: Page, address: str, email: str, password: str) -> None:
    """Sign in as people do."""
    page.goto(f"{address}/login")
    form = page.locator("form", has=page.locator('input[name="password"]'))
    form.locator('input[name="email"]').fill(email)
    form.locator('input[name="password"]').fill(password)
    form.locator('[type="submit"], button:not([type])').first.click()
    page.wait_for_url(lambda url: "/login" not in url)


def demo_accounts(home: Path) -> dict[str, tuple[str, str]]:
    """(address, password) by role, the first of each; empty where the file is missing."""
    file = home / DEMO_ACCOUNTS
    found: dict[str, tuple[str, str]] = {}
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    password = next(iter(re.findall(r"^password: (.+)$", text, re.MULTILINE)), "")
    for email, role in re.findall(r"^(\S+@\S+)  \((\w+)\)$", text, re.MULTILINE):
        found.setdefault(role, (email, password))
    return found
