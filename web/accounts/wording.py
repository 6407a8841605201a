"""What is wrong with an entry, and why a move is not possible, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from web.accounts.messages import PASSWORD_PROBLEMS
from web.labels import Label

_FIELDS: Mapping[tuple[str, str], Label] = {
    ("name", "missing"): _l("Write the name."),
    ("email", "invalid"): _l("Write a whole e-mail address, such as name@example.org."),
    ("email", "taken"): _l("This address has an account already."),
    ("language", "unknown"): _l("Choose a language."),
    ("notice", "missing"): _l("Read the privacy notice and accept it: without it there is no account."),
    ("role", "unknown"): _l("Choose a role."),
    ("kind", "missing"): _l("Choose what kind of organisation it is."),
    ("kind", "unknown"): _l("Choose what kind of organisation it is."),
    ("country", "missing"): _l("Choose a country."),
    ("country", "unknown"): _l("Choose a country."),
    ("tax_code", "invalid"): _l("A tax or VAT code has 5 to 40 letters and digits."),
    ("tax_code", "known"): _l("An organisation with this code is there already: look it up and ask to join it."),
    ("website", "invalid"): _l("Write the address of a website, such as www.example.org."),
    ("reason", "missing"): _l("Write a reason: the person reads it."),
    ("organisation", "unknown"): _l("No organisation has this code: copy it from the organisation's page."),
}
_TOO_LONG = _l("This text is too long.")
_OTHERWISE = _l("This value is not possible here.")

REASONS: Mapping[str, Label] = {
    "last_administrator": _l("This is the last active administrator: make somebody else administrator first."),
    "open_cases": _l("This person still accompanies open cases: hand them over to somebody else first."),
    "enough_letters": _l("This address was sent several invitations already. Try again later, at the latest tomorrow."),
    "enough_invitations": _l("Many invitations went out from your account today. Try again tomorrow."),
    "enough_claims": _l("You have asked to join this organisation several times today. Try again tomorrow."),
    "no_second_factor": _l("This account has no second factor."),
    "belongs_already": _l("Your account belongs to an organisation already, or asks to join one."),
    "belongs_elsewhere": _l("Your account belongs to another organisation: ask the agency to change that first."),
    "another_address": _l("This invitation is for another address. Sign in with the account of that address."),
    "already_accepted": _l("This invitation was accepted already."),
    "accepted": _l("This invitation was accepted already. Sign in with the account that was made then."),
    "revoked": _l("This invitation was taken back. Ask whoever invited you for a new one."),
    "expired": _l("This invitation is too old: it held for two weeks. Ask whoever invited you for a new one."),
}


def worded(problems: Mapping[str, str]) -> dict[str, list[str]]:
    """Faults by field, as a page says them."""
    return {name: [_fault(name, code)] for name, code in problems.items()}


def _fault(name: str, code: str) -> str:
    if name == "password":
        return str(PASSWORD_PROBLEMS[code])
    return str(_FIELDS.get((name, code), _TOO_LONG if code == "long" else _OTHERWISE))
