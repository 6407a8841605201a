from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from data.db import unit_of_work
from data.models import Organisation
from embeddings.errors import GenerationError
from matching.bootstrap import Application
from matching.brokerage.people import person_of
from matching.brokerage.privacy.erasing import Erased, erase
from matching.indexing import Indexer, IndexReport
from tests.factories import account

WORD = "en:ultrafiltr"
"""A word, as it is indexed, that this organisation alone has."""


def erase_water(application: Application) -> Erased:
    """Erase the only member of the organisation that knows about wastewater, and it with them."""
    with unit_of_work(application.sessions) as session:
        water = session.scalars(select(Organisation).where(Organisation.reference == "water")).one()
        member = account(session, organisation=water)
        return erase(session, member.id, person_of(member), with_organisation=True)


def indexed(application: Application) -> set[str]:
    """Every word that a file of any index still has of the organisations."""
    files = application.store.root.glob("*/organisations.offered/vocabulary.json")
    return {word for file in files for word in json.loads(file.read_text())}


def test_what_was_erased_leaves_matches_and_every_index_at_once(application: Application) -> None:
    need = application.service.match_proposal("NEED-1")
    assert "water" in {match.reference for match in need.organisations}
    assert WORD in indexed(application)
    done = erase_water(application)
    assert any("ultrafiltration membranes" in text for text in done.texts)
    application.forget(done.texts, done.gone)
    after = application.service.match_proposal("NEED-1")
    assert "water" not in {match.reference for match in after.organisations}
    assert [match.reference for match in after.proposals] == [match.reference for match in need.proposals]
    assert application.store.ids() == (application.store.current_id(),)
    application.store.verify(application.store.ids()[0])
    generation = application.store.current(application.encoder())
    assert not set(done.gone.organisations) & set(generation.section("organisations.offered").owners.tolist())
    assert WORD not in indexed(application)
    assert not application.update_index().built


def test_an_index_that_is_being_written_forgets_with_the_next_run(
    application: Application,
) -> None:
    done = erase_water(application)
    with application.store._locked():
        application.forget(done.texts, done.gone)
    assert WORD in indexed(application)
    application.update_index()
    assert len(application.store.ids()) == 1
    assert WORD not in indexed(application)


def test_what_is_erased_while_an_index_is_written_leaves_with_the_run_after(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Indexer.run

    def meanwhile(self: Indexer, **given: bool) -> IndexReport:
        report = built(self, **given)  # type: ignore[arg-type]
        done = erase_water(application)
        monkeypatch.setattr(application.store, "build", _refuse)
        application.forget(done.texts, done.gone)
        monkeypatch.undo()
        return report

    monkeypatch.setattr(Indexer, "run", meanwhile)
    application.update_index(full=True)
    assert WORD in indexed(application)
    application.update_index()
    assert len(application.store.ids()) == 1


def _refuse(*_arguments: object, **_values: object) -> str:
    raise GenerationError("another build is under way")
