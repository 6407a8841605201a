"""`abbina match` and `abbina embed`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.settings import load_settings

if TYPE_CHECKING:
    from matching.bootstrap import Application
    from matching.types import Suggestions

KINDS = ("TO", "TR", "BO", "BR", "RDR")


@click.command()
@click.option("--proposal", metavar="REF", help="Reference of a stored proposal.")
@click.option("--organisation", metavar="ID", help="Id of a stored organisation: the open proposals that look for it.")
@click.option("--text", metavar="TEXT", help="A need or an offer in plain words; give its --kind too.")
@click.option("--kind", type=click.Choice(KINDS), help="Kind of proposal that --text is.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 100), help="Suggestions in each list.")
@click.option("--language", type=click.Choice(["it", "en"]), help="Language of the reasons (default: ABBINA_LANGUAGE).")
@click.option("--explain", is_flag=True, help="Show every criterion and the parts of the score.")
@click.option("--json", "as_json", is_flag=True, help="Print the suggestions as JSON.")
def match(
    proposal: str | None,
    organisation: str | None,
    text: str | None,
    kind: str | None,
    top: int,
    language: str | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Find partners of a proposal, an organisation or a text, each with its reasons."""
    if sum(given is not None for given in (proposal, organisation, text)) != 1:
        raise click.UsageError("give one of --proposal, --organisation and --text")
    if (text is None) != (kind is None):
        raise click.UsageError("--text and --kind go together")
    from jobs.opening import open_application
    from jobs.wording import lines

    settings = load_settings()
    with open_application(settings) as application:
        found = _find(application, proposal, organisation, text, kind, top)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    click.echo(found.query)
    for line in lines(found, language or settings.language, explain=explain):
        click.echo(line)


def _find(
    application: Application,
    proposal: str | None,
    organisation: str | None,
    text: str | None,
    kind: str | None,
    top: int,
) -> Suggestions:
    from matching.drafts import Draft

    if proposal is not None:
        return application.service.match_proposal(proposal, top=top)
    if organisation is not None:
        return application.service.match_organisation(organisation, top=top)
    assert text is not None
    assert kind is not None
    return application.service.match_draft(Draft(kind=kind, description=text), top=top)


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), metavar="FILE|-")
@click.option("--role", type=click.Choice(["offered", "sought", "plain"]), default="plain", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a .npy file instead of text.")
def embed(file: Any, role: str, out: Path | None) -> None:
    """Turn each line of FILE (or of standard input) into a vector.

    With --out: a .npy file, (lines, dimension) float32, rows of unit length. Without: a JSON list a line.
    """
    import numpy as np

    from embeddings.encoder import Role
    from matching.bootstrap import build_application

    try:
        texts = _lines(file.read())
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8 at byte {error.start}: convert it first") from error
    with build_application(load_settings()) as application:
        vectors = application.encoder().encode(texts, Role(role))
    if out is None:
        for row in vectors:
            click.echo(json.dumps([round(float(value), 6) for value in row]))
        return
    with out.open("wb") as target:
        np.save(target, vectors)
    click.echo(f"{len(texts)} vectors of {vectors.shape[1]} dimensions written to {out}", err=True)


def _lines(text: str) -> list[str]:
    """The lines of a text. Only line feeds end one: form feeds and Unicode's separators are part of a text."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]
