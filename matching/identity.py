"""Who is the same under another name, and what was posted twice: near-duplicates among the candidates of one list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from matching.candidates import NO_ORGANISATION, OrganisationTable, ProposalTable
from matching.labelled import Labels

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEARLY_IDENTICAL = 0.97
"""Similarity of two records' texts from which they say the same."""
POSTED_TWICE = 0.99
"""The same where nothing tells whether both are of one organisation."""
_ALIKE = 0.6
_MANY_PROJECTS = 3
_LEGAL_FORM = frozenset(
    "spa srl srls sas snc sapa ltd limited gmbh ag sa sl bv nv oy ab as aps plc llc inc scarl scrl soc coop onlus".split()
)
_GRAMMAR = frozenset("di del della dei degli delle e ed per la il lo le of the and for de des du la et und der".split())


@dataclass(frozen=True, slots=True)
class Identities:
    """What organisations are called and where they are found, by row of their table: (organisations,)."""

    names: tuple[frozenset[str], ...]
    hosts: tuple[str, ...]
    cities: Labels

    @classmethod
    def of(cls, records: Iterable[tuple[str, str | None, str | None]]) -> Identities:
        """From (name, website, city) of each organisation."""
        rows = list(records)
        return cls(
            names=tuple(name_words(name) for name, _, _ in rows),
            hosts=tuple(host(website) for _, website, _ in rows),
            cities=Labels.of((city or "").casefold() for _, _, city in rows),
        )

    def alike(self, one: int, other: int) -> bool:
        """Whether two rows go by one website, or by names of mostly the same words."""
        if self.hosts[one] and self.hosts[one] == self.hosts[other]:
            return True
        mine, theirs = self.names[one], self.names[other]
        either = len(mine | theirs)
        return bool(either) and len(mine & theirs) / either >= _ALIKE


def name_words(name: str) -> frozenset[str]:
    """The words of a name that tell it apart: no accents, case, legal form or function words."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold().replace(".", "")
    words = frozenset(re.findall(r"[a-z0-9]+", plain))
    return words - _LEGAL_FORM - _GRAMMAR or words


def host(website: str | None) -> str:
    """The host of an address, without `www.`; empty for none."""
    if not website:
        return ""
    try:
        found = urlsplit(website if "://" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.")


def organisation_twins(identities: Identities, table: OrganisationTable, rows: Rows, similarity: Floats) -> Flags:
    """Which of the organisations at `rows` are one under two names: (rows, rows).

    They say nearly the same, are of one country, and share name or website; or sit in one city with the same projects,
    several of them (partners of a single project say the same, too, and are not one).
    """
    near = _pairs(similarity, NEARLY_IDENTICAL)
    twins = np.zeros(similarity.shape, dtype=np.bool_)
    for one, other in near:
        first, second = int(rows[one]), int(rows[other])
        if table.country.places[first] != table.country.places[second]:
            continue
        same_place = identities.cities.places[first] == identities.cities.places[second]
        pieces = table.evidence[[first, second]]
        neighbours = bool(identities.cities.at(first)) and same_place and pieces[0] == pieces[1]
        if identities.alike(first, second) or (neighbours and pieces[0] >= _MANY_PROJECTS):
            twins[one, other] = twins[other, one] = True
    return twins


def proposal_twins(table: ProposalTable, rows: Rows, similarity: Floats) -> Flags:
    """Which of the proposals at `rows` were posted twice: (rows, rows). Of one kind, country and organisation."""
    owners = table.organisation_id[rows]
    same_owner = owners[:, None] == owners[None, :]
    unknown = (owners[:, None] == NO_ORGANISATION) | (owners[None, :] == NO_ORGANISATION)
    twins = np.where(
        same_owner & ~unknown, similarity >= NEARLY_IDENTICAL, unknown & (similarity >= POSTED_TWICE)
    ) & ~np.eye(len(rows), dtype=np.bool_)
    for labels in (table.kind, table.country):
        places = labels.places[rows]
        twins &= places[:, None] == places[None, :]
    return twins


def same_organisation(table: ProposalTable, rows: Rows) -> Flags:
    """Which of the proposals at `rows` are of one organisation: (rows, rows)."""
    owners = table.organisation_id[rows]
    return (owners[:, None] == owners[None, :]) & (owners != NO_ORGANISATION)[:, None]


def _pairs(similarity: Floats, least: float) -> Sequence[tuple[int, int]]:
    upper = np.triu(similarity >= least, k=1)
    return [(int(one), int(other)) for one, other in np.argwhere(upper)]
