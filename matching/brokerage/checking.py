"""The quality check of a stored proposal: what a broker reads before it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.models.vocabulary import Severity
from data.queries import proposal_by_reference
from matching.brokerage.known_names import names_in_force
from matching.brokerage.proposals import fields_of
from matching.brokerage.quality import Finding, Similar, check
from matching.errors import NothingToMatchError, NotIndexedError
from matching.service import MatchService
from matching.similar import similar_proposals


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What the check found, worst first, and the proposals most like it.

    `similar_unknown` where there is no index to look in: nothing is then said of duplicates.
    """

    reference: str
    findings: tuple[Finding, ...]
    similar: tuple[Similar, ...]
    similar_unknown: bool

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity, none left out."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in Severity}

    @property
    def blocked(self) -> bool:
        """Whether something keeps the proposal from being published."""
        return any(finding.severity is Severity.BLOCKER for finding in self.findings)


def check_proposal(
    session: Session, service: MatchService, reference: str, *, today: date, anonymous: bool = True
) -> QualityReport:
    """Check a stored proposal as it stands now; reads only. Raises NotFoundError."""
    fields = fields_of(proposal_by_reference(session, reference))
    similar: tuple[Similar, ...] = ()
    unknown = False
    try:
        similar = similar_proposals(service, session, reference)
    except NotIndexedError:
        unknown = True
    except NothingToMatchError:
        pass  # without a word there is nothing that another could say as well
    names = names_in_force(session)
    findings = check(fields, today=today, published_names=names, similar=similar, anonymous=anonymous)
    return QualityReport(reference, findings, similar, unknown)
