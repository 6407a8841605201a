"""`abbina benchmark ranking`: our ranking beside every simple way to do it, on all judgements there are, in one run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.errors import JobError
from jobs.ranking_calibration import calibration
from jobs.ranking_measures import set_report
from jobs.ranking_misses import misses
from jobs.ranking_sets import JudgedSet, chosen, collections_of, judged_sets, opened
from matching.bootstrap import Application
from matching.evaluation import read_judgements, split_by_list
from matching.judged_lists import Gatherer, Models
from matching.ranking import LISTS, load_model

Report = dict[str, Any]
Tell = Callable[[str], None]


def measure_ranking(
    data: Path | None, only: Sequence[str] = (), *, ablation: bool = True, worst: int = 0, tell: Tell = lambda _: None
) -> Report:
    """The report on all sets asked for; `worst` queries of each are told in full.

    Raises JobError on an unknown set or a missing file, MatchingError on a bad line of judgements.
    """
    wanted = chosen(judged_sets(data), only, data)
    files = collections_of(data)
    models = {name: load_model(name) for name in LISTS}
    reports: list[Report] = []
    for name in dict.fromkeys(one.collection for one in wanted):
        tell(f"{name}: importing and indexing …")
        with opened(files[name]) as application:
            gatherer = Gatherer(application.service, models)
            for one in wanted:
                if one.collection == name:
                    tell(f"{one.name}: matching and measuring …")
                    reports.append(_measured(one, application, gatherer, models, ablation=ablation, worst=worst))
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "weights": {name: model.version for name, model in models.items()},
        "sets": reports,
    }


def _measured(
    one: JudgedSet, application: Application, gatherer: Gatherer, models: Models, *, ablation: bool, worst: int
) -> Report:
    judged = read_judgements(one.qrels)
    known = application.service.lists_of(name for grades in judged.values() for name in grades)
    units = split_by_list(judged, known)
    lists = list(gatherer.gather(units))
    missing = sorted({unit.query for unit in units} - {found.unit.query for found in lists})
    if missing:
        raise JobError(
            f"{one.name}: {len(missing)} judged queries are not among the proposals ({', '.join(missing[:3])} …): "
            "judgements and proposals belong to different versions of the files"
        )
    report = set_report(one, lists, models, ablation=ablation)
    if one.graded:
        report["calibration"] = calibration(lists, models)
    if worst:
        report["misses"] = misses(lists, one.relevant, models, application.sessions, worst)
    return report


def as_json(report: Report) -> str:
    """The report as JSON: what is not a number there is null."""
    return json.dumps(_finite(report), ensure_ascii=False, indent=2)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
