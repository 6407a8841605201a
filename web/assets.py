"""Style sheets and scripts: compressed on the way out, and kept by the browser until they change."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

# Pages are not compressed: together with a secret in the page that would let an attacker guess it by its length.
_ENDPOINTS = frozenset({"static", "bootstrap.static"})
_TYPES = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
_STATIC = Path(__file__).parent / "static"
ONE_WEEK = 7 * 24 * 3600


@lru_cache(maxsize=32)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


@lru_cache(maxsize=32)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Address of a file in static/, with its fingerprint so that a changed file is fetched anew."""
    return url_for("static", filename=name, v=_fingerprint(name))


def _compress(response: Response) -> Response:
    if request.endpoint not in _ENDPOINTS or response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    response.set_data(_compressed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    etag, _weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def init_assets(app: Flask) -> None:
    """Serve the assets of `app` compressed and cacheable."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = ONE_WEEK
    app.jinja_env.globals["asset_url"] = asset_url
    app.after_request(_compress)
