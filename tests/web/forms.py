"""The forms that people find: fetched from the pages, filled in as a browser would, and sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.web.permissions import NO_OBJECT, Line, lines
from tests.web.trial import Trial
from tests.web.world import PERSONAS, filled, token_for, visitor

WRITTEN = frozenset({"text", "search", "url", "tel", "email", "textarea"})
"""Types of fields that people write into. Passwords are shown nowhere."""
VISITORS = ("stranger", "member", "owner", "broker", "administrator")


@dataclass
class Form:
    """A form of a page: `values` are what a browser would send unchanged, `written` the fields to write into."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.inside = False
        self.select = ""
        self.chosen: list[str] = []
        self.many = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action") or self.address, given.get("method", "get").upper()))
            self.inside = True
        elif self.inside and tag in ("input", "textarea", "button"):
            self._field(tag, given)
        elif self.inside and tag == "select":
            self.select, self.chosen, self.many = given.get("name", ""), [], "multiple" in given
        elif self.inside and tag == "option" and ("selected" in given or not (self.chosen or self.many)):
            self.chosen = [*(self.chosen if self.many else ()), given.get("value", "")]

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "submit" if tag == "button" else "text")
        form = self.forms[-1]
        if not name or kind == "submit" or (kind in ("checkbox", "radio") and "checked" not in given):
            return
        form.values.setdefault(name, []).append(given.get("value", ""))
        if tag == "textarea" or kind in WRITTEN:
            form.written.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select and self.inside:
            self.forms[-1].values.setdefault(self.select, []).extend(self.chosen)
            self.select = ""


def page_of(response: TestResponse) -> str:
    """What a browser would show of an answer as a page; nothing of a file."""
    return response.text if response.mimetype == "text/html" else ""


def forms_on(page: str, address: str) -> list[Form]:
    """The forms of a page."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms


@dataclass(frozen=True)
class Found:
    """A form with where and as whom it was found; `endpoint` is what it is sent to."""

    persona: str
    line: Line
    endpoint: str
    form: Form

    @property
    def name(self) -> str:
        """For what a test says of it."""
        return f"{self.endpoint} of {self.line.endpoint} {self.line.object} as {self.persona}"

    def body(self, trial: Trial) -> dict[str, Any]:
        """What a person would send who filled it in completely, without the token."""
        return {**self.form.values, **filled(self.endpoint, self.line.object, trial.world)}

    def send(self, trial: Trial, body: dict[str, Any], **given: Any) -> TestResponse:
        """Send it with a valid token."""
        browser = visitor(trial.app, trial.world, self.persona)
        body = {name: _fresh(value) for name, value in body.items()}
        if self.form.method == "GET":
            return browser.get(self.form.action, query_string=body)
        return browser.post(self.form.action, data={**body, "csrf_token": token_for(browser)}, **given)


def _fresh(value: Any) -> Any:
    """A value to be sent: of a file a copy, since sending closes it."""
    if isinstance(value, tuple) and isinstance(value[0], BytesIO):
        return BytesIO(value[0].getvalue()), value[1]
    return value


def found_forms(trial: Trial) -> list[Found]:
    """Every form of every page, once for each address and set of fields that it has; the last one who has it sends it.

    The way out, which every page has, is left out but once.
    """
    kept: dict[tuple[str, frozenset[str]], Found] = {}
    for persona in VISITORS:
        for line in open_pages(persona):
            page = page_of(line.ask(trial.app, trial.world, persona))
            for form in forms_on(page, line.path(trial.app, trial.world)):
                endpoint = _endpoint(trial.app, form)
                kept[endpoint, frozenset(form.values)] = Found(persona, line, endpoint, form)
    return sorted(kept.values(), key=lambda found: found.name)


def open_pages(persona: str, of: str | None = None) -> Iterator[Line]:
    """The pages that a persona may open; with `of` those of that object and those of none."""
    for line in lines():
        wanted = of is None or line.object in (of, NO_OBJECT)
        if wanted and line.method == "GET" and line.expected[PERSONAS.index(persona)] == "200":
            yield line


def _endpoint(app: Flask, form: Form) -> str:
    adapter = app.url_map.bind("localhost")
    try:
        return str(adapter.match(urlsplit(form.action).path, method=form.method)[0])
    except HTTPException as error:
        raise AssertionError(f"a form is sent nowhere: {form.method} {form.action}") from error
