from __future__ import annotations

import email
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine, session_factory, unit_of_work
from data.models import OutboxMessage, now
from data.settings import Settings, load_settings
from matching.brokerage import delivery
from matching.brokerage.delivery import carriers, delivering
from matching.brokerage.delivery.carriers import Folder, carrier_of
from matching.brokerage.letters import Letter
from matching.brokerage.outbox import send
from tests.matching.smtp_server import Post, mail_server

Sessions = sessionmaker[Session]
SENDER = "Abbina <abbina@example.org>"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


def written(sessions: Sessions, count: int = 1, **given: Any) -> None:
    with unit_of_work(sessions) as session:
        for number in range(count):
            letter = Letter("Novità: è ora", f"Buongiorno,\n\nlettera {number}.\n.\n")
            values: dict[str, Any] = {"address": f"persona{number}@example.org", "language": "it"} | given
            send(session, letter, key=f"test:{number}", **values)


def letters(sessions: Sessions) -> list[OutboxMessage]:
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def states(sessions: Sessions) -> list[str]:
    return [letter.state for letter in letters(sessions)]


def by_mail(sessions: Sessions, post: Post, **given: Any) -> delivery.Delivered:
    return delivery.deliver(sessions, carrier_of(load_settings(smtp_url=post.url)), sender=SENDER, **given)


def files(folder: Path) -> list[EmailMessage]:
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]


def test_a_letter_becomes_a_file_with_all_its_headers(sessions: Sessions, settings: Settings) -> None:
    written(sessions, unsubscribe_url="https://abbina.example.org/notifications/off/" + "x" * 120)
    assert delivery.deliver(sessions, carrier_of(settings), sender=SENDER).sent == 1
    [message] = files(settings.letters_dir)
    assert message["To"] == "persona0@example.org"
    assert message["From"] == SENDER
    assert message["Subject"] == "Novità: è ora"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Date"].datetime == letters(sessions)[0].created_at.replace(microsecond=0)
    assert message["List-Unsubscribe"] == "<https://abbina.example.org/notifications/off/" + "x" * 120 + ">"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content().splitlines() == ["Buongiorno,", "", "lettera 0.", "."]
    assert delivery.deliver(sessions, carrier_of(settings), sender=SENDER).sent == 0


def test_a_mail_server_gets_each_letter_once(sessions: Sessions, post: Post) -> None:
    written(sessions, 3)
    assert by_mail(sessions, post, most=2).sent == 2
    assert by_mail(sessions, post).sent == 1
    assert [recipients for recipients, _ in post.taken] == [[f"persona{number}@example.org"] for number in range(3)]
    assert states(sessions) == ["sent"] * 3
    assert "Subject: =?utf-8?" in post.taken[0][1]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("uno@example.org\r\nBcc: altri@example.org", None),
        ("uno@example.org, altri@example.org", None),
        ("non un indirizzo", None),
        ("uno@example.org", "https://x.example/\r\nBcc: altri@example.org"),
    ],
)
def test_nothing_in_a_letter_becomes_another_header_or_recipient(
    sessions: Sessions, post: Post, address: str, url: str | None
) -> None:
    written(sessions, address=address, unsubscribe_url=url)
    assert by_mail(sessions, post).failed == 1
    assert post.taken == []
    assert states(sessions) == ["failed"]


def test_a_line_break_in_a_subject_stays_in_the_subject(sessions: Sessions, post: Post) -> None:
    written(sessions)
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(subject="Ciao\r\nBcc: altri@example.org"))
    by_mail(sessions, post)
    message = email.message_from_string(post.taken[0][1], policy=policy.default)
    assert (message["Subject"], message["Bcc"]) == ("Ciao Bcc: altri@example.org", None)


def test_a_refused_address_is_told_without_the_address(sessions: Sessions, post: Post) -> None:
    post.answers = {"RCPT": "550 5.1.1 <persona0@example.org> unknown"}
    written(sessions)
    assert by_mail(sessions, post).failed == 1
    [letter] = letters(sessions)
    assert (letter.state, letter.error) == ("failed", "the mail server answered 550 5.1.1")


@pytest.mark.parametrize("moment", ["RCPT", "text"])
def test_a_busy_server_is_tried_again_later_and_later(sessions: Sessions, post: Post, moment: str) -> None:
    post.answers = {moment: "451 busy"}
    written(sessions)
    assert by_mail(sessions, post).later == 1
    assert by_mail(sessions, post).later == 0  # not due
    pauses = []
    for _ in range(3):
        with sessions.begin() as session:
            session.execute(update(OutboxMessage).values(not_before=now()))
        by_mail(sessions, post)
        pauses.append(letters(sessions)[0].not_before - now())
    assert pauses == sorted(pauses)
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(not_before=now(), attempts=delivering.MOST_ATTEMPTS - 1))
    assert by_mail(sessions, post).failed == 1
    assert states(sessions) == ["failed"]


