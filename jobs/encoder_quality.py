"""Quality of an encoder on development files: similarity, twins across languages, and partners found by vectors alone.

Each measure reads its own files below one folder and is left out where they are missing. Sentences are encoded with
`Role.PLAIN`, what a query seeks with `SOUGHT`, what a candidate offers with `OFFERED`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from embeddings.encoder import Encoder, Role, Vectors
from embeddings.model_files import SHIPPED_MODEL
from jobs.errors import JobError
from matching.evaluation import evaluate, read_qrels

Floats = NDArray[np.float64]
Record = dict[str, Any]

EVIDENCE_TEMPERATURE: Final = 0.1
"""Of the log-sum-exp over the cosines of an organisation's evidence; between the best one (0) and their mean."""
PARTNER_GRADE: Final = 2
"""Least grade of a candidate that a broker would follow up; queries without one say nothing of order."""
SANITY_TERMS: Final = SHIPPED_MODEL / "sanity.tsv"
"""Made for this project: Italian term, English term, English near-miss, kind. Reported, never tuned on."""
_DEPTH: Final = 50
_TEXT_FIELDS: Final = ("title", "summary", "description", "expertise_sought", "keywords")
_COUNTERPART: Final = {"TR": "TO", "TO": "TR", "BR": "BO", "BO": "BR"}


def quality(encoder: Encoder, data: Path) -> dict[str, float]:
    """All measures whose files lie below `data`, and the sanity set's, by name; each at most 1, more is better."""
    found: dict[str, float] = sanity(encoder)
    for files, measure in _MEASURES:
        if all((data / file).is_file() for file in files):
            found.update(measure(encoder, *(data / file for file in files)))
    return found


def similarity(encoder: Encoder, english: Path, italian: Path) -> dict[str, float]:
    """Spearman correlation of cosines with human scores of sentence pairs: English, Italian, Italian to English."""
    first, second, scores = _columns(english, 3)
    primo, secondo, _ = _columns(italian, 3)
    human = np.array([float(score) for score in scores])
    en, it = (encoder.encode(first), encoder.encode(second)), (encoder.encode(primo), encoder.encode(secondo))

    def agreement(left: Vectors, right: Vectors) -> float:
        return float(spearmanr((left * right).sum(axis=1), human).statistic)

    return {"sts_en": agreement(*en), "sts_it": agreement(*it), "sts_it_en": agreement(it[0], en[1])}


def translation_search(name: str) -> Callable[[Encoder, Path], dict[str, float]]:
    """A measure: the share of Italian sentences whose nearest English one is their translation."""

    def measure(encoder: Encoder, pairs: Path) -> dict[str, float]:
        italian, english = _columns(pairs, 2)
        nearest = (encoder.encode(italian) @ encoder.encode(english).T).argmax(axis=1)
        return {name: float((nearest == np.arange(len(italian))).mean())}

    return measure


def organisations_found(name: str) -> Callable[[Encoder, Path, Path, Path], dict[str, float]]:
    """A measure: nDCG@10 of organisations for partner searches."""

    def measure(encoder: Encoder, organisations: Path, proposals: Path, qrels: Path) -> dict[str, float]:
        side = OrganisationSide(encoder, organisations)
        queries = records(proposals)
        scores = side.scores(encoder.encode([text_of(query) for query in queries], Role.SOUGHT))
        rankings = {query["reference"]: side.ranking(row) for query, row in zip(queries, scores, strict=True)}
        return {name: evaluate(rankings, read_qrels(qrels)).metrics["ndcg@10"]}

    return measure


def counterparts_found(
    encoder: Encoder, profiles: Path, requests: Path, organisations: Path, qrels: Path
) -> dict[str, float]:
    """nDCG@10 of judged profiles that have a partner of grade 2 or 3: offers for requests and the reverse.

    All profiles of the counterpart's kind compete; a research partner search (RDR) looks among the organisations.
    """
    collection = records(profiles) + records(requests)
    texts = [text_of(record) for record in collection]
    seeking, offering = encoder.encode(texts, Role.SOUGHT), encoder.encode(texts, Role.OFFERED)
    side = OrganisationSide(encoder, organisations)
    kinds = np.array([record["kind"] for record in collection])
    references = np.array([record["reference"] for record in collection])
    judged = read_qrels(qrels)
    rankings: dict[str, list[str]] = {}
    for position in np.flatnonzero(np.isin(references, list(judged))):
        kind = str(kinds[position])
        if kind not in _COUNTERPART:
            rankings[str(references[position])] = side.ranking(side.scores(seeking[[position]])[0])
            continue
        candidates = np.flatnonzero(kinds == _COUNTERPART[kind])
        order = np.argsort(-(offering[candidates] @ seeking[position]), kind="stable")[:_DEPTH]
        rankings[str(references[position])] = references[candidates[order]].tolist()
    return {"een": evaluate(rankings, judged, relevant=PARTNER_GRADE).metrics["ndcg@10"]}


