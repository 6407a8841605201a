"""Pages for tests: made once for each sort of settings and then lent over other databases.

Making an application compiles some 130 addresses and, page by page, its templates: most of the time of a small test.
What tests set in its configuration is taken back when it is lent again.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from data.settings import Settings
from web import create_app
from web.context import EXTENSION

_OF_ONE_TEST = {"home", "database_url"}
_made: dict[str, tuple[Flask, dict[str, Any]]] = {}


class Compiled(BytecodeCache):
    """Templates that some application of this process compiled before."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket from what is kept."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


def new_pages(application: Any) -> Flask:
    """Pages of their own, for tests that change more than the configuration."""
    app = create_app(application)
    app.jinja_env.bytecode_cache = _compiled
    return app


def lent_pages(application: Any) -> Flask:
    """Pages over this application; those that another test had, where the settings say the same."""
    settings: Settings = application.settings
    sort = settings.model_dump_json(exclude=_OF_ONE_TEST)
    if sort not in _made:
        app = new_pages(application)
        _made[sort] = app, dict(app.config)
    app, configuration = _made[sort]
    app.config.clear()
    app.config.update(configuration)
    app.extensions[EXTENSION] = application
    app.extensions["abbina_limiter"].reset()
    return app
