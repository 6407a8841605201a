"""Where one candidate stands in a list, and what it lacks most: for who asks why it is not among the suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.criteria import by_criterion
from matching.gathering import Candidates
from matching.ranking import RankingModel
from matching.shortlist import Arranged
from matching.types import Band, Contribution, Criterion


@dataclass(frozen=True, slots=True)
class Placed:
    """`place` counts from 1 in the list as it is shown, None where retrieval did not find the candidate at all.

    `behind` is the id of the near-identical candidate that stands for it. `lacks` is the criterion whose known
    features lie furthest below what they could add.
    """

    band: Band
    place: int | None = None
    behind: int | None = None
    lacks: Criterion | None = None


def placed(
    candidate_id: int, found: Candidates, arranged: Arranged, with_it: Candidates, model: RankingModel
) -> Placed | None:
    """From the list as it is shown, `found` and `arranged`, and from candidates that hold this one in any case.

    None where not even those hold it: the index does not know it, or a rule leaves it out.
    """
    spots = np.flatnonzero(with_it.ids == candidate_id)
    if not len(spots):
        return None
    row = int(spots[0])
    points = model.points(with_it.features)
    band = model.band(float(model.intercept + points[row].sum()))
    lacks = lacking(model.parts(with_it.features, row, points))
    own = np.flatnonzero(found.ids == candidate_id)
    if not len(own):
        return Placed(band, lacks=lacks)
    spot, places = int(own[0]), arranged.places.tolist()
    leader = next((place for place, others in arranged.folded.items() if spot in others), None)
    return Placed(
        band,
        place=places.index(spot) + 1 if spot in places else None,
        behind=None if leader is None else int(found.ids[leader]),
        lacks=lacks,
    )


def lacking(parts: Sequence[Contribution]) -> Criterion | None:
    """The criterion that lacks most: by how much more its known features could add. None where all add what they can.

    What is not known is no lack: unknown is not zero.
    """
    groups = by_criterion(parts).items()
    gaps = {criterion: gap for criterion, own in groups if (gap := sum(_gap(part) for part in own)) > 0.0}
    return max(gaps, key=lambda criterion: gaps[criterion]) if gaps else None


def _gap(part: Contribution) -> float:
    if part.value is None:
        return 0.0
    return part.weight * (1.0 - part.value) if part.weight > 0.0 else -part.weight * part.value
