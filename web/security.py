"""Headers that keep browsers from doing what no page asks for."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest

csrf = CSRFProtect()

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap's own style sheet draws ticks and arrows from data: images
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

LONGEST_PASSWORD = 1024
"""Characters of a password that is looked at, at most."""


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def _refuse_null() -> None:
    # PostgreSQL has no NUL in texts: such an address can only be a mistake or an attack.
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise BadRequest("NUL in the address")


def _refuse_long_passwords() -> None:
    # Hashing a text takes time with its length, and the library breaks beyond 4096 bytes.
    if request.method == "POST" and any(
        len(value) > LONGEST_PASSWORD for name, value in request.form.items() if "password" in name
    ):
        raise BadRequest("a password that long")


def init_security(app: Flask) -> None:
    """Protect the forms of `app`, and send the headers with every answer."""
    csrf.init_app(app)
    app.before_request(_refuse_null)
    app.before_request(_refuse_long_passwords)
    app.after_request(_protect)
