"""The list of proposals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import render_template

from data.lists import list_proposals
from data.queries import PLATFORM, Facets, TreeCode, proposal_facets
from matching.brokerage.permissions import reader_of
from web.access import Audience, open_to
from web.context import application, person, reading
from web.filters import LISTED_STATES, OWN_STATES, proposal_filter
from web.labels import KINDS, TREES, Label
from web.language import current_language
from web.places import country_choices
from web.proposals import pages

THEME_TREES = ("s3_2021", "s3_2014", "een_technology", "sdg")
"""Trees that lists are filtered by; of the EEN technologies the first two levels."""
_SHORT_CODE = 5


@pages.get("/")
@open_to(Audience.PUBLIC)
def index() -> str:
    """All proposals that pass the filter in the address, a page at a time."""
    wanted = replace(proposal_filter(), reader=reader_of(person()))
    found = list_proposals(reading(), wanted)
    facets = proposal_facets(reading())
    return render_template(
        "proposals/index.html",
        found=found,
        wanted=wanted,
        kinds=KINDS,
        states=OWN_STATES if wanted.mine else LISTED_STATES,
        sources=sorted(facets.sources, key=lambda source: (source != PLATFORM, source)),
        countries=country_choices(facets.countries),
        themes=theme_choices(facets, wanted.theme),
    )


def theme_choices(facets: Facets, chosen: TreeCode | None) -> list[tuple[Label, list[tuple[str, str]]]]:
    """The themes in use, tree by tree, as (value, label); the chosen one is always among them."""
    used = {*facets.themes, chosen} if chosen else set(facets.themes)
    grouped = ((TREES[tree], _labelled(tree, used)) for tree in THEME_TREES)
    return [(label, choices) for label, choices in grouped if choices]


def _labelled(tree: str, used: Iterable[TreeCode]) -> list[tuple[str, str]]:
    concepts, language = application().concepts, current_language()
    codes = {code[:_SHORT_CODE] if tree == "een_technology" else code for owner, code in used if owner == tree}
    known = (code for code in codes if concepts.number(tree, code) is not None)
    return sorted(
        ((f"{tree}:{code}", concepts.label(tree, code, language)) for code in known), key=lambda pair: pair[1]
    )
