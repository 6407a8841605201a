"""Who belongs to which organisation, who is invited, and what administrators may do with accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.account_lists import AccountFilter, AccountState, list_accounts
from data.db import unit_of_work
from data.errors import NotFoundError
from data.lists import OrganisationFilter, list_organisations
from data.models import Account, CaseEvent, Invitation, Notification, Organisation, OutboxMessage, now
from data.models.vocabulary import Role
from matching.brokerage import accounts as moves
from matching.brokerage import invitations, memberships
from matching.brokerage.cases import COUNTERS, open_cases
from matching.brokerage.invitations import Standing
from matching.brokerage.membership_rules import OrganisationFields
from matching.brokerage.passwords import hash_of, password_problem
from matching.brokerage.people import Person, person_of
from matching.errors import AccountMoveError, ConflictError, InvalidEntryError, NotAllowedError
from tests.factories import account, organisation, proposal

COUNTRIES = frozenset({"IT", "DE"})
ADDRESS = "https://abbina.example.org"
LONG = "un'altra frase lunga"


def fields(**given: str) -> OrganisationFields:
    return OrganisationFields(
        **({"name": "Officina Nuova srl", "kind": "company", "tax_code": "it 0123.456 789"} | given)
    )


def told(session: Session, account_id: int) -> list[str]:
    return list(session.scalars(select(Notification.template).where(Notification.account_id == account_id)))


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(CaseEvent.action).order_by(CaseEvent.id)))


@pytest.fixture
def broker(session: Session) -> Account:
    return account(session, "broker")


def as_person(held: Account) -> Person:
    return person_of(held)


def listed(session: Session) -> list[str]:
    return [row.name for row in list_organisations(session, OrganisationFilter()).rows]


def test_a_founded_organisation_is_hidden_until_a_broker_verifies_it(session: Session, broker: Account) -> None:
    founder = account(session)
    made = memberships.establish(session, as_person(founder), fields(), COUNTRIES)
    assert (founder.organisation_id, founder.membership) == (made.id, "confirmed")
    assert made.tax_code == "IT0123456789"
    assert made.reference.startswith("AO-")
    assert as_person(founder).verified is False
    assert listed(session) == []
    assert told(session, broker.id) == ["organisation.founded"]
    assert [(row.name, row.wait) for row in memberships.waiting_organisations(session)] == [
        (made.name, memberships.Wait.VERIFICATION)
    ]
    memberships.verify(session, as_person(broker), made.id)
    session.refresh(founder)
    assert as_person(founder).verified is True
    assert listed(session) == [made.name]
    assert told(session, founder.id) == ["organisation.verified"]
    assert memberships.waiting_organisations(session) == []
    memberships.withdraw_verification(session, as_person(broker), made.id, "Non risulta nel registro.")
    assert as_person(founder).verified is False
    assert listed(session) == []
    assert told(session, founder.id) == ["organisation.verified", "organisation.unverified"]
    assert actions(session) == ["founded", "verified", "verification_withdrawn"]


def test_only_staff_verifies(session: Session) -> None:
    founder = account(session)
    made = memberships.establish(session, as_person(founder), fields(), COUNTRIES)
    with pytest.raises(NotAllowedError):
        memberships.verify(session, as_person(founder), made.id)


@pytest.mark.parametrize(
    ("fault", "field", "code"),
    [
        ({"name": " "}, "name", "missing"),
        ({"kind": "?"}, "kind", "unknown"),
        ({"country": "XX"}, "country", "unknown"),
        ({"website": "javascript:alert(1)"}, "website", "invalid"),
        ({"tax_code": "12"}, "tax_code", "invalid"),
        ({"description": "x" * 4001}, "description", "long"),
    ],
)
def test_a_faulty_organisation_is_not_founded(session: Session, fault: dict[str, str], field: str, code: str) -> None:
    founder = account(session)
    with pytest.raises(InvalidEntryError) as raised:
        memberships.establish(session, as_person(founder), fields(**fault), COUNTRIES)
    assert raised.value.problems == {field: code}
    assert founder.membership == "none"


def test_a_known_tax_code_is_claimed_not_founded_again(session: Session) -> None:
    organisation(session, tax_code="IT0123456789")
    with pytest.raises(InvalidEntryError) as raised:
        memberships.establish(session, as_person(account(session)), fields(), COUNTRIES)
    assert raised.value.problems == {"tax_code": "known"}


def test_a_claim_gives_nothing_before_a_confirmed_colleague_confirms_it(session: Session, broker: Account) -> None:
    owner = organisation(session)
    colleague, newcomer, other = account(session, organisation=owner), account(session), account(session)
    stranger = account(session, organisation=organisation(session))
    memberships.claim(session, as_person(newcomer), owner.id)
    assert as_person(newcomer).organisation_id is None
    assert told(session, colleague.id) == ["membership.claimed"]
    assert told(session, broker.id) == []
    for nobody in (other, stranger, newcomer):
        with pytest.raises(NotAllowedError):
            memberships.confirm(session, as_person(nobody), newcomer.id, owner.id)
    memberships.confirm(session, as_person(colleague), newcomer.id, owner.id)
    assert as_person(newcomer).organisation_id == owner.id
    assert told(session, newcomer.id) == ["membership.confirmed"]
    with pytest.raises(ConflictError):
        memberships.decline(session, as_person(broker), newcomer.id, owner.id, "tardi")


def test_a_claim_on_an_organisation_without_members_waits_for_the_staff(session: Session, broker: Account) -> None:
    owner, newcomer = organisation(session), account(session)
    memberships.claim(session, as_person(newcomer), owner.id)
    assert told(session, broker.id) == ["membership.claimed"]
    [row] = memberships.waiting_organisations(session)
    assert (row.id, row.wait, row.account_id) == (owner.id, memberships.Wait.MEMBERSHIP, newcomer.id)
    with pytest.raises(InvalidEntryError):
        memberships.decline(session, as_person(broker), newcomer.id, owner.id, "  ")
    memberships.decline(session, as_person(broker), newcomer.id, owner.id, "Non risulta tra i dipendenti.")
    assert (newcomer.organisation_id, newcomer.membership) == (None, "none")
    assert told(session, newcomer.id) == ["membership.declined"]


def test_whoever_belongs_somewhere_claims_nothing_else(session: Session) -> None:
    member, other = account(session, organisation=organisation(session)), organisation(session)
    with pytest.raises(AccountMoveError):
        memberships.claim(session, as_person(member), other.id)
    with pytest.raises(AccountMoveError):
        memberships.establish(session, as_person(member), fields(), COUNTRIES)


def test_another_name_has_to_be_verified_anew_and_a_stale_form_changes_nothing(session: Session) -> None:
    owner = organisation(session, verified_at=now(), verified_by="account:1")
    member, stranger = account(session, organisation=owner), account(session)
    seen = memberships.version_of(owner)
    same = fields(name=owner.name, tax_code="", description="Torniamo a dirlo meglio.")
    with pytest.raises(NotAllowedError):
        memberships.update(session, as_person(stranger), owner.id, same, COUNTRIES, seen=seen)
    memberships.update(session, as_person(member), owner.id, same, COUNTRIES, seen=seen)
    assert owner.verified_at is not None
    with pytest.raises(ConflictError):
        memberships.update(session, as_person(member), owner.id, same, COUNTRIES, seen=seen)
    renamed = fields(name="Tutt'altra cosa", tax_code="")
    memberships.update(session, as_person(member), owner.id, renamed, COUNTRIES, seen=memberships.version_of(owner))
    assert owner.verified_at is None


def invited(session: Session, **given: object) -> tuple[Invitation, str]:
    values = {"email": "Collega@Example.org", "role": Role.MEMBER, "language": "it", "actor": "account:1"}
    made, url = invitations.invite(session, address=ADDRESS, **(values | given))  # type: ignore[arg-type]
    assert url.startswith(f"{ADDRESS}/invitation/")
    return made, url.rsplit("/", 1)[1]


def test_an_invited_colleague_chooses_a_password_and_belongs(session: Session) -> None:
    owner = organisation(session, name="Officina")
    made, token = invited(session, organisation=owner)
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.address == "collega@example.org"
    assert token in letter.body
    assert "come collega di Officina" in letter.body
    assert token not in str(vars(made))
    new = invitations.accept(session, token, name="Carla Collega", password=LONG, language=None)
    assert (new.organisation_id, new.membership, new.role, new.language) == (owner.id, "confirmed", "member", "it")
    assert new.confirmed_at is not None
    with pytest.raises(AccountMoveError, match="accepted"):
        invitations.accept(session, token, name="Carla", password=LONG, language=None)


def test_a_revoked_or_old_invitation_says_so(session: Session) -> None:
    made, token = invited(session)
    invitations.revoke(session, made.id, actor="account:1")
    assert invitations.standing_of(made) is Standing.REVOKED
    with pytest.raises(AccountMoveError, match="revoked"):
        invitations.accept(session, token, name="Carla", password=LONG, language=None)
    old, token = invited(session)
    old.expires_at = now() - timedelta(seconds=1)
    session.flush()
    with pytest.raises(AccountMoveError, match="expired"):
        invitations.accept(session, token, name="Carla", password=LONG, language=None)
    with pytest.raises(NotFoundError):
        invitations.accept(session, "guessed", name="Carla", password=LONG, language=None)


def test_a_second_invitation_takes_the_place_of_the_first(session: Session) -> None:
    first, _ = invited(session)
    second, _ = invited(session)
    assert invitations.standing_of(first) is Standing.REVOKED
    assert invitations.all_open_invitations(session) == [second]


def test_an_invitation_of_another_organisation_is_not_found(session: Session) -> None:
    made, _ = invited(session, organisation=organisation(session))
    with pytest.raises(NotFoundError):
        invitations.revoke(session, made.id, actor="account:9", organisation_id=organisation(session).id)


def test_whoever_has_an_account_joins_with_it(session: Session) -> None:
    owner, known, other = organisation(session), account(session, email="collega@example.org"), account(session)
    _, token = invited(session, organisation=owner)
    with pytest.raises(InvalidEntryError):
        invitations.accept(session, token, name="Carla", password=LONG, language=None)
    with pytest.raises(AccountMoveError):
        invitations.join(session, token, other.id)
    invitations.join(session, token, known.id)
    assert as_person(known).organisation_id == owner.id


def test_the_last_administrator_stays(session: Session) -> None:
    only = account(session, "administrator")
    with pytest.raises(AccountMoveError, match="last active administrator"):
        moves.suspend(session, only.id, actor="account:9")
    with pytest.raises(AccountMoveError, match="last active administrator"):
        moves.change_role(session, only.id, Role.BROKER, seen="administrator", actor="account:9")
    account(session, "administrator", active=False)
    with pytest.raises(AccountMoveError):
        moves.suspend(session, only.id, actor="account:9")
    account(session, "administrator")
    assert moves.suspend(session, only.id, actor="account:9").active is False


def test_staff_with_open_cases_is_neither_suspended_nor_made_member(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = account(session, "broker")
    proposal(session, facilitator_id=broker.id, state="closed")
    assert open_cases(session, broker.id) == 0
    proposal(session, facilitator_id=broker.id)
    with pytest.raises(AccountMoveError) as raised:
        moves.suspend(session, broker.id, actor="account:9")
    assert raised.value.reason == "open_cases"
    with pytest.raises(AccountMoveError):
        moves.change_role(session, broker.id, Role.MEMBER, seen="broker", actor="account:9")
    monkeypatch.setattr("matching.brokerage.cases.COUNTERS", [*COUNTERS, lambda _session, _account: 2])
    assert open_cases(session, broker.id) == 3


def test_suspension_and_another_role_end_the_sessions_and_are_logged(session: Session) -> None:
    member = account(session, organisation=organisation(session))
    names = [member.fs_uniquifier]
    moves.change_role(session, member.id, Role.BROKER, seen="member", actor="account:9")
    names.append(member.fs_uniquifier)
    assert (member.organisation_id, member.membership) == (None, "none")  # the staff judges organisations
    with pytest.raises(ConflictError):
        moves.change_role(session, member.id, Role.MEMBER, seen="member", actor="account:9")
    moves.suspend(session, member.id, actor="account:9", reason="Assenza lunga")
    names.append(member.fs_uniquifier)
    moves.reactivate(session, member.id, actor="account:9")
    assert len(set(names)) == 3
    assert member.active
    assert actions(session) == ["role_changed", "suspended", "reactivated"]


def test_a_reset_second_factor_is_gone_and_its_owner_is_told(session: Session) -> None:
    member = account(session, tf_primary_method="authenticator", tf_totp_secret="x", mf_recovery_codes=["a"])
    moves.reset_second_factor(session, member.id, actor="account:9")
    assert (member.tf_primary_method, member.tf_totp_secret, member.mf_recovery_codes) == (None, None, None)
    assert told(session, member.id) == ["account.second_factor_reset"]
    with pytest.raises(AccountMoveError):
        moves.reset_second_factor(session, member.id, actor="account:9")


def test_the_list_of_accounts_is_filtered_and_paged(session: Session) -> None:
    owner = organisation(session, name="Officina Èlite")
    member = account(session, organisation=owner, name="Zita")
    account(session, "broker", name="Abele", active=False)
    account(session, name="Nessuno", confirmed_at=None)
    account(session, name="Chiusa", locked_until=now() + timedelta(minutes=5))
    account(session, name="", email="erased@example.org", erased_at=now())
    assert list_accounts(session, AccountFilter()).total == 4
    assert [row.id for row in list_accounts(session, AccountFilter(text="èlite")).rows] == [member.id]
    by_state = {state: list_accounts(session, AccountFilter(state=state)).total for state in AccountState}
    assert set(by_state.values()) == {1}
    last = list_accounts(session, AccountFilter(page=9, page_size=3))
    assert (last.page, [row.name for row in last.rows]) == (2, ["Zita"])


def test_two_administrators_who_suspend_each_other_at_once_leave_one(sessions: sessionmaker[Session]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with unit_of_work(sessions) as session:
        pair = [account(session, "administrator").id for _ in range(2)]

    def suspend(number: int) -> bool:
        try:
            with unit_of_work(sessions) as session:
                moves.suspend(session, number, actor="account:9")
        except AccountMoveError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(suspend, pair)) == [False, True]


def test_known_and_short_passwords_are_refused_and_hashes_are_argon2id() -> None:
    assert password_problem("undici.car.") == "short"
    assert password_problem("Password 1234") == "common"
    assert password_problem("ababababababab") == "common"
    assert password_problem("x" * 129) == "long"
    assert password_problem("tre gatti sul tetto") is None
    assert hash_of(LONG).startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_an_erased_organisation_s_members_are_nobody_s(session: Session) -> None:
    owner = organisation(session)
    newcomer = account(session)
    owner.withdrawn_at = now()
    session.flush()
    with pytest.raises(NotFoundError):
        memberships.claim(session, as_person(newcomer), owner.id)
    assert session.get(Organisation, owner.id) is not None


def test_who_asks_and_takes_it_back_again_and_again_does_not_flood_the_members(session: Session) -> None:
    owner = organisation(session)
    colleague, newcomer = account(session, organisation=owner), account(session)
    for _ in range(memberships.MOST_CLAIMS_A_DAY):
        memberships.claim(session, as_person(newcomer), owner.id)
        memberships.withdraw_claim(session, as_person(newcomer))
    with pytest.raises(AccountMoveError, match="too often"):
        memberships.claim(session, as_person(newcomer), owner.id)
    memberships.claim(session, as_person(newcomer), organisation(session).id)
    assert told(session, colleague.id) == ["membership.claimed"] * 3
