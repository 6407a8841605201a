"""The entries of the main navigation: each for those who may open it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from matching.brokerage.people import Person
from web.access import Audience, admits
from web.labels import Label


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation; `members_only` hides it from staff, who have pages of their own for it.

    `query` belongs to the address, for a page that is there more than once.
    """

    endpoint: str
    label: Label
    audience: Audience
    members_only: bool = False
    query: Mapping[str, str] = field(default_factory=dict)


ENTRIES: tuple[Entry, ...] = (
    Entry("desk.index", _l("Desk"), Audience.STAFF),
    Entry("proposals.index", _l("Proposals"), Audience.PUBLIC),
    Entry("proposals.index", _l("My proposals"), Audience.SIGNED_IN, members_only=True, query={"mine": "1"}),
    Entry("organisations.index", _l("Organisations"), Audience.PUBLIC),
    Entry("activities.index", _l("My activities"), Audience.SIGNED_IN),
    Entry("searches.index", _l("Saved searches"), Audience.SIGNED_IN),
    Entry("interests.index", _l("Expressions of interest"), Audience.SIGNED_IN),
    Entry("proposals.choose_kind", _l("New proposal"), Audience.SIGNED_IN),
    Entry("administration.index", _l("Accounts"), Audience.ADMINISTRATOR),
)


def entries_for(someone: Person | None) -> Iterator[Entry]:
    """What a person finds in the navigation."""
    for entry in ENTRIES:
        if admits(entry.audience, someone) and not (entry.members_only and someone and someone.is_staff):
            yield entry
