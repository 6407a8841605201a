"""Flask-Security-Too set up for Abbina: argon2, confirmation, reset, second factor by an authenticator, our own mail.

The choices follow OWASP ASVS level 2: generic answers (an address is not told apart from an unknown one), at least
twelve characters, a session that ends with a new password, a lock-out that counts in the database.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask, redirect, session, url_for
from flask_security import Security
from flask_security.confirmable import confirm_user
from flask_security.proxies import _datastore
from flask_security.signals import (
    password_changed,
    password_reset,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
    user_confirmed,
    user_registered,
)
from werkzeug.wrappers import Response

from data.models import now
from data.models.vocabulary import CaseKind
from data.settings import Settings
from matching.brokerage.consents import NOTICE_VERSION, accepted_notice
from matching.brokerage.events import record
from matching.brokerage.lockout import end_lock
from matching.brokerage.passwords import LANES, MEMORY_KIB, NORMAL_FORM, SHORTEST, TIME_COST
from matching.brokerage.people import actor_of
from web.access import BY_ENDPOINT, Audience
from web.accounts.forms import (
    CodeForm,
    ForgottenPasswordForm,
    NewPasswordForm,
    PasswordAgainForm,
    Passwords,
    RecoveryCodeForm,
    RegistrationForm,
    RescueForm,
    SetupForm,
    SignInForm,
)
from web.accounts.mail import OutboxMail
from web.accounts.messages import message_settings
from web.accounts.sessions import WHOLE, init_sessions
from web.accounts.told import note
from web.accounts.users import Accounts, OneTimeCodes, User, accounts_of

_TRANSLATIONS = Path(__file__).parents[1] / "translations"
_PUBLIC = (
    "login",
    "logout",
    "register",
    "send_confirmation",
    "confirm_email",
    "forgot_password",
    "reset_password",
    "two_factor_setup",  # the library asks for a fresh sign-in, or for the one that is under way
    "two_factor_token_validation",
    "two_factor_rescue",
    "mf_recovery",
    "tf_select",
)
_SIGNED_IN = ("verify", "change_password", "two_factor_setup_validate", "mf_recovery_codes")
_LOGGED = {
    user_confirmed: "confirmed",
    password_changed: "password_changed",
    password_reset: "password_reset",
    tf_profile_changed: "second_factor_set",
    tf_disabled: "second_factor_off",
}


def init_accounts(app: Flask, settings: Settings) -> None:
    """Let people sign in to `app`."""
    app.config.update(_configuration(settings) | message_settings())
    security = Security(
        app,
        accounts_of(app),
        login_form=SignInForm,
        register_form=RegistrationForm,
        verify_form=PasswordAgainForm,
        forgot_password_form=ForgottenPasswordForm,
        change_password_form=NewPasswordForm,
        two_factor_verify_code_form=CodeForm,
        two_factor_setup_form=SetupForm,
        two_factor_rescue_form=RescueForm,
        mf_recovery_form=RecoveryCodeForm,
        mail_util_cls=OutboxMail,
        password_util_cls=Passwords,
        totp_cls=OneTimeCodes,
    )
    security.want_json(lambda _request: False)
    # Help by mail would let whoever reads the mail sign in without the second factor: recovery codes are the way.
    app.view_functions["security.two_factor_rescue"] = _use_recovery_code
    app.view_functions["security.tf_select"] = _use_recovery_code
    BY_ENDPOINT.update({f"security.{name}": Audience.PUBLIC for name in _PUBLIC})
    BY_ENDPOINT.update({f"security.{name}": Audience.SIGNED_IN for name in _SIGNED_IN})
    user_registered.connect(_registered, app)
    password_reset.connect(_opened_by_letter, app)
    tf_code_confirmed.connect(_set_up_at_sign_in, app)
    for signal, action in _LOGGED.items():
        signal.connect(_logger(action), app, weak=False)
    init_sessions(app)


def _use_recovery_code() -> Response:
    return redirect(url_for("security.mf_recovery"))


def _registered(_app: Flask, user: User, **_given: Any) -> None:
    """Log the registration, and which privacy notice was accepted with it; the library commits."""
    store = cast(Accounts, _datastore).db.session
    store.flush()
    record(store, CaseKind.ACCOUNT, user.id, "registered", actor=actor_of(user.id))
    accepted_notice(store, user, NOTICE_VERSION)


def _opened_by_letter(_app: Flask, user: User, **_given: Any) -> None:
    """A new password by letter ends a lock, and confirms the address: the letter reached whoever has the mailbox."""
    end_lock(user)
    if user.confirmed_at is None:
        confirm_user(user)  # type: ignore[no-untyped-call]


def _logger(action: str) -> Any:
    def log(_app: Flask, user: User, **_given: Any) -> None:
        note(user, action)

    return log


def _set_up_at_sign_in(_app: Flask, user: User, **_given: Any) -> None:
    """Staff that must have a second factor sets it up while signing in: the library tells that as any right code."""
    if session.get("tf_state") == "validating_profile":
        note(user, "second_factor_set")


def _derived(settings: Settings, purpose: str) -> str:
    """A key of its own for each purpose, from the one web secret."""
    return hashlib.sha256(f"{purpose}:{settings.secret_key}".encode()).hexdigest()


def _configuration(settings: Settings) -> dict[str, Any]:
    return (
        _cookies(settings)
        | _passwords(settings)
        | _second_factor(settings)
        | {
            "SECURITY_JOIN_USER_ROLES": False,
            "SECURITY_API_ENABLED_METHODS": ["session"],
            "SECURITY_REGISTERABLE": True,
            "SECURITY_CONFIRMABLE": True,
            "SECURITY_RECOVERABLE": True,
            "SECURITY_CHANGEABLE": True,
            "SECURITY_RETURN_GENERIC_RESPONSES": True,
            "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
            "SECURITY_AUTO_LOGIN_AFTER_RESET": False,
            "SECURITY_POST_LOGIN_VIEW": "account.arrive",
            "SECURITY_POST_REGISTER_VIEW": "security.login",
            "SECURITY_POST_CHANGE_VIEW": "account.show",
            "SECURITY_LOGOUT_METHODS": ["POST"],
            "SECURITY_EMAIL_HTML": False,
            "SECURITY_EMAIL_PLAINTEXT": False,  # written by `mail`, in the recipient's language
            "SECURITY_REGISTER_EMAIL_TEMPLATE": "security/email/confirmation_instructions",
            "SECURITY_FORGOT_PASSWORD_TEMPLATE": "security/letter_wanted.html",
            "SECURITY_SEND_CONFIRMATION_TEMPLATE": "security/letter_wanted.html",
            # What links carry is hashed quickly: the default takes so long that an answer would tell an account.
            "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
            "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
            "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
            "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=3),
            "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
            "SECURITY_FRESHNESS": timedelta(minutes=30),
            "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
            "SECURITY_DATETIME_FACTORY": now,
            "SECURITY_REDIRECT_BEHAVIOR": None,
            # The library's own words are not used: its catalogue is ours.
            "SECURITY_I18N_DOMAIN": "messages",
            "SECURITY_I18N_DIRNAME": [str(_TRANSLATIONS)],
        }
    )


def _second_factor(settings: Settings) -> dict[str, Any]:
    recovery_key = base64.urlsafe_b64encode(bytes.fromhex(_derived(settings, "recovery")))
    return {
        "SECURITY_TOTP_SECRETS": {"1": _derived(settings, "totp")},
        "SECURITY_TOTP_ISSUER": "Abbina",
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "account.show",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [recovery_key],
    }


def _cookies(settings: Settings) -> dict[str, Any]:
    return {
        # The prefix keeps other hosts of the domain from setting this cookie; browsers take it over TLS only.
        "SESSION_COOKIE_NAME": "__Host-abbina_session" if settings.secure else "abbina_session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": WHOLE,
    }


def _passwords(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__time_cost": TIME_COST,
            "argon2__memory_cost": MEMORY_KIB,
            "argon2__parallelism": LANES,
        },
        "SECURITY_PASSWORD_SALT": _derived(settings, "password"),
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": NORMAL_FORM,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
    }
