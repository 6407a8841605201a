// Keyboard shortcuts of the desk. Every page works without this file; shortcuts of one key can be turned off.
"use strict";

const help = document.querySelector("[data-shortcuts]");
if (help) {
  const SETTING = "abbina-shortcuts";
  const stored = () => { try { return localStorage.getItem(SETTING); } catch { return null; } };
  const store = (value) => { try { localStorage.setItem(SETTING, value); } catch { /* then for this page only */ } };
  let on = stored() !== "off";

  // The switch.
  const box = help.querySelector("[data-switch]");
  const button = box.querySelector("button");
  const show = () => {
    box.querySelector("[role=status]").textContent = on ? help.dataset.on : help.dataset.off;
    button.textContent = on ? button.dataset.turnOff : button.dataset.turnOn;
  };
  box.hidden = false;
  button.addEventListener("click", () => { on = !on; store(on ? "on" : "off"); show(); });
  show();

  // Where one is: a row of the queue or of a result, a suggestion, or the one thing of a page.
  const PLACES = ".queue-item, .result-item, .match";
  const list = document.querySelector("[data-keys]");
  const places = () => {
    if (!list) return [];
    if (list.dataset.keys === "one") return [list];
    return [...list.querySelectorAll(PLACES)].filter((place) => place.offsetParent !== null);
  };
  let here = null;
  const stand = (all, at) => {
    here = all[Math.min(all.length - 1, Math.max(0, at))];
    for (const place of all) place.classList.toggle("here", place === here);
    const target = here.querySelector("[data-key=o]") || here.querySelector("a");
    (target || here).focus();
    here.scrollIntoView({ block: "nearest" });
  };
  const go = (step) => {
    const all = places();
    if (!all.length) return;
    const at = all.indexOf(here);
    stand(all, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step);
  };

  // An action by key sends the page, which comes back: one goes on where one was.
  const PLACE = "abbina-desk-place";
  const page = location.pathname + location.search;
  const remember = () => {
    try { sessionStorage.setItem(PLACE, JSON.stringify([page, places().indexOf(here)])); } catch { /* then one begins anew */ }
  };
  const resume = () => {
    try {
      const [where, at] = JSON.parse(sessionStorage.getItem(PLACE)) || [];
      sessionStorage.removeItem(PLACE);
      if (where === page && at >= 0 && places().length) stand(places(), at);
    } catch { /* then one begins anew */ }
  };
  resume();
  document.addEventListener("focusin", (event) => {
    const place = event.target.closest(PLACES);
    if (place && list && list.contains(place)) {
      here = place;
      for (const one of places()) one.classList.toggle("here", one === here);
    }
  });

  const press = (key) => {
    const place = here || (list && list.dataset.keys === "one" ? list : null);
    const found = place && place.querySelector(`[data-key="${key}"]`);
    if (!found) return false;
    if (found.matches("a, button")) remember();
    found.click();
    if (found.tagName === "SUMMARY" && found.parentElement.open) {
      const field = found.parentElement.querySelector("select, textarea");
      if (field) field.focus();
    }
    return true;
  };
  const jump = (name) => {
    const field = document.querySelector(`#${name} textarea, #${name} button`);
    if (field) field.focus();
    return Boolean(field);
  };

  let pending = "";
  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const inside = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (inside) return;
    const key = event.key;
    let done = true;
    const link = "jkb".includes(key) && document.querySelector(`a[data-key="${key}"]`);
    if (pending === "g" && key === "q") location.assign(help.dataset.queue);
    else if (link) link.click();
    else if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "?") { help.open = true; help.querySelector("summary").focus(); }
    else if (key === "/" && document.getElementById("q")) document.getElementById("q").focus();
    else if (key === "a" && document.getElementById("approve")) done = jump("approve");
    else if (key === "r" && document.getElementById("refuse")) done = jump("refuse");
    else if ("aprnxo".includes(key) && key.length === 1) done = press(key);
    else done = false;
    pending = key === "g" ? "g" : "";
    if (done) event.preventDefault();
  });
}
