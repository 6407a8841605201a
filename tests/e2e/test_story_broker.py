"""A broker works a queue of fifty items with the keyboard: nothing here touches a mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from matching.bootstrap import Application
from tests.e2e.keyboard import tab_to
from tests.e2e.people import People
from tests.e2e.queue_of_fifty import WAITING, fill
from tests.e2e.stories import Story

pytestmark = pytest.mark.browser

SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
}"""


@pytest.fixture(scope="module")
def furnished() -> bool:
    """Nothing waits but the fifty."""
    return False


@pytest.fixture
def story(browser: Browser, people: People, region: Application, width: int) -> Iterator[Story]:
    fill(region, people.accounts["company"])
    told = Story("broker", browser, people, region, width)
    yield told
    assert told.complaints == []


@pytest.mark.parametrize(("database", "width"), [("sqlite", 1280), ("postgresql", 1280)], indirect=["database"])
def test_a_broker_works_fifty_items_with_the_keyboard_alone(story: Story, database: str) -> None:
    with story.before("broker") as page:
        page.goto("/desk/")
        waiting(page, sum(WAITING.values()))
        look_around(story, page)
        curate_one(story, page)
        waiting(page, 49)
        approve_one(story, page)
        waiting(page, 48)
        take_over_one(page)
        waiting(page, 47)
        approve_three_at_once(story, page)
        waiting(page, 44)
        extend_two_at_once(page)
        waiting(page, 42)
        look_at_mine(story, page)
        switch_off(page)


def press(page: Page, *keys: str) -> None:
    """Press keys, and see after each where the focus is."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)
        assert page.evaluate(SEEN), f"the focus does not show after {key}"


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page, or to the same one anew."""
    page.wait_for_load_state()
    with page.expect_navigation():
        page.keyboard.press(key)


def go_to_queue(page: Page) -> None:
    page.wait_for_load_state()
    page.keyboard.press("g")
    leave(page, "q")


def waiting(page: Page, number: int) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Scrivania")
    expect(page.locator(".page-head")).to_contain_text(f"{number} voci in attesa")


def rows(page: Page) -> Locator:
    return page.locator(".queue-item")


def search(page: Page, words: str) -> None:
    press(page, "/")
    expect(page.get_by_label("Parole")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)
    leave(page, "Enter")


def open_tab(page: Page, name: str) -> None:
    go_to_queue(page)
    tab_to(page, page.get_by_role("navigation", name="Tipi di lavoro").get_by_role("link", name=name))
    leave(page, "Enter")


def look_around(story: Story, page: Page) -> None:
    """Help, moving, ticking, taking one item."""
    press(page, "?")
    expect(page.get_by_text("voce successiva, precedente")).to_be_visible()
    press(page, "j", "j", "k")
    expect(rows(page).nth(0).get_by_role("link")).to_be_focused()
    press(page, "x")
    expect(rows(page).nth(0).get_by_role("checkbox")).to_be_checked()
    story.station(page, "queue")
    press(page, "x", "j")
    expect(rows(page).nth(0).get_by_role("checkbox")).not_to_be_checked()
    leave(page, "a")
    expect(page.get_by_role("status")).to_contain_text("Assegnat")
    expect(rows(page).nth(1)).to_contain_text("Assegnata a me")
    expect(rows(page).nth(1).get_by_role("link")).to_be_focused()


def curate_one(story: Story, page: Page) -> None:
    open_tab(page, "Da curare")
    expect(rows(page)).to_have_count(WAITING["curation"])
    press(page, "j")
    leave(page, "o")
    press(page, "j")
    story.station(page, "card")
    leave(page, "a")
    expect(page.get_by_role("status")).to_contain_text("Accettato")
    go_to_queue(page)


def approve_one(story: Story, page: Page) -> None:
    search(page, "rulli")
    expect(rows(page)).to_have_count(1)
    press(page, "j")
    leave(page, "Enter")
    page.go_back()  # Alt with the arrow belongs to the window of the browser, which this one has none of
    press(page, "j")
    leave(page, "o")
    press(page, "a")
    expect(page.get_by_role("button", name="Approva e pubblica")).to_be_focused()
    story.station(page, "approving")
    leave(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("Approvata")


def take_over_one(page: Page) -> None:
    open_tab(page, "Manifestazione")
    press(page, "j")
    leave(page, "o")
    tab_to(page, page.get_by_role("button", name="Prendi in carico"))
    leave(page, "Enter")
    expect(page.locator(".interest-standing")).to_contain_text("Presa in carico")
    page.goto("/desk/")


def approve_three_at_once(story: Story, page: Page) -> None:
    """Of the ticked ones, those that nothing blocks."""
    open_tab(page, "Da validare")
    press(page, "j", "x", "j", "x", "j", "x")
    do_with_ticked(page, "Approva quelle senza ostacoli")
    expect(page.get_by_role("status")).to_contain_text("Fatto per 3 voci")
    story.station(page, "result")
    back_to_desk(page)
    expect(rows(page)).to_have_count(WAITING["validation"] - 4)
    go_to_queue(page)


def extend_two_at_once(page: Page) -> None:
    open_tab(page, "In scadenza")
    press(page, "j", "x", "j", "x")
    do_with_ticked(page, "Proroga di un anno")
    expect(page.get_by_role("status")).to_contain_text("Fatto per 2 voci")
    back_to_desk(page)
    press(page, "j", "x", "j", "x", "j", "x")
    do_with_ticked(page, "Assegna a me")
    expect(page.get_by_role("status")).to_contain_text("Fatto per 3 voci")
    back_to_desk(page)
    go_to_queue(page)


def do_with_ticked(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("group", name="Con le voci selezionate").get_by_role("button", name=name))
    leave(page, "Enter")


def back_to_desk(page: Page) -> None:
    press(page, "j")
    expect(page.locator(".result-item.here a")).to_be_focused()
    leave(page, "b")


def look_at_mine(story: Story, page: Page) -> None:
    """What is left to do: one taken at first, three assigned at once, three expressions that go to the one broker."""
    tab_to(page, page.get_by_label("Di chi"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("search").get_by_role("button", name="Cerca"))
    leave(page, "Enter")
    expect(rows(page)).to_have_count(7)
    story.station(page, "mine")


def switch_off(page: Page) -> None:
    press(page, "?")
    tab_to(page, page.get_by_role("button", name="Disattiva"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Le scorciatoie a un solo tasto sono disattivate")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".queue-item.here")).to_have_count(0)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(".queue-item.here")).to_have_count(0)
