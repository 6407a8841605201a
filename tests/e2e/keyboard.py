"""What a keyboard alone can do with a page: what Tab reaches, and whether one sees where one is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

MARK = """() => {
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  let number = 0;
  for (const element of document.querySelectorAll(all)) {
    if (!shown(element)) continue;
    if (element.type === "radio") {
      if (groups.has(element.name)) continue;
      groups.add(element.name);
    }
    element.dataset.stop = number++;
  }
  window.stops = [];
  document.addEventListener("focusin", ({ target }) => {
    const style = getComputedStyle(target);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    window.stops.push([target.dataset.stop ?? target.id, ring || style.boxShadow !== "none"]);
  });
  document.body.tabIndex = -1;  // where the script of a page has put the focus, the walk would begin in the middle
  document.body.focus();
  // A date has a stop for each of its parts, and a box that scrolls is one too.
  return number + 3 * document.querySelectorAll("input[type=date]").length + 5;
}"""
MISSED = """() => {
  const reached = new Set(window.stops.map(([stop]) => String(stop)));
  const told = (element) => element.outerHTML.slice(0, 120).replace(/\\s+/g, " ");
  const found = [...document.querySelectorAll("[data-stop]")].filter((element) => !reached.has(element.dataset.stop));
  const unseen = new Set(window.stops.filter(([, seen]) => !seen).map(([stop]) => String(stop)));
  const dark = [...document.querySelectorAll("[data-stop]")].filter((element) => unseen.has(element.dataset.stop));
  return [
    ...found.map((element) => `Tab does not reach ${told(element)}`),
    ...dark.map((element) => `no sign of the focus on ${told(element)}`),
  ];
}"""


def faults_by_keyboard(page: Page) -> list[str]:
    """Walk through the whole page with Tab: what is never reached, and where the focus does not show."""
    stops = page.evaluate(MARK)
    for _ in range(stops):
        page.keyboard.press("Tab")
    return list(page.evaluate(MISSED))


def tab_to(page: Page, wanted: Locator, most: int = 150) -> None:
    """Press Tab until `wanted` has the focus, and see that it shows."""
    handle = wanted.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement === wanted", handle):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")
