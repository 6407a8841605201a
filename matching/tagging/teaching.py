"""Making the weights that ship: the classifier from the project's own words, its curves from the demo region."""

from __future__ import annotations

from dataclasses import replace

from embeddings.encoder import Encoder
from matching.concepts import ConceptIndex
from matching.tagging.calibration import fit_curves
from matching.tagging.fitting import fit_weights
from matching.tagging.prototypes import make_prototypes
from matching.tagging.scoring import Scorer
from matching.tagging.weights import About, Curve, Curves, TagWeights

_NO_CURVES = Curves(About((0.0, 0.0, 0.0), 0.0, 0.5), {"een_technology": Curve(1.0, 0.0, 0.5)})


def teach(encoder: Encoder, concepts: ConceptIndex) -> TagWeights:
    """Weights for an encoder from nothing but what the project ships; about ten seconds with a fast encoder."""
    weights = fit_weights(encoder, concepts, (_NO_CURVES, _NO_CURVES))
    learnt = Scorer(make_prototypes(encoder, concepts, weights.means), concepts, weights, learnt=True)
    alone = Scorer(make_prototypes(encoder, concepts), concepts, weights, learnt=False)
    return replace(
        weights,
        curves=fit_curves(learnt, encoder, concepts),
        curves_alone=fit_curves(alone, encoder, concepts),
        about={"taught": "subjects, competences and descriptions of this project", "encoder": encoder.name},
    )
