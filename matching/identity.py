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

NEARLY_IDENTICAL = 0.985
"""Similarity of two records' texts from which they say the same; requests in a series from one call reach 0.97."""
_INITIALS = 3
_MANY_PROJECTS = 3
_LEGAL_FORM = frozenset(
    {"spa", "srl", "srls", "sas", "snc", "scarl", "scrl", "onlus", "ltd", "limited", "gmbh", "ag"}
    | {"sa", "sl", "bv", "nv", "oy", "ab", "as", "aps", "plc", "llc", "inc"}
)
GRAMMAR = frozenset(
    {"di", "d", "l", "del", "dell", "della", "dei", "degli", "delle", "e", "ed", "per", "la", "il", "lo", "le"}
    | {"of", "the", "and", "for", "de", "des", "du", "et", "und", "der"}
)


@dataclass(frozen=True, slots=True)
class Identities:
    """What organisations are called and where they are found, by row of their table: (organisations,)."""

    names: tuple[tuple[str, ...], ...]
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
        """Whether two rows go by one website or one name: the same words but for their city, or initials.

        Mostly the same words are not enough: chambers and institutes differ by one word, their place or their subject.
        """
        if self.hosts[one] and self.hosts[one] == self.hosts[other]:
            return True
        mine, theirs = self.names[one], self.names[other]
        if is_acronym(mine, theirs) or is_acronym(theirs, mine):
            return True
        known = self.cities.at(one) if self.cities.at(one) == self.cities.at(other) else ""
        place = set(name_words(known))
        return bool(mine) and set(mine) - place == set(theirs) - place != set()


def is_acronym(short: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether a name of one word is the initials of another's words."""
    return len(short) == 1 and len(words) >= _INITIALS and short[0] == "".join(word[0] for word in words)


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name that tell it apart, in order: no accents, case, legal form or function words."""
    plain = (
        unicodedata.normalize("NFKD", name.replace("’", "'"))
        .encode("ascii", "ignore")
        .decode()
        .casefold()
        .replace(".", "")
    )
    words = re.findall(r"[a-z0-9]+", plain)
    return tuple(word for word in words if word not in _LEGAL_FORM and word not in GRAMMAR) or tuple(words)


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
    """Which of the proposals at `rows` were posted twice: (rows, rows).

    They say the same, are of one kind and country, and not known to be of two owners.
    """
    owners = table.organisation_id[rows]
    unknown = (owners[:, None] == NO_ORGANISATION) | (owners[None, :] == NO_ORGANISATION)
    one_owner = unknown | (owners[:, None] == owners[None, :])
    twins: Flags = one_owner & (similarity >= NEARLY_IDENTICAL) & ~np.eye(len(rows), dtype=np.bool_)
    for labels in (table.kind, table.country):
        places = labels.places[rows]
        twins &= places[:, None] == places[None, :]
    return twins


def same_organisation(table: ProposalTable, rows: Rows) -> Flags:
    """Which of the proposals at `rows` are of one organisation: (rows, rows)."""
    owners = table.organisation_id[rows]
    same: Flags = (owners[:, None] == owners[None, :]) & (owners != NO_ORGANISATION)[:, None]
    return same


def _pairs(similarity: Floats, least: float) -> Sequence[tuple[int, int]]:
    upper = np.triu(similarity >= least, k=1)
    return [(int(one), int(other)) for one, other in np.argwhere(upper)]