def test_without_a_server_letters_wait(sessions: Sessions) -> None:
    written(sessions)
    carrier = carrier_of(load_settings(smtp_url="smtp://127.0.0.1:1"))
    assert delivery.deliver(sessions, carrier, sender=SENDER).later == 1
    assert letters(sessions)[0].error == "ConnectionRefusedError"


@pytest.mark.parametrize("moment", ["text", "answer"])
def test_a_connection_that_breaks_after_the_text_leaves_the_letter_uncertain(
    sessions: Sessions, post: Post, moment: str
) -> None:
    post.cut = moment
    written(sessions)
    assert by_mail(sessions, post).uncertain == 1
    post.cut = None
    assert by_mail(sessions, post) == delivery.Delivered()
    assert delivery.retry_uncertain(sessions) == 1
    assert by_mail(sessions, post).sent == 1


def test_a_wrong_sender_gives_no_letter_up(sessions: Sessions, post: Post) -> None:
    post.answers = {"MAIL": "550 not you"}
    written(sessions)
    assert by_mail(sessions, post).later == 1


def test_without_tls_no_letter_leaves_this_machine(sessions: Sessions, post: Post, monkeypatch: Any) -> None:
    monkeypatch.setattr(carriers, "_OWN_MACHINE", ())
    written(sessions)
    assert by_mail(sessions, post).later == 1
    assert post.taken == []


def test_two_deliveries_at_once_take_each_letter_once(sessions: Sessions, post: Post) -> None:
    written(sessions, 30)
    reports: list[delivery.Delivered] = []
    threads = [threading.Thread(target=lambda: reports.append(by_mail(sessions, post))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == len(post.taken) == 30
    assert len({recipients[0] for recipients, _ in post.taken}) == 30


MOMENTS: dict[str, tuple[Any, str, bool]] = {
    "before a claim": (delivering, "_claim", False),
    "after a claim": (delivering, "_claim", True),
    "while a letter is written": (delivering, "internet_message", True),
    "before it is noted": (delivering, "_note", False),
    "after it is noted": (delivering, "_note", True),
    "inside a file": (os, "fsync", True),
    "after the file": (Folder, "carry", True),
    "before the server": (carriers.MailServer, "carry", False),
    "after the server": (carriers.MailServer, "carry", True),
}


def killed_at(moment: str, work: Callable[[], object]) -> int:
    """Do the work in a process that kills itself at the second letter's moment; returns its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    owner, name, after = MOMENTS[moment]
    original, calls = getattr(owner, name), iter(range(1, 1_000))

    def fatal(*arguments: Any, **values: Any) -> Any:
        last = next(calls) == 2
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **values)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, fatal)
    try:
        work()
    finally:
        os._exit(0)


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if "server" not in moment])
def test_killed_while_writing_files_nothing_is_lost_or_written_twice(
    sessions: Sessions, settings: Settings, moment: str
) -> None:
    written(sessions, 4)
    sessions.kw["bind"].dispose()  # no connection may be shared with the process that dies

    def work() -> None:
        own = session_factory(make_engine(settings.database))
        delivery.deliver(own, carrier_of(settings), sender=SENDER)

    assert killed_at(moment, work) == -signal.SIGKILL
    before = {path.name: path.stat().st_mtime_ns for path in settings.letters_dir.glob("*.eml")}
    delivery.deliver(sessions, carrier_of(settings), sender=SENDER)
    assert states(sessions) == ["sent"] * 4
    after = {path.name: path.stat().st_mtime_ns for path in settings.letters_dir.glob("*.eml")}
    assert len(after) == 4
    assert before.items() <= after.items()  # what was there was not written again


@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if "file" not in moment])
def test_killed_while_sending_nothing_is_lost_or_sent_twice(
    sessions: Sessions, settings: Settings, post: Post, moment: str
) -> None:
    written(sessions, 4)
    sessions.kw["bind"].dispose()

    def work() -> None:
        by_mail(session_factory(make_engine(settings.database)), post)

    assert killed_at(moment, work) == -signal.SIGKILL
    by_mail(sessions, post)
    by_mail(sessions, post)
    sent = [recipients[0] for recipients, _ in post.taken]
    assert len(sent) == len(set(sent))
    found = letters(sessions)
    assert {letter.state for letter in found} <= {"sent", "uncertain"}
    assert all(letter.address in sent for letter in found if letter.state == "sent")
    delivery.retry_uncertain(sessions)
    by_mail(sessions, post)
    assert {recipients[0] for recipients, _ in post.taken} == {f"persona{number}@example.org" for number in range(4)}


def test_a_claim_of_another_machine_is_believed_for_a_while(sessions: Sessions, post: Post) -> None:
    written(sessions)
    claim = {"state": "sending", "claimed_by": "elsewhere:1:x", "claimed_at": now()}
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(**claim))
    assert by_mail(sessions, post) == delivery.Delivered()
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(claimed_at=now() - timedelta(minutes=16)))
    assert by_mail(sessions, post).recovered == 1
    assert states(sessions) == ["uncertain"]
