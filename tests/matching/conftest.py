"""A small region with an index: enough to see every rule at work, in both languages."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine
from data.models import Evidence, Organisation, Proposal
from data.queries import today
from data.settings import Settings, load_settings
from matching.bootstrap import Application, build_application
from tests.databases import Templates, settle, taxonomies
from tests.factories import organisation, proposal

NEED = "Cerchiamo un impianto per la depurazione delle acque reflue di una cartiera, contro microplastiche e coloranti."
OFFER = "Membrane filtration unit that removes microplastics and dyes from the wastewater of paper mills."


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the index of the region lies, for each kind of database, since ids need not agree."""
    return tmp_path_factory.mktemp("indexes")


@pytest.fixture
def is_indexed(request: pytest.FixtureRequest) -> bool:
    """Whether the test asks for the application over the region: database and index are then copied, not built."""
    return {"application", "region"} <= set(request.fixturenames)


@pytest.fixture
def engine(database_url: str, templates: Templates, indexes: Path, is_indexed: bool) -> Iterator[Engine]:
    """Engine of a database that has the taxonomies, and the region where it is indexed."""
    if is_indexed:
        templates.fill(database_url, "indexed-region", lambda url: _build(url, indexes / kind_of(url)))
    else:
        templates.fill(database_url, "taxonomies", taxonomies)
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def region(settings: Settings, sessions: sessionmaker[Session], indexes: Path, is_indexed: bool) -> Settings:
    """Organisations and proposals about water, bread and drones; one need for water treatment, `NEED-1`."""
    if is_indexed:
        shutil.copytree(indexes / kind_of(settings.database), settings.index_dir)
    else:
        _settle_region(sessions)
    return settings


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def _build(url: str, index: Path) -> None:
    """The region in a database, and its index."""
    taxonomies(url)
    with tempfile.TemporaryDirectory() as home, build_application(load_settings(home=home, database_url=url)) as built:
        _settle_region(built.sessions)
        built.update_index()
        shutil.copytree(built.settings.index_dir, index)
    settle(url)


def _settle_region(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        own = organisation(session, reference="own", name="Cartiera Esempio", description="Produce carta riciclata.")
        _experts(session)
        base = {"kind": "TO", "source": "een", "language": "en", "country": "DE", "organisation_id": None}
        proposal(
            session,
            reference="NEED-1",
            title="Acque reflue di cartiera",
            summary=NEED,
            organisation_id=own.id,
            country="IT",
        )
        proposal(session, reference="OFFER-WATER", title="Filtration of paper mill effluents", summary=OFFER, **base)
        proposal(session, reference="OFFER-BREAD", title="Sourdough", summary="A bakery offers bread.", **base)
        proposal(session, reference="SAME-DIRECTION", title="Acque reflue di cartiera", summary=NEED, source="een")
        proposal(session, reference="OWN-OFFER", kind="TO", title="Acque", summary=OFFER, organisation_id=own.id)
        gone = {**base, "title": "Filtration", "summary": OFFER}
        proposal(session, reference="EXPIRED", expires=today() - timedelta(days=1), **gone)
        proposal(session, reference="DRAFT", state="draft", **gone)
        proposal(session, reference="ELSEWHERE", target_countries=["FR"], **gone)


def _experts(session: Session) -> None:
    water = organisation(session, reference="water", name="Acqua Esempio", kind="research_organisation", country="IT")
    water.evidence = [
        Evidence(
            position=place,
            kind="project",
            title=title,
            text="Pilot plant for wastewater treatment with ultrafiltration membranes; microplastics removed.",
            year=2020 + place,
        )
        for place, title in enumerate(("Clean effluents", "Closing the water loop of paper mills"))
    ]
    organisation(session, reference="bread", name="Forno Esempio", description="Pane, lievito madre e grissini.")
    organisation(session, reference="drones", name="Droni Esempio", description="Droni per il rilievo aereo dei campi.")
    organisation(session, reference="mute", name="Nome Soltanto")


@pytest.fixture
def application(region: Settings) -> Iterator[Application]:
    """The application over the indexed region."""
    with build_application(region) as built:
        yield built


def by_reference(session: Session, table: type[Organisation] | type[Proposal], reference: str) -> int:
    """Id of a record."""
    return session.query(table.id).filter(table.reference == reference).one()[0]
