"""A company from its registration to an agreement, with a broker at the desk in another browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from data.models import Account, Achievement, Consent, Interest
from matching.bootstrap import Application
from tests.e2e.people import People
from tests.e2e.stories import Story, sign_in
from tests.e2e.test_posting_a_need import SUMMARY, TITLE, entry, write_the_rest

pytestmark = pytest.mark.browser

PASSWORD = "canali puliti per tutti i collettori"
NETWORK = "TOAT99990501001"
"""A profile of the network that answers the need; the calculation finds it."""
PLATFORM = "VF-ADV-003"
"""A proposal of the platform that the broker adds by search."""


@pytest.fixture
def story(browser: Browser, people: People, region: Application, width: int) -> Iterator[Story]:
    told = Story("company", browser, people, region, width)
    yield told
    assert told.complaints == []


@pytest.mark.parametrize(
    ("database", "width"), [("sqlite", 1280), ("sqlite", 390), ("postgresql", 1280)], indirect=["database"]
)
def test_a_company_goes_from_its_registration_to_an_agreement(story: Story, database: str) -> None:
    email, firm = f"carla{story.width}@collettori.example", f"Collettori Prova {story.width}"
    with story.before() as company, story.before("broker") as broker:
        register(story, company, email)
        found_organisation(story, company, firm)
        verify(story, broker, firm)
        reference = post(story, company)
        validate(story, broker)
        chosen = curate(story, broker, reference)
        answer(story, company, email, reference, chosen)
        network = express_on_network(story, company, email)
        accompany(story, broker, network)
        meet_on_platform(story, company, broker)
    assert achieved(story.region, email) == (2, ["privacy"])


def register(story: Story, page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Accedi").click()
    page.get_by_role("main").get_by_role("link", name="Registrazione").click()
    page.get_by_label("Nome e cognome").fill("Carla Collettori")
    page.get_by_label("Indirizzo e-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Ho letto l’informativa").check()
    story.station(page, "register")
    page.get_by_role("button", name="Crea l’account").click()
    expect(page.get_by_role("status")).to_contain_text(email)
    page.goto(story.link(email, "/confirm/"))
    expect(page.get_by_role("status")).to_contain_text("L’indirizzo è confermato")
    sign_in(page, email, PASSWORD)


def found_organisation(story: Story, page: Page, firm: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("La mia organizzazione")
    form = page.locator("form", has=page.get_by_role("button", name="Registra l’organizzazione"))
    form.get_by_label("Nome dell’organizzazione").fill(firm)
    form.get_by_label("Tipo di organizzazione").select_option("company")
    form.get_by_label("Paese").select_option("IT")
    form.get_by_label("Comune").fill("Bergamo")
    form.get_by_label("Che cosa fa").fill("Costruisce collettori idraulici con la stampa 3D di metalli.")
    story.station(page, "organisation")
    form.get_by_role("button", name="Registra l’organizzazione").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(firm)
    expect(page.get_by_role("main")).to_contain_text("Non ancora verificata")


def verify(story: Story, page: Page, firm: str) -> None:
    page.goto("/desk/")
    page.get_by_role("navigation", name="Tipi di lavoro").get_by_role("link", name="da verificare").click()
    page.locator(".queue-item", has_text=firm).get_by_role("link", name=firm).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(firm)
    story.station(page, "verify")
    page.get_by_role("button", name="Verifica", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("L’organizzazione è verificata")


def post(story: Story, page: Page) -> str:
    page.get_by_role("navigation", name="Principale").get_by_role("link", name="Nuova proposta").click()
    page.get_by_role("link", name=re.compile("Ricerca di tecnologia")).click()
    entry(page, "Titolo").fill(f"{TITLE} ({story.width})")
    entry(page, "Descrizione breve").fill(SUMMARY)
    write_the_rest(page)
    page.get_by_role("button", name="Invia per la validazione").click()
    expect(page.get_by_role("status").first).to_contain_text("L'agenzia la approva o indica che cosa va cambiato")
    story.station(page, "handed-in")
    return page.url.split("/proposals/")[1].split("#")[0]


def validate(story: Story, page: Page) -> None:
    page.goto("/desk/")
    story.station(page, "desk")
    page.get_by_role("navigation", name="Tipi di lavoro").get_by_role("link", name="Da validare").click()
    page.locator(".queue-item", has_text=f"({story.width})").get_by_role("link").click()
    expect(page.get_by_role("region", name="Risultati")).to_contain_text("Descrizione")
    expect(page.locator(".review-partners .match").first).to_be_visible()
    story.station(page, "review")
    page.get_by_role("button", name="Approva e pubblica").click()
    expect(page.get_by_role("status")).to_contain_text("Approvata")


def card(page: Page, words: str) -> Locator:
    return page.locator(".match", has_text=words)


def curate(story: Story, page: Page, reference: str) -> list[str]:
    page.goto(f"/proposals/{reference}")
    organisation = page.get_by_role("region", name="Organizzazioni").locator(".match-title").first.inner_text()
    page.get_by_role("button", name=f"Accetta {organisation}", exact=True).click()
    expect(card(page, organisation)).to_contain_text("Accettato")
    network = page.locator(".match", has=page.locator(f'.match-title a[href="/proposals/{NETWORK}"]'))
    title = network.locator(".match-title").inner_text()
    network.get_by_role("button", name=re.compile("Accetta")).click()
    expect(network).to_contain_text("Accettato")
    network.locator("summary", has_text="Nota").click()
    network.get_by_label("Nota", exact=True).fill("Hanno già lisciato canali come questi.")
    network.get_by_label("Chi la legge").select_option("company")
    story.station(page, "curating")
    network.get_by_role("button", name="Salva la nota").click()
    page.get_by_role("link", name="Aggiungi con una ricerca").click()
    page.get_by_role("link", name="Proposte di altri").click()
    page.get_by_label("Parole").fill("superfici lucide")
    page.get_by_role("main").get_by_role("button", name="Cerca").click()
    story.station(page, "adding")
    page.get_by_role("button", name=re.compile("Aggiungi Ispezione automatica")).click()
    decisions = page.get_by_role("region", name="Decisioni")
    expect(decisions).to_contain_text("Ispezione automatica")
    story.station(page, "curated")
    return [organisation, title]


def answer(story: Story, page: Page, email: str, reference: str, chosen: list[str]) -> None:
    """See just what was accepted, want one and refuse one."""
    organisation, network = chosen
    page.goto(story.link(email, f"/proposals/{reference}"))
    expect(page).to_have_url(re.compile(re.escape(reference)))
    suggested = page.get_by_role("region", name="Partner suggeriti")
    expect(suggested.locator(".match")).to_have_count(3)
    expect(card(page, network)).to_contain_text("Hanno già lisciato canali come questi.")
    story.station(page, "suggested")
    card(page, network).get_by_role("button", name=re.compile("^Interessa")).click()
    refused = card(page, organisation)
    refused.locator("summary", has_text="Non interessa").click()
    refused.get_by_label("Perché no?").select_option("wrong_competence")
    refused.get_by_role("button", name="Non interessa", exact=True).click()
    expect(suggested.locator(".match")).to_have_count(2)
    expect(suggested.locator(".match", has_text=organisation)).to_have_count(0)
    story.station(page, "answered")
    card(page, network).get_by_role("link", name=re.compile("Manifesta interesse")).click()


def express_on_network(story: Story, page: Page, email: str) -> str:
    expect(page.get_by_role("heading", level=1)).to_have_text("Manifesta interesse")
    expect(page.get_by_label("Posta elettronica")).to_have_value(email)
    page.get_by_label("Interesse per la tecnologia").fill("Lisciare canali interni di collettori idraulici.")
    page.get_by_label("Presentazione dell'organizzazione").fill("Collettori idraulici con la stampa 3D di metalli.")
    story.station(page, "expressing")
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("informativa")
    page.get_by_label("Ho letto l'informativa").check()
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("La manifestazione di interesse è stata inviata")
    story.station(page, "expressed")
    with page.expect_download() as download:
        page.get_by_role("link", name="Copia in PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    return page.url.split("/interests/")[1]


def accompany(story: Story, page: Page, reference: str) -> None:
    page.goto("/desk/?kind=interest")
    page.locator(".queue-item", has=page.locator(f'a[href="/interests/{reference}"]')).get_by_role("link").click()
    page.get_by_role("button", name="Prendi in carico").click()
    for step in ("Primo contatto stabilito", "EOI inoltrata", "Contatto avviato", "Negoziazione in corso"):
        page.locator("summary", has_text="Annota un avanzamento").click()
        page.get_by_label("Avanzamento raggiunto").select_option(step)
        page.get_by_role("button", name="Annota l'avanzamento").click()
        expect(page.locator(".interest-standing")).to_contain_text(step)
    page.locator("summary", has_text="Chiudi con un esito").click()
    page.get_by_role("combobox", name="Esito").select_option("Accordo raggiunto")
    page.get_by_role("button", name="Chiudi il caso").click()
    expect(page.get_by_role("main")).to_contain_text("registrato come risultato")
    expect(page.locator(".interest-standing")).to_contain_text("Chiusa · Accordo raggiunto")
    story.station(page, "agreement")


def meet_on_platform(story: Story, page: Page, broker: Page) -> None:
    """On a proposal of the platform: found relevant, a room, a message, a step, an outcome."""
    page.goto(f"/proposals/{PLATFORM}")
    page.get_by_role("link", name="Manifesta interesse").click()
    page.get_by_label("Collaborazione offerta").fill("Prove comuni su collettori.")
    page.get_by_label("Ulteriori informazioni").fill("Abbiamo un banco di prova a Bergamo.")
    page.get_by_label("Ho letto l'informativa").check()
    page.get_by_role("button", name="Invia", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("La manifestazione di interesse è stata inviata")
    broker.goto(page.url)
    broker.get_by_role("button", name="Inizia la valutazione").click()
    broker.get_by_role("button", name="Pertinente: apri la stanza riservata").click()
    page.reload()
    page.get_by_role("link", name="Stanza riservata").click()
    page.get_by_label("Messaggio").fill("Quando possiamo portare i primi pezzi?")
    page.get_by_role("button", name="Invia il messaggio").click()
    broker.goto(page.url.split("#")[0])
    expect(broker.get_by_role("region", name="Messaggi")).to_contain_text("Quando possiamo portare i primi pezzi?")
    broker.get_by_label("Che cosa fare ora").fill("Provare dieci collettori")
    broker.get_by_role("button", name="Aggiungi il passo").click()
    broker.get_by_role("button", name="Fatto: Provare dieci collettori").click()
    story.station(broker, "room")
    broker.locator("summary", has_text="Concludi con un esito").click()
    broker.get_by_role("combobox", name="Esito").select_option("Accordo raggiunto")
    broker.get_by_role("button", name="Concludi").click()
    expect(broker.get_by_role("main")).to_contain_text("Accordo raggiunto")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("registrato come risultato")
    story.station(page, "concluded")


def achieved(region: Application, email: str) -> tuple[int, list[str]]:
    """How many agreements of the account are recorded, and which notices it accepted."""
    with region.sessions() as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        own = select(Achievement).join(Interest, Interest.id == Achievement.interest_id)
        reached = session.scalars(own.where(Interest.account_id == account.id)).all()
        consents = session.scalars(select(Consent.notice).where(Consent.account_id == account.id)).all()
        return len(reached), list(consents)
