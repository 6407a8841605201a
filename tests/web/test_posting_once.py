from __future__ import annotations

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Proposal
from tests.factories import form_of
from tests.web.conftest import Browser


def proposals(sessions: sessionmaker[Session]) -> list[Proposal]:
    with sessions() as session:
        return list(session.scalars(select(Proposal).order_by(Proposal.id)))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def opened(client: Browser, address: str, action: str, **given: Any) -> dict[str, Any]:
    """A form as a browser sends it that opened it at this address."""
    page = client.get(address).text
    own = {name: hidden(page, name) for name in ("csrf_token", "token")}
    return own | form_of("TR", action=action, **given)


@pytest.mark.parametrize("action", ["draft", "publish"])
def test_a_button_pressed_twice_makes_one_proposal(
    client: Browser, sessions: sessionmaker[Session], action: str
) -> None:
    form = opened(client, "/proposals/new/TR", action)
    first, second = (client.post("/proposals/new/TR", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    [stored] = proposals(sessions)
    assert stored.state == ("draft" if action == "draft" else "published")


def test_two_requests_at_once_make_one_proposal(app: Flask, client: Browser, sessions: sessionmaker[Session]) -> None:
    form = opened(client, "/proposals/new/TR", "publish")
    cookie = client.get_cookie("abbina_session")
    assert cookie is not None
    barrier, places = Barrier(2), []

    def press() -> None:
        browser = app.test_client()
        browser.set_cookie("abbina_session", cookie.value)
        barrier.wait(10)
        answer = browser.post("/proposals/new/TR", data=form)
        places.append((answer.status_code, answer.location))

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    [stored] = proposals(sessions)
    assert places == [(302, f"/proposals/{stored.reference}")] * 2


def test_two_forms_make_two_proposals(client: Browser, sessions: sessionmaker[Session]) -> None:
    for _ in range(2):
        client.post("/proposals/new/TR", data=opened(client, "/proposals/new/TR", "draft"))
    assert len(proposals(sessions)) == 2


def test_a_form_that_came_back_keeps_its_token(client: Browser) -> None:
    form = opened(client, "/proposals/new/TR", "publish", title="")
    assert hidden(client.post("/proposals/new/TR", data=form).text, "token") == form["token"]
    preview = client.post("/proposals/new/TR", data=form | {"action": "preview"})
    assert hidden(preview.text, "token") == form["token"]


@pytest.mark.parametrize("token", ["", "mine", "2026-" + "z" * 32])
def test_a_token_of_another_make_is_replaced(client: Browser, sessions: sessionmaker[Session], token: str) -> None:
    form = opened(client, "/proposals/new/TR", "draft") | {"token": token}
    assert client.post("/proposals/new/TR", data=form).status_code == 302
    assert client.post("/proposals/new/TR", data=form).status_code == 302
    assert len(proposals(sessions)) == 2


def test_saved_as_a_draft_and_then_published_with_the_same_form(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    form = opened(client, "/proposals/new/TR", "draft")
    client.post("/proposals/new/TR", data=form)
    assert client.post("/proposals/new/TR", data=form | {"action": "publish"}).status_code == 302
    assert client.post("/proposals/new/TR", data=form | {"action": "draft"}).status_code == 302
    [stored] = proposals(sessions)
    assert stored.state == "published"


def test_a_form_sent_again_with_other_words_asks_first(client: Browser, sessions: sessionmaker[Session]) -> None:
    form = opened(client, "/proposals/new/TR", "publish")
    first = client.post("/proposals/new/TR", data=form)
    changed = form | {"title": "Tutt'altro titolo"}
    again = client.post("/proposals/new/TR", data=changed)
    assert again.status_code == 409
    assert "This form was already sent" in again.text
    assert f'href="{first.location}"' in again.text
    assert "Tutt&#39;altro titolo" in again.text
    assert "<dd>Rivestimento antiusura per stampi</dd>" in again.text
    assert len(proposals(sessions)) == 1
    renewed = changed | {"token": hidden(again.text, "token")}
    assert client.post("/proposals/new/TR", data=renewed).status_code == 302
    assert [item.title for item in proposals(sessions)] == ["Rivestimento antiusura per stampi", "Tutt'altro titolo"]


def draft_of(client: Browser) -> str:
    """The address of a new draft."""
    answer = client.post("/proposals/new/TR", data=opened(client, "/proposals/new/TR", "draft"))
    return str(answer.location)


def editing(client: Browser, address: str, action: str, **given: Any) -> dict[str, Any]:
    """The form of a draft, opened in one more tab."""
    return opened(client, f"{address}/edit", action, **given) | {
        "version": hidden(client.get(f"{address}/edit").text, "version")
    }


@pytest.mark.parametrize("action", ["draft", "publish"])
def test_an_edited_draft_sent_twice_is_stored_once(
    client: Browser, sessions: sessionmaker[Session], action: str
) -> None:
    address = draft_of(client)
    form = editing(client, address, action, title="Un altro titolo")
    answers = [client.post(f"{address}/edit", data=form) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(302, address)] * 2
    [stored] = proposals(sessions)
    assert stored.title == "Un altro titolo"


def test_the_publish_button_of_a_draft_pressed_twice(client: Browser) -> None:
    address = draft_of(client)
    for _ in range(2):
        answer = client.send(f"{address}/publish", follow_redirects=True)
        assert answer.status_code == 200
        assert "The proposal is published." in answer.text


def test_of_two_tabs_the_later_is_told_and_keeps_what_was_typed(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    address = draft_of(client)
    early = editing(client, address, "draft", title="Prima")
    late = editing(client, address, "draft", title="Seconda", summary="Scritto nella seconda scheda.")
    assert client.post(f"{address}/edit", data=early).status_code == 302
    answer = client.post(f"{address}/edit", data=late)
    assert answer.status_code == 409
    assert "Somebody changed this draft in the meantime" in answer.text
    assert "<dt>Title</dt><dd>Prima</dd>" in answer.text
    assert 'value="Seconda"' in answer.text
    assert "Scritto nella seconda scheda." in answer.text
    assert [item.title for item in proposals(sessions)] == ["Prima"]
    knowing = late | {"version": hidden(answer.text, "version")}
    assert client.post(f"{address}/edit", data=knowing).status_code == 302
    assert [item.title for item in proposals(sessions)] == ["Seconda"]


def test_a_draft_published_in_another_tab_keeps_what_was_typed(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    address = draft_of(client)
    late = editing(client, address, "draft", title="Troppo tardi")
    client.send(f"{address}/publish")
    answer = client.post(f"{address}/edit", data=late)
    assert answer.status_code == 409
    assert "This draft can no longer be edited" in answer.text
    assert "“Open”" in answer.text
    assert 'value="Troppo tardi"' in answer.text
    assert 'action="/proposals/new/TR"' in answer.text
    kept = late | {"token": hidden(answer.text, "token")}
    assert client.post("/proposals/new/TR", data=kept).status_code == 302
    assert [item.title for item in proposals(sessions)] == ["Rivestimento antiusura per stampi", "Troppo tardi"]


def test_the_notices_are_in_italian_too(italian: Browser) -> None:
    address = draft_of(italian)
    early = editing(italian, address, "draft", title="Prima")
    late = editing(italian, address, "draft", title="Seconda")
    italian.post(f"{address}/edit", data=early)
    page = italian.post(f"{address}/edit", data=late).text
    assert "Qualcuno ha modificato questa bozza nel frattempo" in page
    assert "Che cosa è salvato ora" in page
