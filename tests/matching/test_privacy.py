from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import NotFoundError
from data.lists import OrganisationFilter, list_organisations
from data.models import (
    Account,
    Attachment,
    Base,
    CaseEvent,
    Consent,
    Invitation,
    Notification,
    NotificationPreference,
    Organisation,
    OutboxMessage,
    Partnership,
    Proposal,
    SavedFilter,
    now,
)
from data.models.vocabulary import CaseKind, Frequency, InterestProgress, NoticeKind
from data.queries import today
from data.settings import load_settings
from data.uploads import FileStore, Upload
from embeddings.cache import CachedEncoder, VectorCache
from embeddings.encoder import Role
from matching.brokerage import consents, partnerships, saved_filters
from matching.brokerage.events import record
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.letters import Letter
from matching.brokerage.opting_out import choose
from matching.brokerage.outbox import notify, send
from matching.brokerage.people import person_of
from matching.brokerage.privacy import retention, texts
from matching.brokerage.privacy.erasing import Erased, erase
from matching.brokerage.privacy.errors import ErasureRefusedError
from matching.brokerage.privacy.exporting import export_of
from matching.brokerage.privacy.parts import PARTS
from tests.embeddings.encoders import HashingEncoder
from tests.factories import account, organisation, proposal
from tests.matching.interest_world import expressed, world

Sessions = sessionmaker[Session]
EMAIL, NAME = "giulia.finta@example.org", "Giulia Finta"
NAMING_ACCOUNTS = {
    *("account_id", "actor", "author_id", "facilitator_id", "verified_by", "author", "assigned_by", "assignee_id"),
    "recorded_by",
}


@pytest.fixture
def person(sessions: Sessions) -> Account:
    """A member with something in every table that names people, and others around."""
    with sessions.begin() as session:
        own = organisation(session, name="Officine Finte")
        member = account(session, email=EMAIL, name=NAME, organisation=own, language="it")
        staff = account(session, "broker", email="altro@example.org")
        proposal(session, title="Sensori per serre", organisation_id=own.id, author_id=member.id)
        consents.accepted_notice(session, member, "2026-01")
        invited = {"role": "member", "language": "it", "actor": "account:99", "expires_at": now()}
        session.add(Invitation(email=EMAIL, token_hash="x", **invited))
        choose(session, member.id, NoticeKind.DESK, Frequency.NEVER)
        told: dict[str, Any] = {"path": "/", "organisation": "Officine Finte"}
        notify(session, [member], NoticeKind.ACCOUNT, "membership.confirmed", key="a", **told)
        about = told | {"organisation": NAME}
        notify(session, [staff], NoticeKind.DESK, "membership.confirmed", key="b", **about)
        send(session, Letter("Ciao", "Testo"), key="c", address=EMAIL, language="it", account_id=member.id)
        send(session, Letter("Di altri", f"Scrive {EMAIL}"), key="d", address=staff.email, language="it")
        given: dict[str, Any] = {"list_name": "proposals", "query": {"q": "serre"}, "name": "Serre", "today": today()}
        saved_filters.follow(session, person_of(member), **given)
        record(session, CaseKind.PROPOSAL, 1, "withdrawn", actor=f"account:{member.id}", note=f"Scritto da {NAME}")
        record(session, CaseKind.ACCOUNT, member.id, "suspended", actor="account:99", note=f"{NAME} non risponde")
    return member


def erased(sessions: Sessions, number: int, by: Account | None = None, **given: Any) -> Erased:
    with unit_of_work(sessions) as session:
        return erase(session, number, person_of(session.get_one(Account, by.id if by else number)), **given)


def everything(sessions: Sessions) -> str:
    """All that the database says, in one text."""
    with sessions() as session:
        rows = (session.execute(select(table)).all() for table in Base.metadata.sorted_tables)
        return repr(list(rows))


def test_every_table_that_names_accounts_belongs_to_a_part() -> None:
    naming = {table.name for table in Base.metadata.sorted_tables if NAMING_ACCOUNTS & set(table.columns.keys())}
    assert naming | {"account"} == {name for part in PARTS for name in part.tables}


