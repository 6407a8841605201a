"""What the desk calls its things, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from web.labels import Label

QUEUE_KINDS: Mapping[str, Label] = {
    "validation": _l("To validate"),
    "curation": _l("To curate"),
    "interest": _l("Interest to take over"),
    "expiry": _l("About to expire"),
    "organisation": _l("Organisation to verify"),
    "membership": _l("Member to confirm"),
}

WHOSE: Mapping[str, Label] = {
    "all": _l("Everybody's"),
    "mine": _l("Mine"),
    "unassigned": _l("Nobody's yet"),
    "others": _l("Colleagues'"),
}

SORTS: Mapping[str, Label] = {
    "due": _l("Most urgent first"),
    "age": _l("Oldest first"),
    "title": _l("By title"),
}

BULK_ACTIONS: Mapping[str, Label] = {
    "take": _l("Assigned to you"),
    "hand_over": _l("Handed over"),
    "release": _l("Released"),
    "approve": _l("Approved"),
    "extend": _l("Extended"),
}

OUTCOMES: Mapping[str, Label] = {
    "done": _l("Done."),
    "endorsed": _l("Your approval is noted; a second person has to approve, too."),
    "taken": _l("Somebody else took it in the meantime."),
    "gone": _l("It waits no longer: somebody has seen to it."),
    "changed": _l("It was changed in the meantime: look at it again."),
    "blocked": _l("The quality check found something that must be mended first: open it."),
    "incomplete": _l("Something that is required is missing or too long: open it."),
    "another": _l("Another person has to approve it."),
    "unverified": _l("Its organisation has to be verified first."),
    "not_staff": _l("Work is given to colleagues only."),
    "only_validation": _l("Only proposals to validate are approved."),
    "only_expiry": _l("Only proposals about to expire are extended."),
    "impossible": _l("This is not possible for it."),
}
"""What became of an item in a bulk action."""
