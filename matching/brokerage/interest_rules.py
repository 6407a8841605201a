"""The rules of expressions of interest, as tables: states, moves, progress, fields and limits. Pure.

Source: the practice of Open Innovation Lombardia on its own proposals, and of its node of the Enterprise Europe
Network on profiles. Where that leaves a question open, docs/decisions/0018-expressions-of-interest.md says what holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from data.models.vocabulary import InterestKind, InterestProgress, InterestState, Side

MOST_OPEN = 5
"""Expressions that an account may have open at once, drafts among them."""
ENDED = frozenset({InterestState.REJECTED, InterestState.CLOSED})
ONGOING = tuple(state for state in InterestState if state not in ENDED)


class Move(StrEnum):
    """What can be done with an expression that exists."""

    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    EVALUATE = "evaluate"
    FIND_RELEVANT = "find_relevant"
    REJECT = "reject"
    TAKE_OVER = "take_over"
    SUSPEND = "suspend"
    TRANSFER = "transfer"
    ADVANCE = "advance"
    CLOSE = "close"
    WITHDRAW = "withdraw"


class Refusal(StrEnum):
    """Why somebody cannot express interest in a proposal."""

    NOT_VALIDATED = "not_validated"
    OWN_PROPOSAL = "own_proposal"
    NOT_OPEN = "not_open"
    ALREADY_OPEN = "already_open"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may make a move, and from which state it leads to which."""

    sides: frozenset[Side]
    paths: Mapping[InterestState, InterestState]


_S = InterestState
_APPLICANT = frozenset({Side.APPLICANT})
_STAFF = frozenset({Side.STAFF})
_JUDGES = frozenset({Side.OWNER, Side.STAFF})
"""Who evaluates an expression in a proposal of the platform: its owners, and the staff that accompanies them."""

RULES: Mapping[Move, Rule] = {
    Move.EDIT: Rule(_APPLICANT, {_S.DRAFT: _S.DRAFT}),
    Move.SUBMIT: Rule(_APPLICANT, {_S.DRAFT: _S.SUBMITTED}),
    Move.TAKE_BACK: Rule(_APPLICANT, {_S.SUBMITTED: _S.DRAFT}),
    Move.EVALUATE: Rule(_JUDGES, {_S.SUBMITTED: _S.IN_EVALUATION}),
    Move.FIND_RELEVANT: Rule(_JUDGES, {_S.IN_EVALUATION: _S.RELEVANT}),
    Move.REJECT: Rule(_JUDGES, {_S.IN_EVALUATION: _S.REJECTED}),
    Move.TAKE_OVER: Rule(_STAFF, {_S.SUSPENDED: _S.TAKEN_OVER}),
    Move.SUSPEND: Rule(_STAFF, {_S.TAKEN_OVER: _S.SUSPENDED}),
    Move.TRANSFER: Rule(_STAFF, {state: state for state in ONGOING if state is not _S.DRAFT}),
    Move.ADVANCE: Rule(_JUDGES, {_S.TAKEN_OVER: _S.TAKEN_OVER, _S.RELEVANT: _S.RELEVANT}),
    Move.CLOSE: Rule(_JUDGES, dict.fromkeys((_S.SUSPENDED, _S.TAKEN_OVER, _S.RELEVANT), _S.CLOSED)),
    Move.WITHDRAW: Rule(_APPLICANT, dict.fromkeys(ONGOING, _S.CLOSED)),
}

_P = InterestProgress
_ASKED = (_P.FIRST_CONTACT, _P.AWAITING_ADDITIONS, _P.CONTACT_STARTED)
_FULL = (_P.FIRST_CONTACT, _P.AWAITING_ADDITIONS, _P.FORWARDED, _P.CONTACT_STARTED, _P.NEGOTIATING)
_UNANSWERED = (_P.NO_AGREEMENT, _P.TRANSFERRED_CLOSED, _P.NO_LONGER_INTERESTED)

STEPS: Mapping[tuple[InterestKind, InterestState], tuple[InterestProgress, ...]] = {
    (InterestKind.INFORMATION, _S.TAKEN_OVER): _ASKED,
    (InterestKind.FULL, _S.TAKEN_OVER): _FULL,
    (InterestKind.PLATFORM, _S.RELEVANT): (_P.CONTACT_STARTED, _P.AWAITING_ADDITIONS, _P.NEGOTIATING),
}
"""The steps that a person may set while an expression stays in its state; steps that a move sets are in REACHED."""

