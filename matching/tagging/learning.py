"""Learning from what people declare and decide: fit anew, taken only where due and where nothing else gets worse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from embeddings.encoder import Encoder
from matching.competence import CompetenceTagger
from matching.concepts import ConceptIndex
from matching.errors import TaggingError
from matching.tagging.examples import Said, read_examples, read_said
from matching.tagging.fitting import fit_weights
from matching.tagging.material import demo
from matching.tagging.prototypes import ROLE, make_prototypes
from matching.tagging.scoring import Scorer
from matching.tagging.weights import FILE, TagWeights, shipped, weights_for

_DECISIONS, _DECLARATIONS = 5, 50
"""New decisions, or newly declared codes, that a new fit needs at least…"""
_SHARE_DECISIONS, _SHARE_DECLARATIONS = 0.1, 0.2
"""…and as a share of those that the last one had: tagging all again takes time, so it happens ever more seldom."""
_MOST_LOST = 0.03
"""Share of the demo region's first codes that a new fit may lose against the shipped weights."""


@dataclass(frozen=True, slots=True)
class LearningReport:
    """What came of it. `outcome`: `learnt`, `not_due` (too little is new) or `worse` (known texts would suffer)."""

    outcome: str
    decided: int
    declared: int
    right_before: float | None = None
    right_after: float | None = None


def learn(
    sessions: sessionmaker[Session], home: Path, encoder: Encoder, concepts: ConceptIndex, *, force: bool = False
) -> LearningReport:
    """Fit the classifier with everything that people said, and store it under `home` for later runs.

    Safe to repeat and to kill: the same database and taxonomies give the same weights, and the file is replaced in one
    step. With `force` it is fit however little is new; what makes known texts worse is never taken.
    """
    with sessions() as session:
        said = read_said(session, concepts)
        if not force and not _due(home, encoder, said):
            return LearningReport("not_due", said.decided, said.declared)
        used = weights_for(home, encoder.fingerprint)
        means = used.means if used.fingerprint == encoder.fingerprint else None
        prototypes = make_prototypes(encoder, concepts, means)
        examples = read_examples(session, said, encoder, prototypes)
    given = shipped()
    made = fit_weights(encoder, concepts, (given.curves, given.curves_alone), examples, prototypes.means)
    made = replace(made, about={"decided": said.decided, "declared": said.declared, "said": said.digest})
    before, after = right_share(given, encoder, concepts), right_share(made, encoder, concepts)
    if after < before - _MOST_LOST:
        return LearningReport("worse", said.decided, said.declared, before, after)
    made.save(home / FILE)
    return LearningReport("learnt", said.decided, said.declared, before, after)


def forget(home: Path) -> bool:
    """Go back to the shipped weights; False where nothing had been learnt."""
    path = home / FILE
    found = path.exists()
    path.unlink(missing_ok=True)
    return found


def _due(home: Path, encoder: Encoder, said: Said) -> bool:
    try:
        own = TagWeights.load(home / FILE)
    except TaggingError:
        own = None
    about = own.about if own is not None and own.fingerprint == encoder.fingerprint else {}
    if about.get("said") == said.digest:
        return False
    decided, declared = int(about.get("decided", 0)), int(about.get("declared", 0))
    more_decided = abs(said.decided - decided) >= max(_DECISIONS, _SHARE_DECISIONS * decided)
    return more_decided or abs(said.declared - declared) >= max(_DECLARATIONS, _SHARE_DECLARATIONS * declared)


def right_share(weights: TagWeights, encoder: Encoder, concepts: ConceptIndex) -> float:
    """Share of the demo region's texts whose best code is right, over all trees that they have codes of."""
    learnt = weights.fingerprint == encoder.fingerprint
    scorer = Scorer(
        make_prototypes(encoder, concepts, weights.means if learnt else None), concepts, weights, learnt=learnt
    )
    told = demo()
    tagger = CompetenceTagger(concepts)
    vectors = encoder.encode([item.text for item in told], ROLE)
    centred = scorer.prototypes.centred(vectors, [item.language for item in told])
    leads = scorer.leads(centred, scorer.votes([tagger.tag(item.text, item.language) for item in told]))
    hits = [
        concepts.concepts[group.numbers[int(leads[row, part].argmax())]].code in item.codes[group.tree]
        for group, part, _ in scorer.curves()
        for row, item in enumerate(told)
        if item.codes.get(group.tree) and "/" not in group.name
    ]
    return float(np.mean(hits)) if hits else 0.0
