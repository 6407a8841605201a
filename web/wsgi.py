"""Entry point of a web server: `web.wsgi:create()`."""

from __future__ import annotations

import logging

from flask import Flask

from data.settings import load_settings
from web.app import create_app


def create() -> Flask:
    """The pages with the settings of the environment."""
    settings = load_settings()
    # Ours from the level of the setting on; libraries may name network addresses below a warning.
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("web", "matching"):
        logging.getLogger(name).setLevel(settings.log_level)
    return create_app(settings)
