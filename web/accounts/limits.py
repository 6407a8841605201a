"""How often one address may try: signing in, registering, asking for letters, codes, invitations."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from data.settings import Settings

LIMITS = {
    "security.login": "10 per minute; 100 per hour",
    "security.register": "5 per minute; 20 per hour",
    "security.forgot_password": "5 per minute; 20 per hour",
    "security.reset_password": "10 per minute; 60 per hour",
    "security.send_confirmation": "5 per minute; 20 per hour",
    "security.verify": "10 per minute; 60 per hour",
    "security.change_password": "10 per minute; 60 per hour",
    "security.two_factor_token_validation": "10 per minute; 60 per hour",
    "security.two_factor_setup_validate": "10 per minute; 60 per hour",
    "security.mf_recovery": "5 per minute; 20 per hour",
    "invitation.accept": "10 per minute; 60 per hour",
    "membership.invite": "10 per minute; 60 per hour",
    "membership.claim": "10 per minute; 60 per hour",
    "privacy.erase_own": "10 per minute; 60 per hour",
}
"""Sent forms by endpoint, of one network address."""
_ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that name a network: whoever has one has all its addresses."""


def network_address() -> str:
    """What the limits count by: the address of the visitor, of IPv6 its network."""
    given = get_remote_address()
    try:
        address = ip_address(given)
    except ValueError:
        return given
    if isinstance(address, IPv4Address):
        return given
    return str(address.ipv4_mapped or IPv6Network((int(address), _ONE_HOUSEHOLD), strict=False))


def init_limits(app: Flask, settings: Settings) -> None:
    """Limit the forms of `app`; called when all its views are there."""
    limiter = Limiter(
        network_address,
        storage_uri=settings.rate_limit_url,
        strategy="moving-window",
        enabled=settings.rate_limits,
        in_memory_fallback_enabled=not settings.rate_limit_url.startswith("memory"),  # with the same limits
    )
    limiter.init_app(app)
    app.extensions["abbina_limiter"] = limiter  # the views know it weakly
    for endpoint, limits in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        limited: Any = limiter.limit(limits, methods=["POST"])(view)
        app.view_functions[endpoint] = limited
