"""The web application: built from settings, or around an application that is already there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_bootstrap import Bootstrap5

from data.settings import Settings
from web import activities, desk, errors, home, interests, notices, organisations, privacy, proposals, searches
from web.access import init_access, require_audiences
from web.accounts import BLUEPRINTS as ACCOUNT_PAGES
from web.accounts import init_accounts, init_limits
from web.assets import init_assets
from web.context import attach
from web.language import init_language
from web.presentation import init_presentation
from web.security import init_security
from web.typed import StoredNumbers
from web.uploading import init_uploading

if TYPE_CHECKING:
    from matching.bootstrap import Application

_LARGEST_FORM = 1024 * 1024


def create_app(built_from: Settings | Application) -> Flask:
    """The pages over `built_from`. Starts quickly: models and indexes load when a page first needs them."""
    application = _application(built_from)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=application.settings.secret_key,
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        BOOTSTRAP_SERVE_LOCAL=True,
        # A long form may stay open for hours; its token holds as long as the session does.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters["int"] = StoredNumbers
    attach(app, application)
    Bootstrap5(app)
    init_uploading(app)
    init_language(app, application.settings)
    init_assets(app)
    init_security(app, application.settings)
    init_presentation(app)
    init_accounts(app, application.settings)
    init_access(app)
    errors.init_errors(app)
    for blueprint in (
        home.pages,
        desk.pages,
        proposals.pages,
        organisations.pages,
        searches.pages,
        interests.pages,
        interests.rooms,
        notices.pages,
        activities.pages,
        privacy.pages,
        *ACCOUNT_PAGES,
    ):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["unseen_count"] = activities.showing.unseen_count
    require_audiences(app)
    init_limits(app, application.settings)
    return app


def _application(built_from: Settings | Application) -> Application:
    if not isinstance(built_from, Settings):
        return built_from
    from matching.bootstrap import build_application  # noqa: PLC0415 - tests hand an application in and need no models

    return build_application(built_from)
