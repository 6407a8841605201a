"""Accounts: signing in and out, one's own account and organisation, the administration of all.

Flask-Security-Too does the signing in (`signing_in`), in our pages; the rest are use cases of matching.brokerage.
"""

from __future__ import annotations

from web.accounts import administration, invited, membership, own, verification
from web.accounts.limits import init_limits
from web.accounts.signing_in import init_accounts

BLUEPRINTS = (own.pages, membership.pages, invited.pages, verification.pages, administration.pages)

__all__ = ["BLUEPRINTS", "init_accounts", "init_limits"]
