"""The private room that a relevant expression opens: members of both sides and the facilitator, messages, next steps.

Its outcome is the expression's (`interests.close`). Only those in the room see it, whatever their role elsewhere.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from data.errors import NotFoundError
from data.models import (
    Account,
    Achievement,
    Interest,
    Partnership,
    PartnershipMember,
    PartnershipMessage,
    PartnershipStep,
    Proposal,
    now,
)
from data.models.vocabulary import CaseKind, InterestProgress, PartnershipState, Side
from matching.brokerage.events import record
from matching.brokerage.interest_letters import tell_room
from matching.brokerage.interest_messages import message_text
from matching.brokerage.life import feedback_received
from matching.brokerage.people import Person, account_of, members_of
from matching.errors import MoveNotAllowedError, NotAllowedError

LONGEST_MESSAGE = 4000
LONGEST_STEP = 500


def open_room(session: Session, interest: Interest, opener: Person) -> Partnership:
    """Open the room of an expression: who made it, who wrote the proposal (else its organisation), the facilitator."""
    proposal = interest.proposal
    facilitator = interest.assignee_id or (opener.account_id if opener.is_staff else None)
    room = Partnership(
        interest=interest,
        proposal=proposal,
        applicant_organisation_id=interest.organisation_id,
        owner_organisation_id=proposal.organisation_id,
        facilitator_id=facilitator,
    )
    sides = {interest.account_id: Side.APPLICANT}
    sides |= dict.fromkeys(_owners(session, proposal), Side.OWNER)
    if facilitator is not None:
        sides.setdefault(facilitator, Side.STAFF)
    if not opener.is_staff:
        sides.setdefault(opener.account_id, Side.OWNER)
    room.members = [PartnershipMember(account_id=number, side=side.value) for number, side in sides.items()]
    session.add(room)
    session.flush()
    record(session, CaseKind.PARTNERSHIP, room.id, "open", actor=opener.actor, after=PartnershipState.OPEN.value)
    tell_room(session, room, "partnership.opened", f"opened:{room.id}", but=opener.account_id)
    return room


def _owners(session: Session, proposal: Proposal) -> list[int]:
    if proposal.organisation_id is None:
        return [proposal.author_id] if proposal.author_id is not None else []
    members = [account.id for account in members_of(session, proposal.organisation_id)]
    return [proposal.author_id] if proposal.author_id in members else members


def answered(session: Session, proposal: Proposal, actor: str) -> None:
    """The proposal has received an answer that fits; it is held, so that nobody moves it at the same moment."""
    session.execute(select(Proposal.id).where(Proposal.id == proposal.id).with_for_update())
    session.refresh(proposal, ["state"])
    feedback_received(session, proposal, actor)


def conclude(session: Session, interest: Interest, actor: str, day: date) -> None:
    """What the end of an expression means: its room has its outcome, and an agreement is an achievement, once."""
    agreed = interest.progress == InterestProgress.AGREEMENT.value
    room = room_of(session, interest.id)
    if room is not None and room.state == PartnershipState.OPEN.value:
        room.state, room.outcome, room.concluded_at = PartnershipState.CONCLUDED.value, interest.progress, now()
        room.agreed_at = room.concluded_at if agreed else None
        states = {"before": PartnershipState.OPEN.value, "after": room.state}
        record(session, CaseKind.PARTNERSHIP, room.id, "conclude", actor=actor, detail={"to": room.outcome}, **states)
    known = select(Achievement.id).where(Achievement.interest_id == interest.id)
    if agreed and session.scalar(known) is None:
        session.add(
            Achievement(
                interest_id=interest.id,
                proposal_id=interest.proposal_id,
                organisation_id=interest.organisation_id,
                counterpart_id=interest.proposal.organisation_id,
                reached_on=day,
                recorded_by=actor,
            )
        )


def achievement_of(session: Session, interest_id: int) -> Achievement | None:
    """The agreement that came of an expression, if any."""
    return session.scalar(select(Achievement).where(Achievement.interest_id == interest_id))


def change_facilitator(session: Session, interest: Interest) -> None:
    """The room's facilitator is whoever has the case in hand: the former one leaves it."""
    room = room_of(session, interest.id)
    if room is None or room.facilitator_id == interest.assignee_id or interest.assignee_id is None:
        return
    room.members = [member for member in room.members if member.side != Side.STAFF.value]
    if interest.assignee_id not in {member.account_id for member in room.members}:
        room.members.append(PartnershipMember(account_id=interest.assignee_id, side=Side.STAFF.value))
    room.facilitator_id = interest.assignee_id


def room_of(session: Session, interest_id: int) -> Partnership | None:
    """The room of an expression, if it opened one."""
    return session.scalar(select(Partnership).where(Partnership.interest_id == interest_id))


def side_in(person: Person | None, room: Partnership) -> Side | None:
    """On which side of the room the person is, None outside it. Who left the organisation or the staff is outside."""
    member = next((item for item in room.members if person and item.account_id == person.account_id), None)
    if person is None or member is None:
        return None
    side = Side(member.side)
    if side is Side.STAFF:
        return side if person.is_staff else None
    organisation = room.applicant_organisation_id if side is Side.APPLICANT else room.owner_organisation_id
    return side if organisation is None or person.organisation_id == organisation else None


