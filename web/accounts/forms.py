"""The forms of signing in. Labels stand in the templates; wrong codes and passwords count towards the lock-out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from flask import session
from flask_login import current_user
from flask_security.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.password_util import PasswordUtil
from flask_security.proxies import _datastore
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.utils import get_message, hash_password
from wtforms import BooleanField, HiddenField, RadioField, StringField

from data.account_lists import state_of
from data.db import hold_name
from matching.brokerage.accounts import LANGUAGES, entry_problems
from matching.brokerage.consents import NOTICE_VERSION
from matching.brokerage.passwords import normalised, password_problem
from web.accounts.messages import LOCKED, PASSWORD_PROBLEMS
from web.language import current_language, translate

if TYPE_CHECKING:
    from web.accounts.users import Accounts, User


_log = logging.getLogger(__name__)


class SignInForm(LoginForm):
    """Address and password. Nobody is remembered beyond the session: its limits would be worth nothing."""

    remember = None

    def validate(self, **given: Any) -> bool:
        """Whether the person may come in; what was refused is logged without address (wrong passwords: `users`)."""
        valid = bool(super().validate(**given))
        if not valid and self.user is None:
            _log.warning("sign-in refused: no such account")
        elif not valid and self.user_authenticated:
            user = cast("User", self.user)
            _log.warning("sign-in refused: account:%d is %s", user.id, state_of(user).value)
        return valid


class RegistrationForm(RegisterFormV2):
    """Name, address, password, language, and the privacy notice in the version that was shown."""

    name = StringField(filters=[lambda text: " ".join((text or "").split())])
    language = StringField(default=current_language)
    notice = BooleanField()
    notice_version = HiddenField(default=NOTICE_VERSION)

    def validate(self, **given: Any) -> bool:
        """All faults at once; whether the address has an account already is none that anybody may see."""
        # Of two at once the second finds the first one's account, instead of breaking on it.
        hold_name(cast("Accounts", _datastore).db.session, f"address {(self.email.data or '').strip().lower()}")
        valid = super().validate(**given)
        faults = {
            "name": (
                bool(entry_problems(self.name.data or "")),
                translate("Write your name as colleagues know it."),
            ),
            "language": (self.language.data not in LANGUAGES, translate("Choose a language.")),
            "notice": (
                not self.notice.data or self.notice_version.data != NOTICE_VERSION,
                translate("Read the privacy notice and accept it: without it there is no account."),
            ),
        }
        for name, (wrong, words) in faults.items():
            if wrong:
                self[name].errors = [words]
                valid = False
        return bool(valid)


class _Lockable:
    """A form that checks something secret of a known account: locked out, it checks nothing."""

    field = "code"

    def validate(self, **given: Any) -> bool:
        """Whether the account is not locked and the secret is right."""
        form = cast(Any, self)
        cast("Accounts", _datastore).hold(form.user)
        if form.user.is_locked():
            form[self.field].errors = [str(LOCKED)]
            return False
        return bool(super().validate(**given))  # type: ignore[misc]


class CodeForm(_Lockable, TwoFactorVerifyCodeForm):
    """The code of an authenticator."""

    def validate(self, **given: Any) -> bool:
        """Whether the code is right; a sign-in that began before there was a second factor sets up no other one."""
        user = cast("User", self.user)
        if not self.is_setup and session.get("tf_state") == "validating_profile":
            cast("Accounts", _datastore).hold(user)
            if user.has_second_factor:
                self.code.errors = [get_message("TWO_FACTOR_SETUP_EXPIRED")[0]]
                return False
        return super().validate(**given)


class SetupForm(TwoFactorSetupForm):
    """`authenticator` or `disable`: the buttons of the page."""

    setup = StringField()


class RescueForm(TwoFactorRescueForm):
    """Never shown: a recovery code is the way."""

    help_setup = RadioField(choices=[])


class PasswordAgainForm(_Lockable, VerifyForm):
    """The password once more, before something that matters."""

    field = "password"


class ForgottenPasswordForm(ForgotPasswordForm):
    """An address to which the way to a new password is sent, also while it waits for confirmation or is locked.

    Who opens the letter has the mailbox: that confirms the address, and a guesser's lock must not keep the owner out.
    """

    def validate(self, **given: Any) -> bool:
        """Whether a letter is sent; takes as long as for an address without account."""
        if not super(ForgotPasswordForm, self).validate(**given):
            return False
        user = cast("User", self.user)
        if user.active:
            hash_password("not-a-password")
            return True
        self.email.errors = [get_message("DISABLED_ACCOUNT")[0]]
        return False


class NewPasswordForm(_Lockable, ChangePasswordForm):
    """The password that holds, and another one; wrong ones count, since a stolen session could guess here."""

    field = "password"

    @property
    def user(self) -> User:
        """Whoever is signed in."""
        return cast("User", current_user._get_current_object())

    def validate(self, **given: Any) -> bool:
        """Whether the old password is right and the new one is taken."""
        if super().validate(**given):
            return True
        if get_message("INVALID_PASSWORD")[0] in self.password.errors:
            self.user.track_failed_authn("password")
        return False


class RecoveryCodeForm(_Lockable, MfRecoveryForm):
    """One of the codes on paper."""

    def validate(self, **given: Any) -> bool:
        """Whether the code is one of the account's; a wrong one counts as an attempt."""
        self.code.data = (self.code.data or "").strip().lower()
        if super().validate(**given):
            return True
        user = cast("User", self.user)
        if self.code.data and not user.is_locked():
            user.track_failed_authn("code", tfa=True)
        return False


class Passwords(PasswordUtil):
    """Which passwords are taken: the rules of `matching.brokerage.passwords`."""

    def normalize(self, password: str) -> str:
        """The password as it is hashed."""
        return normalised(password)

    def validate(self, password: str, is_register: bool, **given: Any) -> tuple[list[str] | None, str]:
        """What is wrong with it, or None, and the password as it is hashed."""
        fault = password_problem(password)
        return ([str(PASSWORD_PROBLEMS[fault])] if fault else None), normalised(password)
