"""The report of `abbina benchmark ranking` as Markdown: one table a set of judgements, then what explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jobs.ranking_calibration import BANDS
from jobs.ranking_measures import TESTED
from matching.evaluation import METRICS
from matching.judged_lists import OURS, SYSTEMS

Report = Mapping[str, Any]

_SURE: Final = 0.05

_BOUNDS: Final = (
    ("ours", "ours, as shipped"),
    ("cross_validated", "logistic, fitted on the other queries"),
    ("in_sample", "logistic, fitted on these queries"),
    ("ascended", "moved to the best nDCG@10 on these queries"),
    ("perfect_order", "the pool in perfect order"),
)
_ABSENT: Final = "–"


def text(report: Report) -> str:
    """The whole report."""
    lines: list[str] = [f"Measured {report['made']} with the weights {_versions(report['weights'])}.", ""]
    tables = [table for one in report["sets"] for table in one["tables"]]
    for metric in TESTED:
        lines += summary(tables, metric)
    lines += _upper_bounds(report["sets"])
    lines += _calibrations([one for one in report["sets"] if "calibration" in one])
    lines += ["## In detail", ""]
    for one in report["sets"]:
        lines += _set(one)
    lines += _legend()
    return "\n".join(lines)


def summary(tables: Sequence[Report], metric: str) -> Iterator[str]:
    """One metric of every system on every set, a line a set."""
    yield f"### {metric} of all systems"
    yield ""
    yield from _head(("", "lists", *SYSTEMS))
    for table in tables:
        cells = [_marked(line, metric) for line in table["systems"]]
        yield _row([table["title"], str(table["queries"]), *cells])
    yield ""
    yield "\\* ours is another with p < 0.05 in a paired randomisation test; \\*\\* so after Holm's correction too."
    yield ""


def _upper_bounds(sets: Sequence[Report]) -> Iterator[str]:
    """What retrieval lets in, and what the same features could do at best: to read the weights by, never shipped."""
    yield "### The pool, and upper bounds of nDCG@10"
    yield ""
    yield from _head(("", "relevant let in: by the rules", "by retrieval", "lists", *(label for _, label in _BOUNDS)))
    for one in sets:
        pool, oracle = one["pool"], one["oracle"]
        values = [oracle["ndcg@10"][name] for name, _ in _BOUNDS]
        cells = [f"{pool['allowed']:.3f}", _value(pool["recall"], pool["interval"]), str(oracle["queries"])]
        yield _row([one["title"], *cells, *(_value(cell["mean"], cell["interval"]) for cell in values)])
    yield ""
    yield (
        "Over the lists that have any candidate at all. All but ours have seen answers (the first logistic those of "
        "other queries, in five folds): they say what the features could do, and none of them is ever shipped."
    )
    yield ""


def _calibrations(sets: Sequence[Report]) -> Iterator[str]:
    """The graded sets in short: error, and precision of each band among the shown ten."""
    if not sets:
        return
    yield "### Calibration and abstention in short"
    yield ""
    bands = [f"precision of {band.value}, shown" for band in BANDS]
    yield from _head(("", "ECE, all judged", "ECE, shown ten", "Brier, all judged", *bands, "abstention AUC"))
    for one in sets:
        part = one["calibration"]["parts"]["all"]
        measured = [part["judged"]["ece"], part["shown"]["ece"], part["judged"]["brier"]]
        shown = [part["shown"]["bands"][band.value] for band in BANDS]
        precision = [f"{_measured(line['precision'])} of {line['pairs']}" for line in shown]
        auc = _measured(one["calibration"]["abstention"]["auc"])
        yield _row([one["title"], *map(_measured, measured), *precision, auc])
    yield ""


def _marked(line: Report, metric: str) -> str:
    value = f"{line['metrics'][metric]['mean']:.3f}"
    found = line.get("ours_better_by", {}).get(metric)
    if found is None:
        return f"**{value}**"
    stars: int = sum(found[p] < _SURE for p in ("p", "p_holm"))
    return value + "\\*" * stars


def _versions(weights: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in weights.items())


def _set(one: Report) -> Iterator[str]:
    for table in one["tables"]:
        yield from systems(table, one["relevant"])
    for key, title in (("by_language", "by language of the query"), ("by_kind", "by kind of the query")):
        if len(one[key]) > 1:
            yield from _groups(f"{one['title']}, {title}: nDCG@10", one[key])
    for part in one.get("ablation", ()):
        yield from _ablation(one["title"], part)
    if "calibration" in one:
        yield from _calibration(one["title"], one["calibration"])
    else:
        yield f"{one['title']}: no calibration, since what is not known to be relevant here may still be plausible."
        yield ""


def systems(table: Report, relevant: int) -> Iterator[str]:
    """One table: each system's metrics with intervals, and how sure it is that ours is another."""
    yield f"### {table['title']}"
    yield (
        f"{table['queries']} lists ({table['skipped']} without a candidate of grade {relevant} or more left out); "
        f"{table['note']}."
    )
    yield ""
    yield from _head(("", *METRICS, "ours better by (nDCG@10)", "p", "p, Holm"))
    for line in table["systems"]:
        cells = [_value(line["metrics"][name]["mean"], line["metrics"][name]["interval"]) for name in METRICS]
        found = line.get("ours_better_by", {}).get(METRICS[0])
        sure = [_ABSENT] * 3
        if found is not None:
            sure = [_difference(found["difference"], found["interval"]), _p(found["p"]), _p(found["p_holm"])]
        name = f"**{line['system']}**" if line["system"] == OURS else line["system"]
        yield _row([name, *cells, *sure])
    yield ""


