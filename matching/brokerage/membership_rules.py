"""What somebody writes about an organisation, and what is wrong with it. Pure: no session, no request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from data.models.vocabulary import OrganisationKind, PartnerType

LIMITS = {"name": 200, "tax_code": 40, "region": 100, "city": 100, "website": 300, "description": 4000}
_TAX_CODE = re.compile(r"[A-Z0-9]{5,40}")


@dataclass(frozen=True, slots=True)
class OrganisationFields:
    """An organisation as its members write it; empty texts are unknown."""

    name: str
    kind: str
    size: str = ""
    tax_code: str = ""
    country: str = "IT"
    region: str = ""
    city: str = ""
    website: str = ""
    description: str = ""


def plain_tax_code(text: str) -> str:
    """A tax or VAT code without blanks and points, in capitals; the prefix of a country is part of it."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def problems_of(fields: OrganisationFields, countries: frozenset[str]) -> dict[str, str]:
    """Field to the code of its fault: `missing`, `long`, `unknown`, `invalid`."""
    problems = {name: "long" for name, limit in LIMITS.items() if len(getattr(fields, name).strip()) > limit}
    if not fields.name.strip():
        problems["name"] = "missing"
    if fields.kind not in {kind.value for kind in OrganisationKind}:
        problems["kind"] = "missing" if not fields.kind else "unknown"
    if fields.size and fields.size not in {size.value for size in PartnerType}:
        problems["size"] = "unknown"
    if fields.country not in countries:
        problems["country"] = "unknown" if fields.country else "missing"
    if fields.tax_code.strip() and not _TAX_CODE.fullmatch(plain_tax_code(fields.tax_code)):
        problems["tax_code"] = "invalid"
    if fields.website.strip() and not is_website(fields.website):
        problems["website"] = "invalid"
    return problems


def is_website(text: str) -> bool:
    """Whether a text is the address of a website; the `https://` may be left out."""
    address = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and not re.search(r"\s", address)
