"""`abbina tag`, `abbina learn-tags` and `abbina train-tagger`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.settings import load_settings

if TYPE_CHECKING:
    from embeddings.language import Language
    from matching.bootstrap import Application
    from matching.tagging.tagger import TextTag

_PATIENCE = 900.0


@click.command()
@click.argument("text", required=False)
@click.option("--proposal", metavar="REF", help="Reference of a stored proposal.")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A text file (UTF-8), read whole.",
)
@click.option("--language", type=click.Choice(["it", "en"]), help="Language of the text (default: told by its words).")
@click.option("--json", "as_json", is_flag=True, help="Print the tags as JSON.")
def tag(text: str | None, proposal: str | None, file: Path | None, language: Language | None, as_json: bool) -> None:
    """Tag a TEXT with themes, technologies, markets, goals and competences; each with confidence and words."""
    if sum(given is not None for given in (text, proposal, file)) != 1:
        raise click.UsageError("give one of TEXT, --proposal and --file")
    from embeddings.language import detect
    from jobs.opening import open_application

    settings = load_settings()
    with open_application(settings) as application:
        read, told = _text(application, text, proposal, file)
        spoken = language or told or detect(read)
        tags = application.text_tagger().tag(read, spoken)
    if as_json:
        click.echo(json.dumps([_as_dict(item) for item in tags], ensure_ascii=False, indent=2))
    else:
        _show(tags, settings.language)


def _text(
    application: Application, text: str | None, proposal: str | None, file: Path | None
) -> tuple[str, Language | None]:
    from data.queries import proposal_by_reference
    from matching.tagging.reasons import text_of

    if proposal is not None:
        with application.sessions() as session:
            return text_of(proposal_by_reference(session, proposal))
    if file is not None:
        try:
            return file.read_text(encoding="utf-8"), None
        except UnicodeDecodeError as error:
            raise click.ClickException(f"{file} is not UTF-8 at byte {error.start}: convert it first") from error
    assert text is not None
    return text, None


def _as_dict(tag: TextTag) -> dict[str, Any]:
    code = tag.code
    labels = {"label_it": code.label_it, "label_en": code.label_en}
    return {"tree": code.tree, "code": code.code, **labels, "confidence": tag.confidence, "words": list(tag.words)}


def _show(tags: Sequence[TextTag], language: str) -> None:
    if not tags:
        nothing = {"it": "Nessun codice: il testo non parla di nulla che le tassonomie abbiano."}
        click.echo(nothing.get(language, "No code: the text is about nothing that the taxonomies have."))
    for tree, own in groupby(tags, key=lambda item: item.code.tree):
        click.echo(tree)
        for item in own:
            click.echo(f"  {item.confidence:.2f}  {item.code.code}  {item.code.label(language)}")
            if item.words:
                click.echo(f"        {', '.join(item.words)}")


@click.command("learn-tags")
@click.option("--force", is_flag=True, help="However little is new.")
@click.option("--forget", "forgetting", is_flag=True, help="Go back to the weights that ship instead.")
def learn_tags(force: bool, forgetting: bool) -> None:
    """Let the tagger learn from declared, confirmed and removed codes, as the nightly job does.

    The next `abbina index` tags by what was learnt, 5,000 records a run.
    """
    from jobs.locks import job_lock
    from jobs.opening import open_application
    from matching.tagging.learning import forget

    settings = load_settings()
    with (
        open_application(settings) as application,
        job_lock(application.engine, settings.home, "index", wait=_PATIENCE),
    ):
        if forgetting:
            found = forget(settings.home)
            click.echo("back to the shipped weights" if found else "nothing had been learnt")
            return
        report = application.learn_tags(force=force)
    said = {
        "learnt": "learnt",
        "not_due": "too little is new; --force learns it nevertheless",
        "worse": "not taken: known texts would be tagged worse",
    }[report.outcome]
    click.echo(f"{said} ({report.decided} decisions, {report.declared} declared codes)")
    if report.right_after is not None:
        click.echo(
            f"first codes right on known texts: {report.right_before:.3f} before, {report.right_after:.3f} after"
        )


@click.command("train-tagger")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def train_tagger(out: Path) -> None:
    """Teach the tagger from nothing but what the program ships, as the shipped weights were made."""
    from jobs.opening import open_application
    from matching.tagging.teaching import teach

    with open_application() as application:
        weights = teach(application.encoder(), application.concepts)
    weights.save(out)
    click.echo(f"{len(weights.keys)} codes, {out.stat().st_size} bytes written to {out}")
