"""The form of an expression of interest: filled from account and organisation, between what is typed and stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from data.models import Account, Organisation, Proposal
from data.models.vocabulary import InterestKind
from data.queries import PLATFORM, today
from matching.brokerage.interest_access import experts
from matching.brokerage.interest_expressing import Written
from matching.brokerage.interest_rules import PLATFORM_LIMITS, PROFILE_LIMITS, Problem
from matching.brokerage.people import Person
from matching.brokerage.references import is_token, new_token
from web.interests.wording import FIELDS, KINDS, describe
from web.language import current_language, translate
from web.typed import cleaned, stored_number


class InterestForm(FlaskForm):  # type: ignore[misc]
    """All fields; `form_for` removes those that do not belong to the proposal. Rules are those of `interest_rules`."""

    kind = RadioField(_l("What is asked"), validate_choice=False, default=InterestKind.FULL.value)
    partnership_offered = TextAreaField(FIELDS["partnership_offered"], filters=[cleaned])
    additional_information = TextAreaField(FIELDS["additional_information"], filters=[cleaned])
    clarifications = TextAreaField(FIELDS["clarifications"], filters=[cleaned])
    organisation = StringField(FIELDS["organisation"], filters=[cleaned])
    sector = StringField(FIELDS["sector"], filters=[cleaned])
    address = StringField(FIELDS["address"], filters=[cleaned])
    website = StringField(FIELDS["website"], filters=[cleaned])
    contact = StringField(FIELDS["contact"], filters=[cleaned])
    phone = StringField(FIELDS["phone"], filters=[cleaned])
    email = StringField(FIELDS["email"], filters=[cleaned])
    technology_interest = TextAreaField(FIELDS["technology_interest"], filters=[cleaned])
    information_requested = TextAreaField(FIELDS["information_requested"], filters=[cleaned])
    presentation = TextAreaField(FIELDS["presentation"], filters=[cleaned])
    expert = SelectField(_l("Expert"), default="", validate_choice=False)
    notice = BooleanField(_l("I have read the privacy notice and accept it."))
    token = StringField()
    version = StringField()


def form_for(session: Session, proposal: Proposal, **given: Any) -> InterestForm:
    """The form of a proposal, filled with what is given where nothing was sent."""
    form = InterestForm(data=given or None)
    own = proposal.source == PLATFORM
    for name in PROFILE_LIMITS if own else PLATFORM_LIMITS:
        del form[name]
    if own:
        del form["kind"], form["expert"]
    else:
        form.kind.choices = [(name, KINDS[name]) for name in ("full", "information")]
        people = [(str(account.id), account.name) for account in experts(session)]
        form.expert.choices = [("", translate("No preference")), *people]
    if not is_token(form.token.data):
        form.token.data = new_token(today())
    return form


def prefilled(session: Session, person: Person, proposal: Proposal) -> dict[str, str]:
    """What is known already of who writes, so that nobody types it again; only for a profile of a network."""
    if proposal.source == PLATFORM:
        return {}
    account = session.get_one(Account, person.account_id)
    own = session.get(Organisation, person.organisation_id) if person.organisation_id is not None else None
    known = {"contact": account.name, "email": account.email, "kind": InterestKind.FULL.value}
    if own is None:
        return known
    place = ", ".join(part for part in (own.city, own.region) if part)
    return known | {"organisation": own.name, "address": place, "website": own.website or ""}


def kind_of(form: InterestForm) -> InterestKind:
    """The kind that was chosen; a full one where the browser sent none of ours."""
    if "kind" not in form:
        return InterestKind.PLATFORM
    asked = InterestKind.INFORMATION.value
    return InterestKind.INFORMATION if form.kind.data == asked else InterestKind.FULL


def texts_from(form: InterestForm) -> dict[str, str]:
    """What was typed into the fields that are stored."""
    limits: Mapping[str, int] = {**PLATFORM_LIMITS, **PROFILE_LIMITS}
    return {name: form[name].data or "" for name in limits if name in form}


def written_from(form: InterestForm) -> Written:
    """What was typed, as it is expressed."""
    chosen = form.expert.data if "expert" in form else ""
    return Written(
        kind=kind_of(form),
        form=texts_from(form),
        language=current_language(),
        token=form.token.data,
        accepted=bool(form.notice.data),
        expert_id=stored_number(chosen),
    )


def show_problems(form: InterestForm, problems: Iterable[Problem]) -> None:
    """Put each problem next to its field."""
    for problem in problems:
        place = form[problem.field if problem.field in form else "notice"]
        place.errors = [*place.errors, describe(problem)]
