"""Expressions of interest and a room for the matrix of permissions: `outsider` made them, `owner` receives them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy.orm import Session

from data.models import Attachment, Interest, PartnershipStep
from data.models.vocabulary import InterestKind
from matching.brokerage import partnerships
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step, express
from matching.brokerage.people import person_of
from matching.brokerage.references import new_token
from tests import factories
from tests.data.hostile import pdf
from tests.matching.interest_world import FORMS as WRITTEN
from tests.matching.interest_world import written

if TYPE_CHECKING:
    from tests.web.world import World

Values = dict[str, Any]


def _target(session: Session, world: World) -> str:
    owner = world.accounts["owner"]
    given = {"organisation_id": owner.organisation_id, "author_id": owner.id, "facilitator_id": broker_of(world)}
    return factories.proposal(session, **given).reference


def broker_of(world: World) -> int:
    """The broker's number."""
    return world.accounts["broker"].id


def _expressed(session: Session, world: World, target: str, kind: InterestKind, *, submit: bool = True) -> Interest:
    form = written(kind, token=new_token(factories.in_days(0)))
    return express(session, person_of(world.accounts["outsider"]), target, form, submit=submit)


def _submitted(session: Session, world: World) -> Values:
    made = _expressed(session, world, _target(session, world), InterestKind.PLATFORM)
    return {"reference": made.reference}


def _draft(session: Session, world: World) -> Values:
    made = _expressed(session, world, _target(session, world), InterestKind.PLATFORM, submit=False)
    return {"reference": made.reference}


def _on_profile(session: Session, world: World) -> Values:
    profile = factories.proposal(session, source="een", language="en").reference
    return {"reference": _expressed(session, world, profile, InterestKind.FULL).reference}


def _room(session: Session, world: World) -> Values:
    """Of outsider, owner and broker, with a step and a document; the owner's colleague is not in it."""
    made = _expressed(session, world, _target(session, world), InterestKind.PLATFORM)
    owner = person_of(world.accounts["owner"])
    for version, move in enumerate((Move.EVALUATE, Move.FIND_RELEVANT), 1):
        MOVES[move](session, owner, made.reference, Step(version=version))
    room = partnerships.room_of(session, made.id)
    assert room is not None
    step = PartnershipStep(partnership_id=room.id, author=owner.actor, text="Provini", token=_token())
    file = Attachment(
        owner_kind="partnership",
        owner_id=room.id,
        key="0" * 64,
        name="schema.pdf",
        media_type="application/pdf",
        size=len(pdf()),
        sha256="0" * 64,
        actor=owner.actor,
    )
    session.add_all([step, file])
    session.flush()
    return {"number": room.id, "step": step.id, "file": file.id}


def _token() -> str:
    return new_token(factories.in_days(0))


def _picture(_world: World) -> Values:
    out = BytesIO()
    Image.new("RGB", (2, 2), "white").save(out, "PNG")
    out.seek(0)
    return {"file": (out, "schema.png")}


OBJECTS: dict[str, Callable[[Session, Any], Values]] = {
    "interest-target": lambda session, world: {"target": _target(session, world)},
    "interest-submitted": _submitted,
    "interest-draft": _draft,
    "interest-profile": _on_profile,
    "room": _room,
    "notice": lambda session, world: {"version": "2026-11"},
}
ONLY_FOR = {
    "interest-target": "interests.",
    "interest-submitted": "interests.",
    "interest-draft": "interests.",
    "interest-profile": "interests.",
    "room": "partnerships.",
}
_PLATFORM = WRITTEN[InterestKind.PLATFORM]
FORMS: dict[str, Callable[[Any], Values]] = {
    "interests.new": lambda world: {**_PLATFORM, "notice": "y", "action": "draft", "token": _token()},
    "interests.edit": lambda world: {**_PLATFORM, "action": "draft", "version": 1},
    "interests.edit interest-profile": lambda world: {**_PLATFORM, "notice": "y", "action": "send", "version": 1},
    "interests.move": lambda world: {"move": "withdraw", "version": 1},
    "interests.move interest-submitted": lambda world: {"move": "evaluate", "version": 1},
    "interests.move interest-profile": lambda world: {"move": "take_over", "version": 1},
    "interests.message": lambda world: {"text": "Quando?", "token": _token()},
    "partnerships.write": lambda world: {"text": "Quando?", "token": _token()},
    "partnerships.plan": lambda world: {"text": "Provini", "token": _token()},
    "partnerships.bring_in": lambda world: {"account": world.accounts["colleague"].id},
    "partnerships.attach_file": _picture,
}
