"""Records -> rows of the tables: columns, codes, evidence, and the hash that tells whether anything changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from data.models.vocabulary import ProposalState, Tree
from data.sources.codes import Code, CodeBook, unique
from data.sources.records import EEN_REFERENCE, OrganisationRecord, ProposalRecord
from data.sources.report import Notices

_UNKNOWN_CODE = "is in no loaded taxonomy, kept as it is"
_CODE_FIELDS = {"technology_keywords", "market_keywords", "sdg", "themes"}
_NOT_HASHED = _CODE_FIELDS | {"organisation", "last_modified"}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal ready to be stored."""

    position: str
    record: ProposalRecord
    columns: dict[str, Any]
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation ready to be stored; `competences` are (term, code or None)."""

    position: str
    record: OrganisationRecord
    columns: dict[str, Any]
    competences: tuple[tuple[str, str | None], ...]
    themes: tuple[tuple[str, str], ...]
    evidence: tuple[dict[str, Any], ...] = field(repr=False)


def proposal_row(record: ProposalRecord, position: str, book: CodeBook, notices: Notices) -> ProposalRow:
    """The rows of a proposal. A theme that no tree has becomes a keyword: it is not lost."""
    codes, strays = _proposal_codes(record, book, notices)
    columns = record.model_dump(exclude=_CODE_FIELDS | {"organisation", "call"})
    columns["keywords"] = list(dict.fromkeys([*record.keywords, *strays]))
    columns["call"] = _call(record)
    columns["source"] = record.source or ("een" if EEN_REFERENCE.fullmatch(record.reference) else "platform")
    columns["state"] = record.state or ProposalState.PUBLISHED.value
    stored = tuple((code.tree.value, code.code) for code in codes)
    hashed = record.model_dump(mode="json", exclude=_NOT_HASHED)
    # A row that names no organisation any more is another content; one that never did keeps its hash.
    owner = [record.organisation] if record.organisation else []
    columns["content_hash"] = _hash([hashed, columns["source"], columns["keywords"], sorted(stored), *owner])
    return ProposalRow(position, record, columns, stored)


def _call(record: ProposalRecord) -> dict[str, Any] | None:
    if record.call is None:
        return None
    return record.call.model_dump(mode="json", exclude_none=True) or None


def _proposal_codes(record: ProposalRecord, book: CodeBook, notices: Notices) -> tuple[list[Code], list[str]]:
    found: list[Code] = []
    for name, tree, texts in (
        ("technology_keywords", Tree.EEN_TECHNOLOGY, record.technology_keywords),
        ("market_keywords", Tree.EEN_MARKET, record.market_keywords),
    ):
        found.extend(_noted(name, book.keyword(tree, text), notices) for text in texts)
    goals = (book.goal(text) for text in record.sdg)
    found.extend(_noted("sdg", goal, notices) for goal in goals if goal is not None)
    themes, strays = _themes(record.themes, book, notices, "kept as a keyword")
    return unique([*found, *themes]), strays


def _themes(texts: list[str], book: CodeBook, notices: Notices, fate: str) -> tuple[list[Code], list[str]]:
    found: list[Code] = []
    strays: list[str] = []
    for text in texts:
        theme = book.theme(text)
        if theme is None:
            notices.add("themes", text, f"is in no loaded taxonomy, {fate}")
            strays.append(text)
        else:
            found.append(_noted("themes", theme, notices))
    return found, strays


def _noted(name: str, code: Code, notices: Notices) -> Code:
    if not code.known:
        notices.add(name, code.code, _UNKNOWN_CODE)
    return code


def organisation_row(record: OrganisationRecord, position: str, book: CodeBook, notices: Notices) -> OrganisationRow:
    """The rows of an organisation. A theme that no tree has becomes a free competence term: it is not lost."""
    themes, strays = _themes(record.themes, book, notices, "kept as a free competence term")
    declared = {term: book.competence(term) for term in [*record.competences, *strays]}
    excluded = {"id", "competences", "themes", "evidence", "external_ids", "withdrawn"}
    columns = record.model_dump(exclude=excluded) | {"reference": record.id}
    stored = tuple((theme.tree.value, theme.code) for theme in unique(themes))
    hashed = record.model_dump(mode="json", exclude={"id", "competences", "themes"})
    columns["content_hash"] = _hash([hashed, sorted(stored), sorted(declared.items())])
    evidence = tuple(entry.model_dump() | {"position": number} for number, entry in enumerate(record.evidence, start=1))
    return OrganisationRow(position, record, columns, tuple(declared.items()), stored, evidence)


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