OUTCOMES: Mapping[tuple[InterestKind, InterestState], tuple[InterestProgress, ...]] = {
    (InterestKind.INFORMATION, _S.SUSPENDED): (_P.INFORMATION_CLOSED, *_UNANSWERED),
    (InterestKind.INFORMATION, _S.TAKEN_OVER): (_P.INFORMATION_CLOSED, *_UNANSWERED),
    (InterestKind.FULL, _S.SUSPENDED): _UNANSWERED,
    (InterestKind.FULL, _S.TAKEN_OVER): (_P.AGREEMENT, *_UNANSWERED),
    (InterestKind.PLATFORM, _S.RELEVANT): (_P.AGREEMENT, _P.NO_AGREEMENT, _P.NO_LONGER_INTERESTED),
}
"""With which step an expression is closed; an agreement needs somebody who accompanied it."""

REACHED: Mapping[Move, InterestProgress] = {
    Move.TAKE_OVER: _P.TAKEN_OVER,
    Move.SUSPEND: _P.PENDING,
    Move.FIND_RELEVANT: _P.CONTACT_STARTED,
    Move.WITHDRAW: _P.NO_LONGER_INTERESTED,
}
"""The step that a move sets by itself."""

BEGINNINGS: Mapping[InterestKind, tuple[InterestState, InterestProgress | None]] = {
    InterestKind.PLATFORM: (_S.DRAFT, None),
    InterestKind.INFORMATION: (_S.SUSPENDED, _P.INFORMATION_REQUESTED),
    InterestKind.FULL: (_S.SUSPENDED, _P.INTEREST_EXPRESSED),
}
"""State and step in which each kind begins."""


def moves_for(kind: InterestKind, state: InterestState, sides: Collection[Side]) -> tuple[Move, ...]:
    """What somebody on these sides may do with an expression in this state."""
    return tuple(move for move, rule in RULES.items() if state in rule.paths and not rule.sides.isdisjoint(sides))


class Fault(StrEnum):
    """What is wrong with a field; the pages have the words."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one field, with the limit that it concerns."""

    field: str
    fault: Fault
    limit: int | None = None


PROFILE_LIMITS: Mapping[str, int] = {
    "organisation": 200,
    "sector": 200,
    "address": 300,
    "website": 300,
    "contact": 200,
    "phone": 40,
    "email": 320,
    "technology_interest": 600,
    "information_requested": 600,
    "presentation": 600,
}
"""Fields of an expression on a profile of a network, and most characters of each."""
PLATFORM_LIMITS: Mapping[str, int] = {
    "partnership_offered": 2000,
    "additional_information": 2000,
    "clarifications": 2000,
}
"""Fields of an expression on a proposal of the platform; their limits are ours."""

REQUIRED: Mapping[InterestKind, frozenset[str]] = {
    InterestKind.PLATFORM: frozenset({"partnership_offered", "additional_information"}),
    InterestKind.INFORMATION: frozenset({"organisation", "contact", "email", "information_requested"}),
    InterestKind.FULL: frozenset({"organisation", "contact", "email", "technology_interest", "presentation"}),
}


def limits_of(kind: InterestKind) -> Mapping[str, int]:
    """The fields of a kind with most characters of each."""
    return PLATFORM_LIMITS if kind is InterestKind.PLATFORM else PROFILE_LIMITS


def problems_of(kind: InterestKind, form: Mapping[str, str], *, complete: bool = True) -> tuple[Problem, ...]:
    """What is wrong with a form; a draft (not `complete`) may lack everything."""
    return tuple(_problems(kind, form, complete))


def _problems(kind: InterestKind, form: Mapping[str, str], complete: bool) -> Iterator[Problem]:
    limits = limits_of(kind)
    for name in form:
        if name not in limits:
            yield Problem(name, Fault.NOT_ALLOWED)
    for name, limit in limits.items():
        value = form.get(name, "").strip()
        if len(value) > limit:
            yield Problem(name, Fault.TOO_LONG, limit)
        elif complete and not value and name in REQUIRED[kind]:
            yield Problem(name, Fault.MISSING)
        elif name == "email" and value and not _looks_like_address(value):
            yield Problem(name, Fault.NOT_ALLOWED)


def _looks_like_address(text: str) -> bool:
    before, _, after = text.partition("@")
    return bool(before) and "." in after and "@" not in after and not any(letter.isspace() for letter in text)
