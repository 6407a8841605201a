"""`abbina benchmark …`: speed and size on this machine, beside what they should be."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from data.settings import FALLBACK_MODEL, SHIPPED_MODEL

_ROOT = Path(__file__).resolve().parents[1]
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
_FORMS: Final = {
    "index_seconds": ("index from nothing", "{:.1f} s"),
    "reindex_seconds": ("re-index after 1 % changed", "{:.1f} s"),
    "reindex_share": ("re-index, share of the full time", "{:.1%}"),
    "first_match_seconds": ("first match, loading included", "{:.2f} s"),
    "match_p50_ms": ("match, median", "{:.1f} ms"),
    "match_p95_ms": ("match, 95th percentile", "{:.1f} ms"),
    "again_p50_ms": ("match again, median", "{:.1f} ms"),
    "again_p95_ms": ("match again, 95th percentile", "{:.1f} ms"),
    "resident_mib": ("resident memory", "{:.0f} MiB"),
    "desk_p50_ms": ("page of the queue, median", "{:.0f} ms"),
    "desk_p95_ms": ("page of the queue, 95th percentile", "{:.0f} ms"),
    "help_seconds": ("abbina --help, median of {runs}", "{:.2f} s"),
}


@click.group()
def benchmark() -> None:
    """Measure speed, size and quality on this machine. Nothing of your own data is read or changed."""


@benchmark.command()
@click.option("--proposals", default=12_000, show_default=True, type=click.IntRange(300))
@click.option("--organisations", default=2_400, show_default=True, type=click.IntRange(100))
@click.option("--model", "models", multiple=True, help="Model to measure (default: the shipped one and the fallback).")
@_JSON
def speed(proposals: int, organisations: int, models: tuple[str, ...], as_json: bool) -> None:
    """Index, re-index and match over a made-up corpus, for each model in a process of its own."""
    from jobs.benchmark_corpus import Size
    from jobs.benchmark_speed import measure

    size = Size(proposals, organisations)
    targets: dict[str, float] = {"match_p95_ms": 40.0, "again_p95_ms": 40.0, "reindex_share": 0.10}
    reports = []
    for model in models or (SHIPPED_MODEL, FALLBACK_MODEL):
        click.echo(f"{model}: {proposals} proposals, {organisations} organisations …", err=True)
        report = measure(model, size, reindex=True)
        own = targets | ({"index_seconds": 60.0} if model == FALLBACK_MODEL else {})
        reports.append(report | {"targets": own})
    _print(reports, as_json)


@benchmark.command()
@click.option("--profiles", default=200_000, show_default=True, type=click.IntRange(1000))
@click.option("--organisations", default=2_400, show_default=True, type=click.IntRange(100))
@_JSON
def scale(profiles: int, organisations: int, as_json: bool) -> None:
    """Match over very many made-up profiles with the shipped model. Takes some minutes and gigabytes of disk."""
    from jobs.benchmark_corpus import Size
    from jobs.benchmark_speed import measure

    click.echo(f"making and indexing {profiles} profiles takes some minutes …", err=True)
    report = measure(SHIPPED_MODEL, Size(profiles, organisations, sentences=(3, 6)), reindex=False)
    _print([report | {"targets": {"match_p95_ms": 150.0, "resident_mib": 2560.0}}], as_json)


@benchmark.command()
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1, 100))
@_JSON
def startup(runs: int, as_json: bool) -> None:
    """How long `abbina --help` takes, from start to end."""
    command = [sys.executable, "-c", "from jobs.cli import main; main()", "--help"]
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=_ROOT)  # noqa: S603 - this very program
        seconds.append(time.perf_counter() - start)
    report = {"help_seconds": statistics.median(seconds), "runs": runs, "targets": {"help_seconds": 0.5}}
    _print([report], as_json)


@benchmark.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of dev files.")
@click.option("--model", "models", multiple=True, help="Another model to measure beside ours (name or folder).")
@click.option("--fallback/--no-fallback", default=True, show_default=True, help="Measure the fallback too.")
@click.option("--texts", default=2000, show_default=True, type=click.IntRange(100), help="Texts of the speed test.")
@_JSON
def encoder(data: Path | None, models: tuple[str, ...], fallback: bool, texts: int, as_json: bool) -> None:
    """The shipped model and others side by side: quality on dev files, speed, load time, memory, size."""
    from jobs.benchmark_encoder import compare, table

    reports = compare(data, models, fallback, texts)
    click.echo(json.dumps(reports, ensure_ascii=False, indent=2) if as_json else table(reports))


@benchmark.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of dev files.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for plots, as PNG and SVG.")
@click.option("--only", metavar="NAME", multiple=True, help="Measure this set only: demo, cordis-en, cordis-it, een.")
@click.option("--ablation/--no-ablation", default=True, show_default=True, help="Leave each feature out in turn.")
@click.option("--misses", default=0, metavar="N", type=click.IntRange(0), help="Tell the N worst queries of each set.")
@_JSON
def ranking(
    data: Path | None, out: Path | None, only: tuple[str, ...], ablation: bool, misses: int, as_json: bool
) -> None:
    """Our ranking beside random, popularity, tags, BM25, one embedding and plain fusion, with calibration and plots."""
    from jobs import benchmark_ranking as ours
    from jobs.ranking_misses import lines
    from jobs.ranking_text import text

    report = ours.measure_ranking(
        data, only, ablation=ablation, worst=misses, tell=lambda line: click.echo(line, err=True)
    )
    if out is not None:
        from jobs.ranking_plots import draw

        for path in draw(report, out):
            click.echo(f"written: {path}", err=True)
    if as_json:
        click.echo(ours.as_json(report))
        return
    click.echo(text(report))
    for one in report["sets"]:
        if one.get("misses"):
            click.echo(f"\n### {one['title']}: the worst {len(one['misses'])}\n")
            click.echo("\n".join(lines(one["misses"])))


@benchmark.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of dev files: een/profiles.it.jsonl, een/labels.dev.jsonl, een/twins.en.jsonl.",
)
@_JSON
def tagging(data: Path, as_json: bool) -> None:
    """The shipped tagger on labelled profiles, beside the plain nearest prototype; agreement across languages."""
    from jobs.opening import temporary_application
    from jobs.tagging_quality import measure, table

    with temporary_application() as application:
        report = measure(data, application.encoder(), application.concepts, application.text_tagger())
    click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else table(report))


@benchmark.command()
@click.option("--rounds", default=28, show_default=True, type=click.IntRange(1, 365), help="Days of page views.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with cordis/organisations.jsonl, proposals.jsonl and qrels.tsv, in place of the demo region.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write figures and plots into a folder.")
@_JSON
def exposure(rounds: int, data: Path | None, out: Path | None, as_json: bool) -> None:
    """Who gets shown, before and after variety, fairness and exploration: Gini, coverage, similarity, nDCG@10."""
    from jobs.benchmark_exposure import measure
    from jobs.exposure_report import table, write

    report = measure(data, rounds)
    if out is not None:
        for file in write(report, out):
            click.echo(f"written: {file}", err=True)
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    for line in table(report):
        click.echo(line)


@benchmark.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the plots (PNG and SVG).")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Seed of the first broker.")
@click.option("--brokers", default=20, show_default=True, type=click.IntRange(1, 200), help="Brokers to simulate.")
@_JSON
def learning(out: Path | None, seed: int, brokers: int, as_json: bool) -> None:
    """Learning from 0 to 500 decisions of simulated brokers, on the demo region's candidates. Takes minutes."""
    from jobs.benchmark_learning import simulate, table

    report = simulate(seed, brokers)
    if out is not None:
        from jobs.learning_plots import plot

        report["plots"] = [str(path) for path in plot(report, out)]
    click.echo(json.dumps(report, indent=2) if as_json else table(report))
    if not as_json:
        for path in report.get("plots", ()):
            click.echo(path)


