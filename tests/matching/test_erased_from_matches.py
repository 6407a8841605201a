from __future__ import annotations

from sqlalchemy import select

from data.db import unit_of_work
from data.models import Organisation
from matching.bootstrap import Application
from matching.brokerage.people import person_of
from matching.brokerage.privacy.erasing import erase
from matching.brokerage.privacy.texts import forget
from tests.factories import account


def test_what_was_erased_is_matched_no_more_and_leaves_no_index_behind(application: Application) -> None:
    assert "water" in {match.reference for match in application.service.match_proposal("NEED-1").organisations}
    old = application.store.current_id()
    with unit_of_work(application.sessions) as session:
        water = session.scalars(select(Organisation).where(Organisation.reference == "water")).one()
        member = account(session, organisation=water)
        done = erase(session, member.id, person_of(member), with_organisation=True)
    assert any("ultrafiltration membranes" in text for text in done.texts)
    forget(application.settings, done.texts)
    assert "water" not in {match.reference for match in application.service.match_proposal("NEED-1").organisations}
    application.update_index()
    assert application.store.ids() == (application.store.current_id(),)
    assert application.store.current_id() != old
    generation = application.store.current(application.encoder())
    assert water.id not in generation.section("organisations.offered").owners
