"""Versions of a list's ranking: stored, promoted, rolled back; which one serves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import RankerChange, RankerVersion
from data.models.vocabulary import RankerAction
from matching.errors import RankerError
from matching.ranking import LISTS, RankingModel, model_of

if TYPE_CHECKING:
    from matching.learning.lesson import Lesson

SHIPPED = "shipped"
"""How the weights that come with the program are called where versions are named."""


def as_json(model: RankingModel, source: str) -> dict[str, Any]:
    """A model in the form of the files that ship."""
    return {
        "name": model.name,
        "version": model.version,
        "source": source,
        "intercept": model.intercept,
        "features": {name: {"weight": item.weight, "typical": item.typical} for name, item in model.weights.items()},
        "bands": {band.value: least for band, least in model.bands.items()},
    }


def digest_of(model: RankingModel) -> str:
    """SHA-256 of what a model calculates, whatever it is called."""
    raw = as_json(replace(model, version=""), "")
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def usable(stored: RankerVersion, shipped: RankingModel) -> RankingModel | None:
    """The stored model, or None where it is damaged or its features are not those that the program has now."""
    try:
        model = model_of(stored.weights)
    except (ValueError, KeyError, TypeError):
        return None
    same = set(model.weights) == set(shipped.weights) and set(model.bands) == set(shipped.bands)
    return model if same and model.name == shipped.name else None


def keep(session: Session, shipped: RankingModel, parent: str | None, lesson: Lesson) -> RankerVersion:
    """Store a lesson's model, or return the version that has the same weights already."""
    assert lesson.model is not None
    digest, ranking = digest_of(lesson.model), shipped.name
    of_list = RankerVersion.ranking == ranking
    stored = session.scalars(select(RankerVersion).where(of_list, RankerVersion.digest == digest)).first()
    if stored is not None:
        return stored
    count = session.scalar(select(func.count()).select_from(RankerVersion).where(of_list)) or 0
    name = f"{ranking}-{count + 1}"
    source = f"Learnt from {lesson.pairs} preferences of {lesson.queries} queries, leaning on {shipped.version}."
    stored = RankerVersion(
        ranking=ranking,
        version=name,
        digest=digest,
        weights=as_json(replace(lesson.model, version=name), source),
        made_from={
            "decisions": lesson.decisions,
            "preferences": lesson.pairs,
            "queries": lesson.queries,
            "calibrated": lesson.calibrated,
            "shipped": shipped.version,
        },
        figures=lesson.comparison.as_dict() if lesson.comparison else {},
        parent=parent,
    )
    session.add(stored)
    session.flush()
    return stored


def last_changes(session: Session) -> dict[str, RankerChange]:
    """The latest change of each list that was ever changed."""
    latest = select(func.max(RankerChange.id)).group_by(RankerChange.ranking)
    return {row.ranking: row for row in session.scalars(select(RankerChange).where(RankerChange.id.in_(latest)))}


def last_change(session: Session) -> int:
    """Number of the latest change of any list, 0 before the first."""
    return session.scalar(select(func.max(RankerChange.id))) or 0


def served_by(session: Session, change: RankerChange) -> str:
    """Name of the version that serves after a change."""
    stored = session.get(RankerVersion, change.version_id) if change.version_id is not None else None
    return stored.version if stored is not None else SHIPPED


def by_hand(change: RankerChange | None) -> bool:
    """Whether somebody took the list back: then nights learn, but promote nothing until somebody promotes again."""
    return change is not None and change.action == RankerAction.ROLLBACK.value


def versions(session: Session, ranking: str | None = None) -> Sequence[RankerVersion]:
    """All stored versions, oldest first."""
    query = select(RankerVersion).order_by(RankerVersion.id)
    return session.scalars(query if ranking is None else query.where(RankerVersion.ranking == ranking)).all()


def changes(session: Session, ranking: str | None = None) -> Sequence[RankerChange]:
    """All promotions and roll-backs, oldest first."""
    query = select(RankerChange).order_by(RankerChange.id)
    return session.scalars(query if ranking is None else query.where(RankerChange.ranking == ranking)).all()


def find(session: Session, name: str) -> RankerVersion:
    """A stored version by name. Raises RankerError where there is none."""
    stored = session.scalars(select(RankerVersion).where(RankerVersion.version == name)).first()
    if stored is None:
        raise RankerError(f"no ranking version is called {name!r}: see `abbina ranker list`")
    return stored


def promote(session: Session, shipped: RankingModel, stored: RankerVersion | None, *, actor: str, reason: str) -> bool:
    """Let a version serve from now on, None for the shipped weights; returns whether anything changed.

    Raises RankerError for a version whose features are not the program's.
    """
    if stored is not None and usable(stored, shipped) is None:
        raise RankerError(
            f"{stored.version} was learnt with other features than the program has now and cannot serve: "
            "`abbina ranker fit` learns anew from the same decisions"
        )
    before = last_changes(session).get(shipped.name)
    number = stored.id if stored else None
    if (before.version_id if before else None) == number and not by_hand(before):
        return False
    action = RankerAction.PROMOTE.value
    session.add(RankerChange(ranking=shipped.name, version_id=number, action=action, actor=actor, reason=reason))
    session.flush()
    return True


def roll_back(session: Session, ranking: str | None, *, actor: str, reason: str) -> RankerChange:
    """Let the version serve that served before the last promotion; of the list changed last where none is named.

    Raises RankerError where there is nothing to go back from.
    """
    log = changes(session, ranking)
    name = ranking or (log[-1].ranking if log else None)
    earlier = _served([change for change in log if change.ranking == name])
    if name is None or len(earlier) == 1:
        raise RankerError(f"the shipped weights serve {name or 'every list'}: there is nothing to go back from")
    change = RankerChange(
        ranking=name, version_id=earlier[-2], action=RankerAction.ROLLBACK.value, actor=actor, reason=reason
    )
    session.add(change)
    session.flush()
    return change


def _served(log: Sequence[RankerChange]) -> list[int | None]:
    """What roll-backs lead through: the shipped weights, then each version promoted and not taken back."""
    served: list[int | None] = [None]
    for change in log:
        if change.action == RankerAction.ROLLBACK.value:
            served.pop()
        elif change.version_id != served[-1]:
            served.append(change.version_id)
    return served


def read_in_force(
    session: Session, shipped: Mapping[str, RankingModel]
) -> tuple[dict[str, RankingModel], dict[str, str]]:
    """The model that serves each list, and by list the version that should serve but no longer can."""
    models, unusable = dict(shipped), {}
    for name, change in last_changes(session).items():
        if name in LISTS and change.version is not None:
            model = usable(change.version, shipped[name])
            if model is None:
                unusable[name] = change.version.version
            else:
                models[name] = model
    return models, unusable