def test_an_export_has_everything_and_no_secret(sessions: Sessions, person: Account) -> None:
    with sessions() as session:
        found = export_of(session, session.get_one(Account, person.id))
    assert json.loads(json.dumps(found)) == found
    assert (found["account"]["email"], found["account"]["organisation"]) == (EMAIL, "Officine Finte")
    assert [item["title"] for item in found["proposals"]["authored"]] == ["Sensori per serre"]
    assert [item["version"] for item in found["consents"]] == ["2026-01"]
    assert [item["text"] for item in found["notifications"]] == ["Appartenenza confermata: Officine Finte"]
    assert [item["body"] for item in found["letters"]] == ["Testo"]
    assert {item["action"] for item in found["events"]} >= {"withdrawn", "suspended", "notice_accepted"}
    assert all(found[name] for name in ("invitations", "preferences", "followed_lists"))
    assert not {"password", "fs_uniquifier", "tf_totp_secret", "token_hash"} & set(json.dumps(found).split('"'))


def test_erasure_leaves_nothing_of_the_person_but_the_number(sessions: Sessions, person: Account) -> None:
    before = person.fs_uniquifier
    erased(sessions, person.id)
    said = everything(sessions)
    assert EMAIL not in said
    assert NAME not in said
    with sessions() as session:
        account = session.get_one(Account, person.id)
        assert (account.email, account.name) == (f"erased-{person.id}@erased.invalid", "")
        assert (account.password, account.active, account.organisation_id) == (None, False, None)
        assert account.erased_at is not None
        assert account.fs_uniquifier != before
        for table in (Invitation, NotificationPreference, SavedFilter, OutboxMessage, Notification):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(Consent)).one().withdrawn_at is not None
        assert {event.actor for event in session.scalars(select(CaseEvent))} >= {f"account:{person.id}"}
        assert session.scalars(select(Proposal)).one().state == "published"
    with pytest.raises(NotFoundError):
        erased(sessions, person.id)


def test_an_erased_address_may_register_again(sessions: Sessions, person: Account) -> None:
    erased(sessions, person.id)
    with sessions.begin() as session:
        assert account(session, email=EMAIL).id != person.id


def test_only_the_person_and_administrators_may_erase(sessions: Sessions, person: Account) -> None:
    with sessions.begin() as session:
        broker, administrator = account(session, "broker"), account(session, "administrator")
    with pytest.raises(ErasureRefusedError, match="another person's"):
        erased(sessions, person.id, by=broker)
    erased(sessions, person.id, by=administrator)


def test_the_last_administrator_and_who_has_open_cases_stay(sessions: Sessions) -> None:
    with sessions.begin() as session:
        administrator, broker = account(session, "administrator"), account(session, "broker")
        case = proposal(session, facilitator_id=broker.id).id
    with pytest.raises(ErasureRefusedError) as last:
        erased(sessions, administrator.id)
    assert last.value.reason == "last_administrator"
    with pytest.raises(ErasureRefusedError) as busy:
        erased(sessions, broker.id)
    assert busy.value.reason == "open_cases"
    with sessions.begin() as session:
        session.get_one(Proposal, case).state = "closed"
        account(session, "administrator")
    erased(sessions, broker.id)
    erased(sessions, administrator.id)


def test_the_only_member_may_withdraw_the_organisation_and_its_proposals(sessions: Sessions, person: Account) -> None:
    done = erased(sessions, person.id, with_organisation=True)
    assert len(done.proposals) == 1
    assert "Sensori per serre" in "\n".join(done.texts)
    with sessions() as session:
        assert session.scalars(select(Proposal)).one().state == "withdrawn"
        assert session.scalars(select(Organisation)).one().withdrawn_at is not None
        assert list_organisations(session, OrganisationFilter()).total == 0


def test_a_colleagues_organisation_stays(sessions: Sessions, person: Account) -> None:
    with sessions.begin() as session:
        account(session, organisation=session.scalars(select(Organisation)).one())
    assert erased(sessions, person.id, with_organisation=True).organisation is None
    with sessions() as session:
        assert session.scalars(select(Organisation)).one().withdrawn_at is None


