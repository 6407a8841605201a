"""What expressions of interest are called on a page; states and steps have their official names in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from matching.brokerage import interest_labels
from matching.brokerage.interest_rules import Fault, Problem
from web.labels import Label
from web.language import current_language, translate

KINDS: Mapping[str, Label] = {
    "platform": _l("Expression of interest"),
    "information": _l("Request for information"),
    "full": _l("Full expression of interest"),
}
FIELDS: Mapping[str, Label] = {
    "partnership_offered": _l("Partnership offered"),
    "additional_information": _l("Additional information"),
    "clarifications": _l("Clarifications asked for"),
    "organisation": _l("Organisation"),
    "sector": _l("Sector"),
    "address": _l("Address"),
    "website": _l("Website"),
    "contact": _l("Contact person"),
    "phone": _l("Telephone"),
    "email": _l("E-mail"),
    "technology_interest": _l("Interest in the technology"),
    "information_requested": _l("Information requested"),
    "presentation": _l("Presentation of the organisation"),
}
REFUSALS: Mapping[str, Label] = {
    "not_validated": _l(
        "Interest is expressed by confirmed members of an organisation that the agency has verified."
        " Join your organisation, or ask the agency to verify it."
    ),
    "own_proposal": _l("This proposal is your own: interest in it comes from others."),
    "not_open": _l("This proposal takes no expressions of interest any more."),
    "already_open": _l("You have an expression of interest open for this proposal already."),
    "too_many": _l("You have five expressions of interest open, as many as there may be. End one of them first."),
}
WAYS_OUT: Mapping[str, tuple[str, Label]] = {
    "not_validated": ("membership.show", _l("My organisation")),
    "too_many": ("interests.index", _l("Expressions of interest")),
}
"""Where somebody goes to change what a refusal speaks of: the page and what it is called."""
ACTIONS: Mapping[str, Label] = {
    "create": _l("Created"),
    "edit": _l("Draft changed"),
    "submit": _l("Submitted"),
    "take_back": _l("Taken back as a draft"),
    "evaluate": _l("Evaluation begun"),
    "find_relevant": _l("Found relevant"),
    "reject": _l("Rejected"),
    "take_over": _l("Taken over"),
    "suspend": _l("Put on hold"),
    "transfer": _l("Transferred"),
    "advance": _l("Step noted"),
    "close": _l("Closed"),
    "withdraw": _l("Withdrawn"),
    "assigned": _l("Assigned on the desk"),
    "released": _l("Let go on the desk"),
}
SIDES: Mapping[str, Label] = {
    "applicant": _l("expressed interest"),
    "owner": _l("posted the proposal"),
    "staff": _l("facilitator"),
}


def state_name(state: str | None) -> str:
    """A state in the reader's language."""
    return interest_labels.state_label(state, current_language()) if state else ""


def step_name(progress: str | None) -> str:
    """A step in the reader's language."""
    return interest_labels.progress_label(progress, current_language())


_CHOICES: Mapping[str, Label] = {
    "notice": _l("Read the privacy notice and accept it: without it nothing can be passed on."),
    "reason": _l("Choose a reason."),
    "assignee": _l("Choose a colleague."),
    "progress": _l("Choose a step."),
}


def describe(problem: Problem) -> str:
    """What is wrong with a field and how to mend it."""
    if problem.field in _CHOICES:
        return str(_CHOICES[problem.field])
    if problem.fault is Fault.TOO_LONG:
        return translate("Too long: at most %(limit)s characters. Shorten it.", limit=problem.limit)
    if problem.field == "email" and problem.fault is Fault.NOT_ALLOWED:
        return translate("This is no e-mail address: check it.")
    return translate("Write something here: it is needed.")
