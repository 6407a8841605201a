"""What people need who use a keyboard or a screen reader, and what happens to those who press twice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from data.models import Proposal
from matching.bootstrap import Application
from tests.e2e.keyboard import tab_to
from tests.e2e.test_posting_a_need import DESCRIPTION, PATHS, SUMMARY, TITLE, entry, write_the_rest

pytestmark = pytest.mark.browser

COMPLAINTS = """() => {
  const found = [];
  const names = (element, attribute) => (element.getAttribute(attribute) || "").split(/\\s+/).filter(Boolean);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) found.push(`h${level} is followed by h${own}: ${heading.textContent.trim()}`);
    level = own;
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=submit]), select, textarea"))
    if (!field.labels.length) found.push(`no label: ${field.name}`);
  for (const attribute of ["aria-labelledby", "aria-describedby"])
    for (const element of document.querySelectorAll(`[${attribute}]`))
      for (const id of names(element, attribute))
        if (!document.getElementById(id)) found.push(`${attribute} names nothing: ${id}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, place) => ids.indexOf(id) !== place)) found.push(`twice the id ${id}`);
  for (const table of document.querySelectorAll("table")) if (!table.caption) found.push("a table without caption");
  for (const element of document.querySelectorAll("a, button, summary"))
    if (!element.textContent.trim() && !element.getAttribute("aria-label")) found.push(`no name: ${element.outerHTML}`);
  return found;
}"""


@pytest.mark.parametrize("path", PATHS)
def test_structure_is_said_not_only_shown(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}{path}")
    assert page.evaluate(COMPLAINTS) == []


def test_from_writing_to_publishing_by_keyboard(page: Page, address: str) -> None:
    page.goto(f"{address}/proposals/new")
    tab_to(page, page.get_by_role("link", name=re.compile("Ricerca di tecnologia")))
    page.keyboard.press("Enter")
    for label, text in (
        ("Titolo", TITLE),
        ("Descrizione breve", SUMMARY),
        ("Descrizione completa", DESCRIPTION),
        ("Specifiche tecniche o competenze richieste", "Finitura di superfici interne."),
        ("Che cosa deve fare il partner", "Prove su nostri campioni, poi servizio."),
    ):
        tab_to(page, entry(page, label))
        page.keyboard.insert_text(text)
    for field, value in (("partner_types", "SME 11-49"), ("partnership_types", "Investment agreement")):
        tab_to(page, page.locator(f'input[name="{field}"][value="{value}"]'))
        page.keyboard.press("Space")
    for field, value in (("een_technology", "02002"), ("een_market", "08"), ("sdg", "09")):
        box = page.locator(f'input[name="{field}"][value="{value}"]')
        if not box.is_visible():
            tab_to(page, page.locator("details.group", has=box).locator("summary"))
            page.keyboard.press("Enter")
        tab_to(page, box)
        page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Chi potrebbe corrispondere?"))
    page.keyboard.press("Enter")
    expect(page.locator("#preview .match").first).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Pubblica")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("La proposta è pubblicata")


def how_many(region: Application) -> int:
    with region.sessions() as session:
        return session.scalar(select(func.count(Proposal.id))) or 0


def test_publishing_with_a_double_click_makes_one_proposal(page: Page, address: str, region: Application) -> None:
    before = how_many(region)
    page.goto(f"{address}/proposals/new/TR")
    entry(page, "Titolo").fill(TITLE)
    entry(page, "Descrizione breve").fill(SUMMARY)
    write_the_rest(page)
    page.get_by_role("button", name="Pubblica").dblclick()
    expect(page.get_by_role("status").first).to_contain_text("La proposta è pubblicata")
    assert how_many(region) == before + 1


def test_two_tabs_on_one_draft(page: Page, address: str) -> None:
    page.goto(f"{address}/proposals/new/TR")
    entry(page, "Titolo").fill(TITLE)
    page.get_by_role("button", name="Salva come bozza").click()
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{page.url.split('#')[0].removesuffix('/edit')}/edit")
    for tab, title in ((page, "Prima scheda"), (other, "Seconda scheda")):
        entry(tab, "Titolo").fill(title)
        tab.get_by_role("button", name="Salva come bozza").click()
    notice = other.get_by_role("alert")
    expect(notice).to_contain_text("Qualcuno ha modificato questa bozza nel frattempo")
    expect(notice).to_contain_text("Prima scheda")
    expect(notice).to_be_focused()
    expect(entry(other, "Titolo")).to_have_value("Seconda scheda")
    other.get_by_role("button", name="Salva come bozza").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Seconda scheda")