def test_the_cache_of_vectors_keeps_none_of_the_texts(sessions: Sessions, person: Account, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    settings.index_dir.mkdir()
    cache = VectorCache(settings.vector_cache)
    encoder = CachedEncoder(HashingEncoder(), cache)
    done = erased(sessions, person.id, with_organisation=True)
    for role in Role:
        encoder.encode([*done.texts, "di altri"], role)
    assert texts.forget(settings, done.texts) == len(done.texts) * len(Role)
    assert len(cache) == len(Role)
    cache.close()
    assert texts.purge_wanted(settings.index_dir)


def old(sessions: Sessions, table: Any, days: int, **given: Any) -> None:
    with sessions.begin() as session:
        for row in session.scalars(select(table)):
            row.created_at = now() - timedelta(days=days)
            for name, value in given.items():
                setattr(row, name, value)


def test_retention_removes_what_is_too_old_and_nothing_else(sessions: Sessions, person: Account) -> None:
    with sessions.begin() as session:
        account(session, email="mai@example.org", confirmed_at=None, created_at=now() - timedelta(days=31))
        account(session, email="appena@example.org", confirmed_at=None, created_at=now() - timedelta(days=29))
        account(session, email="antico@example.org", created_at=now() - timedelta(days=3000))
    periods = retention.periods_of(load_settings())
    nothing = dict.fromkeys(periods, 0)
    one = nothing | {"unconfirmed_accounts": 1}
    assert retention.apply(sessions, periods, now(), dry_run=True) == one
    assert retention.apply(sessions, periods, now()) == one
    assert retention.apply(sessions, periods, now()) == nothing
    said = everything(sessions)
    assert "mai@example.org" not in said
    assert "appena@example.org" in said
    assert "antico@example.org" in said
    old(sessions, Invitation, 91)
    old(sessions, OutboxMessage, 91)
    old(sessions, Notification, 366)
    assert retention.apply(sessions, periods, now()) == nothing | {"invitations": 1, "notifications": 2}
    old(sessions, OutboxMessage, 91, state="sent")
    assert retention.apply(sessions, periods, now())["letters"] == 2


def test_what_was_written_for_an_ended_case_and_in_its_room_goes_after_its_period(sessions: Sessions) -> None:
    with sessions.begin() as session:
        people = world(session)
        interest = expressed(session, people)
        for version, move in enumerate((Move.EVALUATE, Move.FIND_RELEVANT), 1):
            MOVES[move](session, people.person("owner"), interest.reference, Step(version=version))
        room = session.scalars(select(Partnership)).one()
        partnerships.write(session, people.person("applicant"), room.id, "Mi chiami allo 02.", token="t1")
        partnerships.plan(session, people.person("applicant"), room.id, "Provini a Rossi", None, token="t2")
        session.add(_stored("partnership", room.id, "a" * 64))
    periods = retention.periods_of(load_settings())
    later = now() + timedelta(days=800)
    assert retention.apply(sessions, periods, later)["attachments"] == 0
    assert "Mi chiami" in everything(sessions), "the room is at work still"
    with sessions.begin() as session:
        step = Step(version=3, progress=InterestProgress.AGREEMENT)
        MOVES[Move.CLOSE](session, people.person("broker"), interest.reference, step)
    found = retention.apply(sessions, periods, later)
    assert (found["interests"], found["attachments"]) == (1, 1)
    for words in ("Mi chiami", "Provini a Rossi", "Dieci anni"):
        assert words not in everything(sessions)


def test_a_content_that_nobody_has_goes_though_the_run_that_removed_it_was_killed(
    sessions: Sessions, tmp_path: Path
) -> None:
    store = FileStore(tmp_path)
    kept, removed, never = (Upload("a.pdf", "application/pdf", 1, letter * 64, b"x") for letter in "abc")
    for upload in (kept, removed, never):  # the last one's unit of work never came to its commit
        store.put(upload)
    with sessions.begin() as session:
        session.add(_stored("proposal", 1, kept.sha256))
        gone = _stored("proposal", 1, removed.sha256)
        gone.removed_at = now() - timedelta(days=3)
        session.add(gone)
    assert retention.discard_files(sessions, store) == 2
    assert list(store.keys()) == [kept.sha256]


def _stored(kind: str, owner: int, key: str) -> Attachment:
    about = {"owner_kind": kind, "owner_id": owner, "key": key, "sha256": key, "actor": "account:1"}
    return Attachment(name="a.pdf", media_type="application/pdf", size=1, **about)


def test_a_consent_is_kept_once_with_version_and_day(sessions: Sessions, person: Account) -> None:
    with sessions.begin() as session:
        account = session.get_one(Account, person.id)
        consents.accepted_notice(session, account, "2026-01")
        consents.accepted_notice(session, account, "2027-01")
        assert [item.version for item in consents.consents_of(session, person.id)] == ["2026-01", "2027-01"]
