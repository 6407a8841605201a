"""Entry point of a web server: `web.wsgi:create()`."""

from __future__ import annotations

from flask import Flask

from data.settings import load_settings
from web.app import create_app


def create() -> Flask:
    """The pages with the settings of the environment."""
    return create_app(load_settings())
