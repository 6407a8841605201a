"""What every template may use: labels, dates, names of countries and codes, addresses that keep a list's filters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, request, url_for
from flask_babel import format_date, format_datetime, format_decimal

from web import labels
from web.accounts import names as account_labels
from web.context import application, person
from web.explaining import place
from web.language import LANGUAGES, current_language
from web.navigation import entries_for
from web.places import country_name
from web.quotes import shortened

SHORT_NAME = 12
"""Characters up to which a name in capitals is taken for an abbreviation."""


def code_label(tree: str, code: str) -> str:
    """Label of a taxonomy's code in the reader's language."""
    if tree == "sdg" and code == labels.SDG_NOT_RELEVANT:
        return str(labels.NO_GOAL)
    label: str = application().concepts.label(tree, code, current_language())
    return label


def web_address(address: str | None) -> str | None:
    """An address that may stand behind a link: http and https only, so that no script hides in imported data."""
    text = (address or "").strip()
    if text and "://" not in text and "." in text.split("/")[0] and ":" not in text.split("/")[0]:
        text = f"https://{text}"
    return text if urlsplit(text).scheme in ("http", "https") and urlsplit(text).netloc else None


def same_page(**changes: Any) -> str:
    """The address of this page with some of its query changed; None and empty values leave it."""
    query: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    # Never through url_for: it takes `_scheme` and `_method` for its own, whoever wrote them into the address.
    path = url_for(request.endpoint or "home.start", **(request.view_args or {}))
    return f"{path}?{urlencode(kept)}" if kept else path


def language_address(language: str) -> str:
    """This page in the other language; after a form was sent, the home page (a sent form has no address)."""
    if request.endpoint is None or request.method not in ("GET", "HEAD"):
        return url_for("home.start", lang=language)
    return same_page(lang=language)


def day(value: date | datetime | None) -> str:
    """A date as the reader writes it, of a moment the one in the agency's time zone; empty for none."""
    return "" if value is None else str(format_date(value, "d MMM yyyy"))


def moment(value: datetime | None) -> str:
    """A date and time of day in the agency's time zone, as the reader writes it; empty for none."""
    return "" if value is None else str(format_datetime(value, "d MMM yyyy, HH:mm"))


def iso_day(value: str) -> str:
    """A stored date as the reader writes it; what is no date is shown as it came."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def number(value: float, pattern: str | None = None) -> str:
    """A number as the reader writes it."""
    return str(format_decimal(value, format=pattern))


def is_shouted(name: str) -> bool:
    """Whether a long name is all in capitals, as some registers write them; the page then sets it smaller."""
    return name.isupper() and len(name) > SHORT_NAME


def init_presentation(app: Flask) -> None:
    """Give the templates of `app` their words."""
    app.jinja_env.filters.update(
        code_label=lambda pair: code_label(*pair),
        country=country_name,
        day=day,
        moment=moment,
        iso_day=iso_day,
        is_shouted=is_shouted,
        label_in=lambda value, known: labels.named(known, value),
        number=number,
        shortened=shortened,
        web_address=web_address,
    )
    app.jinja_env.globals.update(
        labels=labels,
        account_labels=account_labels,
        named=labels.named,
        place=place,
        same_page=same_page,
        language_address=language_address,
        current_language=current_language,
        languages=LANGUAGES,
    )
    app.context_processor(lambda: {"signed_in": person(), "navigation": list(entries_for(person()))})
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
