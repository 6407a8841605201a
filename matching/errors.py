"""Errors of the matching package; each message names the thing, the value and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matching.brokerage.interest_rules import Problem as InterestProblem
    from matching.brokerage.interest_rules import Refusal
    from matching.brokerage.proposal_rules import Problem


class MatchingError(Exception):
    """Base of all errors raised by this package."""


class NotIndexedError(MatchingError):
    """There is no index to search yet, or it was made by another model."""


class NothingToMatchError(MatchingError):
    """The query has no text to match with, or is not to be matched at all."""


class InterestRefusedError(MatchingError):
    """Nobody may express interest here, or not this person, or not now; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"interest cannot be expressed: {refusal.value}")
        self.refusal = refusal


class InvalidInterestError(MatchingError):
    """An expression of interest that lacks or breaks what its kind requires; `problems` has each fault."""

    def __init__(self, problems: Sequence[InterestProblem]) -> None:
        super().__init__(f"the expression of interest cannot be taken: {'; '.join(map(str, problems))}")
        self.problems = tuple(problems)


class TaggingError(MatchingError):
    """The tagger's weights cannot be read, or a tag that is decided about is not there."""


class CurationError(MatchingError):
    """A decision that the rules do not allow."""


class RankerError(MatchingError):
    """A version of a ranking that is not there or cannot serve, or nothing to go back to."""


class ConflictError(MatchingError):
    """Somebody else changed the same thing meanwhile."""


class AlreadySentError(ConflictError):
    """The form of a new proposal was sent before, saying something else; `reference` is what came of it."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"this form became proposal {reference} before: edit that, or use a new form")
        self.reference = reference


class NotAllowedError(MatchingError):
    """The person may see the thing, but this is not theirs to do."""


class MoveNotAllowedError(MatchingError):
    """A move that the state of a proposal does not allow."""


class OrganisationNotVerifiedError(MoveNotAllowedError):
    """A proposal of an organisation that no broker has verified yet is not published."""


class AnotherPersonNeededError(MoveNotAllowedError):
    """The agency wants the approval of two people, neither of whom wrote the proposal."""


class LimitReachedError(MoveNotAllowedError):
    """There are as many as there may be already."""


class InvalidProposalError(MatchingError):
    """A proposal that lacks or breaks what its kind requires; `problems` has one entry for each fault."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"the proposal cannot be taken as it is: {'; '.join(map(str, problems))}")
        self.problems = tuple(problems)


class InvalidEntryError(MatchingError):
    """A form with faults: `problems` names each field with the code of its fault."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(f"this cannot be taken: {', '.join(f'{name} ({code})' for name, code in problems.items())}")
        self.problems = dict(problems)


class AccountMoveError(MoveNotAllowedError):
    """A move on an account or membership that a rule forbids; `reason` is its code, for the page that explains it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
