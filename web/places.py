"""Countries by name, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale
from flask_babel import get_locale

# EU data write EL and UK where ISO 3166 has GR and GB.
_ISO = {"EL": "GR", "UK": "GB"}

_NETWORK = """
    AL AM AT BA BE BG BR CA CH CL CN CY CZ DE DK EE EG ES FI FR GB GE GR HR HU IE IL IN IS IT JP KR LT LU LV
    MA MD ME MK MT MX NL NO PL PT RO RS SE SG SI SK TN TR TW UA US VN XK
"""
NETWORK_COUNTRIES = tuple(_NETWORK.split())
"""Countries that a proposal may come from or aim at: those where the Enterprise Europe Network has had partners."""


def country_name(code: str | None) -> str:
    """Name of a country; an unknown code is shown as it is, None is empty."""
    if not code:
        return ""
    locale = get_locale() or Locale("en")
    return str(locale.territories.get(_ISO.get(code, code), code))


def country_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(code, name) of each country, by name."""
    return sorted(((code, country_name(code)) for code in set(codes)), key=lambda pair: pair[1])
