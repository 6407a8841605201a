"""No more letters of a kind, by the link of a letter: by a button, or by the mail program itself (RFC 8058)."""

from __future__ import annotations

from flask import render_template

from data.db import unit_of_work
from matching.brokerage.opting_out import OptOut, opt_out
from web.access import Audience, open_to
from web.activities import pages
from web.activities.preferences import KINDS
from web.context import application
from web.security import csrf


def _sealed() -> OptOut:
    return OptOut(application().settings.secret_key)


@pages.get("/notifications/off/<token>")
@open_to(Audience.PUBLIC)
def off(token: str) -> str:
    """What the button would do: a link alone changes nothing, since mail programs open links to look at them."""
    _, kinds = _sealed().read(token)
    return render_template("activities/off.html", kinds=[KINDS[kind][0] for kind in kinds], done=False, token=token)


@pages.post("/notifications/off/<token>")
@open_to(Audience.PUBLIC)
def off_now(token: str) -> str:
    """Do it. The token stands for the person: there is no session whose form could be forged."""
    wish = _sealed().read(token)
    with unit_of_work(application().sessions) as session:
        opt_out(session, wish)
    return render_template("activities/off.html", kinds=[KINDS[kind][0] for kind in wish[1]], done=True, token=token)


csrf.exempt(f"{__name__}.{off_now.__name__}")
