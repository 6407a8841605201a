"""`abbina train-ranker`: learn the weights that ship, from judged lists and from organisations' history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click


@click.command("train-ranker")
@click.option(
    "--organisations",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="JSONL of organisations whose joint projects are learnt from, too.",
)
@click.option("--version", required=True, help="What the new weights are to be called.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for one JSON file of weights for each list.",
)
def train_ranker(organisations: tuple[Path, ...], version: str, out: Path) -> None:
    """Learn the ranking's weights from the demo region, the practice lists and organisations' history.

    Nothing of your own data is read or changed. The same files and program give the same weights.
    """
    from jobs.training_sets import learn_all

    learnt = learn_all(organisations, version, lambda line: click.echo(line, err=True))
    out.mkdir(parents=True, exist_ok=True)
    for name, content in learnt.items():
        (out / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        click.echo(f"{out / name}.json: " + _summary(content))


def _summary(content: Mapping[str, Any]) -> str:
    held_back = content["made_by"]["held_back_ndcg@10"]
    figures = ", ".join(f"{source} {value:.3f}" for source, value in held_back.items())
    return f"nDCG@10 on queries held back: {figures}"
