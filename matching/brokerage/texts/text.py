"""One text of a letter or notification."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """`line` is the subject and what the page shows; `body` the letter. Both have the same `{values}`, or fewer."""

    line: str
    body: str
