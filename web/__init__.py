"""The pages: server-rendered, in Italian and English, usable without JavaScript."""

from __future__ import annotations

from web.app import create_app

__all__ = ["create_app"]
