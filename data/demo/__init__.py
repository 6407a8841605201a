"""The demo region: fictional organisations, proposals, EEN-like profiles and judgements, a folder for each area."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def qrels() -> tuple[Path, ...]:
    """The files of judgements, one for each area."""
    return tuple(sorted(FOLDER.glob("*/qrels.tsv")))
