"""Which fields a proposal of each kind has, and their limits.

Source: EEN quality guidelines v1.2 (2024). What a draft still lacks is no error until it is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from data.models.vocabulary import (
    PARTNERSHIPS_BY_KIND,
    IprStatus,
    PartnershipType,
    PartnerType,
    ProposalKind,
    Stage,
    Tree,
)

_TITLE_COLUMN = 500
_COUNTRY = re.compile("([A-Z]{2})?")


class Need(StrEnum):
    """Whether a kind of proposal has a field."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNUSED = "unused"


class Fault(StrEnum):
    """What is wrong with a field; the pages have the words."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOT_ALLOWED = "not_allowed"
    NOT_USED = "not_used"
    OWN_COUNTRY = "own_country"
    PAST = "past"
    NOT_POSITIVE = "not_positive"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one field, with the limit or value that it concerns."""

    field: str
    fault: Fault
    limit: int | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class CallFields:
    """What a search for research partners says of its call."""

    programme: str = ""
    title: str = ""
    identifier: str = ""
    coordinator_required: bool | None = None
    eoi_deadline: date | None = None
    deadline: date | None = None
    weeks: int | None = None
    budget: str = ""
    acronym: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ProposalFields:
    """All that a person may write into a proposal; `codes` maps each tree to the chosen codes."""

    kind: ProposalKind
    title: str = ""
    summary: str = ""
    description: str = ""
    advantages: str = ""
    expertise_sought: str = ""
    partner_role: str = ""
    stage: str = ""
    ipr: str = ""
    ipr_notes: str = ""
    partnership_types: tuple[str, ...] = ()
    partner_types: tuple[str, ...] = ()
    target_countries: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    country: str = ""
    language: str = ""
    organisation_id: int | None = None
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    call: CallFields | None = None
    second_title: str = ""
    second_summary: str = ""
    second_description: str = ""


SECOND_TEXTS = ("second_title", "second_summary", "second_description")
"""The same in the other language: all of it optional, but nothing of it without its title."""

TEXT_LIMITS: Mapping[str, int] = {
    "title": 256,
    "summary": 500,
    "description": 4000,
    "advantages": 2000,
    "expertise_sought": 2000,
    "partner_role": 4000,
    "ipr_notes": 500,
    "second_title": 256,
    "second_summary": 500,
    "second_description": 4000,
}
"""Most characters of each text."""

CODE_LIMITS: Mapping[str, int] = {Tree.EEN_TECHNOLOGY.value: 5, Tree.EEN_MARKET.value: 5, Tree.S3_2014.value: 3}
"""Most codes of each tree; a tree that is not here has no limit."""

SDG_NOT_RELEVANT = "not_relevant"
"""Stands among the codes of the SDG tree for "no goal concerns it"; never beside a goal."""

MOST_PARTNERSHIPS = 3
MOST_KEYWORDS = 20
KEYWORD_LENGTH = 100

_TREES = frozenset(tree.value for tree in Tree)
_ALWAYS = ("title", "summary", "description", "partner_role", "partnership_types", "partner_types", "een_market", "sdg")
_REQUIRED: Mapping[ProposalKind, frozenset[str]] = {
    ProposalKind.BO: frozenset({*_ALWAYS, "advantages"}),
    ProposalKind.BR: frozenset({*_ALWAYS, "expertise_sought"}),
    ProposalKind.TO: frozenset({*_ALWAYS, "advantages", "stage", "ipr", "een_technology"}),
    ProposalKind.TR: frozenset({*_ALWAYS, "expertise_sought", "een_technology"}),
    ProposalKind.RDR: frozenset({*_ALWAYS, "een_technology", "call"}),
}
_UNUSED: Mapping[ProposalKind, frozenset[str]] = {
    ProposalKind.BO: frozenset({"expertise_sought", "call"}),
    ProposalKind.BR: frozenset({"call"}),
    ProposalKind.TO: frozenset({"expertise_sought", "call"}),
    ProposalKind.TR: frozenset({"call"}),
    ProposalKind.RDR: frozenset({"advantages", "expertise_sought", "stage", "ipr", "ipr_notes"}),
}
CALL_LINES = ("programme", "title", "identifier", "budget", "acronym", "url")
CALL_LINE_LENGTH = 300
REQUIRED_OF_A_CALL = ("programme", "title", "identifier", "coordinator_required", "eoi_deadline", "deadline", "weeks")
"""Fields of the call that a search for research partners must state; budget, acronym and link may follow."""


def need(kind: ProposalKind, name: str) -> Need:
    """Whether a proposal of this kind has the field; the codes of a tree go by the tree's name."""
    if name in _REQUIRED[kind]:
        return Need.REQUIRED
    return Need.UNUSED if name in _UNUSED[kind] else Need.OPTIONAL


def draft_problems(fields: ProposalFields) -> tuple[Problem, ...]:
    """What keeps a draft from being stored: it needs a title that fits the column, and known values."""
    problems = []
    if not fields.title.strip():
        problems.append(Problem("title", Fault.MISSING))
    elif len(fields.title) > _TITLE_COLUMN:
        problems.append(Problem("title", Fault.TOO_LONG, TEXT_LIMITS["title"], str(len(fields.title))))
    if len(fields.second_title) > _TITLE_COLUMN:
        limit = TEXT_LIMITS["second_title"]
        problems.append(Problem("second_title", Fault.TOO_LONG, limit, str(len(fields.second_title))))
    return (*problems, *_unknown_values(fields))


