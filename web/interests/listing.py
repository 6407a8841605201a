"""The lists: one's own expressions, those received and one's rooms; for the staff all of them, with filters."""

from __future__ import annotations

from flask import render_template, request

from data.models import now
from data.models.vocabulary import InterestProgress, InterestState
from matching.brokerage.interest_lists import (
    NOBODY,
    ONGOING,
    InterestFilter,
    InterestList,
    all_interests,
    interests_of,
    interests_received,
)
from matching.brokerage.partnerships import rooms_of
from matching.brokerage.people import Person, active_staff, names_of_accounts
from web.access import Audience, open_to
from web.context import reading, someone
from web.filters import page_number
from web.interests import pages
from web.interests.wording import KINDS, state_name, step_name
from web.language import translate

AGES = (3, 7, 14, 30)
ALL = "all"
MINE = "mine"


@pages.get("/")
@open_to(Audience.SIGNED_IN)
def index() -> str:
    """The list that is the reader's."""
    reader = someone()
    return _staff(reader) if reader.is_staff else _own(reader)


def _own(reader: Person) -> str:
    session = reading()
    return render_template(
        "interests/mine.html",
        own=interests_of(session, reader, page_number()),
        received=interests_received(session, reader, page_number()),
        rooms=rooms_of(session, reader),
        **_words(),
    )


def _staff(reader: Person) -> str:
    session = reading()
    wanted = _filter(reader)
    found = all_interests(session, wanted)
    staff = active_staff(session)
    return render_template(
        "interests/desk.html",
        found=found,
        wanted=wanted,
        asked=request.args,
        states=[
            (ONGOING, translate("All that go on")),
            *((state.value, state_name(state)) for state in InterestState if state is not InterestState.DRAFT),
            (ALL, translate("All states")),
        ],
        steps=[(step.value, step_name(step)) for step in InterestProgress],
        assignees=[
            (MINE, translate("Mine")),
            (NOBODY, translate("Nobody yet")),
            *((str(account.id), account.name) for account in staff if account.id != reader.account_id),
        ],
        ages=[(str(days), translate("%(days)s days or more", days=days)) for days in AGES],
        names=_assignees(found),
        rooms=rooms_of(session, reader),
        **_words(),
    )


def _words() -> dict[str, object]:
    return {"state_name": state_name, "step_name": step_name, "interest_kinds": KINDS, "moment": now()}


def _assignees(found: InterestList) -> dict[int, str]:
    return names_of_accounts(reading(), {row.assignee_id for row in found.rows if row.assignee_id is not None})


def _filter(reader: Person) -> InterestFilter:
    state = request.args.get("state", ONGOING)
    known = {item.value for item in InterestState} | {ONGOING}
    progress = request.args.get("progress", "")
    age = request.args.get("age", "")
    return InterestFilter(
        state=None if state == ALL else state if state in known else ONGOING,
        progress=InterestProgress(progress) if progress in {item.value for item in InterestProgress} else None,
        assignee=_assignee(reader),
        older_than=int(age) if age.isascii() and age.isdigit() and len(age) < 5 else None,
        proposal=request.args.get("proposal") or None,
        page=page_number(),
    )


def _assignee(reader: Person) -> int | str | None:
    asked = request.args.get("assignee", "")
    if asked == MINE:
        return reader.account_id
    if asked == NOBODY:
        return NOBODY
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
