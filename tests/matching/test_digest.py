from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account, Notification, OutboxMessage, now
from data.models.vocabulary import Frequency, NoticeKind
from matching.brokerage.digest import Mailing, WrittenDue, write_all_due
from matching.brokerage.opting_out import OptOut, choose, opt_out
from matching.brokerage.outbox import frequency_of, notify
from tests.factories import account

Sessions = sessionmaker[Session]
MONDAY = datetime(2030, 1, 7, 3, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
MAILING = Mailing("https://abbina.example.org", OptOut("un segreto abbastanza lungo"), "it")
LINES = {NoticeKind.ACCOUNT: "membership.confirmed", NoticeKind.DESK: "organisation.verified"}


def somebody(sessions: Sessions, **given: Any) -> Account:
    with sessions.begin() as session:
        return account(session, "broker", **given)


def tell(sessions: Sessions, whom: Account, kind: NoticeKind, count: int = 1, **given: Any) -> None:
    with sessions.begin() as session:
        for number in range(count):
            template = LINES.get(kind, "organisation.verified")
            values = {"path": f"/somewhere/{number}", "key": f"{kind}:{number}", "organisation": f"Org {number}"}
            notify(session, [session.get_one(Account, whom.id)], kind, template, **values)
        for notice in session.scalars(select(Notification).where(Notification.kind == kind.value)):
            notice.created_at = given.get("at", notice.created_at)
            notice.seen_at = given.get("seen")


def write(sessions: Sessions, moment: datetime, *, digests: bool = True) -> WrittenDue:
    return write_all_due(sessions, moment, MAILING, digests=digests)


def letters(sessions: Sessions) -> list[OutboxMessage]:
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_what_is_wanted_at_once_is_a_letter_each_with_links(sessions: Sessions) -> None:
    whom = somebody(sessions, language="en")
    tell(sessions, whom, NoticeKind.ACCOUNT, 2)
    assert write(sessions, TUESDAY, digests=False) == WrittenDue(letters=2, notifications=2)
    assert write(sessions, TUESDAY) == WrittenDue()
    first, _ = letters(sessions)
    assert first.subject == "Membership confirmed: Org 0"
    assert "https://abbina.example.org/somewhere/0" in first.body
    assert (first.address, first.language, first.account_id) == (whom.email, "en", whom.id)
    assert first.unsubscribe_url is not None
    assert first.unsubscribe_url in first.body


def test_what_no_letter_can_be_made_of_holds_up_its_account_alone(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = somebody(sessions), somebody(sessions)
    for whom in (first, second):
        tell(sessions, whom, NoticeKind.ACCOUNT)
    with sessions.begin() as session:
        own = update(Notification).where(Notification.account_id == first.id)
        session.execute(own.values(template="text.of.another.version"))
    assert write(sessions, TUESDAY) == WrittenDue(letters=1, notifications=1, failed=1)
    assert [letter.account_id for letter in letters(sessions)] == [second.id]
    assert f"account:{first.id}" in caplog.text
    assert first.email not in caplog.text


def test_daily_ones_come_in_one_letter_grouped_in_the_persons_language(sessions: Sessions) -> None:
    whom = somebody(sessions)
    tell(sessions, whom, NoticeKind.DESK, 2)
    tell(sessions, whom, NoticeKind.SUGGESTION)
    assert write(sessions, TUESDAY, digests=False) == WrittenDue()
    assert write(sessions, TUESDAY) == WrittenDue(letters=1, notifications=3)
    assert write(sessions, TUESDAY) == WrittenDue()
    [letter] = letters(sessions)
    assert letter.subject == "Novità su Abbina: 3"
    assert letter.body.index("LAVORO DELL'AGENZIA") < letter.body.index("PARTNER SUGGERITI")
    assert letter.body.count("Organizzazione verificata: Org 0\n  https://abbina.example.org/somewhere/0") == 2
    assert "https://abbina.example.org/activities/preferences" in letter.body


def test_weekly_ones_come_on_mondays_or_once_a_week_old(sessions: Sessions) -> None:
    whom = somebody(sessions)
    tell(sessions, whom, NoticeKind.SEARCH, at=MONDAY)
    assert write(sessions, TUESDAY) == WrittenDue()
    assert write(sessions, MONDAY + timedelta(days=7)).letters == 1
    with sessions.begin() as session:
        session.query(Notification).delete()
    tell(sessions, whom, NoticeKind.SEARCH, at=MONDAY + timedelta(hours=5))
    assert write(sessions, MONDAY + timedelta(days=8)).letters == 1


def test_never_means_no_letter_and_the_page_still_shows_it(sessions: Sessions) -> None:
    whom = somebody(sessions)
    with sessions.begin() as session:
        choose(session, whom.id, NoticeKind.DESK, Frequency.NEVER)
    tell(sessions, whom, NoticeKind.DESK)
    assert write(sessions, TUESDAY) == WrittenDue(left_out=1)
    with sessions() as session:
        [notice] = session.scalars(select(Notification))
        assert (notice.mailed_at, notice.seen_at) == (TUESDAY, None)


def test_what_was_seen_on_the_page_is_not_repeated_in_a_digest(sessions: Sessions) -> None:
    whom = somebody(sessions)
    tell(sessions, whom, NoticeKind.DESK, seen=now())
    assert write(sessions, TUESDAY) == WrittenDue(left_out=1)


@pytest.mark.parametrize("gone", [{"confirmed_at": None}, {"active": False}])
def test_nothing_goes_to_an_address_nobody_confirmed_or_to_who_was_suspended(
    sessions: Sessions, gone: dict[str, Any]
) -> None:
    whom = somebody(sessions)
    tell(sessions, whom, NoticeKind.ACCOUNT)
    with sessions.begin() as session:
        for name, value in gone.items():
            setattr(session.get_one(Account, whom.id), name, value)
    assert write(sessions, TUESDAY) == WrittenDue(left_out=1)


def test_a_token_opts_out_of_its_kinds_alone_and_tells_nothing(sessions: Sessions) -> None:
    whom, other = somebody(sessions), somebody(sessions)
    token = MAILING.opt_out.token(whom.id, [NoticeKind.DESK])
    assert "desk" not in token
    with unit_of_work(sessions) as session:
        opt_out(session, MAILING.opt_out.read(token))
        opt_out(session, MAILING.opt_out.read(token))
        assert frequency_of(session, whom.id, NoticeKind.DESK) is Frequency.NEVER
        assert frequency_of(session, whom.id, NoticeKind.SEARCH) is Frequency.WEEKLY
        assert frequency_of(session, other.id, NoticeKind.DESK) is Frequency.DAILY


def test_a_token_that_is_not_ours_opens_nothing() -> None:
    for token in ("", "x", "gAAAA", OptOut("ein anderes Geheimnis").token(1, [NoticeKind.DESK])):
        with pytest.raises(NotFoundError):
            MAILING.opt_out.read(token)
