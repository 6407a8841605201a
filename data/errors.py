"""Errors of the data package; each message names the thing, the value and what to do."""

from __future__ import annotations


class DataError(Exception):
    """Base of all errors raised by this package."""


class SettingsError(DataError):
    """A setting is wrong, weak or contradicts another."""


class DatabaseError(DataError):
    """The database cannot be used as it is (unreachable, not migrated, newer than the program)."""


class SourceError(DataError):
    """A file or a service cannot be read at all (single bad rows are reported, not raised)."""


class NotFoundError(DataError):
    """No record has this reference or id."""
