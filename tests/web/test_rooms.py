from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from data.models import Account, Partnership, PartnershipMessage
from data.models.vocabulary import InterestKind
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.references import new_token
from tests.data.hostile import pdf
from tests.factories import account, in_days
from tests.matching.interest_world import World, expressed, world
from tests.web.conftest import Browser
from tests.web.test_interests import browser
from tests.web.test_proposal_page import text_of


@pytest.fixture
def people(session: Session) -> World:
    """People of a relevant expression, whose room is number 1."""
    made = world(session)
    interest = expressed(session, made, InterestKind.PLATFORM)
    for version, move in enumerate((Move.EVALUATE, Move.FIND_RELEVANT), 1):
        MOVES[move](session, made.person("owner"), interest.reference, Step(version=version))
    session.commit()
    return made


@pytest.fixture
def address(people: World, session: Session) -> str:
    return f"/partnerships/{session.scalars(select(Partnership.id)).one()}"


def say(client: Browser, address: str, text: str, token: str | None = None) -> str:
    form = {"text": text, "token": token or new_token(in_days(0))}
    return client.send(f"{address}/messages", form, follow_redirects=True).text


def member(app: Flask, who: Account) -> Browser:
    return browser(app, who)


def test_both_sides_and_the_facilitator_meet_and_nobody_else(
    app: Flask, people: World, address: str, session: Session
) -> None:
    outsiders = [people.colleague, account(session, organisation=people.owner.organisation), account(session)]
    administrator = account(session, "administrator")
    session.commit()
    for who in (people.applicant, people.owner, people.broker):
        said = text_of(member(app, who).get(address).text)
        assert "Only those named here see what is written in this room" in said
        assert "expressed interest" in said
    for who in (*outsiders, administrator):
        client = member(app, who)
        assert client.get(address).status_code == 404
        for action in ("messages", "steps", "steps/1/done", "members"):
            form = {"text": "x", "token": new_token(in_days(0)), "account": who.id}
            assert client.send(f"{address}/{action}", form).status_code == 404


def test_a_message_reaches_the_room_once_as_text(app: Flask, people: World, address: str) -> None:
    token = new_token(in_days(0))
    for _ in range(2):
        say(member(app, people.applicant), address, "<b>Quando</b> proviamo?", token)
    page = member(app, people.owner).get(address).text
    assert page.count("&lt;b&gt;Quando&lt;/b&gt; proviamo?") == 1
    assert "Write something here" in say(member(app, people.owner), address, "  ")


def test_a_message_is_dated_as_the_clock_on_the_wall_says(
    app: Flask, people: World, address: str, session: Session
) -> None:
    client = member(app, people.applicant)
    say(client, address, "Buon anno")
    session.rollback()  # see what was written
    session.execute(update(PartnershipMessage).values(created_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)))
    session.commit()
    assert "1 Jan 2027, 00:30" in client.get(address).text
    assert "1 gen 2027, 00:30" in client.get(f"{address}?lang=it").text


def test_steps_are_agreed_and_done(app: Flask, people: World, address: str) -> None:
    client = member(app, people.applicant)
    form = {"text": "Mandare i provini", "due": in_days(-1).isoformat(), "token": new_token(in_days(0))}
    said = text_of(client.send(f"{address}/steps", form, follow_redirects=True).text)
    assert "Mandare i provini by" in said
    assert "late" in said
    said = text_of(member(app, people.owner).send(f"{address}/steps/1/done", follow_redirects=True).text)
    assert "done on" in said
    assert client.send(f"{address}/steps/99/done").status_code == 404


def test_a_member_brings_in_colleagues_of_the_own_side_only(
    app: Flask, people: World, address: str, session: Session
) -> None:
    colleague = account(session, organisation=people.applicant.organisation)
    session.commit()
    client = member(app, people.applicant)
    assert client.send(f"{address}/members", {"account": people.colleague.id}).status_code == 403
    assert client.send(f"{address}/members", {"account": colleague.id}).status_code == 302
    assert member(app, colleague).get(address).status_code == 200


def test_who_leaves_the_organisation_is_outside(app: Flask, people: World, address: str, session: Session) -> None:
    stored = session.get_one(Account, people.applicant.id)
    stored.organisation_id, stored.membership = None, "none"
    session.commit()
    assert member(app, people.applicant).get(address).status_code == 404


def test_the_case_transferred_changes_the_facilitator(
    app: Flask, people: World, address: str, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        reference = session.scalars(select(Partnership)).one().interest.reference
        step = Step(version=3, assignee_id=people.colleague.id, note="Segue tu.")
        MOVES[Move.TRANSFER](session, people.person("broker"), reference, step)
    assert member(app, people.broker).get(address).status_code == 404
    assert member(app, people.colleague).get(address).status_code == 200


def test_the_outcome_concludes_the_room(
    app: Flask, people: World, address: str, sessions: sessionmaker[Session]
) -> None:
    owner = member(app, people.owner)
    page = owner.get(address).text
    assert "Conclude with an outcome" in page
    assert "Conclude with an outcome" not in member(app, people.applicant).get(address).text
    with sessions() as session:
        reference = session.scalars(select(Partnership)).one().interest.reference
    form = {"move": "close", "version": 3, "progress": "agreement"}
    owner.send(f"/interests/{reference}/moves", form)
    said = text_of(member(app, people.applicant).get(address).text)
    assert "recorded as an achievement" in said
    answer = owner.send(f"{address}/messages", {"text": "Ancora", "token": new_token(in_days(0))})
    assert answer.status_code == 409
    assert ">Ancora</textarea>" in answer.text


def test_documents_stay_in_the_room(app: Flask, people: World, address: str) -> None:
    picture = BytesIO()
    Image.new("RGB", (4, 4), "white").save(picture, "PNG")
    client = member(app, people.applicant)
    sent = {"file": (BytesIO(picture.getvalue()), "schema <b>.png")}
    page = client.send(f"{address}/files", sent, follow_redirects=True).text
    assert "schema" in page
    assert "<b>.png" not in page
    found = re.search(rf'href="({address}/files/\d+)"', page)
    assert found is not None
    answer = member(app, people.owner).get(found.group(1))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert member(app, people.colleague).get(found.group(1)).status_code == 404
    hostile = {"file": (BytesIO(b"MZ\x90\x00"), "schema.png")}
    assert "Only PDF documents" in client.send(f"{address}/files", hostile).text
    client.send(f"{found.group(1)}/remove")
    assert client.get(found.group(1)).status_code == 404


def test_a_document_of_megabytes_is_taken_and_one_too_large_is_said_beside_the_field(
    app: Flask, people: World, address: str
) -> None:
    client = member(app, people.applicant)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert token is not None

    def sent(content: bytes, name: str) -> TestResponse:
        file = FileStorage(BytesIO(content), name)
        boundary, body = encode_multipart({"csrf_token": token.group(1), "file": file})  # in memory, unlike a client's
        return client.post(f"{address}/files", data=body, content_type=f"multipart/form-data; boundary={boundary}")

    filling = b"%" + b"x" * 2_000_000 + b"\n"
    assert sent(pdf(between=filling), "relazione.pdf").status_code == 302
    assert "relazione.pdf" in client.get(address).text
    refused = sent(b"x" * 11_000_000, "enorme.pdf")
    assert refused.status_code == 422
    assert "too large" in text_of(refused.text)