@benchmark.command()
@click.option("--items", default=10_000, show_default=True, type=click.IntRange(100), help="Items that wait.")
@click.option("--rounds", default=60, show_default=True, type=click.IntRange(6, 10_000), help="Pages that are opened.")
@_JSON
def desk(items: int, rounds: int, as_json: bool) -> None:
    """The brokers' queue with very many made-up items: page, counts and names, as the desk asks for them."""
    from jobs.benchmark_desk import measure

    report = measure(items, rounds)
    if not as_json:
        click.echo(f"{items} items, {rounds} pages")
    _print([report | {"targets": {"desk_p95_ms": 200.0}}], as_json)


def _print(reports: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(reports, indent=2))
        return
    for report in reports:
        if "model" in report:
            click.echo(f"\n{report['model']}, {report['proposals']} proposals, {report['organisations']} organisations")
        for name, (label, form) in _FORMS.items():
            if name in report:
                click.echo(
                    f"  {label.format(**report):<36}{form.format(report[name]):>12}{_target(report, name, form)}"
                )


def _target(report: dict[str, Any], name: str, form: str) -> str:
    target = report["targets"].get(name)
    if target is None:
        return ""
    return f"   at most {form.format(target)}: {'kept' if report[name] <= target else 'NOT KEPT'}"
