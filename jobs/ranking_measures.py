"""The measurements of `abbina benchmark ranking` on judged lists: systems side by side, ablation, pool, oracle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jobs.ranking_sets import JudgedSet
from matching.evaluation import METRICS, measure
from matching.judged_lists import OURS, SYSTEMS, JudgedList, Models
from matching.oracle import JudgedPool, Pools, ascend, cross_validated, pairwise_weights
from matching.significance import compare, holm, mean_interval

Report = dict[str, Any]
Lists = Sequence[JudgedList]
Values = NDArray[np.float64]

TESTED: Final = ("ndcg@10", "recall@50")
"""Metrics that are tested against each baseline; the first is the one that counts."""
_MAIN: Final = METRICS.index(TESTED[0])


def set_report(one: JudgedSet, lists: Lists, models: Models, *, ablation: bool) -> Report:
    """Everything that is measured on one set of judgements."""
    tables = [_table(name, title, note, chosen, one.relevant) for name, title, note, chosen in _views(one, lists)]
    report: Report = {
        "name": one.name,
        "title": one.title,
        "note": one.note,
        "relevant": one.relevant,
        "tables": tables,
        "by_language": _grouped(lists, one.relevant, lambda found: found.query.language),
        "by_kind": _grouped(lists, one.relevant, lambda found: found.query.kind),
        "pool": pool_recall(lists, one.relevant),
        "oracle": oracle(lists, one.relevant, models),
    }
    if ablation:
        report["ablation"] = ablations(lists, one.relevant, models)
    return report


def _views(one: JudgedSet, lists: Lists) -> list[tuple[str, str, str, Lists]]:
    """The set as a whole, and each part of it that is a table of its own."""
    views: list[tuple[str, str, str, Lists]] = [(one.name, one.title, one.note, lists)]
    if one.name == "demo":
        for name in _lists_in(lists):
            own = [found for found in lists if found.pool.weights == name]
            views.append((f"demo {name}", f"demo region, {name}", one.note, own))
    if one.name in {"demo", "een"}:
        for same, name, where in ((True, "within", "in the query's own"), (False, "across", "in the other")):
            title = f"{one.title}, {name} a language" if same else f"{one.title}, across languages"
            note = (
                f"only candidates whose texts are {where} language compete and are judged, as if there were no others; "
                "over the queries that have a relevant one among them, so that a query may count in both splits"
            )
            views.append((f"{one.name} {name}", title, note, [found.in_language(same) for found in lists]))
    return views


def _lists_in(lists: Lists) -> list[str]:
    return sorted({found.pool.weights for found in lists if len(found.pool)})


def by_system(lists: Lists, relevant: int) -> dict[str, Values]:
    """Metrics of each system over the lists that have a relevant candidate: each (lists, metrics)."""
    own = with_relevant(lists, relevant)
    return {system: _rows([found.scores(system, relevant) for found in own]) for system in SYSTEMS}


def with_relevant(lists: Lists, relevant: int) -> list[JudgedList]:
    """Only these say something of order."""
    return [found for found in lists if found.relevant(relevant)]


def _rows(scores: Sequence[Mapping[str, float]]) -> Values:
    return np.array([[one[name] for name in METRICS] for one in scores], dtype=np.float64).reshape(-1, len(METRICS))


def _table(name: str, title: str, note: str, lists: Lists, relevant: int) -> Report:
    values = by_system(lists, relevant)
    count = len(values[OURS])
    systems = [_line(system, values[system]) for system in SYSTEMS]
    against = [system for system in SYSTEMS if system != OURS]
    for metric in TESTED:
        place = METRICS.index(metric)
        found = [compare(values[OURS][:, place], values[system][:, place]) for system in against]
        adjusted = holm([one.p for one in found])
        for line, one, corrected in zip(systems, found, adjusted, strict=False):
            line.setdefault("ours_better_by", {})[metric] = {
                "difference": one.mean,
                "interval": one.interval,
                "p": one.p,
                "p_holm": corrected,
            }
    return {
        "name": name,
        "title": title,
        "note": note,
        "queries": count,
        "skipped": len(lists) - count,
        "systems": systems,
    }


def _line(system: str, values: Values) -> Report:
    metrics = {
        name: {"mean": float(values[:, i].mean()) if len(values) else 0.0, "interval": mean_interval(values[:, i])}
        for i, name in enumerate(METRICS)
    }
    return {"system": system, "metrics": metrics}


def _grouped(lists: Lists, relevant: int, key: Callable[[JudgedList], str]) -> Report:
    """nDCG@10 of every system for each group of queries."""
    own = with_relevant(lists, relevant)
    values = by_system(own, relevant)
    groups = np.array([key(found) for found in own])
    report: Report = {}
    for group in sorted(set(groups.tolist())):
        inside = groups == group
        report[group] = {
            "queries": int(inside.sum()),
            "systems": {
                system: {
                    "mean": float(values[system][inside, _MAIN].mean()),
                    "interval": mean_interval(values[system][inside, _MAIN]),
                }
                for system in SYSTEMS
            },
        }
    return report


def pool_recall(lists: Lists, relevant: int) -> Report:
    """Which share of the relevant candidates is let through by the rules, and by retrieval into the ranking."""
    own = with_relevant(lists, relevant)
    wanted = [found.relevant(relevant) for found in own]
    allowed = [len(names & set(found.judged_names)) / len(names) for names, found in zip(wanted, own, strict=True)]
    pooled = [len(names & set(found.names)) / len(names) for names, found in zip(wanted, own, strict=True)]
    return {
        "queries": len(own),
        "pool": float(np.mean([len(found.pool) for found in own])) if own else 0.0,
        "allowed": float(np.mean(allowed)) if own else 0.0,
        "recall": float(np.mean(pooled)) if own else 0.0,
        "interval": mean_interval(pooled),
    }


def ablations(lists: Lists, relevant: int, models: Models) -> list[Report]:
    """For each list, what each feature is worth: its weight set to 0, nothing fitted anew."""
    reports = []
    for name in _lists_in(lists):
        own = [found for found in with_relevant(lists, relevant) if found.pool.weights == name and len(found.pool)]
        if own:
            reports.append({"list": name, "queries": len(own), "features": _without_each(own, relevant, models)})
    return reports


def _without_each(own: Lists, relevant: int, models: Models) -> list[Report]:
    model = models[own[0].pool.weights]
    names = own[0].pool.features.names
    points = [model.points(found.pool.features) for found in own]
    full = _rows([found.scores(OURS, relevant) for found in own])
    features = []
    for place, feature in enumerate(names):
        rows = []
        for found, parts in zip(own, points, strict=True):
            order = found.pool.order(model.intercept + np.delete(parts, place, axis=1).sum(axis=1))
            rows.append(measure([found.names[i] for i in order], found.unit.grades, relevant))
        without = _rows(rows)
        line: Report = {"feature": feature, "weight": model.weights[feature].weight}
        for metric in TESTED:
            column = METRICS.index(metric)
            found_difference = compare(without[:, column], full[:, column])
            line[metric] = {
                "without": float(without[:, column].mean()),
                "difference": found_difference.mean,
                "interval": found_difference.interval,
                "p": found_difference.p,
            }
        features.append(line)
    return sorted(features, key=lambda line: float(line[TESTED[0]]["difference"]))


def oracle(lists: Lists, relevant: int, models: Models) -> Report:
    """nDCG@10 that a linear combination of the features reaches once it was fitted on these very queries."""
    values: dict[str, list[float]] = {
        name: [] for name in ("ours", "cross_validated", "in_sample", "ascended", "perfect_order")
    }
    weights: Report = {}
    for name in _lists_in(lists):
        own = [found for found in with_relevant(lists, relevant) if found.pool.weights == name and len(found.pool)]
        if not own:
            continue
        model, names = models[name], own[0].pool.features.names
        pools = [_judged_pool(found, models) for found in own]
        stacked, fitted = Pools(pools), pairwise_weights(pools)
        shipped = np.array([model.weights[feature].weight for feature in names])
        starts = (shipped, fitted)
        better = max(starts, key=lambda start: float(stacked.ndcg(stacked.values @ start).mean()))
        moved = ascend(pools, better)
        values["ours"] += stacked.ndcg(stacked.values @ shipped).tolist()
        values["cross_validated"] += cross_validated(pools).tolist()
        values["in_sample"] += stacked.ndcg(stacked.values @ fitted).tolist()
        values["ascended"] += stacked.ndcg(stacked.values @ moved).tolist()
        values["perfect_order"] += stacked.best().tolist()
        weights[name] = {
            "features": list(names),
            "shipped": shipped.tolist(),
            "in_sample": fitted.tolist(),
            "ascended": moved.tolist(),
        }
    means = {
        name: {"mean": float(np.mean(column)) if column else 0.0, "interval": mean_interval(column)}
        for name, column in values.items()
    }
    return {"queries": len(values["ours"]), "ndcg@10": means, "weights": weights}


def _judged_pool(found: JudgedList, models: Models) -> JudgedPool:
    """The pool as the model sees it: each feature's distance from what is typical, nothing where it is unknown."""
    model, features = models[found.pool.weights], found.pool.features
    typical = np.array([model.weights[name].typical for name in features.names])
    settled = found.pool.order(np.zeros(len(found.pool)))
    values = np.nan_to_num(features.values.astype(np.float64) - typical, nan=0.0)[settled]
    return JudgedPool.of(values, found.grades[settled], list(found.unit.grades.values()))
