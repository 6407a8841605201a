"""What roles, states and moves of accounts are called."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from web.labels import Label

ROLES: Mapping[str, Label] = {
    "member": _l("Member of an organisation"),
    "broker": _l("Broker"),
    "administrator": _l("Administrator"),
}
ACCOUNT_STATES: Mapping[str, Label] = {
    "active": _l("Active"),
    "unconfirmed": _l("Address not confirmed"),
    "locked": _l("Locked after failed attempts"),
    "suspended": _l("Suspended"),
}
MEMBERSHIPS: Mapping[str, Label] = {
    "none": _l("no organisation"),
    "pending": _l("waits for confirmation"),
    "confirmed": _l("confirmed"),
}
WAITS: Mapping[str, Label] = {
    "verification": _l("To verify"),
    "membership": _l("Membership to confirm"),
}
MOVES: Mapping[str, Label] = {
    "registered": _l("registered"),
    "created": _l("account made"),
    "confirmed": _l("confirmed"),
    "notice_accepted": _l("privacy notice accepted"),
    "invitation_accepted": _l("invitation accepted"),
    "invited": _l("invitation sent"),
    "invitation_revoked": _l("invitation taken back"),
    "password_changed": _l("password changed"),
    "password_reset": _l("password set anew"),
    "password_letter_sent": _l("letter for a new password sent"),
    "second_factor_set": _l("second factor set up"),
    "second_factor_off": _l("second factor switched off"),
    "second_factor_reset": _l("second factor reset"),
    "recovery_codes_made": _l("new recovery codes made"),
    "sessions_ended": _l("signed out everywhere"),
    "role_changed": _l("role changed"),
    "suspended": _l("suspended"),
    "reactivated": _l("reactivated"),
    "locked": _l("locked after five failed attempts"),
    "unlocked": _l("unlocked"),
    "claimed": _l("asked to join an organisation"),
    "claim_withdrawn": _l("took the request to join back"),
    "declined": _l("request to join declined"),
    "membership_ended": _l("taken out of the organisation"),
    "founded": _l("registered by a member"),
    "updated": _l("data changed"),
    "verified": _l("verified"),
    "verification_withdrawn": _l("verification withdrawn"),
    "identity_changed": _l("name or tax code changed: to be verified anew"),
}


def move_name(action: str) -> Label:
    """What a move in the log is called; an unknown one by its code."""
    return MOVES.get(action, action)
