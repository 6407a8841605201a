"""How often one address may try: signing in, registering, asking for letters, codes, invitations."""

from __future__ import annotations

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
}
"""Sent forms by endpoint, of one network address."""


def init_limits(app: Flask, settings: Settings) -> None:
    """Limit the forms of `app`; called when all its views are there."""
    limiter = Limiter(
        get_remote_address,
        storage_uri=settings.rate_limit_url,
        strategy="moving-window",
        enabled=settings.rate_limits,
        in_memory_fallback_enabled=not settings.rate_limit_url.startswith("memory"),
        in_memory_fallback=["100 per minute"],
    )
    limiter.init_app(app)
    app.extensions["abbina_limiter"] = limiter  # the views know it weakly
    for endpoint, limits in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        limited: Any = limiter.limit(limits, methods=["POST"])(view)
        app.view_functions[endpoint] = limited
