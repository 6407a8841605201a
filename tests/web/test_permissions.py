"""Every address and method is asked by everybody for every kind of object; what is answered stands in a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Templates
from tests.web.permissions import SAFE, Line, addresses, answer, is_refusal, lines, markdown
from tests.web.trial import Trial
from tests.web.world import NOBODY, OBJECTS, PERSONAS

# The library's own forms of the second factor still speak to wtforms as it was.
pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning")

TABLE = lines()
OWN_TOKEN = "checks its own token, so that what was typed comes back"
WITHOUT_TOKEN = {
    "proposals.post": ("422", OWN_TOKEN),
    "proposals.edit": ("422", OWN_TOKEN),
    "interests.new": ("422", OWN_TOKEN),
    "interests.edit": ("422", OWN_TOKEN),
}
"""Endpoints that a form without a token does not end at with 400: what is answered instead, and why."""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Trial]:
    home = tmp_path_factory.mktemp("trial")
    with Trial.on(f"sqlite:///{home / 'abbina.db'}", home / "var", templates) as made:
        yield made


def test_no_address_is_missing_and_none_is_made_up(trial: Trial) -> None:
    named = {(line.method, line.endpoint) for line in TABLE}
    assert sorted(addresses(trial.app).keys() - named) == [], "see python -m tests.web.permissions --observed"
    assert sorted(named - addresses(trial.app).keys()) == []


def test_every_line_is_complete_and_stands_once() -> None:
    names = [line.name for line in TABLE]
    assert sorted(name for name in names if names.count(name) > 1) == []
    assert [line.name for line in TABLE if len(line.expected) != len(PERSONAS)] == []
    assert [line.name for line in TABLE if line.object != "-" and line.object not in OBJECTS] == []


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.name)
def test_everybody_is_answered_as_the_table_says(trial: Trial, line: Line) -> None:
    found, written = [], []
    for persona in PERSONAS:
        found.append(trial.ask(line, persona))
        # Who ends all their sessions is sent to the page of signing in, and is refused nothing.
        refused = is_refusal(found[-1]) and (found[-1] != "login" or persona in NOBODY)
        if refused and trial.changed:
            written.append(persona)
    assert dict(zip(PERSONAS, found, strict=True)) == dict(zip(PERSONAS, line.expected, strict=True))
    assert written == [], "who was refused has changed something"


@pytest.mark.parametrize("line", [line for line in TABLE if line.method not in SAFE], ids=lambda line: line.name)
def test_a_form_without_a_token_changes_nothing(trial: Trial, line: Line) -> None:
    allowed = [who for who, expected in zip(PERSONAS, line.expected, strict=True) if not is_refusal(expected)]
    for persona in allowed[-1:]:
        trial.restore()
        found = answer(line.ask(trial.app, trial.world, persona, token=False), line.endpoint)
        expected, _reason = WITHOUT_TOKEN.get(line.endpoint, ("400", ""))
        # What is not there for anybody, or in no state for it, is told before the form is read.
        assert found in {expected, *(("409", "404") if line.endpoint in WITHOUT_TOKEN else ())}, persona
        assert not trial.changed


def test_the_rules_hold_on_postgresql(postgres_database: str, templates: Templates, tmp_path: Path) -> None:
    """One object of each address, one who may and one who may not: what differs between databases is the writing."""
    wrong = []
    first = {(line.method, line.endpoint): line for line in reversed(TABLE)}
    with Trial.on(postgres_database, tmp_path / "var", templates) as trial:
        for line in first.values():
            sample = {is_refusal(expected): who for who, expected in zip(PERSONAS, line.expected, strict=True)}
            for persona in sample.values():
                found = trial.ask(line, persona)
                if found != line.expected[PERSONAS.index(persona)]:
                    wrong.append(f"{line.name} as {persona}: {found}")
    assert wrong == []


def test_the_table_can_be_read(trial: Trial) -> None:
    table = markdown(trial.app).splitlines()
    assert len(table) == len(TABLE) + 2
    assert "| GET | `/proposals/<path:reference>/edit` | draft | login | 404 |" in "\n".join(table)
