"""A proposal that is not stored: what someone is writing, or a bare text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Draft:
    """Free fields, all optional but the kind; `codes` maps a tree to its codes."""

    kind: str
    title: str = ""
    summary: str = ""
    description: str = ""
    expertise_sought: str = ""
    advantages: str = ""
    partner_role: str = ""
    country: str | None = None
    stage: str | None = None
    partner_types: tuple[str, ...] = ()
    target_countries: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    organisation_id: int | None = None
