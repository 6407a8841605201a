"""The use case of nights and commands: learn from all that was decided, keep what came out, promote what is better."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from matching.learning.in_force import ModelsInForce
from matching.learning.lesson import Lesson, Verdict, learn
from matching.learning.materials import Gathering
from matching.learning.preferences import Material
from matching.learning.sources import SOURCES, OpinionSource
from matching.learning.versions import SHIPPED, by_hand, digest_of, keep, last_changes, promote
from matching.ranking import LISTS
from matching.service import MatchService

LOCK = "learn"
"""Name of the lock that whoever changes versions holds."""


class Outcome(StrEnum):
    """What became of a list's refit."""

    NOTHING = "nothing"
    """No decision prefers one candidate over another."""
    SAME = "same"
    """The decisions lead to the model that serves already."""
    TOO_FEW = "too_few"
    NOT_BETTER = "not_better"
    HELD = "held"
    """Better, but somebody took this list back by hand: nights promote nothing until somebody promotes again."""
    PROMOTED = "promoted"
    FORCED = "forced"
    """Promoted though not shown to be better: somebody wanted it so."""


@dataclass(frozen=True, slots=True)
class ListReport:
    """One list: what came out, and the figures of the comparison (empty without one)."""

    ranking: str
    outcome: Outcome
    decisions: int
    preferences: int
    version: str | None = None
    serves: str = SHIPPED
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearningReport:
    """All lists. `news` is False where nothing happened since `mark` was taken; then nothing was calculated."""

    news: bool
    mark: str
    lists: tuple[ListReport, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For reports."""
        promoted = sum(item.outcome in (Outcome.PROMOTED, Outcome.FORCED) for item in self.lists)
        return {
            "news": self.news,
            "mark": self.mark,
            "promoted": promoted,
            "lists": [asdict(item) for item in self.lists],
        }


class Refitter:
    """Learns each list anew. Each list is one transaction: killed in between, the next run ends in the same place."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        service: MatchService,
        rankings: ModelsInForce,
        sources: Sequence[OpinionSource] = SOURCES,
    ) -> None:
        self._sessions = sessions
        self._rankings = rankings
        self._gathering = Gathering(service, sessions, sources)
        self._sources = sources

    def run(self, *, actor: str, last_mark: str | None = None, force: bool = False) -> LearningReport:
        """Learn where anything is new since `last_mark`; `force` promotes what comes out even if it is not better.

        The caller holds the lock `LOCK`. Raises NotIndexedError.
        """
        self._rankings.refresh()
        mark = self._mark()
        if mark == last_mark and not force:
            return LearningReport(news=False, mark=mark)
        found = self._gathering.materials()
        lists = tuple(self._learn(name, found[name], actor, force) for name in LISTS)
        return LearningReport(news=True, mark=self._mark(), lists=lists)

    def _mark(self) -> str:
        """Digest of what a refit rests on: the decisions, the shipped weights, what serves."""
        with self._sessions() as session:
            parts = [source.mark(session) for source in self._sources]
            latest = last_changes(session)
        for name, model in self._rankings.shipped.items():
            parts += [digest_of(model), str(latest[name].id) if name in latest else "0"]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def _learn(self, ranking: str, materials: Sequence[Material], actor: str, force: bool) -> ListReport:
        shipped = self._rankings.shipped[ranking]
        lesson = learn(shipped, self._rankings[ranking], materials)
        with unit_of_work(self._sessions) as session:
            report = self._keep(session, ranking, lesson, actor, force)
        self._rankings.refresh()
        return report

    def _keep(self, session: Session, ranking: str, lesson: Lesson, actor: str, force: bool) -> ListReport:
        shipped, before = self._rankings.shipped[ranking], last_changes(session).get(ranking)
        serving = before.version.version if before is not None and before.version is not None else None
        if ranking in self._rankings.unusable:
            serving = None
        report = ListReport(ranking, Outcome.NOTHING, lesson.decisions, lesson.pairs, serves=serving or SHIPPED)
        if lesson.model is None or lesson.comparison is None:
            return report
        stored = keep(session, shipped, serving, lesson)
        outcome = _outcome(lesson, same=stored.version == serving, held=by_hand(before), force=force)
        if outcome in (Outcome.PROMOTED, Outcome.FORCED):
            promote(session, shipped, stored, actor=actor, reason=_reason(lesson))
            serving = stored.version
        figures = lesson.comparison.as_dict()
        return replace(report, outcome=outcome, version=stored.version, serves=serving or SHIPPED, figures=figures)


def _outcome(lesson: Lesson, *, same: bool, held: bool, force: bool) -> Outcome:
    if same:
        return Outcome.SAME
    if lesson.verdict is Verdict.BETTER:
        return Outcome.HELD if held and not force else Outcome.PROMOTED
    if force:
        return Outcome.FORCED
    return Outcome.TOO_FEW if lesson.verdict is Verdict.TOO_FEW else Outcome.NOT_BETTER


def _reason(lesson: Lesson) -> str:
    compared = lesson.comparison
    assert compared is not None
    how = "better on" if compared.better else "by hand, not shown to be better on"
    return (
        f"{how} {compared.queries} held-back queries: pairs in order {compared.accuracy_before:.3f} -> "
        f"{compared.accuracy_after:.3f}, log loss {compared.loss_before:.3f} -> {compared.loss_after:.3f}"
    )
