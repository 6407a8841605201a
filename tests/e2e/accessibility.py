"""Every page looked at by axe-core against WCAG 2.2 AA, at the width of a desk and of a small telephone.

`python -m tests.e2e.accessibility` prints a report over the demo region on a server of its own,
`python -m tests.e2e.accessibility ADDRESS` over a server that runs, with the demo's accounts.
A new page joins by one line in PAGES.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

from data.settings import load_settings
from tests.e2e.people import FEATURED, People, demo_accounts, settle, sign_in_by_form
from tests.e2e.region import CHROMIUM, build, opened, served
from web import create_app

WIDTHS = (1280, 320)
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FOR_THE_DESK: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": STANDARD},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
}
"""Not resultTypes but all costs twice the time, for lists of what is right."""
FOR_THE_TELEPHONE = FOR_THE_DESK | {"rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}}
"""Colours are the same at every width and cost most of the time; the report looks at them again all the same."""


ADVICE: dict[str, Any] = {"runOnly": {"type": "tag", "values": ["best-practice"]}, "resultTypes": ["violations"]}
"""Not of the standard: the report tells it apart."""
OPEN = """() => {
  for (const part of document.querySelectorAll("details"))
    part.open = !part.closest(".match") || part.matches(".match:nth-child(-n + 2) details");
}"""
"""Of a list of matches the first two: the others are built alike, and axe takes seconds over all of them."""
QUIET = "!document.querySelector('.busy')"


@dataclass(frozen=True, slots=True)
class Place:
    """A page to look at, as a persona; `path` may name what `tests.e2e.people` stores, as in `/proposals/{draft}`."""

    name: str
    path: str
    persona: str = "stranger"


PAGES: tuple[Place, ...] = (
    Place("home", "/"),
    Place("home of a company", "/", "company"),
    Place("proposals", "/proposals/"),
    Place("proposals, all states", "/proposals/?state=all&page=2", "broker"),
    Place("proposal of another", f"/proposals/{FEATURED}"),
    Place("proposal of one's own", f"/proposals/{FEATURED}", "company"),
    Place("proposal at the desk", f"/proposals/{FEATURED}", "broker"),
    Place("proposal without partners", "/proposals/VF-AGR-007", "broker"),
    Place("proposals of one's own", "/proposals/?mine=1", "company"),
    Place("why somebody is missing", f"/proposals/{FEATURED}/why?q=VF-AGR-007", "company"),
    Place("draft", "/proposals/{draft}", "company"),
    Place("draft, editing", "/proposals/{draft}/edit", "company"),
    Place("draft, what is missing", "/proposals/{draft}/edit?check=1", "company"),
    Place("choosing a kind", "/proposals/new", "member"),
    Place("writing a proposal", "/proposals/new/TR", "company"),
    Place("writing a proposal for a call", "/proposals/new/RDR", "broker"),
    Place("organisations", "/organisations/"),
    Place("organisation", "/organisations/demo:advanced_manufacturing-01"),
    Place("organisation of one's own", "/organisations/demo:advanced_manufacturing-03", "company"),
    Place("saved searches", "/searches/", "broker"),
    Place("saved searches, none", "/searches/", "member"),
    Place("activities", "/activities", "company"),
    Place("notifications", "/activities/notifications", "company"),
    Place("followed lists", "/activities/lists", "member"),
    Place("what one is told of", "/activities/preferences", "member"),
    Place("account", "/account/", "member"),
    Place("data of one's own", "/account/data", "member"),
    Place("privacy notice", "/privacy"),
    Place("choosing an organisation", "/account/organisation/?q=a", "member"),
    Place("members of one's organisation", "/account/organisation/", "company"),
    Place("editing one's organisation", "/account/organisation/edit", "company"),
    Place("invitation", "/invitation/{invitation}"),
    Place("expressions of interest", "/interests/", "company"),
    Place("expressing an interest", "/interests/new/{target}", "partner"),
    Place("expression, editing", "/interests/{interest-draft}/edit", "partner"),
    Place("expression that came in", "/interests/{interest}", "company"),
    Place("partnership", "/partnerships/{room}", "company"),
    Place("desk", "/desk/", "broker"),
    Place("result of a bulk action", "/desk/result", "broker"),
    Place("checking a proposal", "/desk/proposals/{waiting}", "broker"),
    Place("reading side by side", f"/desk/proposals/{FEATURED}/read/organisations/{{candidate-1}}", "broker"),
    Place(
        "comparing candidates",
        f"/desk/proposals/{FEATURED}/compare?c=organisations:{{candidate-1}}&c=organisations:{{candidate-2}}",
        "broker",
    ),
    Place("adding a candidate", f"/desk/proposals/{FEATURED}/add?q=laser", "broker"),
    Place("organisations to verify", "/desk/organisations/", "broker"),
    Place("verifying an organisation", "/desk/organisations/{claimed}", "broker"),
    Place("accounts", "/admin/accounts/", "administrator"),
    Place("one account", "/admin/accounts/{account}", "administrator"),
    Place("erasing an account", "/admin/accounts/{account}/erase", "administrator"),
    Place("nothing here", "/nothing-here"),
    Place("not yours", "/proposals/VF-AER-001/edit", "company"),
    Place("signing in", "/login"),
    Place("signing up", "/register"),
    Place("forgotten password", "/reset"),
    Place("confirmation again", "/confirm"),
    Place("changing the password", "/change", "member"),
    Place("asking for the password again", "/verify", "member"),
    Place("second factor", "/tf-setup", "broker"),
    Place("recovery codes", "/mf-recovery-codes", "broker"),
    Place("second factor, signing in", "/tf-validate", "halfway"),
    Place("recovery code, signing in", "/mf-recovery", "halfway"),
)
NOT_LOOKED_AT = {
    "home.health": "an answer for machines",
    "account.arrive": "leads on to another page",
    "security.two_factor_rescue": "leads on to another page",
    "security.tf_select": "leads on to another page",
}
"""Endpoints with an address that needs nothing filled in, and why PAGES has none of theirs."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What axe says of a page at a width: violations as rule, weight, place and advice; numbers of the rest."""

    place: Place
    width: int
    violations: tuple[str, ...]
    passes: int
    incomplete: int
    advice: tuple[str, ...] = ()


