from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.people import People

pytestmark = pytest.mark.browser

TITLE = "Togliere la polvere dai canali interni di pezzi stampati in metallo"
SUMMARY = (
    "Costruiamo collettori con la stampa 3D di metalli. Dopo la stampa i canali interni restano ruvidi e pieni di"
    " particelle: cerchiamo chi sappia lisciarli senza rovinare le sedi di tenuta."
)
DESCRIPTION = (
    "I canali hanno un diametro da tre a otto millimetri, con curve e diramazioni. La sabbiatura non ci arriva."
    " Serve un procedimento ripetibile, chimico, elettrochimico o con paste abrasive, per lotti di cento pezzi."
)


def fits(page: Page) -> bool:
    """No page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def entry(page: Page, label: str) -> Locator:
    """The field of that label, which may say that it is needed; not that of the second language."""
    return page.get_by_label(re.compile(f"^{label}( serve per pubblicare)?$"))


def tick(page: Page, field: str, value: str) -> None:
    """Tick a box, opening its group first."""
    box = page.locator(f'input[name="{field}"][value="{value}"]')
    if not box.is_visible():
        page.locator("details.group", has=box).locator("summary").click()
    box.check()


def write_the_rest(page: Page) -> None:
    entry(page, "Descrizione completa").fill(DESCRIPTION)
    page.get_by_label("Specifiche tecniche o competenze richieste").fill("Finitura di superfici interne.")
    page.get_by_label("Che cosa deve fare il partner").fill("Prove su nostri campioni, poi servizio.")
    for field, value in (
        ("partner_types", "SME 11-49"),
        ("partner_types", "R&D Institution"),
        ("partnership_types", "Research and development cooperation agreement"),
        ("een_technology", "02002"),
        ("een_market", "08"),
        ("sdg", "09"),
    ):
        tick(page, field, value)


def test_from_an_italian_need_to_a_decision(window: Page, address: str) -> None:
    window.goto(address)
    window.get_by_role("main").get_by_role("link", name="Inserisci una proposta").first.click()
    window.get_by_role("link", name=re.compile("Ricerca di tecnologia")).click()

    entry(window, "Titolo").fill(TITLE)
    entry(window, "Descrizione breve").fill(SUMMARY)
    preview = window.locator("#preview")
    expect(preview.locator(".match").first).to_be_visible(timeout=15_000)
    expect(window.locator("#limit-title")).to_have_text(f"ancora {256 - len(TITLE)} caratteri")

    window.get_by_role("button", name="Pubblica").click()
    expect(window.get_by_role("alert")).to_contain_text("punti da sistemare")
    expect(entry(window, "Titolo")).to_have_value(TITLE)
    assert fits(window)

    write_the_rest(window)
    window.get_by_role("button", name="Pubblica").click()
    expect(window.get_by_role("status")).to_contain_text("La proposta è pubblicata")
    assert fits(window)
    organisations = window.get_by_role("region", name="Organizzazioni")
    expect(organisations.locator(".match").first).to_be_visible()
    expect(window.get_by_role("region", name="Proposte di altri").locator(".match").first).to_be_visible()

    first = organisations.locator(".match").first
    name = first.locator(".match-title").inner_text()
    first.get_by_text("Dettagli e numeri").click()
    expect(first.get_by_role("table", name="Come si forma il punteggio")).to_be_visible()
    first.locator("summary", has_text="Non adatto").click()
    first.get_by_label("Perché no?").select_option("wrong_competence")
    first.get_by_role("button", name="Scarta").click()

    expect(window.get_by_role("status")).to_contain_text("Scartato")
    expect(organisations.locator(".match-title", has_text=name)).to_have_count(0)
    decisions = window.get_by_role("region", name="Decisioni")
    expect(decisions).to_contain_text(name)
    expect(decisions).to_contain_text("Non ha la competenza che serve")

    decisions.get_by_role("button", name=re.compile("Ritira")).click()
    expect(organisations.locator(".match-title", has_text=name)).to_have_count(1)


def test_everything_works_without_scripts(address: str, browser: Browser, people: People) -> None:
    context = people.context(browser, "broker", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/proposals/new/TR")
    entry(page, "Titolo").fill(TITLE)
    entry(page, "Descrizione breve").fill(SUMMARY)
    page.get_by_role("button", name="Chi potrebbe corrispondere?").click()
    expect(page.locator("#preview .match").first).to_be_visible()
    expect(entry(page, "Titolo")).to_have_value(TITLE)
    write_the_rest(page)
    page.get_by_role("button", name="Salva come bozza").click()
    expect(page.get_by_role("status")).to_contain_text("La bozza è salvata")
    page.get_by_role("button", name="Pubblica").click()
    expect(page.get_by_role("status")).to_contain_text("La proposta è pubblicata")
    card = page.get_by_role("region", name="Proposte di altri").locator(".match").first
    card.get_by_role("button", name=re.compile("Accetta")).click()
    expect(page.get_by_role("region", name="Decisioni")).to_contain_text("Accettato")
    context.close()


PATHS = (
    "/",
    "/proposals/",
    "/proposals/?state=all&page=2",
    "/proposals/VF-ADV-001",
    "/proposals/new",
    "/proposals/new/RDR",
    "/organisations/",
    "/organisations/demo:advanced_manufacturing-01",
    "/searches/",
    "/nothing-here",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways(window: Page, address: str, path: str) -> None:
    window.goto(f"{address}{path}")
    window.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert fits(window)


def test_the_keyboard_reaches_the_content(window: Page, address: str) -> None:
    window.goto(f"{address}/proposals/")
    window.keyboard.press("Tab")
    skip = window.get_by_role("link", name="Vai al contenuto")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    window.keyboard.press("Enter")
    assert window.evaluate("document.activeElement.id") == "content"
