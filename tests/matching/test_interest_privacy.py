from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Consent, Partnership, PartnershipMember
from data.models.vocabulary import InterestKind
from matching.brokerage import partnerships
from matching.brokerage.interest_messages import write
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.privacy.erasing import erase
from matching.brokerage.privacy.errors import ErasureRefusedError
from matching.brokerage.privacy.exporting import export_of
from tests.matching.interest_world import FULL_FORM, expressed, world


def test_what_a_person_wrote_is_exported_and_erased_and_what_goes_on_ends(session: Session) -> None:
    people = world(session)
    asked, own = expressed(session, people, InterestKind.FULL), expressed(session, people)
    for version, move in enumerate((Move.EVALUATE, Move.FIND_RELEVANT), 1):
        MOVES[move](session, people.person("owner"), own.reference, Step(version=version))
    room = session.scalars(select(Partnership)).one()
    write(session, people.person("applicant"), asked.reference, "Chiamatemi.", token="2026-" + "a" * 32)
    partnerships.write(session, people.person("applicant"), room.id, "Eccomi.", token="2026-" + "b" * 32)
    who = session.get_one(Account, people.applicant.id)
    told = json.dumps(export_of(session, who))
    for said in (FULL_FORM["presentation"], "Chiamatemi.", "Eccomi.", "2026-11"):
        assert said in told
    erase(session, who.id, people.person("applicant"))
    session.expire_all()
    assert (asked.form, asked.state, asked.progress) == ({}, "closed", "no_longer_interested")
    assert (own.form, own.state, room.outcome) == ({}, "closed", "no_longer_interested")
    assert ([*asked.messages], [*room.messages]) == ([], [])
    left = session.scalars(select(PartnershipMember.account_id)).all()
    assert who.id not in left
    assert session.scalars(select(Consent.withdrawn_at).where(Consent.account_id == who.id)).one() is not None


def test_who_has_a_case_in_hand_hands_it_over_first(session: Session) -> None:
    people = world(session)
    expressed(session, people, InterestKind.FULL)
    with pytest.raises(ErasureRefusedError, match="1 open cases"):
        erase(session, people.broker.id, people.person("broker"))
