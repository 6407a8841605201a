"""Texts of letters and notifications. A module here has a table TEMPLATES: name to language to text."""

from __future__ import annotations

from matching.brokerage.texts import accounts, followup
from matching.brokerage.texts.text import Text

TEMPLATES: dict[str, dict[str, Text]] = {**accounts.TEMPLATES, **followup.TEMPLATES}

__all__ = ["TEMPLATES", "Text"]
