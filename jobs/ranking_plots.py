"""The plots of `abbina benchmark ranking`, as PNG and SVG; the same figures stand in its tables.

Colours are Okabe and Ito's (2008), told apart by colour-blind people too; shapes and labels say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jobs.errors import JobError
from matching.judged_lists import OURS, SYSTEMS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Report = Mapping[str, Any]

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
_LINES: Final = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))
_STYLE: Final[dict[Any, Any]] = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "svg.fonttype": "none",
    "svg.hashsalt": "abbina",
    "figure.constrained_layout.use": True,
}
_ACROSS: Final = 3


def draw(report: Report, folder: Path) -> list[Path]:
    """Write every plot that the report has figures for. Raises JobError where the folder cannot be written."""
    import matplotlib as mpl
    from matplotlib.figure import Figure  # drawn without pyplot: no display, no state that outlives the call

    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context(_STYLE):
            for name, plot in _PLOTS.items():
                figure = Figure()
                if plot(report, figure):
                    written += _saved(figure, folder / name)
    except OSError as error:
        raise JobError(f"{folder}: plots cannot be written ({error.strerror}); give --out another folder") from error
    return written


def _saved(figure: Figure, path: Path) -> Iterator[Path]:
    kinds: tuple[tuple[str, dict[str, Any]], ...] = ((".png", {"dpi": 150}), (".svg", {"metadata": {"Date": None}}))
    for suffix, settings in kinds:
        target = path.with_suffix(suffix)
        figure.savefig(target, facecolor="white", **settings)
        yield target


def _panels(figure: Figure, count: int, width: float, height: float, *, share_y: bool = False) -> list[Axes]:
    """`count` panels in rows of three, `width` and `height` inches each."""
    across = min(count, _ACROSS)
    down = -(-count // across)
    figure.set_size_inches(width * across, height * down)
    grid = figure.subplots(down, across, squeeze=False, sharey=share_y)
    panels = list(grid.ravel())
    for spare in panels[count:]:
        spare.remove()
    return panels[:count]


def _bars(panel: Axes, places: Sequence[int], cells: Sequence[Report], colours: Sequence[str], value: str) -> None:
    """Dots with their intervals, one a row."""
    for place, cell, colour in zip(places, cells, colours, strict=True):
        low, high = cell["interval"]
        panel.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        panel.plot([cell[value]], [place], "o" if colour != ORANGE else "D", color=colour, markersize=7)


def _systems(report: Report, figure: Figure) -> bool:
    """nDCG@10 of every system on every set, and on the parts of them that are told apart by language."""
    tables = [table for one in report["sets"] for table in one["tables"]]
    panels = _panels(figure, len(tables), 4.2, 3.0, share_y=True)
    places = list(range(len(SYSTEMS)))[::-1]
    for panel, table in zip(panels, tables, strict=True):
        cells = [line["metrics"]["ndcg@10"] for line in table["systems"]]
        _bars(panel, places, cells, [ORANGE if name == OURS else BLUE for name in SYSTEMS], "mean")
        panel.set_title(f"{table['title']}\n{table['queries']} lists", fontsize=10)
        panel.set_yticks(places, SYSTEMS)
        panel.set_xlim(left=-0.02 * panel.get_xlim()[1])
        panel.grid(axis="x", color="#dddddd")
        panel.set_axisbelow(True)
    figure.supxlabel("nDCG@10, 95 % interval over queries")
    return bool(tables)


def _ablation(report: Report, figure: Figure) -> bool:
    """How nDCG@10 changes where a feature is left out."""
    parts = [(one, part) for one in report["sets"] for part in one.get("ablation", ())]
    if not parts:
        return False
    longest = max(len(part["features"]) for _, part in parts)
    for panel, (one, part) in zip(_panels(figure, len(parts), 4.6, 1.2 + 0.26 * longest), parts, strict=True):
        cells = [line["ndcg@10"] for line in part["features"]]
        places = list(range(len(cells)))[::-1]
        colours = [ORANGE if cell["interval"][1] < 0 else GREEN if cell["interval"][0] > 0 else BLUE for cell in cells]
        panel.axvline(0.0, color=GREY, linewidth=1)
        _bars(panel, places, cells, colours, "difference")
        panel.set_title(f"{one['title']}\n{part['list']}, {part['queries']} lists", fontsize=10)
        panel.set_yticks(places, [line["feature"] for line in part["features"]], fontsize=10)
        panel.locator_params(axis="x", nbins=4)
        panel.grid(axis="x", color="#dddddd")
        panel.set_axisbelow(True)
    figure.supxlabel("change of nDCG@10 without the feature (diamonds: the whole interval is below 0)")
    return True


def _graded(report: Report) -> list[Report]:
    return [one for one in report["sets"] if "calibration" in one]


def _reliability(report: Report, figure: Figure) -> bool:
    """What was said against what held, over all judged pairs and over those among the shown ten."""
    parts = [
        (f"{one['title']}\n{label}", one["calibration"]["parts"]["all"][which])
        for one in _graded(report)
        for which, label in (("judged", "all judged pairs"), ("shown", "judged among the shown ten"))
    ]
    parts = [(title, part) for title, part in parts if part["pairs"]]
    if not parts:
        return False
    across = 2
    figure.set_size_inches(4.6 * across, 4.4 * -(-len(parts) // across))
    grid = figure.subplots(-(-len(parts) // across), across, squeeze=False).ravel()
    for spare in grid[len(parts) :]:
        spare.remove()
    for panel, (title, part) in zip(grid, parts, strict=False):
        _curve(panel, part)
        error = part["ece"]["value"]
        panel.set_title(f"{title}: {part['pairs']}, error {error:.3f}", fontsize=10)
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper left", ncols=2, frameon=False)
    figure.supxlabel("probability said (error: expected calibration error, ten bins of equal width)", fontsize=11)
    figure.supylabel("share that is plausible (grade 2 or 3)")
    return True


def _curve(panel: Axes, part: Report) -> None:
    panel.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    width, mass = part["curve"], part["curve_equal_mass"]
    most = max(point["count"] for point in width)
    panel.plot([point["said"] for point in width], [point["true"] for point in width], color=BLUE, linewidth=1.5)
    panel.scatter(
        [point["said"] for point in width],
        [point["true"] for point in width],
        s=[25 + 150 * point["count"] / most for point in width],
        color=BLUE,
        label="equal width (larger: more pairs)",
    )
    panel.plot(
        [point["said"] for point in mass],
        [point["true"] for point in mass],
        "D",
        color=ORANGE,
        markerfacecolor="white",
        label="equal mass",
    )
    panel.set_xlim(-0.03, 1.03)
    panel.set_ylim(-0.03, 1.03)
    panel.set_aspect("equal")


def _risk_coverage(report: Report, figure: Figure) -> bool:
    """If only the surest queries are answered: how many of the best matches are not plausible."""
    sets = _graded(report)
    if not sets:
        return False
    figure.set_size_inches(6.4, 4.6)
    panel = figure.subplots()
    for one, (colour, line) in zip(sets, _LINES, strict=False):
        found = one["calibration"]["abstention"]["risk_coverage"]
        partners = one["calibration"]["abstention"]
        label = (
            f"{one['title']}: {len(found['answered'])} lists, "
            f"{partners['queries_without_partner']} without a plausible candidate"
        )
        panel.plot(found["answered"], found["risk"], color=colour, linestyle=line, linewidth=2, label=label)
    panel.set_xlim(0.0, 1.0)
    panel.set_ylim(0.0, 1.0)
    panel.set_xlabel("share of lists answered, the surest first")
    panel.set_ylabel("share whose best match is not plausible")
    panel.grid(color="#dddddd")
    figure.legend(frameon=False, loc="outside upper left")
    return True


_PLOTS: Final[dict[str, Callable[[Report, Figure], bool]]] = {
    "ranking-systems": _systems,
    "ranking-ablation": _ablation,
    "ranking-reliability": _reliability,
    "ranking-risk-coverage": _risk_coverage,
}