def look(page: Page, place: Place, width: int, options: dict[str, Any] = FOR_THE_DESK) -> Survey:
    """Let axe look at the page that is open, with its disclosures opened."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(OPEN)
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return Survey(place, width, tuple(_told(found["violations"])), len(found["passes"]), len(found["incomplete"]))


def _told(violations: Sequence[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            where = " ".join(map(str, node["target"]))
            yield f"{violation['id']} ({violation['impact']}) at {where}: {node['failureSummary']}"


def report(surveys: Sequence[Survey]) -> str:
    """A table for people, and beneath it every violation."""
    rows = [
        (item.place.name, item.place.persona, item.width, len(item.violations), item.passes, item.incomplete)
        for item in surveys
    ]
    told = [f"- {item.place.name}, {item.width} px: {text}" for item in surveys for text in item.violations]
    advised = [f"- {item.place.name}: {text}" for item in surveys for text in item.advice]
    total = f"{len(surveys)} looks at {len({item.place for item in surveys})} pages, {len(told)} violations"
    head = ["| page | as | width | violations | passes | incomplete |", "|---|---|---|---|---|---|"]
    return "\n".join(
        [*head, *(f"| {' | '.join(map(str, row))} |" for row in rows), "", total, *told, *_section(advised)]
    )


def _section(advised: list[str]) -> list[str]:
    return ["", f"Beyond the standard, {len(advised)} pieces of advice (best practice)", *advised] if advised else []


def _survey(page: Page, address: str, places: Sequence[Place], objects: dict[str, str]) -> Iterator[Survey]:
    for place in places:
        page.goto(f"{address}{place.path.format_map(objects)}")
        page.wait_for_function(QUIET)
        for width in WIDTHS:
            advice = look(page, place, width, ADVICE).violations if width == WIDTHS[0] else ()
            yield replace(look(page, place, width), advice=advice)


def of_region(browser: Browser, people: People) -> list[Survey]:
    """Look at all pages, each as its persona."""
    found: list[Survey] = []
    for persona in dict.fromkeys(place.persona for place in PAGES):
        context = people.context(browser, persona, bypass_csp=True)
        mine = [place for place in PAGES if place.persona == persona]
        found += _survey(context.new_page(), people.address, mine, dict(people.objects))
        context.close()
    return found


ROLES = {"member": "member", "company": "member", "partner": "member"}
ROLES |= {"broker": "broker", "administrator": "administrator"}


def of_server(browser: Browser, address: str, accounts: dict[str, tuple[str, str]]) -> list[Survey]:
    """Look at the pages of a server that runs, where somebody can be who looks at them and all they name is stored."""
    found: list[Survey] = []
    for persona in dict.fromkeys(place.persona for place in PAGES):
        if persona != "stranger" and ROLES.get(persona) not in accounts:
            print(f"nobody of the demo's accounts is {persona}")  # noqa: T201
            continue
        context = browser.new_context(locale="it-IT", bypass_csp=True)
        page = context.new_page()
        if persona != "stranger":
            sign_in_by_form(page, address, *accounts[ROLES[persona]])
        mine = [place for place in PAGES if place.persona == persona and "{" not in place.path]
        found += _survey(page, address, mine, {})
        context.close()
    return found


def main(address: str | None = None) -> None:
    """Print the report."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        if address:
            print(report(of_server(browser, address.rstrip("/"), demo_accounts(load_settings().home))))  # noqa: T201
            return
        built = Path(folder) / "built"
        build(built)
        with opened(built, Path(folder) / "home") as region:
            pages = create_app(region)
            with served(pages) as address:
                print(report(of_region(browser, settle(region, pages, address))))  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
