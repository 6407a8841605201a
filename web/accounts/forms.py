"""The forms of signing in: with a lock-out after too many wrong passwords."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from flask_security.forms import LoginForm
from flask_security.proxies import _datastore

from data.models import now
from web.language import translate

if TYPE_CHECKING:
    from web.accounts.users import User

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


class SignInForm(LoginForm):
    """Address and password. Five wrong passwords in a row lock the account for a quarter of an hour."""

    def validate(self, **given: Any) -> bool:
        """Whether the person may sign in; counts the failures of the account, wherever they come from."""
        valid = super().validate(**given)
        user = cast("User | None", self.user)
        if user is None:
            return bool(valid)
        moment = now()
        if user.locked_until is not None and user.locked_until > moment:
            self.form_errors = [
                translate(
                    "Too many attempts. For your safety this account is locked: try again in a quarter of an hour."
                )
            ]
            return False
        if valid:
            user.failed_logins, user.locked_until, user.last_seen_at = 0, None, moment
            return True
        user.failed_logins += 1
        if user.failed_logins >= MOST_FAILURES:
            user.failed_logins, user.locked_until = 0, moment + LOCKED_FOR
        _datastore.commit()  # type: ignore[no-untyped-call]
        return False
