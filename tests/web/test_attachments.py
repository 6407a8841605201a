from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from data.models import Attachment, Organisation
from tests.data.hostile import archive_end, pdf, picture, png_bomb, stream
from tests.factories import organisation, proposal
from tests.web.conftest import Browser, Visit

HOSTILE = [
    (pdf(catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "piano.pdf", "scripts"),
    (pdf(stream(b"x", b"/Type /EmbeddedFile")), "piano.pdf", "scripts"),
    (b"<html><script>alert(1)</script>", "foto.png", "Only PDF"),
    (b"MZ\x90\x00programma", "piano.pdf", "Only PDF"),
    (picture("PNG"), "foto.png.exe", "Only PDF"),
    (picture("JPEG") + archive_end(), "foto.jpg", "other data"),
    (png_bomb(60_000, 60_000), "foto.png", "too many pixels"),
    (b"", "vuoto.pdf", "empty"),
    (pdf()[:200], "piano.pdf", ""),
]


@pytest.fixture
def home(session: Session) -> Organisation:
    found = organisation(session)
    session.commit()
    return found


@pytest.fixture
def member(visit: Visit, home: Organisation) -> Browser:
    return visit("member", home)


@pytest.fixture
def draft(session: Session, home: Organisation) -> str:
    record = proposal(session, state="draft", organisation_id=home.id)
    session.commit()
    return f"/proposals/{record.reference}"


def sent(browser: Browser, address: str, content: bytes, name: str = "piano.pdf", **given: Any) -> Any:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(browser.form_page).text)
    assert token is not None
    form = {"csrf_token": token.group(1), "file": FileStorage(BytesIO(content), name)}
    boundary, body = encode_multipart(form)  # in memory: the client itself would leave a temporary file open
    return browser.post(
        f"{address}/attachments", data=body, content_type=f"multipart/form-data; boundary={boundary}", **given
    )


def rows(sessions: sessionmaker[Session]) -> list[Attachment]:
    with sessions() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def files(app: Flask) -> list[Path]:
    folder = app.extensions["abbina"].settings.upload_dir
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_attached_handed_out_and_removed(
    app: Flask, member: Browser, draft: str, sessions: sessionmaker[Session]
) -> None:
    content = pdf()
    for _ in range(2):  # the form again
        assert sent(member, draft, content, "../Piano <b>d'azione</b>.pdf").status_code == 302
    [row] = rows(sessions)
    page = member.get(draft).text
    assert "<b>d" not in page
    answer = member.get(f"{draft}/attachments/{row.id}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "/" not in row.name
    assert member.send(f"{draft}/attachments/{row.id}/remove").status_code == 302
    assert member.get(f"{draft}/attachments/{row.id}").status_code == 404
    assert files(app) == []


def test_a_content_that_another_proposal_has_stays(
    app: Flask, client: Browser, session: Session, draft: str, sessions: sessionmaker[Session]
) -> None:
    other = proposal(session)
    session.commit()
    sent(client, draft, pdf())
    sent(client, f"/proposals/{other.reference}", pdf())
    first, second = rows(sessions)
    client.send(f"{draft}/attachments/{first.id}/remove")
    assert len(files(app)) == 1
    assert client.get(f"/proposals/{other.reference}/attachments/{second.id}").data == pdf()


@pytest.mark.parametrize(("content", "name", "words"), HOSTILE)
def test_hostile_files_are_refused_beside_the_field(
    app: Flask, member: Browser, draft: str, sessions: Any, content: bytes, name: str, words: str
) -> None:
    answer = sent(member, draft, content, name)
    assert answer.status_code == 422
    complaint = answer.text.split('id="fault-attach"')[1].split("</p>")[0]
    assert words in complaint
    assert rows(sessions) == []
    assert files(app) == []


def test_large_files_go_in_here_alone(member: Browser, draft: str, sessions: sessionmaker[Session]) -> None:
    large = pdf(stream(b"0" * 3_000_000))
    assert sent(member, draft, large).status_code == 302
    assert (
        member.send("/proposals/new/TR", {"action": "draft", "title": "x", "description": "y" * 1_100_000}).status_code
        == 413
    )
    too_large = sent(member, draft, pdf(stream(b"0" * 10_200_000)))
    assert too_large.status_code == 422
    assert "The file is too large." in too_large.text
    assert len(rows(sessions)) == 1


def test_five_files_and_no_more(member: Browser, draft: str, sessions: sessionmaker[Session]) -> None:
    for number in range(6):
        answer = sent(member, draft, pdf(stream(b"%d" % number)))
    assert answer.status_code == 422
    assert "at most 5 files" in answer.text
    assert len(rows(sessions)) == 5


def test_nothing_goes_out_that_nobody_read(
    member: Browser, client: Browser, session: Session, home: Organisation
) -> None:
    record = proposal(session, organisation_id=home.id)
    session.commit()
    address = f"/proposals/{record.reference}"
    assert "Attach a file" not in member.get(address).text
    assert sent(member, address, pdf()).status_code == 403
    assert sent(client, address, pdf()).status_code == 302


def test_files_are_seen_by_whoever_sees_the_proposal(
    client: Browser, stranger: Browser, visit: Visit, session: Session, draft: str, sessions: sessionmaker[Session]
) -> None:
    public = proposal(session)
    elsewhere = organisation(session)
    session.commit()
    outsider = visit("member", elsewhere)
    sent(client, draft, pdf())
    sent(client, f"/proposals/{public.reference}", pdf())
    hidden, shown = rows(sessions)
    for browser in (stranger, outsider):
        assert browser.get(f"/proposals/{public.reference}/attachments/{shown.id}").status_code == 200
        assert browser.get(f"{draft}/attachments/{hidden.id}").status_code == 404
        # nor by way of another proposal's address
        assert browser.get(f"/proposals/{public.reference}/attachments/{hidden.id}").status_code == 404
    assert sent(outsider, draft, pdf()).status_code == 404
    assert outsider.send(f"/proposals/{public.reference}/attachments/{shown.id}/remove").status_code == 403
    assert "/login" in sent(stranger, draft, pdf()).location


def test_an_upload_needs_the_token(member: Browser, draft: str, sessions: sessionmaker[Session]) -> None:
    answer = member.post(f"{draft}/attachments", data={"file": (BytesIO(pdf()), "piano.pdf")})
    assert answer.status_code == 400
    assert rows(sessions) == []
