"""Why an account cannot be erased now."""

from __future__ import annotations

from matching.errors import MoveNotAllowedError


class ErasureRefusedError(MoveNotAllowedError):
    """A rule forbids it for now; `reason` is its code: last_administrator, open_cases, not_theirs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
