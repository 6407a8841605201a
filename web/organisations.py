"""Pages of organisations: the list, and one with its competences, evidence and the proposals that look for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from data.lists import list_organisations
from data.models import Organisation, OrganisationCompetence
from data.models.vocabulary import OrganisationKind, Origin, Tree
from data.queries import organisation_by_reference, organisation_facets, proposals_of
from matching.brokerage.permissions import acts_for, require_acting_for
from matching.errors import NothingToMatchError, NotIndexedError
from web.access import Audience, open_to
from web.context import application, person, reading
from web.explaining import Listed, listed
from web.filters import organisation_filter
from web.labels import ORGANISATION_KINDS
from web.language import current_language
from web.places import country_choices
from web.presentation import code_label
from web.proposals.listing import theme_choices
from web.tags import decide, tags_of
from web.words import capitalised

pages = Blueprint("organisations", __name__, url_prefix="/organisations")

WANTING = 10
ORIGINS = (Origin.CONFIRMED.value, Origin.DECLARED.value, Origin.DERIVED.value)
"""In the order of how sure they are; a competence stands once, under the surest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The open proposals that look for an organisation, or why none is shown: `not_ready` or `too_short`."""

    proposals: Listed = field(default_factory=Listed)
    missing: str | None = None


@pages.get("/")
@open_to(Audience.PUBLIC)
def index() -> str:
    """All organisations that pass the filter in the address, a page at a time."""
    wanted = organisation_filter()
    facets = organisation_facets(reading())
    return render_template(
        "organisations/index.html",
        found=list_organisations(reading(), wanted),
        wanted=wanted,
        kinds=[(kind.value, ORGANISATION_KINDS[kind.value]) for kind in OrganisationKind],
        countries=country_choices(facets.countries),
        themes=theme_choices(facets, wanted.theme),
    )


@pages.get("/<path:reference>")
@open_to(Audience.PUBLIC)
def show(reference: str) -> str:
    """Who it is, what it can do, what shows it, and who looks for it."""
    organisation = organisation_by_reference(reading(), reference)
    its_own = acts_for(person(), organisation.id)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        competences=competences_of(organisation),
        themes=_themes_of(organisation),
        tags=tags_of(organisation),
        posted=proposals_of(reading(), organisation.id),
        may_tag=its_own,
        wanted=_wanted(reference) if its_own else None,
    )


@pages.post("/<path:reference>/tags")
@open_to(Audience.SIGNED_IN)
def record_tag(reference: str) -> Response:
    """Log one decision about a code that was read out of its texts, and go back to the codes."""
    organisation = organisation_by_reference(reading(), reference)
    require_acting_for(person(), organisation.id)
    decide(Organisation, organisation.id)
    return redirect(url_for("organisations.show", reference=reference, tags="open", _anchor="tags"))


def competences_of(organisation: Organisation) -> dict[str, list[str]]:
    """Competences by origin, in the reader's language where the vocabulary has them; removed ones nowhere."""
    removed = {item.term for item in organisation.competences if item.origin == Origin.REMOVED.value}
    grouped: dict[str, list[str]] = defaultdict(list)
    named: set[str] = set()
    for origin in ORIGINS:
        for item in sorted(organisation.competences, key=lambda item: -item.weight):
            label = _competence_label(organisation, item)
            if item.origin == origin and item.term not in removed and label.casefold() not in named:
                named.add(label.casefold())
                grouped[origin].append(capitalised(label))
    return grouped


def _competence_label(organisation: Organisation, item: OrganisationCompetence) -> str:
    """The term as it was written where the reader reads that language, else the vocabulary's."""
    if item.code is None or application().concepts.number(Tree.COMPETENCE.value, item.code) is None:
        return item.term
    written = item.origin != Origin.DERIVED.value and item.term != item.code
    if written and organisation.language in (None, current_language()):
        return item.term
    return code_label(Tree.COMPETENCE.value, item.code)


def _themes_of(organisation: Organisation) -> dict[str, list[str]]:
    removed = {(item.tree, item.code) for item in organisation.themes if item.origin == Origin.REMOVED.value}
    grouped: dict[str, list[str]] = defaultdict(list)
    for item in sorted(organisation.themes, key=lambda item: (item.origin != Origin.DECLARED.value, -item.weight)):
        label = code_label(item.tree, item.code)
        if (item.tree, item.code) not in removed and label not in grouped[item.tree]:
            grouped[item.tree].append(label)
    return grouped


def _wanted(reference: str) -> Wanted:
    try:
        found = application().service.match_organisation(reference, top=WANTING)
    except NotIndexedError:
        return Wanted(missing="not_ready")
    except NothingToMatchError:
        return Wanted(missing="too_short")
    return Wanted(listed(found.proposals))
