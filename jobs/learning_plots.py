"""The learning curves as pictures: PNG and SVG, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

_LOOKS: Final = {
    "shipped": ("#555555", ":"),
    "refitted": ("#0b5fa5", "-"),
    "without position correction": ("#c05a00", "--"),
    "unseen counted as rejected": ("#8a2be2", "-."),
    "unregularised": ("#2e7d32", (0, (5, 1, 1, 1))),
    "in force (promoted only if better)": ("#000000", "-"),
}
_LEGIBLE = 9


def plot(report: dict[str, Any], folder: Path) -> list[Path]:
    """Write `learning-<list>.png` and `.svg` into `folder`; returns the files."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with mpl.rc_context({"svg.hashsalt": "abbina", "font.size": _LEGIBLE}):
        for name, found in report["lists"].items():
            figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
            for axis, measure, label in zip(
                axes, ("ndcg@10", "pairs_in_order"), ("nDCG@10", "pairs in order"), strict=True
            ):
                _draw(axis, found["curve"], measure)
                axis.set(xlabel="decisions", ylabel=f"{label}, agreement with the hidden preference")
            axes[1].legend(frameon=False, loc="lower right")
            figure.suptitle(f"Learning from decisions: {name}, mean of {report['brokers']} simulated brokers")
            for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
                path = folder / f"learning-{name}.{ending}"
                figure.savefig(path, dpi=150, metadata=metadata)
                files.append(path)
            pyplot.close(figure)
    return files


def _draw(axis: Any, rows: list[dict[str, Any]], measure: str) -> None:
    decisions = [row["decisions"] for row in rows]
    for variant, (colour, style) in _LOOKS.items():
        values = [row["variants"][variant][measure] for row in rows]
        width = 2.2 if variant in ("refitted", "in force (promoted only if better)") else 1.3
        axis.plot(decisions, values, color=colour, linestyle=style, linewidth=width, label=variant)
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)
