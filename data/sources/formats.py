"""Which format a document has, told by its content; suffixes are never trusted."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from data.errors import SourceError
from data.sources.een_api import LIST_KEYS, read_api_json
from data.sources.een_xml import PROLOG, read_pod_xml
from data.sources.inputs import HEAD, Member, text_of
from data.sources.profiles_csv import delimiter_of, read_csv
from data.sources.profiles_jsonl import read_jsonl
from data.sources.rows import Items, RecordKind


class FormatName(StrEnum):
    """The formats, as reports name them."""

    EEN_XML = "een_xml"
    EEN_API = "een_api"
    JSONL = "profiles_jsonl"
    CSV = "profiles_csv"


@dataclass(frozen=True, slots=True)
class Format:
    """A format and what its rows are."""

    name: FormatName
    kind: RecordKind

    @property
    def from_network(self) -> bool:
        """Whether the records are another network's: read leniently."""
        return self.name in (FormatName.EEN_XML, FormatName.EEN_API)


_READERS: dict[FormatName, Callable[[Member, str], Items]] = {
    FormatName.EEN_XML: read_pod_xml,
    FormatName.EEN_API: read_api_json,
    FormatName.JSONL: read_jsonl,
    FormatName.CSV: read_csv,
}
_API_KEYS = {"profileType", "shortSummary", "profileStatus", "hasNext", "partnerOrganisationCountry"}


def read_items(member: Member, found: Format, file: str) -> Items:
    """The rows of a document of a known format."""
    return _READERS[found.name](member, file)


def detect(member: Member, expected: RecordKind | None = None) -> Format:
    """The format of a document; `expected` decides where JSON lines do not tell what they are.

    Raises SourceError, saying what was found instead, where it is none of ours.
    """
    with member.open() as binary, text_of(binary) as text:
        head = text.read(HEAD)
    start = head.replace("\x00", "").lstrip("\ufeff \t\r\n")
    if not start:
        raise SourceError(f"{member.name}: is empty")
    if start.startswith("<"):
        return _xml(member, start)
    if start[0] in "{[":
        return _json(member, start, expected)
    return _csv(member, start)


def _xml(member: Member, start: str) -> Format:
    root = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", PROLOG.sub("", start))
    # A document type is refused by the reader, with the reason.
    if root and root.group(1) not in ("pod", "profile", "profiles"):
        raise SourceError(f"{member.name}: XML with root <{root.group(1)}>, expected <pod> with <profile> in it")
    return Format(FormatName.EEN_XML, RecordKind.PROPOSAL)


def _json(member: Member, start: str, expected: RecordKind | None) -> Format:
    if start[0] == "[" or re.match(r"\{\s*\n", start):
        return Format(FormatName.EEN_API, RecordKind.PROPOSAL)
    keys = _keys(start)
    if keys & (_API_KEYS | set(LIST_KEYS)):
        return Format(FormatName.EEN_API, RecordKind.PROPOSAL)
    if "id" in keys or "evidence" in keys:
        return Format(FormatName.JSONL, RecordKind.ORGANISATION)
    if "reference" in keys:
        return Format(FormatName.JSONL, RecordKind.PROPOSAL)
    if expected is None:
        raise SourceError(f"{member.name}: JSON, but neither one object a line nor a page of the EEN web service")
    return Format(FormatName.JSONL, expected)


def _keys(start: str) -> set[str]:
    """Keys of the first line that is a JSON object; of a first line that goes on beyond the head, those seen."""
    lines = start.split("\n")
    for text in lines[:50]:
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(values, dict):
            return set(values)
    return set(re.findall(r'[{,]\s*"(\w+)"\s*:', lines[0]))


def _csv(member: Member, start: str) -> Format:
    header = start.split("\n", 1)[0].strip("\r")
    names = {name.strip().casefold() for name in next(csv.reader([header], delimiter=delimiter_of(header)), [])}
    if {"id", "name"} <= names:
        return Format(FormatName.CSV, RecordKind.ORGANISATION)
    if {"reference", "title"} <= names:
        return Format(FormatName.CSV, RecordKind.PROPOSAL)
    raise SourceError(
        f"{member.name}: no known format: a CSV file needs a header with id and name (organisations) or reference and "
        "title (proposals)"
    )
