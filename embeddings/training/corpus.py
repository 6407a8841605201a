"""The training text: Italian-English pairs and English sentences, read from tab-separated files with their sources."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from embeddings.errors import TrainingDataError

SENTENCES, TERMS, ENGLISH = "sentences.tsv.gz", "terms.tsv.gz", "sentences.tsv.gz"
TERM_PREFIX = "terms:"
BOILERPLATE = Path(__file__).parent / "boilerplate.tsv"


@dataclass(frozen=True)
class Corpus:
    """Aligned pairs with the source of each (terms marked by TERM_PREFIX), and English sentences without a twin."""

    italian: list[str]
    english: list[str]
    sources: list[str]
    monolingual: list[str]
    digest: str


def read_corpus(pairs: Path, english: Path | None = None) -> Corpus:
    """Read `sentences.tsv.gz` and `terms.tsv.gz` of `pairs`, and `sentences.tsv.gz` of `english` where given.

    Pairs that occur twice (whatever the case of the letters) are kept once. Raises `TrainingDataError` with file and
    line where a file is missing or a row has the wrong number of fields.
    """
    digest = hashlib.sha256()
    rows = [(*row[:2], row[2]) for row in _read_rows(pairs / SENTENCES, ("it", "en", "source"), digest)]
    rows += [(*row[:2], TERM_PREFIX + row[2]) for row in _read_rows(pairs / TERMS, ("it", "en", "source"), digest)]
    unique = {(row[2].startswith(TERM_PREFIX), row[0].lower(), row[1].lower()): row for row in reversed(rows)}
    kept = list(reversed(unique.values()))
    mono = [row[0] for row in _read_rows(english / ENGLISH, ("en", "source"), digest)] if english else []
    return Corpus(
        italian=[row[0] for row in kept],
        english=[row[1] for row in kept],
        sources=[row[2] for row in kept],
        monolingual=list(dict.fromkeys(mono)),
        digest=digest.hexdigest(),
    )


def read_boilerplate(path: Path = BOILERPLATE) -> list[str]:
    """Sentences in both languages, written for this project, of the kind that every partnering profile has."""
    return [text for line in path.read_text(encoding="utf-8").splitlines()[1:] for text in line.split("\t")]


def thinned(corpus: Corpus, share: Callable[[str], float], seed: int) -> Corpus:
    """Keep of each source the given share of its pairs, drawn by `seed`."""
    draws = np.random.default_rng(seed).random(len(corpus.sources))
    kept = [i for i, source in enumerate(corpus.sources) if draws[i] < share(source)]
    return replace(
        corpus,
        italian=[corpus.italian[i] for i in kept],
        english=[corpus.english[i] for i in kept],
        sources=[corpus.sources[i] for i in kept],
    )


def _read_rows(path: Path, columns: tuple[str, ...], digest: hashlib._Hash) -> Iterator[list[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            if tuple(next(lines, "").rstrip("\n").split("\t")) != columns:
                raise TrainingDataError(f"{path}, line 1: the columns must be {', '.join(columns)}, tab-separated")
            for number, line in enumerate(lines, 2):
                digest.update(line.encode("utf-8"))
                fields = line.rstrip("\n").split("\t")
                if len(fields) != len(columns):
                    raise TrainingDataError(f"{path}, line {number}: {len(fields)} fields, expected {len(columns)}")
                yield fields
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{path}: cannot be read ({error}); it must be gzipped UTF-8 text") from error
