"""What people did about suggestions, and what was shown to them: what learning starts from. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matching.types import Target


class Signal(StrEnum):
    """What somebody did about a candidate, the weightiest first. Outcomes between the parties outrank curation."""

    AGREEMENT = "agreement"
    INTEREST = "interest"
    PIN = "pin"
    ADD = "add"
    ACCEPT = "accept"
    INFORMATION = "information"
    REJECT = "reject"


OUTCOMES = (Signal.AGREEMENT, Signal.INTEREST)
INFORMATION_REQUEST = 0.5
"""Half an acceptance: asking commits to nothing, and the answer may well show that they do not fit."""
STRENGTHS: Mapping[Signal, float] = {
    Signal.AGREEMENT: 4.0,
    Signal.INTEREST: 2.0,
    Signal.PIN: 1.5,
    Signal.ADD: 1.5,
    Signal.ACCEPT: 1.0,
    Signal.INFORMATION: INFORMATION_REQUEST,
}
"""How much a signal speaks for a candidate, in acceptances: the more it cost, the more it tells."""
AGAINST: Mapping[str, float] = {
    "wrong_competence": 1.0,
    "wrong_theme": 1.0,
    "wrong_partner_type": 1.0,
    "wrong_country": 1.0,
    "wrong_stage": 1.0,
    "other": 0.5,
    "competitor": 0.0,
    "already_in_contact": 0.0,
    "not_available": 0.0,
}
"""How much a rejection speaks against a candidate, by reason. Zero: it says nothing about how well they would fit."""
PASSED_OVER = 0.5
"""How much it speaks against a candidate that it was shown and another one was taken."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One thing that somebody did. `query` and `candidate` are ids; `rank` is where it stood on the list, if known.

    `day` is when; a rejection has a `reason`. Undone decisions are no opinions.
    """

    query: int
    target: Target
    candidate: int
    signal: Signal
    day: date
    reason: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A candidate on the shown list of a query on one day; `rank` is the best of the day, from 1."""

    query: int
    target: Target
    candidate: int
    day: date
    rank: int


@dataclass(frozen=True, slots=True)
class Example:
    """What is known of one candidate of a query.

    `strength` is above zero where something speaks for it and below where something speaks against it; `attention` in
    (0, 1] is how probably its place was looked at; `since` is the day from which it was shown or decided about.
    `said` tells a decision from silence.
    """

    candidate: int
    strength: float
    attention: float
    since: date
    said: bool


QueryKey = tuple[int, Target]


def attention(rank: int | None) -> float:
    """How probably a place is looked at: 1 / log2(1 + rank) (Järvelin and Kekäläinen 2002); 1 where it is unknown."""
    return 1.0 if rank is None else 1.0 / math.log2(1.0 + max(rank, 1))


def strength(opinion: Opinion) -> float:
    """How much an opinion speaks for (above zero) or against (below) its candidate."""
    if opinion.signal is Signal.REJECT:
        return -AGAINST.get(opinion.reason or "other", AGAINST["other"])
    return STRENGTHS[opinion.signal]


def examples(opinions: Iterable[Opinion], sightings: Iterable[Sighting]) -> dict[QueryKey, tuple[Example, ...]]:
    """What is known of the candidates of each query that has opinions, by candidate id.

    Only what was shown can have been passed over: what was not seen is not rejected. Of several opinions about one
    candidate the outcome counts before curation, the strongest outcome before others, and the latest decision; a
    request for information counts only where nobody said more.
    """
    shown = _first_and_best(sightings)
    told: dict[QueryKey, dict[int, Opinion]] = {}
    for opinion in opinions:
        known = told.setdefault((opinion.query, opinion.target), {})
        before = known.get(opinion.candidate)
        known[opinion.candidate] = opinion if before is None else _weightier(before, opinion)
    return {key: _of_query(known, shown.get(key, {})) for key, known in sorted(told.items())}


def _first_and_best(sightings: Iterable[Sighting]) -> dict[QueryKey, dict[int, tuple[date, int]]]:
    """For each query and candidate the first day it was shown, and its best rank."""
    found: dict[QueryKey, dict[int, tuple[date, int]]] = {}
    for seen in sightings:
        known = found.setdefault((seen.query, seen.target), {})
        day, rank = known.get(seen.candidate, (seen.day, seen.rank))
        known[seen.candidate] = (min(day, seen.day), min(rank, seen.rank))
    return found


def _weightier(before: Opinion, after: Opinion) -> Opinion:
    more = [opinion for opinion in (before, after) if opinion.signal is not Signal.INFORMATION]
    if len(more) == 1:
        return more[0]
    outcomes = [opinion for opinion in (before, after) if opinion.signal in OUTCOMES]
    if len(outcomes) == 1:
        return outcomes[0]
    if outcomes:
        return max(outcomes, key=strength)
    return after if after.day >= before.day else before


def _of_query(known: Mapping[int, Opinion], shown: Mapping[int, tuple[date, int]]) -> tuple[Example, ...]:
    said = [
        Example(
            candidate=opinion.candidate,
            strength=strength(opinion),
            attention=attention(_rank(opinion, shown)),
            since=opinion.day,
            said=True,
        )
        for opinion in known.values()
    ]
    silent = [
        Example(candidate, -PASSED_OVER, attention(rank), day, said=False)
        for candidate, (day, rank) in shown.items()
        if candidate not in known
    ]
    return tuple(sorted([*said, *silent], key=lambda example: example.candidate))


def _rank(opinion: Opinion, shown: Mapping[int, tuple[date, int]]) -> int | None:
    """Where the candidate stood: as the decision remembers it, else as the list was shown."""
    if opinion.rank is not None:
        return opinion.rank
    return shown[opinion.candidate][1] if opinion.candidate in shown else None


def wanted(known: Collection[Example]) -> frozenset[int]:
    """Candidates whose features learning needs; none where nothing speaks for any of them."""
    if not any(example.strength > 0 for example in known):
        return frozenset()
    return frozenset(example.candidate for example in known if example.strength)
