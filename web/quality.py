"""The quality check as pages ask for it: of a stored proposal, as it stands now."""

from __future__ import annotations

from data.models.vocabulary import QualityRule, Severity
from data.queries import today
from matching.brokerage.checking import QualityReport, check_proposal
from web.context import application, reading

OF_THE_FORM = frozenset(
    {
        QualityRule.MISSING,
        QualityRule.TOO_LONG,
        QualityRule.TOO_MANY,
        QualityRule.NOT_ALLOWED,
        QualityRule.NOT_USED,
        QualityRule.OWN_COUNTRY,
        QualityRule.PAST,
        QualityRule.NOT_POSITIVE,
    }
)
"""Faults that no reason outweighs: a proposal cannot be published with them."""


def report_of(reference: str) -> QualityReport:
    """What the check finds now. Raises NotFoundError."""
    return check_proposal(reading(), application().service, reference, today=today())


def blocking(report: QualityReport) -> frozenset[QualityRule]:
    """The rules that keep a proposal from being published."""
    return frozenset(finding.rule for finding in report.findings if finding.severity is Severity.BLOCKER)


def overridable(report: QualityReport) -> bool:
    """Whether all that blocks may be outweighed by a reason in writing."""
    return not blocking(report) & OF_THE_FORM


def needs_a_reason(report: QualityReport) -> bool:
    """Whether something blocks that a broker must outweigh in writing, beside the faults of the form."""
    return bool(blocking(report) - OF_THE_FORM)
