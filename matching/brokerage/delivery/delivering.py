"""Letters leave the outbox: claimed and committed, sent, noted. Where a delivery died in between, nothing goes twice.

A letter is claimed alone, in a transaction of its own, right before it is sent. What a dead process had claimed is
looked up where the carrier can tell (a folder), else it is `uncertain`: told to whoever runs this, not sent again.
"""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import OutboxMessage, now
from data.models.vocabulary import OutboxState
from matching.brokerage.delivery.carriers import Carrier
from matching.brokerage.delivery.errors import LaterError, RefusedError, UncertainError
from matching.brokerage.delivery.writing import internet_message, token_of

MOST_ATTEMPTS = 10
"""Tries of a letter until it is given up: with the pauses between them about two days."""
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=12)
_HELD = timedelta(minutes=15)
"""How long a claim of another machine is believed to be alive; a sending takes a few minutes at most."""

Sessions = sessionmaker[Session]


@dataclass
class Delivered:
    """What a round did: letters sent, put off, given up, of unknown fate; `recovered` are those of dead deliveries."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    uncertain: int = 0
    recovered: int = 0


def deliver(sessions: Sessions, carrier: Carrier, *, sender: str, most: int | None = None) -> Delivered:
    """Send what waits and is due, `most` letters at most. Several deliveries may run at once."""
    report = Delivered()
    me = _own_name()
    report.recovered = recover(sessions, carrier)
    until = now()
    done = 0
    try:
        while most is None or done < most:
            letter = _claim(sessions, me, until)
            if letter is None:
                break
            done += 1
            _send(sessions, carrier, letter, sender, report)
    finally:
        carrier.close()
    return report


def retry_uncertain(sessions: Sessions) -> int:
    """Let letters of unknown fate wait for their delivery again; returns how many."""
    with unit_of_work(sessions) as session:
        return _change(session, OutboxState.UNCERTAIN, None, state=OutboxState.WAITING.value, not_before=now())


@dataclass(frozen=True, slots=True)
class Standing:
    """How many letters wait, were given up, are of unknown fate; `overdue` ones should have gone a day ago."""

    waiting: int
    failed: int
    uncertain: int
    overdue: int


def standing(sessions: Sessions, moment: datetime) -> Standing:
    """How the outbox stands."""
    with sessions() as session:
        states = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
        counts = {row[0]: int(row[1]) for row in session.execute(states)}
        late = OutboxMessage.state == OutboxState.WAITING.value, OutboxMessage.not_before < moment - timedelta(days=1)
        overdue = session.scalar(select(func.count(OutboxMessage.id)).where(*late)) or 0
    waiting = counts.get(OutboxState.WAITING.value, 0) + counts.get(OutboxState.SENDING.value, 0)
    uncertain = counts.get(OutboxState.UNCERTAIN.value, 0)
    return Standing(waiting, counts.get(OutboxState.FAILED.value, 0), uncertain, overdue)


def recover(sessions: Sessions, carrier: Carrier) -> int:
    """Settle what dead deliveries had claimed; returns how many letters that were."""
    moment, settled = now(), 0
    with sessions() as session:
        claimed = session.scalars(select(OutboxMessage).where(OutboxMessage.state == OutboxState.SENDING.value)).all()
    for letter in claimed:
        if not _is_dead(letter, moment):
            continue
        arrived = carrier.arrived(token_of(letter.key))
        settled += _settle(sessions, letter, arrived, moment)
    return settled


def _settle(sessions: Sessions, letter: OutboxMessage, arrived: bool | None, moment: datetime) -> int:
    with unit_of_work(sessions) as session:
        if arrived is None:
            told = "the delivery died while it was sending"
            return _change(session, OutboxState.SENDING, letter, state=OutboxState.UNCERTAIN.value, error=told)
        if arrived:
            return _change(session, OutboxState.SENDING, letter, state=OutboxState.SENT.value, sent_at=moment)
        return _change(session, OutboxState.SENDING, letter, state=OutboxState.WAITING.value)


def _claim(sessions: Sessions, me: str, until: datetime) -> OutboxMessage | None:
    """The next letter, ours alone once this is committed; None where nothing is due.

    PostgreSQL passes over rows that another delivery holds; SQLite has one writer at a time.
    """
    due = OutboxMessage.state == OutboxState.WAITING.value, OutboxMessage.not_before <= until
    order = OutboxMessage.not_before, OutboxMessage.id
    with unit_of_work(sessions) as session:
        query = select(OutboxMessage).where(*due).order_by(*order).limit(1)
        letter = session.scalar(query.with_for_update(skip_locked=True))
        if letter is None:
            return None
        letter.state, letter.claimed_by, letter.claimed_at = OutboxState.SENDING.value, me, now()
        letter.attempts += 1
    return letter


def _send(sessions: Sessions, carrier: Carrier, letter: OutboxMessage, sender: str, report: Delivered) -> None:
    moment = now()
    try:
        carrier.carry(internet_message(letter, sender), token_of(letter.key))
    except RefusedError as error:
        report.failed += _note(sessions, letter, OutboxState.FAILED, error=str(error))
    except LaterError as error:
        if letter.attempts >= MOST_ATTEMPTS:
            report.failed += _note(sessions, letter, OutboxState.FAILED, error=f"given up: {error}")
        else:
            pause = min(_FIRST_PAUSE * 2 ** (letter.attempts - 1), _LONGEST_PAUSE)
            report.later += _note(sessions, letter, OutboxState.WAITING, error=str(error), not_before=moment + pause)
    except UncertainError as error:
        report.uncertain += _note(sessions, letter, OutboxState.UNCERTAIN, error=str(error))
    else:
        report.sent += _note(sessions, letter, OutboxState.SENT, error=None, sent_at=now())


def _note(sessions: Sessions, letter: OutboxMessage, state: OutboxState, **values: object) -> int:
    """Write down what became of a letter of ours, whatever somebody who thought us dead has noted meanwhile."""
    with unit_of_work(sessions) as session:
        ours = OutboxMessage.id == letter.id, OutboxMessage.claimed_by == letter.claimed_by
        session.execute(update(OutboxMessage).where(*ours).values(state=state.value, **values))
    return 1


def _change(session: Session, held: OutboxState, letter: OutboxMessage | None, **values: object) -> int:
    """Change letters that are in a state still (one, or all); returns how many."""
    which = [OutboxMessage.state == held.value]
    if letter is not None:
        which += [OutboxMessage.id == letter.id, OutboxMessage.claimed_by == letter.claimed_by]
    result = session.execute(update(OutboxMessage).where(*which).values(claimed_by=None, claimed_at=None, **values))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _own_name() -> str:
    """Names this delivery: machine, process, and a token, for numbers of processes come back."""
    return f"{_machine()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def _machine() -> str:
    return socket.gethostname().replace(":", "-")[:36]


def _is_dead(letter: OutboxMessage, moment: datetime) -> bool:
    if letter.claimed_at is None or letter.claimed_by is None or moment - letter.claimed_at > _HELD:
        return True
    machine, _, rest = letter.claimed_by.partition(":")
    number = rest.partition(":")[0]
    if machine != _machine() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