def _groups(title: str, groups: Mapping[str, Report]) -> Iterator[str]:
    yield f"#### {title}"
    yield ""
    yield from _head(("", *(f"{name} ({group['queries']})" for name, group in groups.items())))
    for system in SYSTEMS:
        cells = [group["systems"][system] for group in groups.values()]
        yield _row([system, *(_value(cell["mean"], cell["interval"]) for cell in cells)])
    yield ""


def _ablation(title: str, part: Report) -> Iterator[str]:
    yield f"#### {title}, {part['list']}: each feature left out ({part['queries']} lists, nothing fitted anew)"
    yield ""
    yield from _head(("feature", "weight", "nDCG@10 without", "difference", "p", "recall@50 without", "difference"))
    for line in part["features"]:
        first, second = line["ndcg@10"], line["recall@50"]
        yield _row(
            [
                line["feature"],
                f"{line['weight']:.2f}",
                f"{first['without']:.3f}",
                _difference(first["difference"], first["interval"]),
                _p(first["p"]),
                f"{second['without']:.3f}",
                _difference(second["difference"], second["interval"]),
            ]
        )
    yield ""


def _calibration(title: str, report: Report) -> Iterator[str]:
    yield f"#### {title}: calibration (plausible is grade 2 or 3)"
    yield ""
    yield from _head(("judged pairs", "pairs", "plausible", "said", "ECE", "ECE, equal mass", "Brier", "AUC"))
    for part, which, found in _parts(report):
        said = _ABSENT if found["mean_probability"] is None else f"{found['mean_probability']:.3f}"
        measured = [_measured(found[name]) for name in ("ece", "ece_equal_mass", "brier", "auc")]
        yield _row([f"{part}, {which}", str(found["pairs"]), str(found["plausible"]), said, *measured])
    yield ""
    yield from _head(("judged pairs", "band", "pairs", "precision", "coverage", "of the plausible"))
    for part, which, found in _parts(report):
        for band in BANDS:
            line = found["bands"][band.value]
            measured = [_measured(line[name]) for name in ("precision", "coverage", "of_the_plausible")]
            yield _row([f"{part}, {which}", band.value, str(line["pairs"]), *measured])
    yield ""
    yield from _abstention(report["abstention"])


def _parts(report: Report) -> Iterator[tuple[str, str, Report]]:
    for part, both in report["parts"].items():
        for which, label in (("judged", "all judged"), ("shown", "judged of the shown ten")):
            yield ("all lists" if part == "all" else part), label, both[which]


def _abstention(found: Report) -> Iterator[str]:
    without, with_partner = found["queries_without_partner"], found["queries_with_partner"]
    yield from _head(("best match below", f"without a partner ({without})", f"with one ({with_partner})"))
    for band, shares in found["best_below"].items():
        yield _row([band, *(_share(shares[name]) for name in ("without_partner", "with_partner"))])
    yield ""
    yield f"How well the best match's probability tells the two apart: AUC {_measured(found['auc'])}."
    yield ""


def _legend() -> list[str]:
    return [
        "In brackets: 95 % bootstrap intervals over queries (of calibration: drawing whole queries). p: paired "
        "randomisation test over queries, two-sided. Unjudged candidates count as grade 0; judged@10 says how many of "
        "the first ten were judged. All systems see the candidates that the rules allow, and settle ties alike.",
    ]


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield "|---" * len(names) + "|"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _value(mean: float, interval: Sequence[float]) -> str:
    return f"{mean:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _measured(found: Report) -> str:
    return _ABSENT if found["value"] != found["value"] else _value(found["value"], found["interval"])


def _difference(mean: float, interval: Sequence[float]) -> str:
    return f"{mean:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else "< 0.0001"


def _share(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:.0%}"
