"""`abbina benchmark encoder`: the shipped model, the fallback and others side by side, quality and cost.

All are measured in one run on the same texts, one after the other. Start-up is measured in a fresh process each, from
the start of the import to the first vector.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.encoder import Encoder, Role
from embeddings.loading import FALLBACK, SHIPPED, load_encoder
from embeddings.model_files import SHIPPED_MODEL
from jobs.encoder_quality import quality, records, text_of
from jobs.errors import JobError

Report = dict[str, Any]

WORDS_PER_TEXT: Final = 200
_SEED: Final = 2026
_MIB: Final = 2**20
_SLOW: Final = 200.0  # texts a second; a slower encoder remembers nothing and is timed once
_MADE_UP: Final = ("ricerca", "impresa", "tecnologia", "materiali", "research", "company", "technology", "materials")

# One line a measure: its key, what the table calls it, how it is written.
_ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("sts_en", "STS dev, English", "{:.3f}"),
    ("sts_it", "STS dev, Italian", "{:.3f}"),
    ("sts_it_en", "STS dev, Italian–English", "{:.3f}"),
    ("flores", "FLORES it→en @1", "{:.3f}"),
    ("newstest", "newstest2009 it→en @1", "{:.3f}"),
    ("cordis_en", "cordis dev nDCG@10, English queries", "{:.3f}"),
    ("cordis_it", "cordis dev nDCG@10, Italian queries", "{:.3f}"),
    ("een", "een dev nDCG@10, queries with a grade 2 or 3", "{:.3f}"),
    ("twins", "een twins it→en @1", "{:.3f}"),
    ("sanity_terms", "sanity: term pairs, the other language's term first of all", "{:.3f}"),
    ("sanity_misses", "sanity: nearer than the near-miss", "{:.3f}"),
    ("first_texts_per_second", "200-word texts a second, at first sight", "{:,.0f}"),
    ("texts_per_second", "200-word texts a second", "{:,.0f}"),
    ("start_seconds", "load to first vector, seconds", "{:.2f}"),
    ("memory_mib", "memory of a process with it, MiB", "{:,.0f}"),
    ("torch_loaded", "needs torch", "{}"),
    ("size_mib", "files, MiB", "{:.1f}"),
)

_START: Final = """
import json, sys, time
begun = time.perf_counter()
from pathlib import Path
from embeddings.loading import load_encoder
fitted = Path(sys.argv[2]) if sys.argv[2] else None
encoder = load_encoder(sys.argv[1], fitted=fitted)
encoder.encode(["una prima frase"])
taken = time.perf_counter() - begun
resident = next(int(row.split()[1]) for row in open("/proc/self/status") if row.startswith("VmRSS")) / 1024
print(json.dumps({"start_seconds": taken, "memory_mib": resident, "torch_loaded": "torch" in sys.modules}))
"""


def compare(data: Path | None, models: Sequence[str], fallback: bool, texts: int) -> list[Report]:
    """One report for each encoder, the shipped one first; quality only where `data` is given.

    Raises `JobError` where a file cannot be read and `ModelError` where a model cannot be loaded.
    """
    passages = _passages(data, texts)
    with _fitted(fallback, data, passages) as fitted:
        names = [SHIPPED, *([FALLBACK] if fitted else []), *models]
        return [_report(name, fitted, data, passages) for name in names]


def table(reports: Sequence[Mapping[str, Any]]) -> str:
    """The reports as a Markdown table, one column for each encoder; a measure that nobody has is left out."""
    lines = [
        "| | " + " | ".join(str(report["name"]) for report in reports) + " |",
        "|---" * (len(reports) + 1) + "|",
    ]
    for key, title, form in _ROWS:
        if any(key in report for report in reports):
            cells = [_cell(report.get(key), form) for report in reports]
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(value: object, form: str) -> str:
    if value is None:
        return "–"
    return ("yes" if value else "no") if isinstance(value, bool) else form.format(value)


def _report(name: str, fitted: Path | None, data: Path | None, passages: Sequence[str]) -> Report:
    encoder = load_encoder(name, fitted=fitted)
    report: Report = {"name": Path(name).name if Path(name).is_dir() else encoder.name, "dimension": encoder.dimension}
    if data:
        report |= quality(encoder, data)
    report |= speed(encoder, passages)
    report |= _start(name, fitted)
    files = _files(name, fitted)
    if files:
        report["size_mib"] = sum(path.stat().st_size for path in files) / _MIB
    return report


def speed(encoder: Encoder, passages: Sequence[str]) -> Report:
    """Passages encoded a second, at first sight and then the better of two more rounds (words may be remembered)."""
    encoder.encode(passages[:8], Role.OFFERED)
    rounds: list[float] = []
    while len(rounds) < 3 and (not rounds or rounds[0] > _SLOW):
        begun = time.perf_counter()
        encoder.encode(passages, Role.OFFERED)
        rounds.append(len(passages) / (time.perf_counter() - begun))
    return {"first_texts_per_second": rounds[0], "texts_per_second": max(rounds)}


def _start(name: str, fitted: Path | None) -> Report:
    command = [sys.executable, "-c", _START, name, str(fitted or "")]
    root = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603  our own code
    if done.returncode:
        raise JobError(f"{name}: a fresh process could not load it: {done.stderr.strip().splitlines()[-1]}")
    started: Report = json.loads(done.stdout.splitlines()[-1])
    return started


def _files(name: str, fitted: Path | None) -> list[Path]:
    folder = SHIPPED_MODEL if name == SHIPPED else fitted if name == FALLBACK else Path(name)
    return [path for path in folder.rglob("*") if path.is_file()] if folder and folder.is_dir() else []


@contextmanager
def _fitted(wanted: bool, data: Path | None, passages: Sequence[str]) -> Iterator[Path | None]:
    """A folder with the fallback, fitted as in use: on the texts that it then searches."""
    if not wanted:
        yield None
        return
    from embeddings.tfidf_encoder import TfidfEncoder

    with tempfile.TemporaryDirectory() as folder:
        TfidfEncoder.fit(_collection(data) or passages).save(Path(folder))
        yield Path(folder)


def _collection(data: Path | None) -> list[str]:
    """The stored texts of the development files: proposals, profiles and organisations' evidence."""
    if data is None:
        return []
    files = ("cordis/proposals.jsonl", "cordis/proposals.it.jsonl", "een/profiles.it.jsonl", "een/requests.en.jsonl")
    texts = [text_of(record) for file in files if (data / file).is_file() for record in records(data / file)]
    organisations = data / "cordis/organisations.jsonl"
    if organisations.is_file():
        pieces = [piece for record in records(organisations) for piece in record.get("evidence") or []]
        texts += [f"{piece['title']}. {piece.get('text') or ''}" for piece in pieces]
    return list(dict.fromkeys(texts))


def _passages(data: Path | None, count: int) -> list[str]:
    """`count` texts of 200 words: running text of the collection, or made-up words where there is none."""
    words = " ".join(_collection(data)).split() or list(_MADE_UP)
    draw = np.random.default_rng(_SEED)
    starts = draw.integers(0, max(1, len(words) - WORDS_PER_TEXT), size=count).tolist()
    running = [" ".join(words[start : start + WORDS_PER_TEXT]) for start in starts]
    if len(words) >= WORDS_PER_TEXT:
        return running
    return [" ".join(draw.choice(words, size=WORDS_PER_TEXT)) for _ in range(count)]
