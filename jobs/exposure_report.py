"""The figures of `abbina benchmark exposure` as a table and as Lorenz curves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Report = dict[str, Any]
_COLUMNS = {
    "ndcg@10": ("nDCG@10", "{:.4f}"),
    "ndcg_change": ("change", "{:+.4f}"),
    "similarity@5": ("alike@5", "{:.3f}"),
    "similarity@10": ("alike@10", "{:.3f}"),
    "gini": ("Gini", "{:.3f}"),
    "gini_relevant": ("relevant", "{:.3f}"),
    "coverage": ("shown", "{:.1%}"),
    "coverage_relevant": ("relevant", "{:.1%}"),
}
_COLOURS = {"plain": "#555555", "variety": "#4477aa", "fairness": "#228833", "exploration": "#ccbb44", "all": "#aa3377"}


def table(report: Report) -> Iterator[str]:
    """A block for each list: a line for each arrangement."""
    yield f"{report['data']}, {report['rounds']} rounds of page views"
    for name, found in report["lists"].items():
        yield (
            f"\n{name}: {found['pages']} pages, {found['candidates']} candidates, "
            f"{found['relevant']} of them relevant to some proposal"
        )
        yield f"  {'':<12}{''.join(f'{label:>10}' for label, _ in _COLUMNS.values())}   95 % interval of the change"
        for arrangement, figures in found["arrangements"].items():
            cells = "".join(f"{_cell(figures.get(key), form):>10}" for key, (_, form) in _COLUMNS.items())
            interval = figures["ndcg_change_interval"]
            ends = "" if interval is None else f"[{interval[0]:+.4f}, {interval[1]:+.4f}]"
            yield f"  {arrangement:<12}{cells}   {ends}"


def _cell(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def write(report: Report, folder: Path) -> list[Path]:
    """Write the figures as JSON, and the Lorenz curves of each list as PNG and SVG; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / "exposure.json"
    figures.write_text(json.dumps(report, indent=2), encoding="utf-8")
    return [figures, *(file for name in report["lists"] for file in _curves(report, name, folder))]


def _curves(report: Report, name: str, folder: Path) -> list[Path]:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.2), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1, label="all alike")
    for arrangement, figures in report["lists"][name]["arrangements"].items():
        shares, attention = figures["lorenz"]
        label = f"{arrangement} (Gini {figures['gini']:.2f}, shown {figures['coverage']:.0%})"
        axes.plot(shares, attention, color=_COLOURS[arrangement], label=label)
    axes.set(
        xlabel=f"share of {name}, least exposed first",
        ylabel="share of all exposure",
        title=f"Exposure over {report['rounds']} rounds of page views ({report['data']})",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend(loc="upper left", frameon=False)
    files = [folder / f"exposure-{name}.{ending}" for ending in ("png", "svg")]
    for file in files:
        figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)
    return files
