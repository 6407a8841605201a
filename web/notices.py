"""The privacy notice, in the version in force and in those before."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from matching.brokerage.notices import NOTICE_VERSION, NOTICE_VERSIONS
from web.access import Audience, open_to

pages = Blueprint("notices", __name__, url_prefix="/privacy")


@pages.get("")
@open_to(Audience.PUBLIC)
def current() -> str:
    """The notice in force."""
    return show(NOTICE_VERSION)


@pages.get("/<version>")
@open_to(Audience.PUBLIC)
def show(version: str) -> str:
    """The notice in one version."""
    if version not in NOTICE_VERSIONS:
        abort(404)
    return render_template(f"privacy/notice_{version}.html", version=version, current=NOTICE_VERSION)
