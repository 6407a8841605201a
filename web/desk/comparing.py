"""Two or three candidates of one list side by side, criterion by criterion."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from data.queries import proposal_by_reference
from matching.brokerage.curation import history, last_decisions, standing
from matching.types import Target
from web.access import Audience, open_to
from web.candidates import Candidate, matches_of, suggestions_now
from web.context import reading
from web.desk import pages
from web.explaining import Reason, reason
from web.labels import CRITERIA, VERDICTS, Label, named

MOST = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """What one candidate says to one criterion: a verdict (empty where nothing was asked), and what is found."""

    verdict: str
    word: str
    outcome: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of all candidates, what is wanted of it, and the points that each gets for it."""

    label: Label
    wanted: tuple[str, ...]
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class PointsLine:
    """The points of one part of the score, for each candidate; None where it does not count."""

    label: str
    points: tuple[float | None, ...]


@pages.get("/proposals/<path:reference>/compare")
@open_to(Audience.STAFF)
def compare(reference: str) -> str:
    """The table of the candidates that the address names (`c=organisations:12`), at most three of one list."""
    session = reading()
    proposal = proposal_by_reference(session, reference)
    wanted = _wanted()
    found = matches_of(suggestions_now(reference), wanted)
    reasons = [reason(found[key]) for key in wanted if key in found]
    return render_template(
        "desk/compare.html",
        proposal=proposal,
        reasons=reasons,
        problem=_problem(wanted, reasons),
        criteria=_criteria(reasons),
        points=_points(reasons),
        decided={key: row.action for key, row in standing(session, proposal.id).items()},
        last=last_decisions(history(session, proposal.id)),
    )


def _wanted() -> list[Candidate]:
    wanted: dict[Candidate, None] = {}
    for text in request.args.getlist("c"):
        name, _, number = text.partition(":")
        if name in {target.value for target in Target} and number.isascii() and number.isdigit() and len(number) < 10:
            wanted[Target(name), int(number)] = None
    return list(wanted)


def _problem(wanted: list[Candidate], reasons: list[Reason]) -> str | None:
    """Why there is nothing to compare: `few`, `many`, `mixed` (the two lists have scores of their own), `gone`."""
    if len(wanted) < 2:
        return "few"
    if len(wanted) > MOST:
        return "many"
    if len({target for target, _ in wanted}) > 1:
        return "mixed"
    return "gone" if len(reasons) < len(wanted) else None


def _criteria(reasons: list[Reason]) -> list[CriterionLine]:
    lines = []
    for criterion, label in CRITERIA.items():
        cells: list[Cell | None] = []
        wanted: tuple[str, ...] = ()
        for one in reasons:
            judged = zip(one.match.explanation.judgements, one.criteria, strict=True)
            row = next((row for judgement, row in judged if judgement.criterion.value == criterion), None)
            wanted = wanted or (row.wanted if row else ())
            cells.append(
                None if row is None else Cell(row.verdict, named(VERDICTS, row.verdict or None), row.outcome, row.found)
            )
        if any(cells):
            lines.append(CriterionLine(label, wanted, tuple(cells)))
    return lines


def _points(reasons: list[Reason]) -> list[PointsLine]:
    labels = dict.fromkeys(part.label for one in reasons for part in one.sums)
    return [
        PointsLine(
            label, tuple(next((part.points for part in one.sums if part.label == label), None) for one in reasons)
        )
        for label in labels
    ]
