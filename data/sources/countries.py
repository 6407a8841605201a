"""Countries: ISO 3166 alpha-2 codes, with the names and the odd codes that European data use."""

from __future__ import annotations

from functools import cache

from babel import Locale

from data.sources.text import clean_line

# EU institutions write EL and UK where ISO has GR and GB.
_ODD = {"EL": "GR", "UK": "GB"}
_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
_MORE_NAMES = {
    "czech republic": "CZ",
    "repubblica ceca": "CZ",
    "the netherlands": "NL",
    "olanda": "NL",
    "republic of korea": "KR",
    "korea, republic of": "KR",
    "macedonia": "MK",
    "republic of north macedonia": "MK",
    "slovak republic": "SK",
    "turkey": "TR",
    "turchia": "TR",
    "great britain": "GB",
    "usa": "US",
    "moldova, republic of": "MD",
    "viet nam": "VN",
}


@cache
def country_names() -> dict[str, str]:
    """Case-folded Italian and English names -> code (Unicode CLDR's names, with those that EEN data use)."""
    names = dict(_MORE_NAMES)
    for language in ("it", "en"):
        for code, name in Locale(language).territories.items():
            if code in country_codes():
                names[name.casefold()] = code
    return names


@cache
def country_codes() -> frozenset[str]:
    """The valid codes, with XK (Kosovo)."""
    codes = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


def country_code(value: str) -> str:
    """ISO code of a code or an Italian or English name. Raises ValueError for anything else."""
    text = clean_line(value)
    code = _ODD.get(text.upper(), text.upper())
    if code in country_codes():
        return code
    named = country_names().get(text.casefold())
    if named is None:
        raise ValueError(f"{value!r} is no country: write an ISO 3166 code of two letters, such as IT")
    return named
