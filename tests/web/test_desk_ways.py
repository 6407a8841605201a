from __future__ import annotations

import re

from sqlalchemy.orm import Session

from data.models import Attachment
from tests.web.conftest import Browser
from tests.web.test_desk import to_validate, version_in


def test_shortcuts_are_listed_and_can_be_switched_off(client: Browser, session: Session) -> None:
    to_validate(session)
    session.commit()
    page = client.get("/desk/").text
    assert re.search(r'<script src="/static/desk\.js[^"]*" nonce="[^"]+" defer></script>', page)
    keys = re.findall(r"<kbd>(.)</kbd>", page)
    assert keys == ["j", "k", "x", "o", "a", "/", "g", "q", "?"]
    assert "data-switch" in page
    for key in ("x", "o", "a"):
        assert f'data-key="{key}"' in page


def test_the_result_of_a_bulk_action_has_the_shortcuts_of_the_desk(client: Browser, session: Session) -> None:
    waiting = [to_validate(session) for _ in range(2)]
    session.commit()
    form = {"action": "extend", "item": [f"validation:{one.id}:0" for one in waiting], "back": "/desk/?kind=validation"}
    page = client.send("/desk/bulk", form, follow_redirects=True).text
    assert re.findall(r"<kbd>(.)</kbd>", page) == ["j", "k", "o", "b", "g", "q", "?"]
    assert "/static/desk.js" in page
    assert page.count('data-key="o"') == page.count('class="result-item"') == 2
    assert 'href="/desk/?kind=validation" data-key="b"' in page


def test_a_decision_leads_back_to_the_queue_as_it_was_filtered(client: Browser, session: Session) -> None:
    waiting = to_validate(session)
    session.commit()
    client.get("/desk/?kind=validation&q=parola&unknown=1")
    page = client.get(f"/desk/proposals/{waiting.reference}").text
    assert 'href="/desk/?kind=validation" data-key="b"' in page
    form = {"version": version_in(page), "reason": "Manca il testo."}
    answer = client.send(f"/desk/proposals/{waiting.reference}/refuse", form)
    assert answer.location == "/desk/?kind=validation"


def test_the_check_shows_the_files_and_the_text_in_the_second_language(client: Browser, session: Session) -> None:
    waiting = to_validate(session, second_title="Pins for hot parts", second_language="en")
    values = {"owner_kind": "proposal", "owner_id": waiting.id, "name": "scheda.pdf", "media_type": "application/pdf"}
    session.add(Attachment(key="k", size=1, sha256="a" * 64, actor="job:test", **values))
    session.commit()
    page = client.get(f"/desk/proposals/{waiting.reference}").text
    assert re.search(r'lang="en">Pins for hot parts', page)
    assert f"/proposals/{waiting.reference}/attachments/" in page
