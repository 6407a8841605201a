"""The quality check beside the texts: what was found, numbered, and marked where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from data.models import Proposal
from matching.brokerage.checking import QualityReport
from matching.brokerage.proposals import fields_of
from matching.brokerage.quality import Finding
from web.labels import Label
from web.proposals.form import ProposalForm
from web.quality_labels import QUALITY_RULES, SEVERITIES, Advice

_TEXTS = (
    "title",
    "summary",
    "description",
    "expertise_sought",
    "advantages",
    "partner_role",
    "ipr_notes",
    "second_title",
    "second_summary",
    "second_description",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its number on the page, in words."""

    number: int
    finding: Finding
    severity: Label
    advice: Advice
    field: Label
    marked: bool
    """Whether its words are marked in the text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text; `numbers` are those of the findings about it, worst first, `severity` is in words."""

    text: str
    numbers: tuple[int, ...] = ()
    severity: Label = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A field with its text in parts."""

    name: str
    label: Label
    parts: tuple[Part, ...]


def field_label(name: str) -> Label:
    """What the form calls a field; the name itself where the form has none."""
    field = getattr(ProposalForm, name, None)
    return name if field is None or not getattr(field, "args", ()) else field.args[0]


def findings_of(report: QualityReport) -> tuple[Found, ...]:
    """The findings of a report, numbered, worst first."""
    return tuple(
        Found(
            number,
            finding,
            SEVERITIES[finding.severity.value],
            QUALITY_RULES[finding.rule.value],
            field_label(finding.field),
            finding.start is not None or finding.sentence is not None,
        )
        for number, finding in enumerate(report.findings, start=1)
    )


def sections_of(proposal: Proposal, found: Sequence[Found]) -> tuple[Section, ...]:
    """The texts of a proposal that say something, with what was found marked in them."""
    fields = fields_of(proposal)
    texts = {name: getattr(fields, name) for name in _TEXTS}
    texts["keywords"] = ", ".join(fields.keywords)
    return tuple(
        Section(name, field_label(name), parts_of(text, [item for item in found if item.finding.field == name]))
        for name, text in texts.items()
        if text
    )


def parts_of(text: str, found: Sequence[Found]) -> tuple[Part, ...]:
    """A text cut where findings begin and end; words of several findings are one part with all their numbers."""
    spans = [(*span, item) for item in found if (span := _span(text, item.finding))]
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    parts = []
    for start, end in pairwise(cuts):
        over = [item for first, last, item in spans if first <= start and end <= last]
        severity = over[0].severity if over else ""
        parts.append(Part(text[start:end], tuple(item.number for item in over), severity))
    return tuple(parts)


def _span(text: str, finding: Finding) -> tuple[int, int] | None:
    if finding.start is not None and finding.end is not None:
        return (finding.start, finding.end) if 0 <= finding.start < finding.end <= len(text) else None
    start = text.find(finding.sentence) if finding.sentence else -1
    return None if start < 0 or finding.sentence is None else (start, start + len(finding.sentence))
