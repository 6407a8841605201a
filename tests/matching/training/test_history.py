from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.db import unit_of_work
from data.models import Evidence, Organisation
from data.settings import load_settings
from jobs.setup_commands import prepare
from matching.bootstrap import Application, build_application
from matching.collection import ORGANISATIONS_OFFERED
from matching.tagging.deriving import derive_codes
from matching.training.examples import Example
from matching.training.history import PARTNER_GRADE, History

JOINT = "Membranes that clean laundry water for reuse in industrial washing"
SECOND = "Ceramic membranes for the filtration of dyeing baths"
THIS_YEAR = datetime.now(UTC).year
OTHERS = ("Milling heads for titanium blades", "Sensors that count passengers in trams", "Bread with chickpea flour")


def _organisation(reference: str, *pieces: tuple[str, int]) -> Organisation:
    evidence = [
        Evidence(position=place, kind="project", title=title, text=f"{title}. Joint work.", year=year, language="en")
        for place, (title, year) in enumerate(pieces)
    ]
    return Organisation(reference=reference, name=f"Esempio {reference}", kind="company", evidence=evidence)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """Three organisations share a project and have others; one has only that project; some have none of it."""
    settings = load_settings(home=tmp_path, database_url=None)
    prepare(settings)
    with build_application(settings) as opened:
        with unit_of_work(opened.sessions) as session:
            for number in range(3):
                session.add(_organisation(f"o-{number}", (JOINT, THIS_YEAR), (SECOND, THIS_YEAR - 3 - number)))
            session.add(_organisation("alone", (JOINT, THIS_YEAR)))
            for number, title in enumerate(OTHERS * 3):
                session.add(_organisation(f"x-{number}", (f"{title} {number}", 2015)))
        opened.update_index()
        yield opened


def history(application: Application) -> dict[str, Example]:
    engine = application.service.engine()
    hashes = application.store.current(application.encoder()).section(ORGANISATIONS_OFFERED).text_hashes

    def derive(records):
        return derive_codes(records, application.text_tagger(), application.encoder(), application.concepts)

    with application.sessions() as session:
        found = History(
            session, engine.collection, engine.builder, derive, np.asarray(hashes), application.today()
        ).examples()
        return {example.name: example for example in found}


def test_joint_projects_are_asked_for_and_their_other_participants_are_to_be_found(application: Application) -> None:
    found = history(application)
    assert set(found) == {JOINT, SECOND}
    assert (found[JOINT].grades == PARTNER_GRADE).sum() == 3, "who has nothing else cannot be found"


def test_the_project_that_is_asked_for_is_hidden_from_everybody(application: Application) -> None:
    example = history(application)[JOINT]
    partners = example.grades == PARTNER_GRADE
    assert (example.features.column("track_record")[partners] == 0.0).all(), "one piece of two is left"
    assert (example.features.column("need_fit")[partners] < 0.9).all()
    latest = example.features.column("recency")[partners]
    assert len(set(latest.tolist())) == 3, "the years that are left differ"


def test_partners_of_a_near_project_are_ranked_before_strangers(application: Application) -> None:
    example = history(application)[JOINT]
    partners = example.grades == PARTNER_GRADE
    need = example.features.column("need_fit")
    assert need[partners].min() > need[~partners].max()
