"""The simple ways to rank, to hold ours against: random, popularity, tags, BM25, one embedding, plain fusion.

Each gives every candidate that the rules allow a score; who comes first among equals is settled as for our own ranking
(`Candidates.order`), so that no baseline loses by the order of a file.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.language import LANGUAGES, analyse
from matching.collection import Collection as Corpus
from matching.features import log_sum_exp
from matching.fusion import RANK_CONSTANT
from matching.gathering import Candidates, sides
from matching.query import Query, Side
from matching.retrieval import Rows, Section
from matching.types import Target

Scores = NDArray[np.float64]

POPULARITY, TAGS, WORDS, VECTORS, FUSION = "popularity", "tag overlap", "BM25", "dense", "plain fusion"
BASELINES: Final = (POPULARITY, TAGS, WORDS, VECTORS, FUSION)


def baseline_scores(corpus: Corpus, query: Query, target: Target, everyone: Candidates) -> dict[str, Scores]:
    """Scores (candidates,) of each baseline for all candidates that the rules allow."""
    if not len(everyone):
        return {name: np.empty(0) for name in BASELINES}
    searched = sides(corpus, query, target)
    words = np.sum([_words(section, side, everyone.rows) for section, side in searched], axis=0)
    vectors = np.sum([_vectors(section, side, everyone.rows) for section, side in searched], axis=0)
    return {
        POPULARITY: everyone.ties[-1].astype(np.float64),
        TAGS: _tags(corpus, query, target, everyone.rows),
        WORDS: words,
        VECTORS: vectors,
        FUSION: _fused(everyone, words, vectors),
    }


def _tags(corpus: Corpus, query: Query, target: Target, rows: Rows) -> Scores:
    """How many of the query's codes, declared or read, each candidate has exactly: related ones count nothing."""
    wanted = [number for number, _ in (*query.competences, *query.themes)]
    table = corpus.organisations if target is Target.ORGANISATIONS else corpus.proposals
    codes = table.codes.take(rows)
    owner = np.repeat(np.arange(len(rows)), np.diff(codes.starts))
    return np.bincount(owner[np.isin(codes.codes, wanted)], minlength=len(rows)).astype(np.float64)


def _words(section: Section, side: Side, rows: Rows) -> Scores:
    """BM25 of each candidate's best text.

    The query is analysed as both languages: what is spelt alike in both (names, numbers, loan words) meets too.
    """
    texts, starts = section.spans(rows)
    scores = [section.lexical.scores_of(analyse(side.text, language), texts) for language in LANGUAGES]
    best: Scores = np.maximum.reduceat(np.sum(scores, axis=0).astype(np.float64), starts)
    return best


def _vectors(section: Section, side: Side, rows: Rows) -> Scores:
    """Similarity of one embedding; of several texts of a candidate the best counts, others add a little."""
    texts, starts = section.spans(rows)
    return log_sum_exp(section.similarity(side.vector, texts), starts).astype(np.float64)


def _fused(everyone: Candidates, words: Scores, vectors: Scores) -> Scores:
    """Reciprocal rank fusion of both rankings, times 1000 against rounding; who shares no word is in one only."""
    fused = np.zeros(len(everyone))
    for scores, found in ((words, words > 0.0), (vectors, np.ones(len(everyone), dtype=np.bool_))):
        order = everyone.order(scores)
        order = order[found[order]]
        fused[order] += 1000.0 / (RANK_CONSTANT + np.arange(1, len(order) + 1))
    return fused
