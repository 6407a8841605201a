"""Flask-Security-Too set up for Abbina: argon2, confirmation, reset, second factor by an authenticator, our own mail.

The choices follow OWASP ASVS level 2: generic answers (an address is not told apart from an unknown one), at least
twelve characters, a session that ends with a new password, a lock-out that counts in the database.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security

from data.settings import Settings
from web.access import BY_ENDPOINT, Audience
from web.accounts.forms import SignInForm
from web.accounts.mail import OutboxMail
from web.accounts.users import accounts_of

SHORTEST_PASSWORD = 12
_SIGNED_IN_FOR = timedelta(hours=12)
_PUBLIC = (
    "login",
    "logout",
    "register",
    "send_confirmation",
    "confirm_email",
    "forgot_password",
    "reset_password",
    "two_factor_token_validation",
    "two_factor_rescue",
    "mf_recovery",
    "tf_select",
    "two_factor_setup_validate",
)
_SIGNED_IN = ("verify", "change_password", "two_factor_setup", "mf_recovery_codes")


def init_accounts(app: Flask, settings: Settings) -> None:
    """Let people sign in to `app`."""
    app.config.update(_configuration(settings))
    Security(app, accounts_of(app), login_form=SignInForm, mail_util_cls=OutboxMail)
    BY_ENDPOINT.update({f"security.{name}": Audience.PUBLIC for name in _PUBLIC})
    BY_ENDPOINT.update({f"security.{name}": Audience.SIGNED_IN for name in _SIGNED_IN})


def _derived(settings: Settings, purpose: str) -> str:
    """A key of its own for each purpose, from the one web secret."""
    return hashlib.sha256(f"{purpose}:{settings.secret_key}".encode()).hexdigest()


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SECURE": settings.secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": _SIGNED_IN_FOR,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_SALT": _derived(settings, "password"),
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings, "totp")},
        "SECURITY_TOTP_ISSUER": "Abbina",
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_AUTO_LOGIN_AFTER_RESET": False,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=3),
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "SECURITY_CONFIRM_SALT": "confirm",
        "SECURITY_REDIRECT_BEHAVIOR": None,
    }
