"""Exposure before and after: rounds of page views over a region, in a home folder of their own.

A round is a day on which the page of every open proposal is opened once. What a page shows counts as on the pages:
the first ten without the weak ones, discounted by place; the days behind decide the order of the next.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from jobs.errors import JobError

if TYPE_CHECKING:
    from matching.bootstrap import Application
    from matching.evaluation import Qrels
    from matching.gathering import Candidates
    from matching.shortlist import Arranged, Stage
    from matching.types import Target

Report = dict[str, Any]
Floats = np.ndarray[Any, np.dtype[np.float64]]
FILES: Final = ("organisations.jsonl", "proposals.jsonl", "qrels.tsv")
FIRST: Final = 5
"""Places that a page shows before any click."""


@dataclass(frozen=True, slots=True)
class Page:
    """One list of one proposal: its candidates, their references in that order, and the grades of the judged ones."""

    reference: str
    candidates: Candidates
    names: Sequence[str]
    grades: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """What the rounds of one arrangement gave; `exposure` is by id, the others are by page."""

    exposure: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    ndcg: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    alike: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))


def arrangements() -> dict[str, Stage]:
    """What is compared, by name: the plain ranking, each stage alone, all of them."""
    from matching.shortlist import Stage

    return {
        "plain": Stage.PLAIN,
        "variety": Stage.VARIETY,
        "fairness": Stage.FAIRNESS,
        "exploration": Stage.EXPLORATION,
        "all": Stage.ALL,
    }


def measure(data: Path | None, rounds: int) -> Report:
    """All figures over the demo region, or over the files of `data`/cordis. Raises JobError where one is missing."""
    from matching.types import Target

    with _region(data) as region:
        application, judged = region
        report: Report = {"data": "demo" if data is None else "cordis", "rounds": rounds, "lists": {}}
        for target in Target:
            pages = _pages(application, judged, target)
            if any(len(page.candidates) for page in pages):
                report["lists"][target.value] = _compared(application, target, pages, rounds)
    return report


@contextmanager
def _region(data: Path | None) -> Iterator[tuple[Application, Qrels]]:
    from data.demo import qrels
    from data.settings import SHIPPED_MODEL
    from jobs.importing import import_demo, import_organisations, import_proposals
    from jobs.opening import temporary_application
    from matching.evaluation import read_judgements

    files = [] if data is None else [data / "cordis" / name for name in FILES]
    for file in files:
        if not file.is_file():
            raise JobError(f"{file} is missing: --data names a folder that holds cordis/{', cordis/'.join(FILES)}")
    with temporary_application(model=SHIPPED_MODEL) as application:
        if files:
            import_organisations(application.sessions, files[:1])
            import_proposals(application.sessions, files[1:2])
        else:
            import_demo(application.sessions)
        application.update_index()
        yield application, read_judgements(files[2:] or qrels())


def _pages(application: Application, judged: Qrels, target: Target) -> list[Page]:
    """The pages of all open proposals that have this list."""
    from data.corpus import is_open
    from data.models import Proposal
    from matching.rules import targets_of

    with application.sessions() as session:
        found = session.query(Proposal.reference, Proposal.kind).filter(is_open(application.today()))
        references = sorted(reference for reference, kind in found if target in targets_of(kind))
    service = application.service
    lists = service.lists_of(name for grades in judged.values() for name in grades)
    pages = []
    for reference in references:
        gathered = service.candidates_of(reference, target)
        assert gathered is not None
        candidates = gathered[1]
        names = service.references(target, candidates.ids.tolist())
        grades = {name: grade for name, grade in judged.get(reference, {}).items() if lists.get(name) is target}
        pages.append(Page(reference, candidates, [names[one] for one in candidates.ids.tolist()], grades))
    return pages


def _compared(application: Application, target: Target, pages: Sequence[Page], rounds: int) -> Report:
    collection = application.service.engine().collection
    ids = (collection.organisations if target.value == "organisations" else collection.proposals).ids
    names = application.service.references(target, ids.tolist())
    wanted = {name for page in pages for name, grade in page.grades.items() if grade > 0}
    relevant = np.array([names.get(number) in wanted for number in ids.tolist()], dtype=np.bool_)
    figures: dict[str, Report] = {}
    plain: Mapping[str, Sequence[float]] | None = None
    for name, stages in arrangements().items():
        tally = _rounds(application, target, pages, stages, rounds)
        plain = plain if plain is not None else tally.ndcg
        exposure = np.array([tally.exposure.get(number, 0.0) for number in ids.tolist()])
        figures[name] = _figures(tally, exposure, relevant, plain)
    return {"pages": len(pages), "candidates": len(ids), "relevant": int(relevant.sum()), "arrangements": figures}


def _rounds(application: Application, target: Target, pages: Sequence[Page], stages: Stage, rounds: int) -> Tally:
    """Open every page once a day. Days before the window are forgotten, as the pages forget them."""
    from matching.exposure import WINDOW
    from matching.shortlist import Circumstances, Exposures

    tally = Tally()
    days: deque[dict[int, float]] = deque(maxlen=WINDOW)
    for day in range(rounds):
        lately: dict[int, float] = defaultdict(float)
        for one in days:
            for number, discount in one.items():
                lately[number] += discount
        exposures = Exposures.of(lately)
        today: dict[int, float] = defaultdict(float)
        for page in pages:
            around = Circumstances(exposures=exposures, seed=f"{page.reference}/{day}", stages=stages)
            arranged = application.service.arranged(page.candidates, target, around)
            _view(application, target, page, arranged, today, tally)
        days.append(today)
        for number, discount in today.items():
            tally.exposure[number] += discount
    return tally


def _view(
    application: Application, target: Target, page: Page, arranged: Arranged, today: dict[int, float], tally: Tally
) -> None:
    from data.exposures import discount
    from matching.diversity import SHOWN
    from matching.evaluation import measure as measure_ranking
    from matching.shortlist import likeness
    from matching.types import Band

    service = application.service
    bands = service.bands(page.candidates)
    shown = [place for place in arranged.places[:SHOWN].tolist() if bands[place] is not Band.WEAK]
    for rank, place in enumerate(shown, start=1):
        today[int(page.candidates.ids[place])] += discount(rank)
    similarity = likeness(service.engine().collection, target, page.candidates.rows[shown])
    for count in (FIRST, SHOWN):
        tally.alike[count] += _pairs(similarity[:count, :count])
    if any(grade > 0 for grade in page.grades.values()):
        ranking = [page.names[place] for place in arranged.places[:SHOWN].tolist()]
        tally.ndcg[page.reference].append(measure_ranking(ranking, page.grades)["ndcg@10"])


def _pairs(similarity: Floats) -> list[float]:
    from matching.attention import mean_likeness

    alike = mean_likeness(similarity)
    return [] if alike is None else [alike]


def _figures(
    tally: Tally, exposure: Floats, relevant: np.ndarray[Any, np.dtype[np.bool_]], plain: Mapping[str, Sequence[float]]
) -> Report:
    from matching.attention import covered, gini, lorenz

    own = np.array([np.mean(values) for values in tally.ndcg.values()])
    change = own - np.array([np.mean(plain[name]) for name in tally.ndcg])
    shares, attention = lorenz(exposure)
    return {
        "ndcg@10": float(own.mean()) if len(own) else None,
        "ndcg_change": float(change.mean()) if len(own) else None,
        "ndcg_change_interval": _interval(change),
        **{f"similarity@{count}": float(np.mean(values)) for count, values in tally.alike.items() if values},
        "gini": gini(exposure),
        "gini_relevant": gini(exposure[relevant]),
        "coverage": covered(exposure),
        "coverage_relevant": covered(exposure[relevant]),
        "lorenz": [shares.round(4).tolist(), attention.round(5).tolist()],
    }


def _interval(change: Floats) -> list[float] | None:
    """95 % bootstrap interval of a mean difference over queries."""
    from matching.significance import mean_interval

    return list(mean_interval(change)) if len(change) else None
