"""What is sent by those who mean harm: into every field of every form that anybody finds on the pages.

A new form joins by standing on a page of the table of permissions; `FORMS` of `tests.web.world` fills it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Templates
from tests.web.forms import Found, forms_on, found_forms, open_pages, page_of
from tests.web.permissions import addresses, lines
from tests.web.trial import Trial
from tests.web.world import token_for, visitor

pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning")

BREAKING_OUT = "\"><img src=x onerror=alert(1) data-hostile>'><script data-hostile>alert(1)</script>{{7919*7907}}"
AS_ADDRESS = "javascript:alert(7919)"
HOSTILE = f"{AS_ADDRESS}//{BREAKING_OUT}"
RUNNING = (AS_ADDRESS, "javascript://example.org/%0aalert(7919)", "data:text/html,x.org")
COMPUTED = str(7919 * 7907)
READERS = ("owner", "broker")
_ADDRESSES = ("href", "src", "action", "formaction")

REPEATED = {
    "security.forgot_password": "whoever asks again gets another letter",
    "security.register": "an address that has an account gets a letter that says so, each time",
    "administration.send_password_letter": "whoever asks again gets another letter",
    "administration.invite": "a letter may be lost: the invitation before ends, and another letter goes out",
    "membership.invite": "a letter may be lost: the invitation before ends, and another letter goes out",
    "security.send_confirmation": "whoever asks again gets another letter",
    "security.mf_recovery_codes": "other codes each time: each time it is logged, and the owner told",
}
"""Endpoints at which the same form sent again is meant to do the same again, and why."""
SHOW_NOTHING_STORED = ("security.", "static", "bootstrap.", "notices.", "home.health", "proposals.choose_kind")
"""What endpoints begin with that show nothing of what others wrote."""
SHOWN_TO_NOBODY = {
    "security.register": "the account's address is shown to nobody but its owner",
    "administration.invite": "an organisation is looked up, and for the staff not even that; its text is not kept",
    "membership.decline": "the reason is told to whoever asked to join",
    "verification.decline": "the reason is told to whoever asked to join",
}
"""Endpoints that keep what was written without a page that shows it to the owner or a broker, and why."""


class Harm(HTMLParser):
    """What a browser would run of what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            address = (value or "").strip().lower() if name in _ADDRESSES else ""
            if name == "data-hostile" or name.startswith("on") or address.startswith(("javascript:", "data:")):
                self.found.append(f"<{tag} {name}={value}>")


def harm_in(page: str) -> list[str]:
    """What of the markers is alive in a page."""
    reader = Harm()
    reader.feed(page)
    return reader.found + ([COMPUTED] if COMPUTED in page else [])


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Trial]:
    home = tmp_path_factory.mktemp("hostile")
    with Trial.on(f"sqlite:///{home / 'abbina.db'}", home / "var", templates) as made:
        yield made


@pytest.fixture(scope="module")
def forms(trial: Trial) -> list[Found]:
    return found_forms(trial)


@pytest.fixture(autouse=True)
def as_new(trial: Trial) -> None:
    trial.restore()


def test_harm_is_recognised_where_it_is() -> None:
    assert harm_in(f"<p>{BREAKING_OUT}</p>")
    assert harm_in(f'<input value="{BREAKING_OUT}">')
    assert harm_in(f'<a href="{AS_ADDRESS}">')
    assert harm_in(f"<p>{COMPUTED}</p>")
    assert not harm_in("<p>&lt;script data-hostile&gt;</p>")


def test_the_forms_of_the_pages_are_found_and_filled_in(forms: list[Found]) -> None:
    names = {found.endpoint for found in forms}
    assert {"proposals.post", "proposals.edit", "proposals.index", "proposals.record", "security.login"} <= names
    edits = [found for found in forms if found.endpoint == "proposals.edit"]
    assert edits  # that of the owners, and that of the staff, who are asked for an organisation
    for edit in edits:
        assert {"title", "summary", "description"} <= set(edit.form.written)
        assert edit.form.values["version"] != [""]


@dataclass
class Outcome:
    """What became of a marker: whether something kept it, whether a page showed it, and where it was alive."""

    kept: bool = False
    shown: bool = False
    alive: list[str] = field(default_factory=list)

    def read(self, where: str, page: str) -> None:
        """Take in one page."""
        self.alive += [f"{where}: {harm}" for harm in harm_in(page)]
        self.shown = self.shown or "data-hostile" in page


def _write(trial: Trial, found: Found, marker: str, names: list[str], outcome: Outcome) -> None:
    """Write a marker into fields of a form, and read the answer and all pages that could show what was kept."""
    trial.restore()
    answer = found.send(trial, {**found.body(trial), **dict.fromkeys(names, marker)})
    assert answer.status_code < 500, found.name
    outcome.alive += [f"{found.name}: {harm}" for harm in harm_in(page_of(answer))]
    if answer.status_code != 302 or not trial.changed:
        return
    outcome.kept = True
    for persona in dict.fromkeys((*READERS, found.persona)):
        for line in open_pages(persona, found.line.object):
            if line.endpoint.startswith(SHOW_NOTHING_STORED):
                continue
            outcome.read(f"{found.name}: {line.name}", page_of(line.ask(trial.app, trial.world, persona)))
        page = page_of(visitor(trial.app, trial.world, persona).get(answer.location))
        outcome.read(f"{found.name}: {answer.location}", page)


