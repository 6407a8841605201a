"""The documentation is true: every command and setting in it exists, and every one that exists is in it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from data.settings import Settings
from jobs.cli import COMMANDS, cli

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATIONS = ROOT / "docs" / "operations.md"
SETTINGS = {f"ABBINA_{name.upper()}" for name in Settings.model_fields}
OF_TESTS = {"ABBINA_TEST_DATA", "ABBINA_TEST_POSTGRES"}
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def subcommand(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def commands_in(text: str) -> list[tuple[str, list[str], list[str]]]:
    """(command, words after it, options) of each `abbina …` in code."""
    found = []
    for code in _CODE.findall(text):
        for name, rest in re.findall(r"\babbina +([a-z][a-z-]*)([^\n`|;&#)]*)", code):
            found.append((name, rest.split(), re.findall(r"--[a-z][a-z-]*", rest)))
    return found


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_command_in_the_docs_exists(document: Path) -> None:
    for name, words, options in commands_in(document.read_text(encoding="utf-8")):
        assert name in COMMANDS, f"{document.name}: abbina {name}"
        command = subcommand(name)
        if isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
            inner = command.commands.get(words[0])
            assert inner is not None, f"{document.name}: abbina {name} {words[0]}"
            command = inner
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        if not isinstance(command, click.Group):
            assert set(options) <= known, f"{document.name}: abbina {name} {' '.join(words)}"


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_setting_in_the_docs_exists(document: Path) -> None:
    named = set(re.findall(r"ABBINA_[A-Z][A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    assert named <= SETTINGS | OF_TESTS


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_links_between_the_pages_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(ABBINA_\w+)` \| ([^|]+) \|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(rows) == SETTINGS
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | int) and not isinstance(field.default, bool):
            assert rows[f"ABBINA_{name.upper()}"] == f"`{field.default}`"


def test_every_command_is_documented() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    assert re.findall(r"^\| `abbina ([a-z-]+)` \|", text, re.MULTILINE) == list(COMMANDS)
    for name in ("import", "ranker", "benchmark", "user"):
        group = subcommand(name)
        assert isinstance(group, click.Group)
        row = re.search(rf"^\| `abbina {name}` \|.*$", text, re.MULTILINE)
        assert row is not None
        for inner in group.commands:
            assert f"`{inner}`" in row.group(), f"{name} {inner}"


def test_every_exit_code_is_documented() -> None:
    from jobs import cli as module

    codes = {value for name, value in vars(module).items() if name.startswith("EXIT_")}
    documented = set(map(int, re.findall(r"^\| (\d) \|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)))
    assert documented == codes | {0, 2}
