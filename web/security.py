"""Headers, hosts and proxies: what keeps browsers from doing what no page asks for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from data.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

csrf = CSRFProtect()
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ONE_YEAR = 365 * 24 * 3600

_POLICY = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}' 'strict-dynamic'",
    "style-src 'self'",
    "img-src 'self' data:",  # Bootstrap's own style sheet draws ticks and arrows from data: images; QR codes
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

LONGEST_PASSWORD = 1024
"""Characters of a password that is looked at, at most."""


def csp_nonce() -> str:
    """The word that lets a script of this answer run; a new one for each answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", "; ".join(_POLICY).format(nonce=csp_nonce()))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def _insist_on_tls(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    return response


def _refuse_null() -> None:
    # PostgreSQL has no NUL in texts: such an address can only be a mistake or an attack.
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise BadRequest("NUL in the address")


def trusted_hosts(settings: Settings) -> list[str]:
    """The host names that pages answer to: links in letters are made of them."""
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    return [public] if public else [*LOOPBACK, settings.host]


class PublicAddress:
    """Shows the pages their public address, whatever port or scheme the request named: letters' links are made of it.

    Requests for other hosts pass as they are, to be refused.
    """

    def __init__(self, pages: WSGIApplication, public_url: str) -> None:
        self._pages = pages
        self._public = urlsplit(public_url)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        asked = re.sub(r":\d*$", "", environ.get("HTTP_HOST", ""))
        if asked.lower() == self._public.hostname:
            environ["HTTP_HOST"] = self._public.netloc
            environ["wsgi.url_scheme"] = self._public.scheme
        return self._pages(environ, start_response)


def _refuse_long_passwords() -> None:
    # Hashing a text takes time with its length, and the library breaks beyond 4096 bytes.
    if request.method == "POST" and any(
        len(value) > LONGEST_PASSWORD for name, value in request.form.items() if "password" in name
    ):
        raise BadRequest("a password that long")


def init_security(app: Flask, settings: Settings) -> None:
    """Protect the forms of `app`, and send the headers with every answer."""
    app.config["TRUSTED_HOSTS"] = trusted_hosts(settings)
    # The library's own says "no-store=True", which no cache has to understand.
    app.config["SECURITY_CACHE_CONTROL"] = {"no-store": None, "private": None}
    if settings.public_url:
        app.wsgi_app = PublicAddress(app.wsgi_app, settings.public_url)  # type: ignore[method-assign]
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.before_request(_refuse_null)
    app.before_request(_refuse_long_passwords)
    app.after_request(_protect)
    if settings.secure:
        app.after_request(_insist_on_tls)
