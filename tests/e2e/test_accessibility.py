"""Every page against WCAG 2.2 AA: by axe-core, at the width of a desk and of a small telephone, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.accessibility import FOR_THE_DESK, FOR_THE_TELEPHONE, NOT_LOOKED_AT, PAGES, QUIET, Place, look
from tests.e2e.keyboard import faults_by_keyboard
from tests.e2e.people import People, sign_in_by_form
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

WORDLESS = """() => [...document.querySelectorAll("[class*='badge'], [class*='state'], [class*='band']")]
  .filter((part) => part.checkVisibility() && !part.textContent.trim() && !part.closest("[aria-hidden=true]"))
  .map((part) => part.outerHTML)"""
BROADER = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll("body *")].reverse()
    .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > window.innerWidth)
    .map((part) => part.outerHTML.slice(0, 100))"""

Open = Callable[[Place], Page]


@pytest.fixture(scope="module")
def open_page(browser: Browser, people: People) -> Iterator[Open]:
    """Opens a place as its persona; axe's script is let in past the policy of the pages."""
    contexts: dict[str, BrowserContext] = {}

    def opened(place: Place) -> Page:
        if place.persona not in contexts:
            contexts[place.persona] = people.context(browser, place.persona, bypass_csp=True)
        page = contexts[place.persona].new_page()
        page.goto(f"{people.address}{place.path.format_map(people.objects)}")
        page.wait_for_function(QUIET)
        return page

    yield opened
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("place", PAGES, ids=lambda place: f"{place.name}, {place.persona}")
def test_a_page_is_for_everybody(open_page: Open, place: Place) -> None:
    page = open_page(place)
    assert faults_by_keyboard(page) == []
    for width, options in ((1280, FOR_THE_DESK), (320, FOR_THE_TELEPHONE)):
        assert look(page, place, width, options).violations == ()
        assert page.evaluate(BROADER) == [], f"scrolls sideways at {width} px"
        assert page.evaluate(WORDLESS) == [], "says something by colour alone"
    page.close()


def test_every_page_without_parameters_is_looked_at(pages: Flask) -> None:
    adapter = pages.url_map.bind("localhost")
    paths = {place.path.split("?")[0] for place in PAGES if place.name != "nothing here" and "{" not in place.path}
    looked_at = {adapter.match(path)[0] for path in paths}
    plain = {
        rule.endpoint for rule in pages.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    }
    assert sorted(plain - looked_at - NOT_LOOKED_AT.keys()) == [], "add them to PAGES of tests/e2e/accessibility.py"
    assert sorted(NOT_LOOKED_AT.keys() - plain) == []


@pytest.mark.parametrize("persona", ["stranger"])
def test_signing_in_by_the_form_and_out_again(page: Page, people: People) -> None:
    sign_in_by_form(page, people.address, people.accounts["company"].email, PASSWORD)
    leave = page.get_by_role("button", name="Esci")
    expect(leave).to_be_visible()
    leave.click()
    expect(page.get_by_role("link", name="Accedi")).to_be_visible()
