"""The desk's queue over made-up work: how long its page takes in the database, in a temporary home of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from matching.brokerage.queue import QueueFilter

Report = dict[str, Any]
_SEED: Final = 11
_STAFF: Final = 8
_WARM_UP: Final = 5
SUGGESTED: Final = 20
"""Suggestions of each proposal that waits for curation, as many as a night stores for a list."""
_WORDS: Final = ("valvole", "rivestimenti", "sensori", "fermentazione", "stampi", "biogas", "tessuti", "droni")


def measure(items: int, rounds: int) -> Report:
    """Median and 95th percentile, in milliseconds, of the queue's page with its counts and names."""
    from jobs.opening import temporary_application

    with temporary_application() as application:
        fill(application.sessions, items)
        return {"items": items, **times(application.sessions, rounds)}


def fill(sessions: sessionmaker[Session], items: int) -> None:
    """A desk with this many items: four tenths to validate, three to curate, two about to expire, the rest people."""
    from data.db import unit_of_work

    chance = random.Random(_SEED)  # noqa: S311 - repeatable, nothing secret
    with unit_of_work(sessions) as session:
        staff = _people(session, items)
        _proposals(session, items, chance)
        _suggestions(session, chance)
        _assignments(session, staff, chance)


def times(sessions: sessionmaker[Session], rounds: int) -> Report:
    """How long the pages take that brokers open: the first, a late one, a kind, mine, overdue, words."""
    import numpy as np

    from data.queries import today
    from matching.brokerage.people import active_staff, names_of_accounts
    from matching.brokerage.queue import list_queue

    with sessions() as session:
        account = active_staff(session)[0].id
    seconds = []
    asked = _asked(account)
    for place in range(_WARM_UP + rounds):
        start = time.perf_counter()
        with sessions() as session:
            queue = list_queue(session, asked[place % len(asked)], today())
            names_of_accounts(session, {item.assignee_id for item in queue.page.rows if item.assignee_id})
        seconds.append(time.perf_counter() - start)
    p50, p95 = np.percentile(np.array(seconds[_WARM_UP:]) * 1000, (50, 95))
    return {"desk_p50_ms": float(p50), "desk_p95_ms": float(p95), "rounds": rounds}


def _asked(account: int) -> Sequence[QueueFilter]:
    from data.models.vocabulary import QueueKind
    from matching.brokerage.queue import QueueFilter, QueueSort, Whose

    return (
        QueueFilter(account),
        QueueFilter(account, page=100),
        QueueFilter(account, kind=QueueKind.CURATION),
        QueueFilter(account, whose=Whose.MINE),
        QueueFilter(account, overdue=True, sort=QueueSort.AGE),
        QueueFilter(account, text="biogas", sort=QueueSort.TITLE),
    )


def _people(session: Session, items: int) -> list[int]:
    """The staff's ids; beside them organisations to verify, each with its first member."""
    from sqlalchemy import insert, select

    from data.models import Account, Organisation

    organisations = max(1, items // 10)
    session.execute(
        insert(Organisation),
        [
            {"reference": f"desk:{place}", "name": f"Impresa {place} {_WORDS[place % 8]}", "kind": "company"}
            for place in range(organisations)
        ],
    )
    numbers = session.scalars(select(Organisation.id).order_by(Organisation.id)).all()
    people: list[dict[str, Any]] = [
        {"role": "broker", "organisation_id": None, "membership": "none", "name": f"Persona {place}"}
        for place in range(_STAFF)
    ]
    people += [
        {"role": "member", "organisation_id": number, "membership": "confirmed", "name": ""} for number in numbers
    ]
    session.execute(
        insert(Account),
        [
            {**person, "email": f"desk{place}@example.org", "fs_uniquifier": f"desk-{place}", "active": True}
            for place, person in enumerate(people)
        ],
    )
    return list(session.scalars(select(Account.id).where(Account.role == "broker")))


def _proposals(session: Session, items: int, chance: random.Random) -> None:
    from sqlalchemy import insert, select

    from data.models import Organisation, Proposal, now
    from data.queries import today

    owners = session.scalars(select(Organisation.id)).all()
    rows = []
    for place in range(items - len(owners)):
        part = place % 9
        days = chance.randrange(60)
        waits = part < 4
        rows.append(
            {
                "reference": f"DESK-{place}",
                "kind": "TR",
                "source": "platform",
                "state": "to_validate" if waits else "published",
                "title": f"Proposta {place} su {_WORDS[place % 8]} e {_WORDS[(place // 8) % 8]}",
                "description": "Una descrizione di prova abbastanza lunga da somigliare a una vera. " * 30,
                "organisation_id": owners[place % len(owners)],
                "submitted_at": now() - timedelta(days=days),
                "published": None if waits else today() - timedelta(days=days),
                "expires": None if waits else today() + timedelta(days=300 if part < 7 else 1 + days % 29),
            }
        )
    session.execute(insert(Proposal), rows)


def _suggestions(session: Session, chance: random.Random) -> None:
    from sqlalchemy import insert, select

    from data.models import Organisation, Proposal, Suggestion, now
    from data.queries import today

    candidates = session.scalars(select(Organisation.id)).all()
    far = today() + timedelta(days=100)
    seekers = session.scalars(select(Proposal.id).where(Proposal.state == "published", Proposal.expires > far)).all()
    explanation = {"words": "x" * 2000}  # a real one weighs as much: it must not be read for a list
    rows = [
        {
            "proposal_id": seeker,
            "candidate_organisation_id": number,
            "rank": rank,
            "score": 1.0,
            "probability": 0.5,
            "band": ("good", "possible", "weak")[rank % 3],
            "explanation": explanation,
            "generation": "desk",
            "first_suggested_at": now() - timedelta(days=chance.randrange(20)),
        }
        for seeker in seekers
        for rank, number in enumerate(chance.sample(list(candidates), min(SUGGESTED, len(candidates))), start=1)
    ]
    for start in range(0, len(rows), 5000):
        session.execute(insert(Suggestion), rows[start : start + 5000])


def _assignments(session: Session, staff: Sequence[int], chance: random.Random) -> None:
    from sqlalchemy import insert, select

    from data.models import Assignment, CurationDecision, Proposal, Suggestion

    waiting = session.scalars(select(Proposal.id).where(Proposal.state == "to_validate")).all()
    session.execute(
        insert(Assignment),
        [
            {"kind": "validation", "object_id": number, "account_id": chance.choice(staff), "assigned_by": "job:desk"}
            for number in waiting
            if chance.random() < 0.5
        ],
    )
    decided = session.execute(select(Suggestion.proposal_id, Suggestion.candidate_organisation_id)).all()
    session.execute(
        insert(CurationDecision),
        [
            {
                "proposal_id": owner,
                "candidate_organisation_id": number,
                "action": "accept",
                "actor": "job:desk",
            }
            for owner, number in decided
            if chance.random() < 0.1
        ],
    )
