"""Is a built generation whole, and does it find its own rows?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.errors import GenerationError
from embeddings.section import Section
from embeddings.writing import file_record

_SAMPLE: Final = 32
_TOLERANCE: Final = 1e-3
_REBUILD: Final = "run `abbina index --full`"


def check_files(folder: Path, files: Mapping[str, Any], *, checksums: bool) -> None:
    """Raise GenerationError unless every file is there with its size, and with `checksums` its sha256."""
    for name, record in files.items():
        path = folder / name
        try:
            found = file_record(path) if checksums else {"bytes": path.stat().st_size}
        except OSError as error:
            raise GenerationError(f"index {folder.name}: {name}: {error.strerror}; {_REBUILD}.") from error
        for what, value in found.items():
            if record[what] != value:
                raise GenerationError(
                    f"index {folder.name}: {name} has {what} {value}, not {record[what]}; {_REBUILD}."
                )


def check_sections(sections: Mapping[str, Section], manifest: Mapping[str, Any]) -> None:
    """Raise GenerationError unless counts agree with the manifest and a sample of rows finds itself in both indexes."""
    for name, section in sections.items():
        entry = manifest["sections"][name]
        width = manifest["model"]["dimension"]
        if len(section) != entry["rows"] or section.vectors.shape != (entry["rows"], width):
            raise GenerationError(
                f"section {name}: vectors {section.vectors.shape}, {entry['rows']} × {width} expected; {_REBUILD}."
            )
        if len(section):
            _check_vectors(section)
            _check_tokens(section)


def _sample(section: Section) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.unique(np.linspace(0, len(section) - 1, _SAMPLE).astype(np.int64))


def _check_vectors(section: Section) -> None:
    rows = _sample(section)
    queries = np.asarray(section.vectors[rows])
    for row, query, hits in zip(rows, queries, section.vector_index.search(queries, 1), strict=True):
        own = float(query @ query)
        if own and (not len(hits) or abs(float(hits.scores[0]) - own) > _TOLERANCE):
            raise GenerationError(f"section {section.name}: row {row} does not find itself by its vector; {_REBUILD}.")


def _check_tokens(section: Section) -> None:
    vocabulary, tokens = section.tokens.vocabulary, section.tokens
    for row in _sample(section):
        terms = tokens.terms[tokens.indptr[row] : tokens.indptr[row + 1]]
        words = [vocabulary[term] for term in terms]
        hits = section.lexical_index.search(words, 1, np.array([row], np.int64))
        if words and (not len(hits) or hits.ids[0] != row):
            raise GenerationError(f"section {section.name}: row {row} does not find itself by its words; {_REBUILD}.")
