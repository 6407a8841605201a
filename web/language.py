"""Which language a page is in: that of the address, session, account, cookie, browser, or the default."""

from __future__ import annotations

from flask import Flask, Response, has_request_context, request, session
from flask_babel import Babel, get_locale, gettext

from data.settings import Settings
from web.context import application, person

LANGUAGES = ("it", "en")
COOKIE = "abbina_language"
CHOSEN = "language"
"""In the session of somebody signed in: the language chosen on a page; it holds until they sign in anew."""
_ONE_YEAR = 365 * 24 * 3600


def choose_language() -> str:
    """`it` or `en` for the request at hand."""
    if not has_request_context():
        return application().settings.language
    someone = person()
    own = someone.language if someone else None
    for wished in (request.args.get("lang"), session.get(CHOSEN), own, request.cookies.get(COOKIE)):
        if wished in LANGUAGES:
            return wished
    preferred: str | None = request.accept_languages.best_match(LANGUAGES)
    return preferred or application().settings.language


def current_language() -> str:
    """`it` or `en`, as the page is being written."""
    locale = get_locale()
    return str(locale.language) if locale is not None else LANGUAGES[0]


def translate(message: str, **values: object) -> str:
    """The message in the language of the page, with its values in place; the catalogues are made from its calls."""
    return str(gettext(message, **values))


def _remember(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in LANGUAGES and asked != session.get(CHOSEN) and person() is not None:
        session[CHOSEN] = asked
    if asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(COOKIE, asked, max_age=_ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def init_language(app: Flask, settings: Settings) -> None:
    """Serve the pages of `app` in the reader's language, moments in the agency's time zone."""
    Babel(
        app,
        default_locale="en",
        default_timezone=settings.timezone,
        default_translation_directories="translations",
        locale_selector=choose_language,
    )
    app.after_request(_remember)
