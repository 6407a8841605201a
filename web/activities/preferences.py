"""Which letters somebody gets, and how often, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models.vocabulary import Frequency, NoticeKind
from matching.brokerage.opting_out import choose
from matching.brokerage.outbox import frequency_of
from web.access import Audience, open_to
from web.activities import pages
from web.context import application, reading, someone
from web.labels import Label
from web.language import translate

KINDS: Mapping[NoticeKind, tuple[Label, Label]] = {
    NoticeKind.PROPOSAL: (_l("Your proposals"), _l("They were published, refused or closed.")),
    NoticeKind.SUGGESTION: (_l("Suggested partners"), _l("A broker found partners for a proposal of yours.")),
    NoticeKind.INTEREST: (_l("Expressions of interest"), _l("Somebody answered one, or one of yours went on.")),
    NoticeKind.PARTNERSHIP: (_l("Partnerships"), _l("Messages, documents and next steps of your partnerships.")),
    NoticeKind.SEARCH: (_l("Saved searches and lists"), _l("A saved search or a followed list found something new.")),
    NoticeKind.EXPIRY: (_l("Ends of proposals"), _l("A proposal of yours ends soon and can be extended.")),
    NoticeKind.DESK: (_l("Work of the agency"), _l("Something waits for a broker.")),
    NoticeKind.ACCOUNT: (_l("Account and organisation"), _l("Memberships, verification and security of your account.")),
}
"""What each kind is called, and when it comes."""

FREQUENCIES: Mapping[Frequency, Label] = {
    Frequency.IMMEDIATE: _l("At once, a message each"),
    Frequency.DAILY: _l("Once a day, all together"),
    Frequency.WEEKLY: _l("On Mondays, all together"),
    Frequency.NEVER: _l("Never by mail"),
}


def kinds_for(is_staff: bool) -> list[NoticeKind]:
    """The kinds that a person can get: the work of the agency is the staff's alone."""
    return [kind for kind in KINDS if is_staff or kind is not NoticeKind.DESK]


@pages.get("/activities/preferences")
@open_to(Audience.SIGNED_IN)
def preferences() -> str:
    """How often each kind comes."""
    reader = someone()
    chosen = {kind: frequency_of(reading(), reader.account_id, kind) for kind in kinds_for(reader.is_staff)}
    return render_template("activities/preferences.html", chosen=chosen, kinds=KINDS, frequencies=FREQUENCIES)


@pages.post("/activities/preferences")
@open_to(Audience.SIGNED_IN)
def choose_preferences() -> Response:
    """Store what was chosen; a kind that the form does not name stays as it is."""
    reader = someone()
    try:
        wanted = {
            kind: Frequency(request.form[kind.value])
            for kind in kinds_for(reader.is_staff)
            if kind.value in request.form
        }
    except ValueError as error:
        raise BadRequest("an unknown frequency") from error
    with unit_of_work(application().sessions) as session:
        for kind, frequency in wanted.items():
            choose(session, reader.account_id, kind, frequency)
    flash(translate("Your choices are stored."), "success")
    return redirect(url_for("activities.preferences"))