def test_what_is_written_is_shown_and_never_run(trial: Trial, forms: list[Found]) -> None:
    alive, hidden = [], []
    for found in forms:
        outcome = Outcome()
        if found.form.written:
            _write(trial, found, HOSTILE, found.form.written, outcome)
        if not outcome.kept and found.form.method != "GET":
            for name in found.form.written:  # refused as a whole: one field may be kept all the same
                _write(trial, found, HOSTILE, [name], outcome)
        alive += outcome.alive
        if outcome.kept and not outcome.shown and found.endpoint not in SHOWN_TO_NOBODY:
            hidden.append(found.name)
    assert alive == []
    assert hidden == [], "kept, but no page that was asked for shows it: is it looked for in the right place?"


def test_an_address_that_would_run_is_never_a_link(trial: Trial, forms: list[Found]) -> None:
    outcome = Outcome()
    for found in forms:
        for address in RUNNING if "website" in found.form.written else ():
            _write(trial, found, address, ["website"], outcome)
    assert outcome.alive == []


def test_the_same_form_sent_twice_changes_once(trial: Trial, forms: list[Found]) -> None:
    wrong = []
    for found in forms:
        trial.restore()
        body = found.body(trial)
        if found.form.method == "GET" or found.endpoint in REPEATED or found.send(trial, body).status_code >= 400:
            continue
        once = trial.counted()
        again = found.send(trial, body)
        more = {table: number for table, number in trial.counted().items() if number != once[table]}
        if more or again.status_code >= 500:
            wrong.append(f"{found.name}: {again.status_code}, {more}")
    assert wrong == []


def _broken(trial: Trial, found: Found) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Bodies that no page sends, by what is wrong with them, and what the request has beside."""
    body = found.body(trial)
    for what, text in (("too long", "x" * 20_000), ("NUL", "a\0b"), ("strange letters", "\ufdd0\u202e\uffff")):
        yield what, {**body, **dict.fromkeys(found.form.written, text)}, {}
    for name in found.form.values.keys() - {"csrf_token"}:
        yield f"a long {name}", {**body, name: "x" * 5_000}, {}
        yield f"NUL in {name}", {**body, name: "1\0"}, {}
    yield "nothing", {}, {}
    yield "everything twice", {name: [value, value] for name, value in body.items() if isinstance(value, str)}, {}
    yield "numbers", dict.fromkeys(body, "-9223372036854775809"), {}
    if found.form.method == "POST":
        yield "another type", body, {"content_type": "application/json"}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_that_is_sent_breaks_a_page(
    request: pytest.FixtureRequest, templates: Templates, tmp_path: Path, database: str
) -> None:
    url = (
        f"sqlite:///{tmp_path / 'abbina.db'}" if database == "sqlite" else request.getfixturevalue("postgres_database")
    )
    wrong = []
    with Trial.on(url, tmp_path / "var", templates) as trial:
        largest = sorted(found_forms(trial), key=lambda found: len(found.form.values))
        for found in {found.endpoint: found for found in largest}.values():
            for what, body, given in _broken(trial, found):
                if found.send(trial, body, **given).status_code >= 500:
                    wrong.append(f"{found.name}: {what}")
    assert wrong == []


def test_no_address_answers_to_methods_that_it_does_not_name(trial: Trial) -> None:
    browser = visitor(trial.app, trial.world, "administrator")
    headers = {"X-CSRFToken": token_for(browser), "X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    at_address = {(method, rule.rule) for (method, _), rule in addresses(trial.app).items()}
    rules = {rule.endpoint: rule.rule for rule in addresses(trial.app).values()}
    for line in lines():
        for method in ("PUT", "PATCH", "DELETE", "GET", "POST"):
            if (method, rules[line.endpoint]) in at_address:
                continue
            path = f"{line.path(trial.app, trial.world)}?_method=POST"
            found = browser.open(path, method=method, headers=headers, data={"_method": "POST"})
            assert found.status_code in (404, 405), f"{method} {path}"
    assert not trial.changed


def test_a_form_names_no_address_elsewhere(trial: Trial) -> None:
    for persona in ("stranger", "broker"):
        for line in open_pages(persona):
            page = page_of(line.ask(trial.app, trial.world, persona))
            for form in forms_on(page, "/"):
                assert form.action.startswith("/"), line.name
                assert form.method == "GET" or "csrf_token" in form.values, f"{line.name}: {form.action}"


LURING = {
    "_scheme": "javascript",
    "_external": "1",
    "_method": "POST",
    "_anchor": "x",
    "endpoint": "static",
    "self": "x",
}


def test_no_query_decides_where_the_links_of_a_page_lead(trial: Trial) -> None:
    for persona in ("stranger", "broker"):
        browser = visitor(trial.app, trial.world, persona)
        for line in open_pages(persona):
            answer = browser.get(line.path(trial.app, trial.world), query_string={**LURING, "q": BREAKING_OUT})
            assert answer.status_code == 200, line.name
            assert harm_in(page_of(answer)) == [], line.name


def test_a_password_of_any_length_is_answered(trial: Trial) -> None:
    browser = visitor(trial.app, trial.world, "stranger")
    form = {"email": "persona@example.org", "password": "x" * 5_000, "csrf_token": token_for(browser)}
    assert browser.post("/login", data=form).status_code == 400