def room_for(session: Session, person: Person | None, number: int, *, hold: bool = False) -> tuple[Partnership, Side]:
    """A room and the person's side in it. Raises NotFoundError for everybody who is not in it.

    With `hold` nobody else changes it until the end of the unit of work.
    """
    if hold:
        session.execute(select(Partnership.id).where(Partnership.id == number).with_for_update())
    options = (selectinload(Partnership.members), selectinload(Partnership.messages), selectinload(Partnership.steps))
    room = session.scalar(select(Partnership).where(Partnership.id == number).options(*options))
    side = side_in(person, room) if room is not None else None
    if room is None or side is None:
        raise NotFoundError(f"no partnership room has the number {number}")
    return room, side


def rooms_of(session: Session, person: Person) -> list[Partnership]:
    """The rooms that the person is in, those at work first, then the latest."""
    query = (
        select(Partnership)
        .join(PartnershipMember)
        .where(PartnershipMember.account_id == person.account_id)
        .options(selectinload(Partnership.members), selectinload(Partnership.proposal))
        .order_by(Partnership.state.desc(), Partnership.id.desc())
    )
    return [room for room in session.scalars(query) if side_in(person, room) is not None]


def write(session: Session, person: Person, number: int, text: str, *, token: str) -> None:
    """Add a message to an open room; the same form sent again adds none."""
    room = open_room_for(session, person, number)
    said = message_text(text, LONGEST_MESSAGE)
    if session.scalar(select(PartnershipMessage.id).where(PartnershipMessage.token == token)) is not None:
        return
    room.messages.append(PartnershipMessage(author=person.actor, text=said, token=token))
    session.flush()
    tell_room(session, room, "partnership.message", f"message:{room.messages[-1].id}", but=person.account_id)


def plan(session: Session, person: Person, number: int, text: str, due: date | None, *, token: str) -> None:
    """Add a next step; the same form sent again adds none."""
    room = open_room_for(session, person, number)
    said = message_text(text, LONGEST_STEP)
    if session.scalar(select(PartnershipStep.id).where(PartnershipStep.token == token)) is not None:
        return
    room.steps.append(PartnershipStep(author=person.actor, text=said, due=due, token=token))
    session.flush()
    detail = {"step": room.steps[-1].id}
    record(session, CaseKind.PARTNERSHIP, room.id, "plan", actor=person.actor, detail=detail)
    tell_room(session, room, "partnership.step", f"step:{room.steps[-1].id}", but=person.account_id)


def finish(session: Session, person: Person, number: int, step_id: int) -> None:
    """Mark a step as done; one that is done stays so. Raises NotFoundError for a step of another room."""
    room = open_room_for(session, person, number)
    step = next((item for item in room.steps if item.id == step_id), None)
    if step is None:
        raise NotFoundError(f"no step of room {number} has the number {step_id}")
    if step.done_at is None:
        step.done_at = now()
        record(session, CaseKind.PARTNERSHIP, room.id, "finish", actor=person.actor, detail={"step": step_id})


def invitable(session: Session, person: Person, room: Partnership, side: Side) -> list[Account]:
    """Whom the person may bring in: colleagues of their own side who are not in the room."""
    organisation = room.applicant_organisation_id if side is Side.APPLICANT else room.owner_organisation_id
    if side is Side.STAFF or organisation is None or person.organisation_id != organisation:
        return []
    inside = {member.account_id for member in room.members}
    return [account for account in members_of(session, organisation) if account.id not in inside]


def bring_in(session: Session, person: Person, number: int, account_id: int) -> None:
    """Let a colleague into the room; one who is in it stays. Raises NotAllowedError for anybody else."""
    room = open_room_for(session, person, number)
    side = side_in(person, room)
    if side is None or account_id in {member.account_id for member in room.members}:
        return
    if account_id not in {account.id for account in invitable(session, person, room, side)}:
        raise NotAllowedError(f"account {account_id} is no colleague of account {person.account_id}")
    room.members.append(PartnershipMember(account_id=account_id, side=side.value))
    session.flush()
    detail = {"member": account_id}
    record(session, CaseKind.PARTNERSHIP, room.id, "bring_in", actor=person.actor, detail=detail)
    tell_room(session, room, "partnership.opened", f"opened:{room.id}", but=person.account_id)


def authors_of(room: Partnership) -> set[int]:
    """The accounts that a page of the room names."""
    written = [message.author for message in room.messages] + [step.author for step in room.steps]
    writers = {account_of(author) for author in written}
    return {number for number in writers if number is not None} | {member.account_id for member in room.members}


def open_room_for(session: Session, person: Person, number: int) -> Partnership:
    """A room at work, held. Raises NotFoundError for those outside, MoveNotAllowedError for a concluded one."""
    room, _ = room_for(session, person, number, hold=True)
    session.refresh(room, ["state"])
    if room.state != PartnershipState.OPEN.value:
        raise MoveNotAllowedError(f"partnership room {number} is concluded")
    return room
