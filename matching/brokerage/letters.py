"""The texts of letters and notifications, in Italian and English, by template name.

Each template has one line for the page and the subject, and a body for the letter; both are filled with the same
values (`str.format`). The modules of brokerage/texts hold them, one for each kind of occasion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from matching.brokerage.texts import TEMPLATES

LANGUAGES = ("it", "en")
DAY = "day"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is sent: subject on one line, plain text."""

    subject: str
    body: str


def written(template: str, language: str, **values: Any) -> Letter:
    """A template in a language, filled. Raises KeyError for an unknown template or a value that is missing.

    A `day` is stored as ISO 8601 and written as the language does.
    """
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    text = TEMPLATES[template][spoken]
    if DAY in values:
        values[DAY] = _as_written(values[DAY], spoken)
    plain = {name: _one_line(value) for name, value in values.items()}
    return Letter(text.line.format(**plain), text.body.format(**{**plain, **values}))


def _as_written(day: Any, language: str) -> Any:
    try:
        return format_date(date.fromisoformat(day), "d MMMM yyyy", locale=language)
    except (TypeError, ValueError):  # what is stored in another form is shown as it is
        return day


def _one_line(value: Any) -> Any:
    """Values come from people: a line break in a title must not become a header of a letter."""
    return " ".join(value.split()) if isinstance(value, str) else value
