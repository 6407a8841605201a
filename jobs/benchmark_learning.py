"""The simulation of learning on the demo region's own candidates, in a temporary installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from matching.learning.simulation import Broker, Pool, Step, Variant, curve

if TYPE_CHECKING:
    from matching.bootstrap import Application

SEEDS: Final = 20
"""Brokers whose preferences are drawn."""
_HOSTILE_STEPS: Final = (0, 10)
_KINDS: Final = ("organisations", "proposals")
_WIDE: Final = 18
_SHORT: Final = ("shipped", "refitted", "no positions", "unseen rejected", "unregularised", "in force")
"""The variants as the table's head names them."""
_Report = dict[str, Any]


def simulate(seed: int, brokers: int) -> _Report:
    """The learning curves of each list, and what ten random or hostile decisions come to."""
    from matching.ranking import load_model

    pools = demo_pools()
    report: _Report = {"seed": seed, "brokers": brokers, "lists": {}}
    for name in _KINDS:
        shipped = load_model(name)
        curves = [curve(shipped, pools[name], seed + number) for number in range(brokers)]
        bad = {
            broker.value: [
                curve(shipped, pools[name], seed + number, broker=broker, steps=_HOSTILE_STEPS)
                for number in range(brokers)
            ]
            for broker in (Broker.RANDOM, Broker.HOSTILE)
        }
        noise = [curve(shipped, pools[name], seed + number, broker=Broker.RANDOM) for number in range(brokers)]
        report["lists"][name] = {
            "queries": len(pools[name]),
            "curve": _means(curves),
            "bad_start": {kind: _bad_start(found) for kind, found in bad.items()},
            "promoted_at_random": sum(_ever_promoted(steps) for steps in noise),
        }
    return report


def demo_pools() -> dict[str, list[Pool]]:
    """Every proposal of the demo region with its candidates and their features, by list."""
    from jobs.importing import import_demo
    from jobs.opening import temporary_application

    with temporary_application() as application:
        import_demo(application.sessions)
        application.update_index()
        return _pools(application)


def _pools(application: Application) -> dict[str, list[Pool]]:
    from sqlalchemy import select

    from data.models import Proposal
    from matching.rules import targets_of

    with application.sessions() as session:
        rows = session.execute(select(Proposal.reference, Proposal.kind).order_by(Proposal.reference)).all()
    pools: dict[str, list[Pool]] = {name: [] for name in _KINDS}
    for reference, kind in rows:
        for target in targets_of(kind):
            found = application.service.candidates_of(reference, target)
            if found is not None:
                pools[target.value].append(Pool(reference, found[1]))
    return pools


def _means(curves: Sequence[Sequence[Step]]) -> list[_Report]:
    """For each number of decisions the mean agreement of each variant, and how many brokers' refits were promoted."""
    found = []
    for steps in zip(*curves, strict=True):
        row: _Report = {"decisions": steps[0].decisions, "variants": {}}
        row["promoted"] = sum(step.promoted for step in steps)
        for variant in Variant:
            ndcg = np.array([step.agreement[variant].ndcg for step in steps])
            accuracy = np.array([step.agreement[variant].accuracy for step in steps])
            error = float(ndcg.std(ddof=1) / np.sqrt(len(ndcg))) if len(ndcg) > 1 else 0.0
            row["variants"][variant.value] = {
                "ndcg@10": round(float(ndcg.mean()), 4),
                "standard_error": round(error, 4),
                "pairs_in_order": round(float(accuracy.mean()), 4),
            }
        found.append(row)
    return found


def _bad_start(curves: Sequence[Sequence[Step]]) -> _Report:
    last = [steps[-1] for steps in curves]
    return {
        "decisions": last[0].decisions,
        "promoted": sum(step.promoted for step in last),
        "shipped": round(float(np.mean([step.kept[Variant.SHIPPED] for step in last])), 4),
        "if_promoted": round(float(np.mean([step.kept[Variant.REFITTED] for step in last])), 4),
        "if_promoted_worst": round(float(min(step.kept[Variant.REFITTED] for step in last)), 4),
        "unregularised": round(float(np.mean([step.kept[Variant.FREE] for step in last])), 4),
    }


def _ever_promoted(steps: Sequence[Step]) -> bool:
    return any(step.promoted for step in steps)


def table(report: _Report) -> str:
    """The figures as people read them."""
    lines = [f"{report['brokers']} simulated brokers, seeds from {report['seed']}; nDCG@10 (pairs in order)"]
    for name, found in report["lists"].items():
        lines += [f"\n{name}: {found['queries']} queries of the demo region"]
        lines.append(f"{'decisions':>9}{_cells(_SHORT)}{'promoted':>10}")
        for row in found["curve"]:
            cells = [f"{item['ndcg@10']:.3f} ({item['pairs_in_order']:.3f})" for item in row["variants"].values()]
            lines.append(f"{row['decisions']:>9}{_cells(cells)}{row['promoted']:>10}")
        for kind, bad in found["bad_start"].items():
            lines.append(
                f"ten {kind} decisions: promoted for {bad['promoted']} of {report['brokers']}; had they been, nDCG@10 "
                f"against the shipped order would be {bad['if_promoted']:.3f} (worst {bad['if_promoted_worst']:.3f}, "
                f"unregularised {bad['unregularised']:.3f})"
            )
        lines.append(
            f"up to 500 random decisions, compared after each step: ever promoted for {found['promoted_at_random']} "
            f"of {report['brokers']}"
        )
    return "\n".join(lines)


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"{text:>{_WIDE}}" for text in texts)
