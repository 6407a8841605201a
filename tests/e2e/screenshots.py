"""Pictures of the main pages, for looking at: `python -m tests.e2e.screenshots http://127.0.0.1:8000 FOLDER`.

The server must run with the demo region loaded (`abbina demo`, `abbina serve`) and the same ABBINA_HOME: everybody
signs in by the form with the accounts of the demo. A new page joins by one line in PAGES.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from data.settings import load_settings
from tests.e2e.people import FEATURED, LOCALE, demo_accounts, sign_in_by_form
from tests.e2e.region import CHROMIUM

WIDTHS = (1280, 390)
PAGES: dict[str, dict[str, str]] = {
    "stranger": {
        "home": "/",
        "proposals": "/proposals/",
        "proposal": f"/proposals/{FEATURED}",
        "organisations": "/organisations/",
        "organisation": "/organisations/demo:advanced_manufacturing-01",
        "sign-in": "/login",
        "missing": "/nothing-here",
    },
    "member": {
        "home": "/",
        "proposal": f"/proposals/{FEATURED}",
        "choose": "/proposals/new",
        "form": "/proposals/new/TR",
        "searches": "/searches/",
        "activities": "/activities",
        "mine": "/proposals/?mine=1",
        "interests": "/interests/",
        "account": "/account/",
        "my-organisation": "/account/organisation/",
        "data": "/account/data",
        "preferences": "/activities/preferences",
    },
    "broker": {
        "desk": "/desk/",
        "validation": "/desk/?kind=validation",
        "good-to-validate": "/desk/proposals/AB-2026-C3J2-8N0E",
        "wanting-to-validate": "/desk/proposals/AB-2026-G09R-04K4",
        "to-verify": "/desk/organisations/",
        "expressions": "/interests/",
        "home": "/",
        "proposal": f"/proposals/{FEATURED}",
        "nobody": "/proposals/VF-AGR-007",
        "organisation": "/organisations/demo:advanced_manufacturing-01",
        "searches": "/searches/",
    },
    "administrator": {"accounts": "/admin/accounts/"},
}
"""By role, the names of pictures and the paths of pages."""


def take(page: Page, address: str, folder: Path, role: str) -> None:
    """One picture of each page at each width, whole; says where a page is wider than the window."""
    for name, path in PAGES[role].items():
        page.goto(f"{address}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=folder / f"{role}-{name}-{width}.png", full_page=True)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                print(f"{name} scrolls sideways at {width} px")  # noqa: T201


def _visit(browser: Browser, address: str, folder: Path, role: str, locale: str) -> None:
    accounts = demo_accounts(load_settings().home)
    if role != "stranger" and role not in accounts:
        print(f"nobody of the demo's accounts is a {role}: no pictures of the pages as that role")  # noqa: T201
        return
    context = browser.new_context(locale=locale)
    page = context.new_page()
    if role != "stranger":
        sign_in_by_form(page, address, *accounts[role])
    take(page, address, folder, role)
    context.close()


def main(address: str, folder: Path, locale: str = LOCALE) -> None:
    """Write all pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for role in PAGES:
            _visit(browser, address.rstrip("/"), folder, role, locale)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
