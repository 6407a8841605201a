// Comforts for those who have JavaScript; every page works without this file.
"use strict";

// How many characters are left in a field with a limit.
for (const field of document.querySelectorAll("[data-limit]")) {
  const note = document.getElementById("limit-" + field.id);
  if (!note) continue;
  const limit = Number(field.dataset.limit);
  const told = (number) => number.toLocaleString(document.documentElement.lang, { useGrouping: "always" });
  const count = () => {
    const left = limit - field.value.trim().length;
    note.textContent = left >= 0 ? note.dataset.left.replace("{left}", told(left)) : note.dataset.over.replace("{over}", told(-left));
    note.classList.toggle("over", left < 0);
  };
  field.addEventListener("input", count);
  if (field.value) count();
}

// After a form came back, the reader starts at what is wrong with it.
const errors = document.getElementById("errors") || document.querySelector(".field-error[role=alert]");
if (errors) {
  errors.tabIndex = -1;
  errors.focus();
}

// Who could match, while one writes.
const form = document.querySelector("form[data-preview]");
const panel = document.getElementById("preview");
if (form && panel) {
  const QUIET_MS = 900;
  const ENOUGH = 40;
  let timer = 0;
  let asked = null;
  let last = "";
  const texts = () => [...form.querySelectorAll("input[type=text], textarea")].map((field) => field.value).join(" ").trim();
  const look = async () => {
    const data = new FormData(form);
    data.delete("action");
    const sent = new URLSearchParams(data).toString();
    if (sent === last) return;
    last = sent;
    if (asked) asked.abort();
    asked = new AbortController();
    panel.classList.add("busy");
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: data, signal: asked.signal });
      if (answer.ok) panel.innerHTML = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    panel.classList.remove("busy");
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (texts().length >= ENOUGH) timer = setTimeout(look, QUIET_MS);
  });
  if (texts().length >= ENOUGH && !panel.querySelector(".match")) look();
  form.querySelector("button[value=preview]").addEventListener("click", (event) => {
    event.preventDefault();
    last = "";
    look().then(() => panel.scrollIntoView({ block: "nearest" }));
  });
}
