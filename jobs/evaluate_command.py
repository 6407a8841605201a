"""`abbina evaluate`: the ranking that users get, measured against judgements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from data.demo import qrels as demo_qrels

if TYPE_CHECKING:
    from matching.bootstrap import Application
    from matching.evaluation import Evaluation, Unit

    Rankings = dict[str, list[tuple[str, float]]]


@click.command()
@click.option(
    "--qrels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Judgements; those of the demo region by default.",
)
@click.option(
    "--relevant", metavar="G", default=1, show_default=True, type=click.IntRange(1), help="Least relevant grade."
)
@click.option("--top", default=100, show_default=True, type=click.IntRange(10, 1000), help="Depth of each ranking.")
@click.option("--run", "run_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a TREC run file.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(qrels: tuple[Path, ...], relevant: int, top: int, run_file: Path | None, as_json: bool) -> None:
    """Measure nDCG@10, recall@50, MRR and MAP against judgements, with 95 % bootstrap intervals.

    Each query reference of the judgements (TREC: query 0 candidate grade) is matched against all that is stored, on the
    path that a user gets; the list scored is the one that the query's judged candidates belong to. A query judged on
    both lists counts once for each.
    """
    from jobs.opening import open_application
    from matching.evaluation import evaluate as measure_all
    from matching.evaluation import read_judgements, run_lines, split_by_list

    judged = read_judgements(qrels or demo_qrels())
    with open_application() as application:
        lists = application.service.lists_of(name for grades in judged.values() for name in grades)
        units = split_by_list(judged, lists)
        rankings, missing = _ranked(application, units, top)
    result = measure_all(
        {name: [candidate for candidate, _ in ranking] for name, ranking in rankings.items()},
        {unit.name: dict(unit.grades) for unit in units},
        relevant=relevant,
    )
    if run_file is not None:
        lines = [line for query, ranking in rankings.items() for line in run_lines(query, ranking, "abbina")]
        run_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if missing:
        click.echo(f"not stored, counted as empty: {len(missing)} queries ({', '.join(missing[:5])} …)", err=True)
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=2))
    else:
        _show(result, relevant)


def _ranked(application: Application, units: Sequence[Unit], top: int) -> tuple[Rankings, list[str]]:
    """The ranking of each unit, and the queries that are not stored."""
    from tqdm import tqdm

    rankings: Rankings = {}
    missing: list[str] = []
    for unit in tqdm(units, unit="query", disable=None):
        ranking = application.service.rank_references(unit.query, unit.target, top=top)
        if ranking is None:
            missing.append(unit.query)
        rankings[unit.name] = ranking or []
    return rankings, missing


def _show(result: Evaluation, relevant: int) -> None:
    click.echo(f"queries {result.queries}, skipped {result.skipped} (no candidate of grade {relevant} or more)")
    for name, value in result.metrics.items():
        low, high = result.intervals[name]
        click.echo(f"{name:<10} {value:.4f}  [{low:.4f}, {high:.4f}]")
