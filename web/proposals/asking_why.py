"""“Why am I not seeing X?”: somebody is looked up by name or reference, and the rules answer."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from data.lists import ANY_STATE, OrganisationFilter, ProposalFilter, list_organisations, list_proposals
from data.models import Organisation, Proposal
from data.queries import organisations_named, proposal_by_reference, today
from matching.brokerage.curation import Candidate
from matching.brokerage.permissions import is_staff, may_see_proposal, reader_of, require_owner_or_staff
from matching.brokerage.why_not import Answer, Asked, Because, why_not
from matching.diversity import SHOWN
from matching.types import Target
from web.access import Audience, open_to
from web.context import application, person, reading
from web.filters import LONGEST_SEARCH
from web.labels import CRITERIA, REJECT_REASONS, STATES, named
from web.language import translate
from web.places import country_name
from web.proposals import pages
from web.typed import stored_number

MOST_FOUND = 6


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of that name."""

    target: Target
    id: int
    reference: str
    name: str


@pages.get("/<path:reference>/why")
@open_to(Audience.SIGNED_IN)
def ask_why(reference: str) -> str:
    """Look somebody up; where there is one only, or one was chosen, say why they are not suggested."""
    proposal = proposal_by_reference(reading(), reference)
    require_owner_or_staff(person(), proposal)
    asked = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    chosen = _chosen()
    found = [chosen] if chosen else _found(asked) if asked else []
    answer = sentence(_answer(proposal, (found[0].target, found[0].id))) if len(found) == 1 else ""
    return render_template(
        "proposals/why.html", proposal=proposal, asked=asked, found=found, answer=answer, most=MOST_FOUND
    )


def _answer(proposal: Proposal, candidate: Candidate) -> Answer:
    for_company = not is_staff(person())
    asked = Asked(proposal, today(), SHOWN, for_company, application().settings.show_uncurated)
    return why_not(reading(), application().service, asked, candidate)


def _chosen() -> Found | None:
    """Who was chosen among several of the name, where the person may know of them."""
    target, number = request.args.get("target", ""), stored_number(request.args.get("candidate"))
    if target not in {item.value for item in Target} or number is None:
        return None
    if target == Target.ORGANISATIONS.value:
        organisation = reading().get(Organisation, number)
        if organisation is None or not _is_public(organisation):
            return None
        return Found(Target.ORGANISATIONS, organisation.id, organisation.reference, organisation.name)
    other = reading().get(Proposal, number)
    if other is None or not may_see_proposal(person(), other):
        return None
    return Found(Target.PROPOSALS, other.id, other.reference, other.title)


def _is_public(organisation: Organisation) -> bool:
    """One that nobody has verified yet is in no list either: others than the staff are not told that it is there."""
    hidden = organisation.withdrawn_at is not None and organisation.verified_at is None
    return not hidden or is_staff(person())


def _found(asked: str) -> list[Found]:
    """Who is called so; those of exactly that name or reference alone, if there are any."""
    session = reading()
    called_so = organisations_named(session, asked, withdrawn=True)
    exact = [Found(Target.ORGANISATIONS, item.id, item.reference, item.name) for item in called_so if _is_public(item)]
    own = list_proposals(
        session,
        ProposalFilter(text=asked, state=ANY_STATE, page_size=MOST_FOUND, reader=reader_of(person())),
    )
    proposals = [Found(Target.PROPOSALS, row.id, row.reference, row.title) for row in own.rows]
    exact += [item for item in proposals if item.reference.lower() == asked.lower()]
    if exact:
        return exact
    named_so = list_organisations(session, OrganisationFilter(text=asked, page_size=MOST_FOUND))
    organisations = [Found(Target.ORGANISATIONS, row.id, row.reference, row.name) for row in named_so.rows]
    return organisations + proposals


def sentence(answer: Answer) -> str:
    """The answer in the reader's language."""
    if answer.because in (Because.THERE, Because.FURTHER_DOWN):
        return _by_place(answer)
    if answer.because is Because.BEHIND:
        name = answer.behind[1] if answer.behind else ""
        return translate("It says nearly the same as “%(name)s”, which stands for it in the list.", name=name)
    if answer.because in (Because.SET_ASIDE, Because.REFUSED):
        return _by_people(answer)
    if answer.because is Because.TOO_WEAK and answer.criterion is not None:
        return translate(
            "It comes not near enough to be called a possible match. What lacks most: %(criterion)s.",
            criterion=named(CRITERIA, answer.criterion.value),
        )
    countries = ", ".join(country_name(code) for code in answer.countries)
    state = named(STATES, answer.state)
    return {
        Because.ITSELF: translate("It is this very proposal."),
        Because.OWN: translate("It belongs to the organisation of this proposal: nobody is suggested to themselves."),
        Because.SEEKER_NOT_OPEN: translate(
            "This proposal is not open (%(state)s): nobody is suggested for it.", state=state
        ),
        Because.WITHDRAWN: translate("This organisation has withdrawn from the platform."),
        Because.NOT_OPEN: translate("That proposal is not open (%(state)s).", state=state),
        Because.KIND: translate("The kinds do not fit: a request meets offers, and an offer meets requests."),
        Because.COUNTRY: translate("Its country is not among those wanted here (%(countries)s).", countries=countries),
        Because.THEIR_COUNTRIES: translate(
            "It wants partners of other countries only (%(countries)s).", countries=countries
        ),
        Because.NOT_READY: translate("Suggestions are not ready yet: look again tomorrow."),
        Because.NOT_INDEXED: translate("It is new and has not been read yet: look again tomorrow."),
        Because.NOT_CURATED: translate("A broker has not looked at it yet. It appears here once it is let through."),
        Because.TOO_WEAK: translate("It comes not near enough to be called a possible match."),
    }[answer.because]


def _by_place(answer: Answer) -> str:
    if answer.because is Because.FURTHER_DOWN:
        return translate("It fits, but stands further down: at place %(place)s.", place=answer.place)
    if answer.place is None:
        return translate("It is in the list.")
    return translate("It is in the list, at place %(place)s.", place=answer.place)


def _by_people(answer: Answer) -> str:
    reason = named(REJECT_REASONS, answer.reason)
    if answer.because is Because.REFUSED:
        return translate("The company said that it is not interested. Reason: %(reason)s.", reason=reason)
    if reason:
        return translate("It was set aside by the broker. Reason: %(reason)s.", reason=reason)
    return translate("It was set aside by the broker.")
