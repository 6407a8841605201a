"""Codes that were read out of a record's texts, as a page shows them, and what a person says about one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, request
from werkzeug.exceptions import BadRequest

from data.db import unit_of_work
from data.models import Organisation, Proposal
from data.models.vocabulary import Origin, TagAction, Tree
from matching.brokerage.tagging import decide_tag, key_of, rows_of
from web.context import actor, application
from web.labels import CONFIDENCES, TREES
from web.language import translate
from web.presentation import code_label
from web.words import capitalised

_SHOWN = (Origin.DERIVED.value, Origin.CONFIRMED.value, Origin.REMOVED.value)
_LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class ShownTag:
    """One code: `state` is its origin, `sure` says in words how sure the calculation was, `words` why."""

    tree: str
    code: str
    label: str
    state: str
    sure: str
    words: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"tag-{self.tree}-{self.code}"


def tags_of(record: Proposal | Organisation) -> list[tuple[str, list[ShownTag]]]:
    """The codes that were read, confirmed or removed, by name of their tree, surest first."""
    declared = {key_of(row) for row in rows_of(record) if row.origin == Origin.DECLARED.value}
    rows = [row for row in rows_of(record) if row.origin in _SHOWN and key_of(row) not in declared]
    known = [row for row in rows if application().concepts.number(*key_of(row)) is not None]
    words = application().reasons(record, [key_of(row) for row in known])
    grouped: dict[str, list[ShownTag]] = {tree: [] for tree in TREES}
    for row in sorted(known, key=lambda row: (row.origin == Origin.REMOVED.value, -row.weight)):
        tree, code = key_of(row)
        label = capitalised(code_label(tree, code))
        grouped[tree].append(ShownTag(tree, code, label, row.origin, _sure(row.weight), words.get((tree, code), ())))
    return [(str(TREES[tree]), tags) for tree, tags in grouped.items() if tags]


def _sure(confidence: float) -> str:
    return str(next(label for least, label in CONFIDENCES if confidence >= least))


def _asked() -> tuple[Tree, str, TagAction]:
    """What the form says. Raises BadRequest where it says no decision."""
    try:
        chosen = Tree(request.form["tree"]), request.form["code"], TagAction(request.form["action"])
    except (KeyError, ValueError) as error:
        raise BadRequest("a decision names an action, a tree and a code") from error
    if not 0 < len(chosen[1]) <= _LONGEST_CODE or "\0" in chosen[1]:
        raise BadRequest("no such code")
    return chosen


def decide(table: type[Proposal] | type[Organisation], number: int) -> None:
    """Take the decision that the form says, in a unit of work of its own, and tell the reader."""
    tree, code, action = _asked()
    with unit_of_work(application().sessions) as session:
        owner: Proposal | Organisation = session.get_one(table, number)  # type: ignore[assignment]
        decide_tag(session, owner, tree, code, action, actor=actor())
    flash(_done(action), "success")


def _done(action: TagAction) -> str:
    return {
        TagAction.CONFIRM: translate("Confirmed. Similar texts will be read accordingly."),
        TagAction.REMOVE: translate("Removed. It will not come back by itself."),
        TagAction.UNDO: translate("The decision is withdrawn."),
    }[action]
