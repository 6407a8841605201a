"""The shown list: near-duplicates folded, variety, fair exposure, one place for the never-shown. Arrays in and out.

All functions speak of the contenders of one list, (n,) in the order of the ranking, and of an order of them: places in
that numbering, best first. Who is not `free` was decided about by a person and never changes place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

SHOWN = 10
"""Places of a list that a page shows."""
VARIETY = 0.15
"""What being unlike those above weighs beside relevance (1 - lambda of maximal marginal relevance)."""
NEAR = 0.02
"""Probabilities less apart than this are nearly equal, …"""
NEAR_SHARE = 0.05
"""… if they also differ by less than this share of the greater."""
SAFE = 3
"""Places that nobody falls out of for the sake of fairness or exploration."""
FAR_MORE = 1.5
"""Times the mean exposure of all candidates from which one gives way, …"""
LEAST_EXPOSURE = 5.0
"""… once there is enough of it to tell: five times at the first place."""
EXPLORED = 0.5
"""Least probability of one that is tried out, as a share of the probability of the one that makes room."""
_WEAK = 0


@dataclass(frozen=True, slots=True)
class Contenders:
    """The best of a list in the order of the ranking: (n,) each.

    `probability` of the score; `band`, 0 weak to 3 strong; `similarity` (n, n) in [0, 1]; `free` False where a person
    accepted, pinned or added; `exposure` is the discount of the days behind us, 0 for who was not shown; `lot` is drawn
    by proposal and day.
    """

    probability: Floats
    band: Places
    similarity: Floats
    free: Flags
    exposure: Floats
    lot: Places

    def __len__(self) -> int:
        return len(self.probability)


def fold(twins: Flags, free: Flags) -> Places:
    """Under whom each contender is folded, (n,), itself for those that stand: `twins` (n, n) tells near-duplicates.

    The better ranked of two stands, unless a person decided for the other: who was decided for always stands.
    """
    leader = np.arange(len(free))
    standing = ~free
    for place in np.flatnonzero(free):
        above = np.flatnonzero(twins[place] & standing)
        if len(above):
            leader[place] = above[0]
        else:
            standing[place] = True
    return leader


def decided_first(order: Places, pinned: Flags, free: Flags, size: int = SHOWN) -> Places:
    """Pinned contenders before all others; accepted and added ones at their place, at the latest among the last shown.

    `pinned` and `free` are (n,) of the contenders.
    """
    sequence = np.concatenate([order[pinned[order]], order[~pinned[order]]])
    head, tail = sequence[:size], sequence[size:]
    late = tail[~free[tail] & ~pinned[tail]]
    movable = np.flatnonzero(free[head])
    gives = movable[len(movable) - min(len(late), len(movable)) :]
    raised = late[: len(gives)]
    kept = np.delete(head, gives)
    return np.concatenate([kept, raised, head[gives], tail[~np.isin(tail, raised)]]).astype(np.int64)


def diversify(order: Places, who: Contenders, size: int = SHOWN, variety: float = VARIETY) -> Places:
    """Maximal marginal relevance over the first `size` places (Carbonell and Goldstein, SIGIR 1998).

    Relevance is the probability as a share of the best one's, so that the balance is the same for easy and hard
    queries. Nobody rises above a better band, and weak ones, which are no suggestions, stay as they are.
    """
    if not len(order):
        return order
    relevance = who.probability / max(float(who.probability.max()), 1e-9)
    remaining = [int(one) for one in order if who.free[one]]
    nearest = np.zeros(len(who))
    chosen: list[int] = []
    for one in order:
        pick = int(one)
        if who.free[one]:
            pick = remaining[0] if len(chosen) >= size else _marginal(remaining, who, relevance, nearest, variety)
            remaining.remove(pick)
        chosen.append(pick)
        np.maximum(nearest, who.similarity[pick], out=nearest)
    return np.array(chosen, dtype=np.int64)


def _marginal(remaining: list[int], who: Contenders, relevance: Floats, nearest: Floats, variety: float) -> int:
    """The next to choose, among the best band that is left."""
    left = np.array(remaining, dtype=np.int64)
    best = who.band[left].max()
    if best == _WEAK:
        return remaining[0]
    equals = left[who.band[left] == best]
    gain = (1.0 - variety) * relevance[equals] - variety * nearest[equals]
    return int(equals[np.argmax(gain)])


def give_way(order: Places, who: Contenders, share: float, size: int = SHOWN) -> Places:
    """Overexposed contenders change places with nearly equally relevant ones that were shown less than half as much.

    Attention is made good over time, not within one list (Biega, Gummadi and Weikum, SIGIR 2018). `share` is the mean
    exposure of all candidates of the list. Both are of one band and nearly as probable, and nobody changes places
    twice, so every place is held by one nearly as probable as before; of several the most alike passes, which keeps
    the variety. Nobody crosses the border below the first SAFE places; weak ones stay.
    """
    line = order.tolist()
    still = [place for place, one in enumerate(line) if who.free[one] and who.band[one] > _WEAK]
    for place in still.copy():
        if place >= size or place not in still or not _overexposed(line[place], who, share):
            continue
        below = [other for other in still if other > place and (other < SAFE) == (place < SAFE)]
        fit = [other for other in below if _may_pass(line[other], line[place], who)]
        if fit:
            alike = who.similarity[line[place]][[line[other] for other in fit]]
            other = fit[int(np.argmax(alike))]
            line[place], line[other] = line[other], line[place]
            still.remove(place)
            still.remove(other)
    return np.array(line, dtype=np.int64)


def _overexposed(one: int, who: Contenders, share: float) -> bool:
    exposed = float(who.exposure[one])
    return exposed >= LEAST_EXPOSURE and exposed > FAR_MORE * share


def _may_pass(one: int, holder: int, who: Contenders) -> bool:
    if who.band[one] != who.band[holder] or who.exposure[one] >= who.exposure[holder] / 2.0:
        return False
    return is_near(who.probability[one], who.probability[holder])


def is_near(one: float, other: float) -> bool:
    """Whether two probabilities are nearly equal."""
    return bool(abs(one - other) < min(NEAR, NEAR_SHARE * max(one, other)))


def explore(order: Places, who: Contenders, size: int = SHOWN) -> tuple[Places, int | None]:
    """The last shown place for one that nobody was shown lately; returns the order and who got it.

    Only where `size` are shown, only for one that is possible at least and half as probable as the one that moves
    down, and drawn by `lot` among those. Where that one was not shown either, the place is well filled already.
    """
    places = np.flatnonzero(who.free[order[:size]])
    if len(order) <= size or not len(places) or places[-1] < SAFE:
        return order, None
    place = int(places[-1])
    holder = order[place]
    if who.exposure[holder] == 0:
        return order, None
    waiting = order[size:]
    floor = who.probability[holder] * EXPLORED
    fit = waiting[(who.band[waiting] > _WEAK) & (who.probability[waiting] >= floor) & (who.exposure[waiting] == 0)]
    if not len(fit):
        return order, None
    chosen = int(fit[np.argmin(who.lot[fit])])
    head = order[:size].copy()
    head[place] = chosen
    return np.concatenate([head, [holder], waiting[waiting != chosen]]).astype(np.int64), chosen


def lots(seed: str, ids: NDArray[np.int64]) -> Places:
    """A number for each id, drawn by `seed`: the same seed draws the same, whatever the other ids are."""
    drawn = [hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=4).digest() for number in ids.tolist()]
    return np.array([int.from_bytes(digest, "big") for digest in drawn], dtype=np.int64)
