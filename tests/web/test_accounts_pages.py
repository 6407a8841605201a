"""The pages of one's own account and organisation, of the desk's organisations and of the administration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, Invitation, Organisation, OutboxMessage, now
from data.models.vocabulary import Role
from matching.brokerage import memberships
from matching.brokerage.consents import NOTICE_VERSION
from matching.brokerage.people import Person
from tests.factories import account, organisation
from tests.web.conftest import Browser, Visit
from tests.web.test_pages_in_general import Outline

LONG = "un'altra frase lunga"
FORM = {"name": "Officina Nuova srl", "kind": "company", "country": "IT", "tax_code": "IT 01234567890"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database: what is tested here are pages; moves are tested on both."""
    return f"sqlite:///{tmp_path / 'abbina.db'}"


@pytest.fixture
def administrator(visit: Visit) -> Browser:
    """An administrator's browser."""
    return visit("administrator")


def made(sessions: sessionmaker[Session], role: str = "member", **given: object) -> Account:
    with sessions.begin() as session:
        return account(session, role, **given)


def of(visit: Visit, person: Account) -> Browser:
    """The browser of an account."""
    browser = visit().sign_in(person)
    browser.form_page = "/account/"
    return browser


def test_a_member_founds_an_organisation_and_a_broker_verifies_it(visit: Visit, session: Session) -> None:
    member, broker = visit("member"), visit("broker")
    assert "Proposals are posted on behalf" in member.get("/account/organisation/").text
    answer = member.send("/account/organisation/", FORM, follow_redirects=True)
    assert "Not verified yet" in answer.text
    founded = session.scalars(select(Organisation)).one()
    assert visit().get(f"/organisations/{founded.reference}").status_code == 404
    assert "Officina Nuova srl" in broker.get("/desk/organisations/").text
    page = broker.send(f"/desk/organisations/{founded.id}/verify", follow_redirects=True).text
    assert "verified on" in page
    assert "Verified by the agency" in member.get("/account/organisation/").text
    assert visit().get(f"/organisations/{founded.reference}").status_code == 200
    assert broker.send(f"/desk/organisations/{founded.id}/withdraw", {"reason": " "}).status_code == 302
    session.rollback()
    assert session.get_one(Organisation, founded.id).verified_at is not None


def test_a_faulty_organisation_keeps_what_was_typed(visit: Visit) -> None:
    answer = visit("member").send("/account/organisation/", FORM | {"website": "no site", "kind": ""})
    assert answer.status_code == 422
    assert 'value="Officina Nuova srl"' in answer.text
    assert 'id="website-error"' in answer.text
    assert 'id="kind-error"' in answer.text


