"""Pictures of the main pages, for looking at: `python -m tests.e2e.screenshots http://127.0.0.1:8000 FOLDER`.

The server must run with the demo region loaded (`abbina demo`, `abbina serve`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (1280, 390)
PAGES = {
    "home": "/",
    "proposals": "/proposals/",
    "proposal": "/proposals/VF-ADV-001",
    "choose": "/proposals/new",
    "form": "/proposals/new/TR",
    "organisations": "/organisations/",
    "organisation": "/organisations/demo:advanced_manufacturing-01",
    "nobody": "/proposals/VF-AGR-007",
    "searches": "/searches/",
    "missing": "/nothing-here",
}


def take(page: Page, address: str, folder: Path, width: int) -> None:
    """One picture of each page, whole; says where a page is wider than the window."""
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in PAGES.items():
        page.goto(f"{address}{path}")
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            print(f"{name} scrolls sideways at {width} px")  # noqa: T201


def main(address: str, folder: Path, language: str = "it") -> None:
    """Write all pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(locale=language)
        for width in WIDTHS:
            take(page, address.rstrip("/"), folder, width)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
