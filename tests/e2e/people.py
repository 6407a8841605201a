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

from data.models import Account, Organisation, now
from matching.bootstrap import Application
from tests import factories
from tests.web.conftest import session_of

PERSONAS = ("stranger", "member", "company", "broker", "administrator")
"""`member` has no organisation yet; `company` acts for the organisation whose need FEATURED is."""
COMPANY = "demo:advanced_manufacturing-03"
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

    def sign_in(self, context: BrowserContext, persona: str) -> BrowserContext:
        """Be that persona from now on in all pages of `context`."""
        if persona == "stranger":
            return context
        serializer = self.pages.session_interface.get_signing_serializer(self.pages)  # type: ignore[attr-defined]
        cookie = serializer.dumps(session_of(self.accounts[persona]))
        context.add_cookies([{"name": self.pages.config["SESSION_COOKIE_NAME"], "value": cookie, "url": self.address}])
        return context

    def context(self, browser: Browser, persona: str, **given: Any) -> BrowserContext:
        """A new context of a browser in which that persona reads Italian."""
        return self.sign_in(browser.new_context(**{"locale": LOCALE, **given}), persona)


def settle(region: Application, pages: Flask, address: str) -> People:
    """Give everybody an account, and store what the demo has none of."""
    with region.sessions.begin() as session:
        company = session.scalars(select(Organisation).where(Organisation.reference == COMPANY)).one()
        company.verified_at, company.verified_by = now(), "job:test"
        accounts = {
            "member": factories.account(session, name="Mara Membro"),
            "company": factories.account(session, name="Carla Compagnia", organisation=company),
            "broker": factories.account(session, "broker", name="Bruno Broker"),
            "administrator": factories.account(session, "administrator", name="Ada Amministra"),
        }
        return People(pages, address, accounts, _objects(session, accounts["company"]))


def _objects(session: Session, owner: Account) -> dict[str, str]:
    """A new object of a page joins here by one line: its name in a path, and how to store it."""
    own: dict[str, Any] = {"organisation_id": owner.organisation_id, "author_id": owner.id}
    return {
        "draft": factories.proposal(session, state="draft", published=None, expires=None, **own).reference,
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