def publication_problems(fields: ProposalFields, today: date) -> tuple[Problem, ...]:
    """Everything that keeps a proposal from being published on `today`."""
    return (
        *_missing(fields),
        *_too_long(fields),
        *_too_many(fields),
        *_unknown_values(fields),
        *_out_of_place(fields),
        *(_call_problems(fields.call, today) if fields.kind is ProposalKind.RDR else ()),
    )


def _value(fields: ProposalFields, name: str) -> object:
    if name in _TREES:
        return fields.codes.get(name)
    value = getattr(fields, name)
    return value.strip() if isinstance(value, str) else value


def _missing(fields: ProposalFields) -> Iterator[Problem]:
    required = _REQUIRED[fields.kind] - {"call"}
    for name in (*_ORDER, *sorted(required - set(_ORDER))):
        if name in required and not _value(fields, name):
            yield Problem(name, Fault.MISSING)
    if not fields.country:
        yield Problem("country", Fault.MISSING)
    if not fields.second_title.strip() and any(getattr(fields, name).strip() for name in SECOND_TEXTS):
        yield Problem("second_title", Fault.MISSING)


_ORDER = (
    "title",
    "summary",
    "description",
    "advantages",
    "expertise_sought",
    "stage",
    "ipr",
    "partner_role",
    "partnership_types",
    "partner_types",
    "een_technology",
    "een_market",
    "sdg",
)


def _too_long(fields: ProposalFields) -> Iterator[Problem]:
    for name, limit in TEXT_LIMITS.items():
        length = len(getattr(fields, name))
        if length > limit:
            yield Problem(name, Fault.TOO_LONG, limit, str(length))
    for keyword in fields.keywords:
        if len(keyword) > KEYWORD_LENGTH:
            yield Problem("keywords", Fault.TOO_LONG, KEYWORD_LENGTH, keyword)


def _too_many(fields: ProposalFields) -> Iterator[Problem]:
    lists = {"partnership_types": (fields.partnership_types, MOST_PARTNERSHIPS)}
    lists["keywords"] = (fields.keywords, MOST_KEYWORDS)
    lists |= {tree: (fields.codes.get(tree, ()), limit) for tree, limit in CODE_LIMITS.items()}
    for name, (values, limit) in lists.items():
        if len(values) > limit:
            yield Problem(name, Fault.TOO_MANY, limit, str(len(values)))


def _unknown_values(fields: ProposalFields) -> Iterator[Problem]:
    chosen: tuple[tuple[str, tuple[str, ...], type[StrEnum]], ...] = (
        ("stage", (fields.stage,), Stage),
        ("ipr", (fields.ipr,), IprStatus),
        ("partner_types", fields.partner_types, PartnerType),
        ("partnership_types", fields.partnership_types, PartnershipType),
    )
    for name, values in (("country", (fields.country,)), ("target_countries", fields.target_countries)):
        yield from (Problem(name, Fault.NOT_ALLOWED, found=code) for code in values if not _COUNTRY.fullmatch(code))
    for name, values, vocabulary in chosen:
        allowed = {"", *(item.value for item in vocabulary)}
        yield from (Problem(name, Fault.NOT_ALLOWED, found=value) for value in values if value not in allowed)


def _out_of_place(fields: ProposalFields) -> Iterator[Problem]:
    elsewhere = {item.value for item in PartnershipType} - {item.value for item in PARTNERSHIPS_BY_KIND[fields.kind]}
    for value in fields.partnership_types:
        if value in elsewhere:
            yield Problem("partnership_types", Fault.NOT_ALLOWED, found=value)
    goals = fields.codes.get(Tree.SDG.value, ())
    if SDG_NOT_RELEVANT in goals and len(goals) > 1:
        yield Problem(Tree.SDG.value, Fault.NOT_ALLOWED, found=SDG_NOT_RELEVANT)
    for name in sorted(_UNUSED[fields.kind] - {"call"}):
        if _value(fields, name):
            yield Problem(name, Fault.NOT_USED)
    if fields.country and fields.country in fields.target_countries:
        yield Problem("target_countries", Fault.OWN_COUNTRY, found=fields.country)


def _call_problems(call: CallFields | None, today: date) -> Iterator[Problem]:
    call = call or CallFields()
    for name in REQUIRED_OF_A_CALL:
        if getattr(call, name) in (None, ""):
            yield Problem(f"call_{name}", Fault.MISSING)
    if call.weeks is not None and call.weeks <= 0:
        yield Problem("call_weeks", Fault.NOT_POSITIVE)
    for name in CALL_LINES:
        if len(getattr(call, name)) > CALL_LINE_LENGTH:
            yield Problem(f"call_{name}", Fault.TOO_LONG, CALL_LINE_LENGTH, str(len(getattr(call, name))))
    for name in ("eoi_deadline", "deadline"):
        day = getattr(call, name)
        if day is not None and day <= today:
            yield Problem(f"call_{name}", Fault.PAST, found=day.isoformat())
