"""The texts of letters and notifications, in Italian and English, by template name.

Each template has one line for the page and the subject, and a body for the letter; both are filled with the same
values (`str.format`). The modules of brokerage/texts hold them, one for each kind of occasion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matching.brokerage.texts import TEMPLATES

LANGUAGES = ("it", "en")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is sent: subject on one line, plain text."""

    subject: str
    body: str


def written(template: str, language: str, **values: Any) -> Letter:
    """A template in a language, filled. Raises KeyError for an unknown template or a value that is missing."""
    text = TEMPLATES[template][language if language in LANGUAGES else LANGUAGES[0]]
    plain = {name: _one_line(value) for name, value in values.items()}
    return Letter(text.line.format(**plain), text.body.format(**{**plain, **values}))


def _one_line(value: Any) -> Any:
    """Values come from people: a line break in a title must not become a header of a letter."""
    return " ".join(value.split()) if isinstance(value, str) else value
