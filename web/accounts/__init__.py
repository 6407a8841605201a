"""Accounts: signing in and out, confirmation, reset, second factor. Flask-Security-Too does it, in our pages."""

from __future__ import annotations

from web.accounts.signing_in import init_accounts

__all__ = ["init_accounts"]
