"""The forms of signing in. Labels stand in the templates; wrong codes and passwords count towards the lock-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask_security.forms import (
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
from wtforms import BooleanField, HiddenField, RadioField, StringField

from matching.brokerage.accounts import LANGUAGES, entry_problems
from matching.brokerage.consents import NOTICE_VERSION
from matching.brokerage.passwords import normalised, password_problem
from web.accounts.messages import PASSWORD_PROBLEMS
from web.language import current_language, translate

if TYPE_CHECKING:
    from web.accounts.users import Accounts, User


class SignInForm(LoginForm):
    """Address and password. Nobody is remembered beyond the session: its limits would be worth nothing."""

    remember = None


class RegistrationForm(RegisterFormV2):
    """Name, address, password, language, and the privacy notice in the version that was shown."""

    name = StringField(filters=[lambda text: " ".join((text or "").split())])
    language = StringField(default=current_language)
    notice = BooleanField()
    notice_version = HiddenField(default=NOTICE_VERSION)

    def validate(self, **given: Any) -> bool:
        """All faults at once; whether the address has an account already is none that anybody may see."""
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
            form[self.field].errors = [
                translate(
                    "Too many attempts. For your safety this account is locked: try again in a quarter of an hour."
                )
            ]
            return False
        return bool(super().validate(**given))  # type: ignore[misc]


class CodeForm(_Lockable, TwoFactorVerifyCodeForm):
    """The code of an authenticator."""


class SetupForm(TwoFactorSetupForm):
    """`authenticator` or `disable`: the buttons of the page."""

    setup = StringField()


class RescueForm(TwoFactorRescueForm):
    """Never shown: a recovery code is the way."""

    help_setup = RadioField(choices=[])


class PasswordAgainForm(_Lockable, VerifyForm):
    """The password once more, before something that matters."""

    field = "password"


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