def originals_found(encoder: Encoder, twins: Path, requests: Path, profiles: Path) -> dict[str, float]:
    """Share of Italian abstracts whose nearest English text is their original, among all originals and requests."""
    originals = records(twins)
    abstracts = {record["reference"]: record for record in records(profiles)}
    english = encoder.encode([text_of(record) for record in originals + records(requests)], Role.OFFERED)
    italian = [text_of(abstracts[record["reference"].removesuffix("-EN")]) for record in originals]
    nearest = (encoder.encode(italian, Role.SOUGHT) @ english.T).argmax(axis=1)
    return {"twins": float((nearest == np.arange(len(originals))).mean())}


def sanity(encoder: Encoder, terms: Path = SANITY_TERMS) -> dict[str, float]:
    """Technical terms with a near-miss each: the share of Italian terms that find theirs among all English ones, and
    the share that are nearer to it than to their near-miss."""
    italian, english, misses, _ = _columns(terms, 4)
    vectors, right, wrong = (encoder.encode(texts) for texts in (italian, english, misses))
    options = list(dict.fromkeys([*english, *misses]))
    nearest = (vectors @ encoder.encode(options).T).argmax(axis=1)
    found = [options[best] == term for best, term in zip(nearest, english, strict=True)]
    nearer = (vectors * right).sum(axis=1) > (vectors * wrong).sum(axis=1)
    return {"sanity_terms": float(np.mean(found)), "sanity_misses": float(nearer.mean())}


class OrganisationSide:
    """Organisations by the vectors of their evidence, each scored by a log-sum-exp over its cosines."""

    def __init__(self, encoder: Encoder, organisations: Path) -> None:
        """Encode each piece of evidence once, however many organisations share it."""
        self._organisations = [record for record in records(organisations) if record.get("evidence")]
        pieces = [(i, piece) for i, one in enumerate(self._organisations) for piece in one["evidence"]]
        texts = [f"{piece['title']}. {piece.get('text') or ''}" for _, piece in pieces]
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        self._vectors = encoder.encode(list(place), Role.OFFERED)
        self._piece = np.array([place[text] for text in texts])
        self._owner = np.array([owner for owner, _ in pieces])
        self._pieces = np.bincount(self._owner, minlength=len(self._organisations))
        self._latest = np.array(
            [max(piece.get("year") or 0 for piece in one["evidence"]) for one in self._organisations]
        )

    def scores(self, queries: Vectors) -> Floats:
        """(queries, organisations) scores."""
        cosines = (queries @ self._vectors.T).astype(np.float64)[:, self._piece] / EVIDENCE_TEMPERATURE
        most = cosines.max(axis=1, keepdims=True)
        count = len(self._organisations)
        sums = np.stack([np.bincount(self._owner, row, count) for row in np.exp(cosines - most)])
        result: Floats = EVIDENCE_TEMPERATURE * (np.log(sums) + most)
        return result

    def ranking(self, scores: Floats) -> list[str]:
        """The best ids; among equals more evidence, then more recent evidence, comes first."""
        order = np.lexsort((-self._latest, -self._pieces, -np.round(scores, 6)))[:_DEPTH]
        return [self._organisations[position]["id"] for position in order]


@cache
def records(path: Path) -> list[Record]:
    """The objects of a JSON-lines file."""
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise JobError(f"{path}: cannot be read as JSON lines ({error})") from error


def text_of(record: Record) -> str:
    """The whole text of a proposal, a field a line."""
    return "\n".join(_flat(record[field]) for field in _TEXT_FIELDS if record.get(field))


def _flat(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _columns(path: Path, count: int) -> Sequence[list[str]]:
    """Columns of a tab-separated file with a heading."""
    try:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]]
    except (OSError, UnicodeDecodeError) as error:
        raise JobError(f"{path}: cannot be read ({error})") from error
    for number, row in enumerate(rows, 2):
        if len(row) != count:
            raise JobError(f"{path}, line {number}: {len(row)} fields, expected {count}")
    return [list(column) for column in zip(*rows, strict=True)]


_ORGANISATIONS: Final = "cordis/organisations.jsonl"
_PROFILES: Final = "een/profiles.it.jsonl"
_REQUESTS: Final = "een/requests.en.jsonl"
_MEASURES: Final[tuple[tuple[tuple[str, ...], Callable[..., dict[str, float]]], ...]] = (
    (("parallel/dev/stsb-en.tsv", "parallel/dev/stsb-it.tsv"), similarity),
    (("parallel/dev/flores200_devtest.tsv",), translation_search("flores")),
    (("parallel/dev/newstest2009.tsv",), translation_search("newstest")),
    ((_ORGANISATIONS, "cordis/proposals.jsonl", "cordis/qrels.tsv"), organisations_found("cordis_en")),
    ((_ORGANISATIONS, "cordis/proposals.it.jsonl", "cordis/qrels.it.tsv"), organisations_found("cordis_it")),
    ((_PROFILES, _REQUESTS, _ORGANISATIONS, "een/qrels.dev.tsv"), counterparts_found),
    (("een/twins.en.jsonl", _REQUESTS, _PROFILES), originals_found),
)