def test_a_claim_is_made_withdrawn_made_again_and_confirmed_by_a_colleague(
    visit: Visit, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        owner = organisation(session, name="Officina Vecchia")
        colleague, newcomer = account(session, organisation=owner), account(session)
    theirs, mine = of(visit, colleague), of(visit, newcomer)
    assert "Officina Vecchia" in mine.get("/account/organisation/?q=vecchia").text
    claim = {"organisation": owner.reference}
    assert "waits for a colleague" in mine.send("/account/organisation/claim", claim, follow_redirects=True).text
    assert "I belong to it" not in mine.get("/account/organisation/?q=vecchia").text
    mine.send("/account/organisation/claim/withdraw")
    mine.send("/account/organisation/claim", claim)
    assert mine.send(f"/account/organisation/members/{newcomer.id}/confirm").status_code == 403
    assert newcomer.email in theirs.get("/account/organisation/").text
    theirs.send(f"/account/organisation/members/{newcomer.id}/confirm")
    assert "Invite a colleague" in mine.get("/account/organisation/").text
    assert theirs.send(f"/account/organisation/members/{newcomer.id}/decline", {"reason": "x"}).status_code == 409


def test_confirmed_members_change_their_organisation_and_a_stale_form_does_not(
    visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing)
        member = account(writing, organisation=owner)
    browser = of(visit, member)
    version = re.search(r'name="version" value="([^"]+)"', browser.get("/account/organisation/edit").text)
    assert version is not None
    form = FORM | {"version": version.group(1), "description": "<script>alert(1)</script>"}
    page = browser.send("/account/organisation/edit", form, follow_redirects=True).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert browser.send("/account/organisation/edit", form).status_code == 409
    assert session.get_one(Organisation, owner.id).name == FORM["name"]
    assert visit("member").get("/account/organisation/edit").status_code == 403


def link_of(session: Session, address: str) -> str:
    session.rollback()
    bodies = session.scalars(select(OutboxMessage.body).where(OutboxMessage.address == address)).all()
    found = re.search(r"/invitation/\S+", bodies[-1])
    assert found is not None
    return found.group()


def acceptance(**given: str) -> dict[str, str]:
    form = {"name": "Carla Collega", "password": LONG, "language": "en", "notice": "y"}
    return form | {"notice_version": NOTICE_VERSION} | given


def test_an_invited_colleague_accepts_signs_in_and_belongs(
    visit: Visit, stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        member = account(writing, organisation=organisation(writing, name="Officina"))
    of(visit, member).send("/account/organisation/invitations", {"email": "carla@example.org", "language": "en"})
    link = link_of(session, "carla@example.org")
    assert re.search("colleague of:? Officina", stranger.get(link).text)
    faulty = stranger.send(link, acceptance(password="breve", name=""))
    assert faulty.status_code == 422
    assert 'id="password-error"' in faulty.text
    assert "Read the privacy notice" in stranger.send(link, acceptance(notice="")).text
    assert stranger.send(link, acceptance()).location == "/login"
    stranger.send("/login", {"email": "carla@example.org", "password": LONG})
    assert "Invite a colleague" in stranger.get("/account/organisation/").text
    again = visit().get(link)
    assert again.status_code == 410
    assert "accepted already" in again.text
    assert visit().get("/invitation/guessed").status_code == 404


def test_a_revoked_invitation_opens_nothing(
    visit: Visit, stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        member, other = (account(writing, organisation=organisation(writing)) for _ in range(2))
    browser = of(visit, member)
    browser.send("/account/organisation/invitations", {"email": "carla@example.org"})
    number = session.scalars(select(Invitation.id)).one()
    assert of(visit, other).send(f"/account/organisation/invitations/{number}/revoke").status_code == 404
    browser.send(f"/account/organisation/invitations/{number}/revoke")
    link = link_of(session, "carla@example.org")
    assert "taken back" in stranger.get(link).text
    stranger.send(link, acceptance())
    assert session.scalar(select(Account).where(Account.email == "carla@example.org")) is None


def test_an_invited_person_with_an_account_joins_after_signing_in(
    visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing)
        member, known = account(writing, organisation=owner), account(writing)
    of(visit, member).send("/account/organisation/invitations", {"email": known.email})
    link = link_of(session, known.email)
    assert "sign in with it" in visit().get(link).text
    assert "Somebody else is signed in" in of(visit, made(sessions)).get(link).text
    browser = of(visit, known)
    assert "You belong to the organisation now" in browser.send(link, follow_redirects=True).text


def test_an_administrator_finds_an_account_and_changes_its_role(
    administrator: Browser, visit: Visit, sessions: sessionmaker[Session]
) -> None:
    person = made(sessions, name="Zoe Cercata")
    theirs = of(visit, person)
    page = administrator.get("/admin/accounts/?q=cercata&role=member&state=active").text
    assert "Zoe Cercata" in page
    assert "1 account" in page
    assert "No account passes" in administrator.get("/admin/accounts/?q=cercata&role=broker").text
    at = f"/admin/accounts/{person.id}"
    page = administrator.send(f"{at}/role", {"role": "broker", "seen": "member"}, follow_redirects=True).text
    assert "The role is changed" in page
    assert "Member of an organisation → Broker" in page
    assert theirs.get("/account/").status_code == 302
    assert administrator.send(f"{at}/role", {"role": "member", "seen": "member"}).status_code == 409


def test_suspension_takes_effect_at_once_and_can_be_taken_back(
    administrator: Browser, visit: Visit, stranger: Browser, sessions: sessionmaker[Session]
) -> None:
    person = made(sessions)
    theirs = of(visit, person)
    at = f"/admin/accounts/{person.id}"
    assert "is suspended" in administrator.send(f"{at}/suspend", {"reason": "prova"}, follow_redirects=True).text
    assert theirs.get("/account/").location.startswith("/login")
    form = {"email": person.email, "password": "una parola lunga di prova"}
    assert "wrong" in stranger.send("/login", form).text
    assert "gets no letter" in administrator.send(f"{at}/password-letter", follow_redirects=True).text
    administrator.send(f"{at}/reactivate")
    assert stranger.send("/login", form).location == "/account/arrive"


def test_the_last_administrator_is_told_why_they_stay(administrator: Browser, session: Session) -> None:
    own = session.scalars(select(Account)).one()
    page = administrator.send(f"/admin/accounts/{own.id}/suspend", follow_redirects=True).text
    assert "This is the last active administrator" in page
    assert administrator.get("/admin/accounts/").status_code == 200


def test_an_administrator_unlocks_resets_and_sends_the_letter_in_the_person_s_language(
    administrator: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    person = made(
        sessions,
        language="it",
        locked_until=now().replace(year=2100),
        tf_primary_method="authenticator",
        tf_totp_secret="x",
    )
    at = f"/admin/accounts/{person.id}"
    assert "Locked after failed attempts" in administrator.get(at).text
    for move in ("unlock", "second-factor", "password-letter"):
        administrator.send(f"{at}/{move}")
    stored = session.get_one(Account, person.id)
    assert (stored.locked_until, stored.tf_primary_method) == (None, None)
    [letter] = session.scalars(select(OutboxMessage)).all()
    assert (letter.subject, letter.language) == ("Abbina: nuova password", "it")
    assert re.search(r"http://localhost/reset/\S+", letter.body)
    page = administrator.get(at).text
    for words in ("unlocked", "second factor reset", "letter for a new password sent"):
        assert words in page


def test_an_administrator_invites_staff_and_members_of_an_organisation(
    administrator: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner, known = organisation(writing), account(writing)
    send = administrator.send
    assert send("/admin/accounts/invitations", {"email": known.email, "role": "broker"}).status_code == 422
    assert send("/admin/accounts/invitations", {"email": "a@example.org", "role": "king"}).status_code == 422
    unknown = {"email": "a@example.org", "role": "member", "organisation": "nowhere"}
    assert send("/admin/accounts/invitations", unknown).status_code == 422
    send("/admin/accounts/invitations", {"email": "a@example.org", "role": "broker"})
    send("/admin/accounts/invitations", {"email": "b@example.org", "role": "member", "organisation": owner.reference})
    rows = session.execute(select(Invitation.email, Invitation.role, Invitation.organisation_id).order_by("id")).all()
    assert [tuple(row) for row in rows] == [("a@example.org", "broker", None), ("b@example.org", "member", owner.id)]
    number = session.scalars(select(Invitation.id).where(Invitation.role == "broker")).one()
    assert "taken back" in send(f"/admin/accounts/invitations/{number}/revoke", follow_redirects=True).text


@pytest.mark.parametrize("role", [None, "member", "broker"])
def test_only_administrators_run_accounts(visit: Visit, sessions: sessionmaker[Session], role: str | None) -> None:
    browser, person = visit(role), made(sessions)
    refused = 302 if role is None else 403
    assert browser.get("/admin/accounts/").status_code == refused
    assert browser.get(f"/admin/accounts/{person.id}").status_code == refused
    for move in ("role", "suspend", "reactivate", "unlock", "second-factor", "password-letter", "organisation/leave"):
        assert browser.send(f"/admin/accounts/{person.id}/{move}", {"role": "broker"}).status_code == refused
    assert browser.get("/desk/organisations/").status_code == (200 if role == "broker" else refused)


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_accounts_is_well_formed_and_labelled(
    visit: Visit, sessions: sessionmaker[Session], session: Session, language: str
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing, verified_at=now(), description="Testo.", website="www.example.org")
        member = account(writing, organisation=owner)
        account(writing, organisation_id=owner.id, membership="pending")
        memberships.verify(writing, Person(1, Role.BROKER), organisation(writing).id)
    of(visit, member).send("/account/organisation/invitations", {"email": "carla@example.org"})
    link = link_of(session, "carla@example.org")
    pages = {
        visit(): ("/login", "/register", "/reset", "/confirm", link, "/invitation/nothing"),
        of(visit, member): ("/account/", "/account/organisation/", "/account/organisation/edit", "/change", "/verify"),
        visit("member"): ("/account/organisation/?q=org", "/tf-setup", "/mf-recovery-codes"),
        visit("administrator"): (
            "/admin/accounts/",
            f"/admin/accounts/{member.id}",
            "/desk/organisations/",
            f"/desk/organisations/{owner.id}",
        ),
    }
    for browser, addresses in pages.items():
        for address in addresses:
            answer = browser.get(address, headers={"Accept-Language": language})
            assert answer.status_code in (200, 404), address
            outline = Outline()
            outline.feed(answer.text)
            assert outline.faults + outline.open == [], address
            assert len(outline.ids) == len(set(outline.ids)), address
            assert {str(field.get("id")) for field in outline.fields} <= outline.labelled, address
            assert outline.headings.count(1) == 1, address
            assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False)), address
            described = {name for _, given in outline.tags for name in str(given.get("aria-describedby") or "").split()}
            assert described <= set(outline.ids), address
