"""An administrator invites, suspends, reactivates and erases; what an erased person leaves behind has no name."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, inspect, select, text

from data.models import Account, CaseEvent
from data.models.vocabulary import CaseKind
from matching.bootstrap import Application
from tests.e2e.people import COMPANY, People
from tests.e2e.stories import Story, sign_in

pytestmark = pytest.mark.browser

PASSWORD = "sette gatti sul tetto di Bergamo"
BROKER, MEMBER = "betta.invitata@agenzia.example", "mirko.zanchetti@membro.example"
NAME = "Mirko Zanchetti"


@pytest.fixture
def story(browser: Browser, people: People, region: Application, width: int) -> Iterator[Story]:
    told = Story("administrator", browser, people, region, width)
    yield told
    assert told.complaints == []


@pytest.mark.parametrize(("database", "width"), [("sqlite", 1280), ("postgresql", 1280)], indirect=["database"])
def test_an_administrator_invites_suspends_reactivates_and_erases(
    story: Story, database: str, region: Application
) -> None:
    with story.before("administrator") as admin, story.before() as broker, story.before() as member:
        invite(story, admin, BROKER, "Facilitatore")
        accept(story, broker, BROKER, "Betta Invitata")
        expect(broker.get_by_role("heading", level=1)).to_have_text("Scrivania")
        invite(story, admin, MEMBER, "Membro di un’organizzazione", COMPANY)
        accept(story, member, MEMBER, NAME)
        number = open_account(story, admin)
        suspend(story, admin, member)
        reactivate(admin, member)
        assert exported(story, member)["account"]["name"] == NAME
        assert {"account", "outbox_message"} <= set(holding(region.engine, "Zanchetti", MEMBER))
        erase(story, admin, member)
        for path in ("/admin/accounts/", "/desk/organisations/", "/", "/desk/", "/activities", "/organisations/"):
            admin.goto(path)
            expect(admin.locator("body")).not_to_contain_text("Zanchetti")
        sign_in(member, MEMBER, PASSWORD)
        expect(member.get_by_role("alert")).to_be_visible()
    assert holding(region.engine, "Zanchetti", MEMBER) == []
    with region.sessions() as session:
        kept = session.get_one(Account, number)
        logged = session.scalars(
            select(CaseEvent.action).where(CaseEvent.kind == CaseKind.ACCOUNT.value, CaseEvent.object_id == number)
        ).all()
    assert (kept.active, kept.erased_at is not None) == (False, True)
    assert {"suspended", "reactivated", "erased"} <= set(logged)


def invite(story: Story, page: Page, email: str, role: str, organisation: str = "") -> None:
    page.goto("/")
    page.get_by_role("link", name="Account", exact=True).click()
    form = page.locator("form", has=page.get_by_role("button", name="Invita", exact=True))
    form.get_by_label("Indirizzo e-mail").fill(email)
    form.get_by_label("Ruolo").select_option(role)
    form.get_by_label("Codice dell’organizzazione").fill(organisation)
    form.get_by_role("button", name="Invita").click()
    expect(page.get_by_role("main")).to_contain_text(email)
    story.station(page, "invited")


def accept(story: Story, page: Page, email: str, name: str) -> None:
    page.goto(story.link(email, "/invitation/"))
    page.get_by_label("Nome e cognome").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Ho letto l’informativa").check()
    story.station(page, "invitation")
    page.get_by_role("button", name="Accetta l’invito").click()
    expect(page.get_by_role("status")).to_contain_text("L’account è pronto")
    sign_in(page, email, PASSWORD)


def open_account(story: Story, page: Page) -> int:
    page.goto("/admin/accounts/")
    page.get_by_label("Nome, indirizzo o organizzazione").fill("zanchetti")
    page.get_by_role("search").get_by_role("button", name="Cerca").click()
    page.get_by_role("link", name=NAME).click()
    story.station(page, "account")
    return int(page.url.rsplit("/", 1)[1])


def suspend(story: Story, page: Page, member: Page) -> None:
    """The open session of the suspended person ends at once."""
    member.goto("/account/")
    expect(member.get_by_role("heading", level=1)).to_have_text("Il mio account")
    page.locator("summary", has_text="Sospendi l’account").click()
    page.get_by_label("Motivo, per il registro").fill("verifica in corso")
    page.get_by_role("button", name="Sospendi l’account").click()
    expect(page.locator(".account-facts")).to_contain_text("Sospeso")
    member.reload()
    expect(member.get_by_role("heading", level=1)).to_have_text("Accedi")
    sign_in(member, MEMBER, PASSWORD)
    expect(member.get_by_role("alert")).to_be_visible()


def reactivate(page: Page, member: Page) -> None:
    page.get_by_role("button", name="Riattiva").click()
    expect(page.locator(".account-facts")).to_contain_text("Attivo")
    sign_in(member, MEMBER, PASSWORD)
    expect(member.get_by_role("link", name=NAME)).to_be_visible()


def exported(story: Story, page: Page) -> dict[str, dict[str, str]]:
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="Scaricare i propri dati").click()
    story.station(page, "my-data")
    with page.expect_download() as download:
        page.get_by_role("button", name="Scarica i dati").click()
    return dict(json.loads(download.value.path().read_text(encoding="utf-8")))


def erase(story: Story, page: Page, member: Page) -> None:
    page.get_by_role("link", name="Cancellare questo account").click()
    page.get_by_role("button", name="Cancella definitivamente").click()
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Confermo la cancellazione definitiva").check()
    story.station(page, "erasing")
    page.get_by_role("button", name="Cancella definitivamente").click()
    expect(page.get_by_role("status").first).to_contain_text("sono cancellati")
    story.station(page, "erased")
    member.goto("/account/")
    expect(member.get_by_role("heading", level=1)).to_have_text("Accedi")


def holding(engine: Engine, *words: str) -> list[str]:
    """The tables in which one of the words still stands, in whatever column."""
    found = []
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                if any(word in str(value) for word in words for value in row):
                    found.append(table)
    return sorted(set(found))
