"""Commands about the bilingual model: train it, export it."""

from __future__ import annotations

import logging
from pathlib import Path

import click

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("train-encoder")
@click.option(
    "--pairs", type=_FOLDER, required=True, help="Folder with sentences.tsv.gz and terms.tsv.gz (it, en, source)."
)
@click.option("--english", type=_FOLDER, help="Folder with further English sentences, sentences.tsv.gz (en, source).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the new model.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same model.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the text, if not the recipe's.")
@click.option("--vocabulary", type=click.IntRange(100), help="Number of tokens, if not the recipe's.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Processor threads.")
@click.option("--teacher", type=_FOLDER, help="Folder of all-MiniLM-L6-v2, if its package is not installed.")
def train_encoder(
    pairs: Path,
    english: Path | None,
    out: Path,
    seed: int,
    epochs: int | None,
    vocabulary: int | None,
    threads: int,
    teacher: Path | None,
) -> None:
    """Train a bilingual model from parallel text; an interrupted run goes on where it stopped.

    Needs requirements-training.txt. To use the result: ABBINA_MODEL=OUT.
    """
    from embeddings.training.pipeline import train_encoder as train
    from embeddings.training.recipe import Recipe

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    default = Recipe()
    recipe = Recipe(
        seed=seed,
        threads=threads,
        epochs=epochs or default.epochs,
        vocabulary=vocabulary or default.vocabulary,
    )
    config = train(pairs, english, out, recipe, teacher)
    click.echo(f"{out}: {config.name} {config.version}, {config.vocabulary} tokens, {config.dimension} dimensions")


@click.command("export-model")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--model", type=_FOLDER, help="A trained model's folder, if not the shipped one.")
def export_model(folder: Path, model: Path | None) -> None:
    """Write the model to DIR as a sentence-transformers folder (StaticEmbedding), for use without Abbina."""
    from embeddings.export import export_model as export
    from embeddings.model_files import SHIPPED_MODEL

    export(folder, model or SHIPPED_MODEL)
    click.echo(f"{folder}: SentenceTransformer({str(folder)!r}) loads it")
