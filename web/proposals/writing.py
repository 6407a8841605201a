"""The page on which a proposal is written: the form, who could match, and what happened meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import make_response, render_template
from werkzeug.wrappers import Response

from data.models import Organisation
from data.models.vocabulary import ProposalKind, Tree
from matching.brokerage.permissions import is_staff, may_see_uncurated
from matching.brokerage.proposal_rules import SECOND_TEXTS, Need, ProposalFields, need
from matching.drafts import Draft
from matching.errors import NothingToMatchError, NotIndexedError
from matching.ranking import ORGANISATIONS, PROPOSALS
from web.context import application, person, reading
from web.labels import KINDS, STATES, named
from web.language import translate
from web.proposals.advice import additions
from web.proposals.form import ProposalForm, code_groups, limits
from web.proposals.showing import Shortlist, Withheld, shortlist

PREVIEWED = 5
COUNTED = 20
"""Of each list, where only their number is told."""
_COMPARED = (
    "title",
    "summary",
    "description",
    "expertise_sought",
    "advantages",
    "partner_role",
    "ipr_notes",
    *SECOND_TEXTS,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Why a form came back though nothing is wrong with it. `stored` has the names and texts of what differs now."""

    title: str
    advice: str
    reference: str
    stored: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk of someone who writes; `reference` is that of the draft, None for a new proposal."""

    form: ProposalForm
    kind: ProposalKind
    reference: str | None = None
    preview: Shortlist | None = None
    notice: Notice | None = None
    correcting: bool = False
    """Whether it is published, or waits to be."""

    def page(self, status: int = 200) -> Response:
        """The page, with this status."""
        page = render_template(
            "proposals/form.html",
            form=self.form,
            kind=self.kind.value,
            about=KINDS[self.kind.value],
            reference=self.reference,
            required={name for name in self.form.data if need(self.kind, name) is Need.REQUIRED},
            limits=limits(self.form),
            code_groups=code_groups,
            preview=self.preview,
            notice=self.notice,
            correcting=self.correcting,
            is_staff=is_staff(person()),
            own=own_organisation(),
            may_publish=is_staff(person()) and not application().settings.second_approval,
        )
        return make_response(page, status)


def own_organisation() -> Organisation | None:
    """The organisation on whose behalf a member writes; None for staff, who choose one, and while there is none."""
    someone = person()
    if someone is None or someone.is_staff or someone.organisation_id is None:
        return None
    return reading().get(Organisation, someone.organisation_id)


def changed_meanwhile(reference: str, stored: ProposalFields, typed: ProposalFields) -> Notice:
    """The draft was changed since this form was opened."""
    return Notice(
        translate("Somebody changed this draft in the meantime"),
        translate(
            "Nothing of yours was stored; what you wrote is still here. Compare it with the draft as it is now."
            " If you press a button again, yours takes its place."
        ),
        reference,
        _differences(stored, typed),
    )


def sent_before(reference: str, stored: ProposalFields, typed: ProposalFields) -> Notice:
    """This form became a proposal before, and now says something else."""
    return Notice(
        translate("This form was already sent"),
        translate(
            "A proposal came of it, in other words than now. Change it on its own page."
            " To post what you wrote here as one more proposal, press a button again."
        ),
        reference,
        _differences(stored, typed),
    )


def no_draft_any_more(reference: str, state: str) -> Notice:
    """The draft was published or closed since this form was opened."""
    return Notice(
        translate("This draft can no longer be edited"),
        translate(
            "Its state is now “%(state)s”. What you wrote is still here:"
            " copy what you need, or press a button to keep it as a new proposal.",
            state=named(STATES, state),
        ),
        reference,
    )


def _differences(stored: ProposalFields, typed: ProposalFields) -> tuple[tuple[str, str], ...]:
    labels = {name: str(getattr(ProposalForm, name).args[0]) for name in _COMPARED}
    return tuple(
        (labels[name], getattr(stored, name))
        for name in _COMPARED
        if getattr(stored, name) != getattr(typed, name).strip()
    )


def preview_of(fields: ProposalFields) -> Shortlist:
    """Who could match what is being written; only how many, to those who see nobody before a broker does."""
    named_to_them = may_see_uncurated(person(), show_uncurated=application().settings.show_uncurated)
    draft = Draft(
        kind=fields.kind.value,
        title=fields.title,
        summary=fields.summary,
        description=fields.description,
        expertise_sought=fields.expertise_sought,
        advantages=fields.advantages,
        partner_role=fields.partner_role,
        country=fields.country or None,
        stage=fields.stage or None,
        partner_types=fields.partner_types,
        target_countries=fields.target_countries,
        keywords=fields.keywords,
        codes=dict(fields.codes),
        organisation_id=fields.organisation_id,
    )
    try:
        found = shortlist(application().service.match_draft(draft, top=PREVIEWED if named_to_them else COUNTED))
    except NotIndexedError:
        return Shortlist(missing="not_ready")
    except NothingToMatchError:
        return Shortlist(missing="too_short")
    unknown = {**found.unknown[PROPOSALS], **found.unknown[ORGANISATIONS]}
    advice = additions(fields, fields.codes.get(Tree.EEN_TECHNOLOGY.value, ()), unknown)
    if not named_to_them:
        return Shortlist(withheld=Withheld(len(found.organisations.good), len(found.proposals.good)), additions=advice)
    return replace(found, additions=advice)
