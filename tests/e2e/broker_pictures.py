"""The pictures of docs/broker.md: `python -m tests.e2e.broker_pictures http://127.0.0.1:8000 [FOLDER] [LOCALE]`.

The server must run on a fresh demo (`abbina demo`, `abbina serve`) and the same ABBINA_HOME. The pictures are taken
while a broker really works: what is approved, accepted and taken over is so afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from data.settings import load_settings
from tests.e2e.people import FEATURED, LOCALE, demo_accounts, sign_in_by_form
from tests.e2e.region import CHROMIUM

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1280, "height": 900}
_COLOURS = 96
GOOD, WANTING = "Misura in linea", "CERCASI FLUIDO"


def queue(page: Page) -> None:
    """What waits, the most urgent first."""
    page.goto("/desk/")


def review(page: Page) -> None:
    """A proposal with something to mend: the words concerned, and what to do."""
    page.goto("/desk/?kind=validation")
    page.get_by_role("link", name=WANTING).click()


def counterparts(page: Page) -> None:
    """Who could match, before it is published."""
    page.goto("/desk/?kind=validation")
    page.get_by_role("link", name=GOOD).click()
    page.locator("h2", has_text="Chi potrebbe corrispondere").scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 500)")


def curation(page: Page) -> None:
    """Suggestions to decide about; the first is accepted."""
    page.goto(f"/proposals/{FEATURED}")
    card = page.get_by_role("region", name="Organizzazioni").locator(".match").first
    card.get_by_role("button", name="Accetta").first.click()
    page.goto(f"/proposals/{FEATURED}#list-organisations")


def expression(page: Page) -> None:
    """An expression of interest, taken over."""
    page.goto("/desk/?kind=interest")
    page.locator(".queue-title a, .queue a").first.click()


STATIONS: dict[str, Callable[[Page], None]] = {
    "queue": queue,
    "review": review,
    "counterparts": counterparts,
    "curation": curation,
    "expression": expression,
}
"""By the name of the picture, how a broker comes there, in the order of a morning."""


def _store(picture: bytes, path: Path) -> None:
    """With a palette: a third of the bytes, and nobody sees it."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(_COLOURS).save(path, optimize=True)


def main(address: str, folder: Path = FOLDER, locale: str = LOCALE) -> None:
    """Work the morning and write the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    email, password = demo_accounts(load_settings().home)["broker"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        context = browser.new_context(locale=locale, base_url=address, viewport=SIZE)  # type: ignore[arg-type]
        page = context.new_page()
        sign_in_by_form(page, address, email, password)
        for name, come in STATIONS.items():
            come(page)
            _store(page.screenshot(), folder / f"broker-{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER, *sys.argv[3:])
