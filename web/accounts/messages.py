"""What Flask-Security says, in our words and catalogue. Answers never tell whether an address has an account."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

_REFUSED = _l(
    "The address or the password is wrong, the address is not confirmed yet, or the account is closed for a quarter"
    " of an hour after five failed attempts."
)
_CODE_REFUSED = _l("This code is not right or was used before. Wait for the next one and try again.")
_LINK_REFUSED = _l("This link is not valid any more. Ask for a new one here.")
_ADDRESS = _l("Write a whole e-mail address, such as name@example.org.")
_PASSWORD_MISSING = _l("Write the password.")

MESSAGES: dict[str, tuple[object, str]] = {
    "GENERIC_AUTHN_FAILED": (_REFUSED, "error"),
    "INVALID_PASSWORD": (_l("This is not the password of the account."), "error"),
    "DISABLED_ACCOUNT": (_REFUSED, "error"),
    "CONFIRMATION_REQUIRED": (_REFUSED, "error"),
    "USER_DOES_NOT_EXIST": (_REFUSED, "error"),
    "UNAUTHENTICATED": (_l("Sign in to open this page."), "info"),
    "LOGIN": (_l("Sign in to open this page."), "info"),
    "REAUTHENTICATION_REQUIRED": (_l("For your safety, write your password once more."), "info"),
    "REFRESH": (_l("For your safety, write your password once more."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you, you can go on."), "success"),
    "CONFIRM_REGISTRATION": (
        _l("Almost done: we have written to %(email)s. Open the link in that letter to confirm the address."),
        "success",
    ),
    "EMAIL_CONFIRMED": (_l("The address is confirmed. You can sign in now."), "success"),
    "ALREADY_CONFIRMED": (_l("The address is confirmed already: sign in."), "info"),
    "INVALID_CONFIRMATION_TOKEN": (_LINK_REFUSED, "error"),
    "CONFIRMATION_EXPIRED": (_LINK_REFUSED, "error"),
    "CONFIRMATION_REQUEST": (
        _l("If %(email)s has an account that waits for confirmation, a new letter is on its way."),
        "info",
    ),
    "PASSWORD_RESET_REQUEST": (
        _l("If %(email)s has an account, a letter with the next step is on its way."),
        "info",
    ),
    "GENERIC_RECOVERY": (_l("If the address has an account, a letter with the next step is on its way."), "info"),
    "INVALID_RESET_PASSWORD_TOKEN": (_LINK_REFUSED, "error"),
    "PASSWORD_RESET_EXPIRED": (_LINK_REFUSED, "error"),
    "PASSWORD_RESET_NO_LOGIN": (_l("The new password is set, all sessions have ended. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (_l("The new password is set; sessions on other devices have ended."), "success"),
    "PASSWORD_IS_THE_SAME": (_l("The new password must differ from the one before."), "error"),
    "PASSWORD_NOT_PROVIDED": (_PASSWORD_MISSING, "error"),
    "PASSWORD_INVALID_LENGTH": (_l("A password has %(length)s to 128 characters."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
    "PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
    "EMAIL_NOT_PROVIDED": (_ADDRESS, "error"),
    "INVALID_EMAIL_ADDRESS": (_ADDRESS, "error"),
    "EMAIL_ALREADY_ASSOCIATED": (_ADDRESS, "error"),
    "INVALID_CODE": (_CODE_REFUSED, "error"),
    "TWO_FACTOR_INVALID_TOKEN": (_CODE_REFUSED, "error"),
    "INVALID_RECOVERY_CODE": (_l("This recovery code is not right, or was used before."), "error"),
    "NO_RECOVERY_CODES_SETUP": (_l("There are no recovery codes yet."), "info"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (_l("The second factor is set up."), "success"),
    "TWO_FACTOR_DISABLED": (_l("The second factor is switched off."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Sign in with the password first."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_l("Choose one of the steps on this page."), "error"),
    "TWO_FACTOR_SETUP_EXPIRED": (_l("Setting up took too long. Start again."), "error"),
    "INVALID_REDIRECT": (_l("That link led away from here and was not followed."), "error"),
    "ANONYMOUS_USER_REQUIRED": (_l("You are signed in already."), "info"),
    "UNAUTHORIZED": (_l("Your account may not open this page."), "error"),
    "API_ERROR": (_l("This request cannot be understood"), "error"),
    "INVALID_INPUT": (_l("This value is not possible here."), "error"),
}
SUBJECTS: dict[str, object] = {
    "confirmation_instructions": _l("Abbina: confirm your address"),
    "welcome_existing": _l("Abbina: this address has an account already"),
    "reset_notice": _l("Abbina: your password was reset"),
    "change_notice": _l("Abbina: your password was changed"),
    "reset_instructions": _l("Abbina: set a new password"),
}
"""Subjects of letters by the name of their template in templates/security/email."""
LOCKED = _l("Too many attempts. For your safety this account is locked: try again in a quarter of an hour.")
PASSWORD_PROBLEMS: dict[str, object] = {
    "short": _l("A password has at least 12 characters: a short sentence is easy to remember."),
    "long": _l("A password has at most 128 characters."),
    "common": _l("Guessers try this password first. Choose another one, such as a short sentence of your own."),
}


def message_settings() -> dict[str, Any]:
    """The messages as settings of the library."""
    return {f"SECURITY_MSG_{name}": text for name, text in MESSAGES.items()}
