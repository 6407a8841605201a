"""What readers yield: rows still to be validated, and orders to close a stored copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from data.models.vocabulary import ProposalState
from data.sources.report import Rejected


class RecordKind(StrEnum):
    """What the rows of a file are."""

    ORGANISATION = "organisation"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as read, with the keys of our own records; `values` still has to be validated."""

    position: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closure:
    """Another network shows no more of this proposal: a stored copy is closed with `state`, nothing else is read.

    `state` is None where the proposal is still published there: then nothing is closed.
    """

    position: str
    reference: str | None
    state: ProposalState | None


Item = RawRow | Closure | Rejected
Items = Iterator[Item]
