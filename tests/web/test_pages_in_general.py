from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from data.errors import DatabaseError
from matching.types import Target
from tests.factories import organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, match

PAGES = ("/", "/proposals/", "/organisations/", "/proposals/new", "/proposals/new/TR", "/proposals/new/RDR", "/nope")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "circle", "path"}
LARGEST_PAGE = 300_000


class Outline(HTMLParser):
    """Checks nesting, and collects ids, labels, headings and fields."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label":
            self.labelled.add(str(given.get("for")))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.append(given)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture
def addresses(session: Session, service: FakeService) -> tuple[str, ...]:
    """Every page that can be read, with something on each."""
    owner = organisation(session, evidence=["Uno"] * 6, competences=[("forgiatura", "derived")])
    own = proposal(session, organisation_id=owner.id, codes=[("s3_2014", "AEROSPACE")], description="Lungo.")
    draft = proposal(session, state="draft")
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, number) for number in range(1, 11)]
    service.proposals = [match(Target.PROPOSALS, number) for number in range(1, 11)]
    shown = (f"/organisations/{owner.reference}", f"/proposals/{own.reference}", f"/proposals/{draft.reference}")
    return (*PAGES, *shown, f"/proposals/{draft.reference}/edit", f"/proposals/{draft.reference}/edit?check=1")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_is_well_formed_and_accessible(client: Browser, addresses: tuple[str, ...], language: str) -> None:
    for address in addresses:
        page = client.get(address, query_string=None, headers={"Accept-Language": language}).text
        outline = Outline()
        outline.feed(page)
        assert outline.faults + outline.open == [], address
        assert len(outline.ids) == len(set(outline.ids)), address
        assert {str(field.get("id")) for field in outline.fields} <= outline.labelled, address
        assert outline.headings.count(1) == 1, address
        assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False)), address
        assert ("html", {"lang": language}) in outline.tags
        names = [tag for tag, _ in outline.tags]
        assert {"header", "main", "footer", "nav"} <= set(names)
        assert names.count("table") == names.count("caption")
        assert 'class="skip-link" href="#content"' in page


def test_nothing_inline_runs(client: Browser, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        outline = Outline()
        outline.feed(client.get(address).text)
        for tag, given in outline.tags:
            assert tag != "style", address
            assert "style" not in given, address
            assert not [name for name in given if name.startswith("on")], address
            assert tag != "script" or str(given.get("src")).startswith("/static/"), address


def test_headers_protect_every_answer(client: Browser) -> None:
    for address in (*PAGES, "/healthz", "/static/abbina.css"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert re.search(r"script-src 'nonce-[\w-]{20,}' 'strict-dynamic';", policy)
        assert "object-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_pages_weigh_less_than_300_kb(client: Browser, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page = client.get(address)
        weight = len(page.data)
        for asset in re.findall(r'(?:src|href)="(/(?:static|bootstrap)[^"]+)"', page.text):
            weight += len(client.get(asset, headers={"Accept-Encoding": "gzip"}).data)
        assert weight < LARGEST_PAGE, address
        assert "http://" not in page.text
        assert "https://" not in page.text


def test_assets_are_compressed_for_those_who_can(client: Browser) -> None:
    address = re.search(r'href="(/bootstrap[^"]+\.css)"', client.get("/").text)
    assert address is not None
    plain = client.get(address.group(1), headers={"Accept-Encoding": "identity"})
    packed = client.get(address.group(1), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 4
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = client.get(address.group(1), headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_the_service_says_whether_it_lives(client: Browser, app: Flask) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


@pytest.mark.parametrize("address", ["/nope", "/proposals/none", "/organisations/none", "/proposals/new/XX"])
def test_what_is_not_there_is_said_in_both_languages(client: Browser, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert "A questo indirizzo non c’è nulla" in client.get(f"{address}?lang=it").text


@pytest.mark.parametrize("address", ["/proposals/a%00b", "/organisations/%00", "/proposals/?q=a%00"])
def test_null_characters_in_addresses_are_refused(client: Browser, address: str) -> None:
    assert client.get(address).status_code == 400


def test_a_wrong_method_is_explained(client: Browser) -> None:
    answer = client.get("/proposals/preview/TR")
    assert answer.status_code in (404, 405)
    assert "<h1>" in answer.text
    assert client.send("/").status_code == 405


def test_too_large_a_form_is_explained(client: Browser) -> None:
    answer = client.send("/proposals/new/TR", {"description": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "This form is too large" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("secret detail"), 500, "Something went wrong on our side"),
        (DatabaseError("secret detail"), 503, "The service is being prepared"),
    ],
)
def test_our_own_faults_are_explained_without_details(
    client: Browser, service: FakeService, session: Session, error: Exception, status: int, words: str
) -> None:
    record = proposal(session)
    session.commit()
    service.error = error
    answer = client.get(f"/proposals/{record.reference}")
    assert answer.status_code == status
    assert words in answer.text
    assert "secret detail" not in answer.text


def test_language_is_asked_for_then_remembered(client: Browser) -> None:
    assert 'lang="en"' in client.get("/").text[:200]
    assert 'lang="it"' in client.get("/?lang=it").text[:200]
    assert 'lang="it"' in client.get("/proposals/").text[:200]
    assert 'lang="en"' in client.get("/?lang=en").text[:200]


def test_unknown_languages_fall_back(client: Browser, app: Flask) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ja"
    assert 'lang="it"' in client.get("/?lang=xx").text[:200]


def test_the_language_switch_keeps_page_and_filters(client: Browser) -> None:
    page = client.get("/proposals/?kind=TR&q=laser").text
    assert "/proposals/?kind=TR&amp;q=laser&amp;lang=it" in page
    assert "/nope" not in client.get("/nope").text.split("language-switch")[1].split("</nav>")[0]
