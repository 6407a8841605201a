"""Hard rules: who may be suggested to whom at all. What a rule leaves out is never ranked."""

from __future__ import annotations

from matching.types import Target

COUNTERPARTS: dict[str, tuple[str, ...]] = {"TO": ("TR",), "TR": ("TO",), "BO": ("BR",), "BR": ("BO",), "RDR": ()}
"""An offer meets a request of its own world; a search for research partners meets organisations only."""

SEEKING = ("TR", "BR", "RDR")
"""Kinds whose text mainly says what is sought."""

_SAME_COUNTRY = {"EL": "GR", "UK": "GB"}


def counterpart_kinds(kind: str) -> tuple[str, ...]:
    """Kinds of proposal that may be suggested for a proposal of this kind."""
    return COUNTERPARTS[kind]


def targets_of(kind: str) -> tuple[Target, ...]:
    """Lists that a proposal of this kind has."""
    return (Target.ORGANISATIONS, Target.PROPOSALS) if COUNTERPARTS[kind] else (Target.ORGANISATIONS,)


def country_code(code: str | None) -> str | None:
    """The ISO 3166 code: EU data write EL and UK where it has GR and GB."""
    if not code:
        return None
    return _SAME_COUNTRY.get(code.upper(), code.upper())
