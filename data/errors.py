"""Errors of the data package; each message names the thing, the value and what to do."""

from __future__ import annotations

from enum import StrEnum


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


class UploadFault(StrEnum):
    """Why a file from outside is refused; pages word each in the reader's language."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ALLOWED_TYPE = "not_allowed_type"
    ACTIVE_CONTENT = "active_content"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRAILING_DATA = "trailing_data"


class UploadError(DataError):
    """A file from outside is refused; `code` says why. The message quotes nothing of the file."""

    def __init__(self, code: UploadFault, detail: str) -> None:
        super().__init__(f"the file is refused ({code.value}): {detail}")
        self.code = code
