"""Errors of the matching package; each message names the thing, the value and what to do."""

from __future__ import annotations


class MatchingError(Exception):
    """Base of all errors raised by this package."""


class NotIndexedError(MatchingError):
    """There is no index to search yet, or it was made by another model."""


class NothingToMatchError(MatchingError):
    """The query has no text to match with, or is not to be matched at all."""


class CurationError(MatchingError):
    """A decision that the rules do not allow."""


class ConflictError(MatchingError):
    """Somebody else changed the same thing meanwhile."""
