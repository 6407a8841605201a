from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from data.models import Organisation, Proposal
from data.queries import today
from matching.bootstrap import Application
from matching.brokerage import searches
from tests.e2e.people import People

pytestmark = pytest.mark.browser

LONELY = "VF-AGR-007"
"""It wants partners of countries in which the demo region has no organisation."""


def somebody_comes(region: Application) -> None:
    """An organisation of a wanted country that says what is looked for; then the look of the night."""
    with region.sessions.begin() as session:
        need = session.scalars(select(Proposal).where(Proposal.reference == LONELY)).one()
        wish = f"{need.title}. {need.summary} {need.description} {need.partner_role}"
        record = Organisation(reference="demo:new", name="Saftpresse Beispiel GmbH", kind="company", country="DE")
        record.description, record.language = wish, "it"
        session.add(record)
    region.update_index()
    searches.look(region.sessions, region.service.match_proposal, today())


def list_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Organizzazioni")


def test_a_search_is_kept_finds_somebody_and_is_ended_without_scripts(
    address: str, browser: Browser, region: Application, people: People
) -> None:
    context = people.context(browser, "broker", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/proposals/{LONELY}")
    list_of(page).get_by_role("button", name="Continua a cercare per me").click()
    expect(page.get_by_role("status")).to_contain_text("La ricerca è salvata")
    expect(list_of(page)).to_contain_text("ancora nessuno di nuovo")

    page.get_by_role("link", name="Ricerche salvate").click()
    expect(page.get_by_role("main")).to_contain_text("primo controllo stanotte")
    somebody_comes(region)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("1 nuovo dal")

    page.get_by_role("link", name="Saftpresse Beispiel GmbH").click()
    card = list_of(page).locator(".match", has_text="Saftpresse Beispiel GmbH")
    expect(card.locator(".new")).to_have_text("nuovo")
    expect(list_of(page)).to_contain_text("1 nuovo dal")
    list_of(page).get_by_role("button", name="Ferma la ricerca").click()
    expect(page.get_by_role("status")).to_contain_text("La ricerca è finita")
    expect(page.get_by_role("main")).to_contain_text("Nessuna ricerca salvata")
    context.close()


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_words_in_common_and_the_bands_are_explained(window: Page, address: str, language: str) -> None:
    window.goto(f"{address}/proposals/VF-ADV-001?lang={language}")
    expect(window.locator(".match mark").first).to_be_visible()
    legend = window.locator("details.legend")
    legend.locator("summary").click()
    expect(legend.locator("dd")).to_have_count(3)
    expect(legend.locator("dd").first).to_be_visible()
    window.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
