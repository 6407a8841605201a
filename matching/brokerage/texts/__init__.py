"""Texts of letters and notifications. A module here has a table TEMPLATES: name to language to text."""

from __future__ import annotations

from matching.brokerage.texts import accounts, desk, followup, interests, proposals
from matching.brokerage.texts.text import Text

TEMPLATES: dict[str, dict[str, Text]] = {
    name: text for module in (accounts, desk, followup, interests, proposals) for name, text in module.TEMPLATES.items()
}

__all__ = ["TEMPLATES", "Text"]
