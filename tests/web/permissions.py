"""The matrix of permissions: every address, method and kind of object against everybody, with what is answered.

`permissions.tsv` has the expected answers, one line for each method, endpoint and object. An answer is a status;
`login` is the way to the page of signing in. `python -m tests.web.permissions` prints the matrix as Markdown,
`python -m tests.web.permissions --observed` prints lines for what the table lacks, as the pages answer now: to be
read and judged before they are copied.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.web.world import OBJECTS, ONLY_FOR, PERSONAS, World, filled, token_for, visitor

TABLE = Path(__file__).with_suffix(".tsv")
NO_OBJECT = "-"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAKES_AN_ACCOUNT = frozenset({"invitation.accept", "security.register"})
"""Endpoints open to strangers that send to the page of signing in whoever has an account now."""


@dataclass(frozen=True, slots=True)
class Line:
    """What everybody is answered at one address with one method; `object` is a name of `OBJECTS`, or NO_OBJECT."""

    method: str
    endpoint: str
    object: str
    expected: tuple[str, ...]

    @property
    def name(self) -> str:
        """How a test calls it."""
        return f"{self.method} {self.endpoint} {self.object}"

    def path(self, app: Flask, world: World) -> str:
        """Its address."""
        takes = set().union(*(rule.arguments for rule in app.url_map.iter_rules(self.endpoint)))
        values = {name: value for name, value in world.objects.get(self.object, {}).items() if name in takes}
        with app.test_request_context():
            return app.url_for(self.endpoint, **values)

    def ask(self, app: Flask, world: World, persona: str, *, token: bool = True) -> TestResponse:
        """What a persona is answered; forms are complete, and have no token where that is asked for."""
        browser = visitor(app, world, persona)
        if self.method in SAFE:
            return browser.open(self.path(app, world), method=self.method)
        form = filled(self.endpoint, self.object, world)
        if token:
            form = {**form, "csrf_token": token_for(browser)}
        return browser.open(self.path(app, world), method=self.method, data=form)


def answer(response: TestResponse, endpoint: str) -> str:
    """An answer of an endpoint as the table writes it."""
    sent_to = urlsplit(response.headers.get("Location", "")).path
    refused = response.status_code == 302 and sent_to == "/login" and endpoint not in MAKES_AN_ACCOUNT
    return "login" if refused else str(response.status_code)


def is_refusal(expected: str) -> bool:
    """Whether an answer keeps somebody out."""
    return expected in ("login", "401", "403", "404")


def lines() -> list[Line]:
    """The table."""
    rows = (line.split() for line in TABLE.read_text(encoding="utf-8").splitlines()[1:] if line.strip())
    return [Line(method, endpoint, name, tuple(expected)) for method, endpoint, name, *expected in rows]


def addresses(app: Flask) -> dict[tuple[str, str], Rule]:
    """Every (method, endpoint) of the application but what each address answers by itself (HEAD, OPTIONS)."""
    return {
        (method, rule.endpoint): rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def fitting(rule: Rule, world: World) -> list[str]:
    """The objects that an address could be asked for."""
    if not rule.arguments:
        return [NO_OBJECT]
    return [
        name
        for name in OBJECTS
        if rule.arguments <= world.objects[name].keys() and rule.endpoint.startswith(ONLY_FOR.get(name, ""))
    ]


def markdown(app: Flask) -> str:
    """The matrix as a table that people read."""
    known = addresses(app)
    head = ("method", "address", "object", *PERSONAS)
    rows = [head, ("---",) * len(head)]
    for line in lines():
        rows.append((line.method, f"`{known[line.method, line.endpoint].rule}`", line.object, *line.expected))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(observed: bool = False) -> None:
    """Print the matrix, or the lines that it lacks."""
    from tests.web.trial import Trial

    with Trial.temporary() as trial:
        if not observed:
            print(markdown(trial.app))  # noqa: T201
            return
        have = {(line.method, line.endpoint) for line in lines()}
        for (method, endpoint), rule in sorted(addresses(trial.app).items(), key=lambda item: (item[1].rule, item[0])):
            if (method, endpoint) in have:
                continue
            names = fitting(rule, trial.world)
            for name in names:
                print(trial.observed(Line(method, endpoint, name, ())), flush=True)  # noqa: T201
            if not names:
                print(f"# {method} {endpoint}: OBJECTS has none for {rule.rule}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main("--observed" in sys.argv[1:])
