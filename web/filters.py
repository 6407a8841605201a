"""The query of an address to the filter of a list. Unknown values narrow nothing, so that old links keep working."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from flask import request

from data.lists import ANY_STATE, OPEN, OrganisationFilter, OrganisationSort, ProposalFilter, ProposalSort
from data.models.vocabulary import OrganisationKind, ProposalKind, ProposalState, Tree
from data.queries import TreeCode
from data.sources.countries import country_codes
from web.typed import stored_number

LONGEST_SEARCH = 200
_LAST_PAGE = 100_000
Choice = TypeVar("Choice", bound=StrEnum)
LISTED_STATES: tuple[str, ...] = (
    OPEN,
    ProposalState.DRAFT.value,
    ProposalState.EXPIRED.value,
    ProposalState.CLOSED.value,
    ANY_STATE,
)
"""States that the list offers; any other state can be written into the address."""
OWN_STATES: tuple[str, ...] = (
    ANY_STATE,
    OPEN,
    *(state.value for state in ProposalState if state is not ProposalState.PUBLISHED),
)
"""States that the list of one's own proposals offers: all there are (OPEN stands for the published)."""


def proposal_filter() -> ProposalFilter:
    """The filter that the address of the list of proposals asks for."""
    states = {OPEN, ANY_STATE, *(state.value for state in ProposalState)}
    mine = request.args.get("mine") == "1"
    return ProposalFilter(
        text=search_text(),
        source=request.args.get("source") or None,
        kind=_one_of("kind", {kind.value for kind in ProposalKind}),
        country=_country(),
        theme=theme(),
        state=_one_of("state", states) or (ANY_STATE if mine else OPEN),
        sort=_sort(ProposalSort, ProposalSort.RECENT),
        page=page_number(),
        mine=mine,
    )


def organisation_filter() -> OrganisationFilter:
    """The filter that the address of the list of organisations asks for."""
    return OrganisationFilter(
        text=search_text(),
        kind=_one_of("kind", {kind.value for kind in OrganisationKind}),
        country=_country(),
        theme=theme(),
        sort=_sort(OrganisationSort, OrganisationSort.NAME),
        page=page_number(),
    )


def search_text() -> str:
    """What is searched for, of a sensible length."""
    return request.args.get("q", "").strip()[:LONGEST_SEARCH]


def theme() -> TreeCode | None:
    """The theme asked for, written `tree:code`."""
    tree, _, code = request.args.get("theme", "").partition(":")
    return (tree, code) if code and tree in {tree.value for tree in Tree} else None


def page_number() -> int:
    """The page asked for, from 1."""
    return min(stored_number(request.args.get("page")) or 1, _LAST_PAGE)


def _one_of(name: str, allowed: Collection[str]) -> str | None:
    asked = request.args.get(name, "")
    return asked if asked in allowed else None


def _country() -> str | None:
    asked = request.args.get("country", "").upper()
    return asked if asked in country_codes() else None


def _sort(orders: type[Choice], default: Choice) -> Choice:
    asked = request.args.get("sort", "")
    return orders(asked) if asked in {order.value for order in orders} else default
