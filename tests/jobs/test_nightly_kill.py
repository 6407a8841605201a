"""A night killed at any moment leaves a whole index, and the next night ends where an undisturbed one would have."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session, selectinload

from data.db import unit_of_work
from data.migrate import upgrade
from data.models import (
    CurationDecision,
    Organisation,
    OutboxMessage,
    Proposal,
    RankerChange,
    RankerVersion,
    Run,
    SavedSearch,
    Suggestion,
)
from data.models.vocabulary import DecisionAction, Frequency, NoticeKind, RejectReason
from data.queries import today
from data.settings import Settings, load_settings
from jobs.importing import import_taxonomy
from jobs.nightly import Night
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.brokerage.opting_out import choose
from matching.brokerage.people import person_of
from matching.brokerage.saved_filters import follow as follow_list
from matching.learning import lesson
from matching.types import Target
from tests.factories import account
from tests.jobs import night_region
from tests.jobs.night_killer import IN_THE_DATABASE, MOMENTS

CURATED = "VF-AGR-001"
EXPIRING = "VF-AGR-006"


@dataclass(frozen=True)
class Place:
    """Where a night happens: a home folder and a database, copied from a template."""

    home: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ABBINA_HOME": str(self.home),
            "ABBINA_DATABASE_URL": self.url,
            "ABBINA_IMPORT_DIR": str(self.home / "incoming"),
            "ABBINA_KEEP_GENERATIONS": "2",
        }

    @property
    def settings(self) -> Settings:
        folder = self.home / "incoming"
        return load_settings(home=self.home, database_url=self.url, import_dir=folder, keep_generations=2)


class Places:
    """Copies of a template: of its folder, and of its database."""

    def __init__(self, root: Path, server: str | None) -> None:
        self._root = root
        self._server = server
        self._databases: list[str] = []

    def new(self, name: str, template: Place | None = None) -> Place:
        home = self._root / name.replace(" ", "_")
        if template is None:
            home.mkdir()
        else:
            shutil.copytree(template.home, home)
        if self._server is None:
            return Place(home, f"sqlite:///{home / 'abbina.db'}")
        database = f"night{os.getpid()}_{len(self._databases)}"
        source = f' TEMPLATE "{self._databases[0]}"' if template else ""
        self._execute(f'CREATE DATABASE "{database}"{source}')
        self._databases.append(database)
        address = create_engine(self._server).url.set(database=database)
        return Place(home, address.render_as_string(hide_password=False))

    def remove(self) -> None:
        for database in self._databases:
            self._execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        assert self._server is not None
        admin = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(statement))
        admin.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each kind of database has its own moments."""
    if "moment" in metafunc.fixturenames:
        assert metafunc.cls is not None
        metafunc.parametrize("moment", metafunc.cls.moments)


@pytest.fixture(scope="module", autouse=True)
def trusting() -> Iterator[None]:
    """Nights in this process take every refit for better, as the killed ones do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lesson, "_judge", lambda _: lesson.Verdict.BETTER)
        yield


@pytest.fixture(scope="class")
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    server = request.getfixturevalue("postgres_server") if request.cls.kind == "postgresql" else None
    found = Places(tmp_path_factory.mktemp(request.cls.kind), server)
    yield found
    if "ABBINA_TEST_POSTGRES" in os.environ:  # a server of our own goes as a whole
        found.remove()


@pytest.fixture(scope="class")
def template(places: Places) -> Place:
    """Yesterday's state, its suggestions curated; today's files lie in the folder, and a proposal's day has come."""
    place = places.new("template")
    night_region.yesterday(place.home / "incoming")
    with build_application(place.settings) as application:
        upgrade(application.engine)
        import_taxonomy(application.sessions)
        Night(application).run()
        application.update_index(full=True)  # a second index, so that this night has an old one to remove
        Night(application).run()
        curate(application)
        keep_looking(application)
        follow(application)
        with unit_of_work(application.sessions) as session:
            due = datetime.now(UTC).date() - timedelta(days=1)
            session.execute(
                update(Proposal)
                .where(Proposal.reference == EXPIRING)
                .values(expires=due, updated_at=Proposal.updated_at)
            )
    night_region.today(place.home / "incoming")
    return place


def curate(application: Application) -> None:
    """Accept the third organisation suggested for a proposal, reject the fourth."""
    with unit_of_work(application.sessions) as session:
        proposal = session.scalars(select(Proposal).where(Proposal.reference == CURATED)).one()
        rows = select(Suggestion).where(
            Suggestion.proposal_id == proposal.id, Suggestion.candidate_organisation_id.is_not(None)
        )
        for row in session.scalars(rows.where(Suggestion.rank.in_([3, 4]))):
            accepted = row.rank == 3
            assert row.candidate_organisation_id is not None
            decide(
                session,
                proposal_id=proposal.id,
                target=Target.ORGANISATIONS,
                candidate_id=row.candidate_organisation_id,
                action=DecisionAction.ACCEPT if accepted else DecisionAction.REJECT,
                reason=None if accepted else RejectReason.WRONG_THEME,
                actor="broker",
            )


def follow(application: Application) -> None:
    """A broker whom the night has something to tell: of new proposals in a list, at once."""
    with unit_of_work(application.sessions) as session:
        broker = account(session, "broker", email="follower@example.org")
        choose(session, broker.id, NoticeKind.SEARCH, Frequency.IMMEDIATE)
        follow_list(session, person_of(broker), list_name="organisations", query={}, name="Tutte", today=today())


def keep_looking(application: Application) -> None:
    """Save a search of three proposals: one that is changed tonight, one that stays, one that expires."""
    with unit_of_work(application.sessions) as session:
        for reference in ("VF-AGR-002", "VF-AGR-004", EXPIRING):
            proposal = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
            session.add(SavedSearch(proposal_id=proposal.id, target="organisations", language="it", actor="broker"))


@pytest.fixture(scope="class")
def undisturbed(places: Places, template: Place) -> dict[str, Any]:
    """What a night ends in that nobody kills."""
    return night_at(places.new("undisturbed", template))


@pytest.fixture(scope="class")
def killed(request: pytest.FixtureRequest, places: Places, template: Place) -> dict[str, tuple[Place, int]]:
    """For each moment: a place where a night was killed then, and the exit status of its process."""
    found = {moment: places.new(moment, template) for moment in request.cls.moments}
    wanted = [{"moment": moment, "environment": place.environment} for moment, place in found.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.jobs.night_killer"],
        input="".join(f"{json.dumps(item)}\n" for item in wanted),
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=True,
    )
    statuses = [int(line) for line in done.stdout.split()]
    return {moment: (place, status) for (moment, place), status in zip(found.items(), statuses, strict=True)}


class KilledNights:
    """What holds on each kind of database."""

    kind: str
    moments: tuple[str, ...]

    def test_the_next_night_ends_as_an_undisturbed_one(
        self, killed: dict[str, tuple[Place, int]], undisturbed: dict[str, Any], moment: str
    ) -> None:
        place, status = killed[moment]
        assert status == -signal.SIGKILL
        with build_application(place.settings) as application:
            application.store.verify(application.store.current_id() or "none")
            assert states(application)[-1] == "running"
        assert night_at(place) == undisturbed
        with build_application(place.settings) as application:
            assert states(application)[-2:] == ["interrupted", "done"]

    def test_an_undisturbed_night_does_what_the_tests_are_about(
        self, template: Place, undisturbed: dict[str, Any]
    ) -> None:
        with build_application(template.settings) as application:
            before = state(application)
        proposals, suggestions = undisturbed["proposals"], undisturbed["suggestions"]
        assert proposals[EXPIRING]["state"] == "expired"
        assert "VF-AGR-900" in proposals
        assert {"VF-AGR-900", CURATED} <= {row[0] for row in suggestions}
        assert not {EXPIRING, "VF-AGR-003"} & {row[0] for row in suggestions}
        assert len(undisturbed["organisations"]) == len(before["organisations"]) + 1
        assert suggestions != before["suggestions"]
        found = {row[0]: row for row in undisturbed["searches"]}
        assert found[EXPIRING][1:3] == (False, True)
        assert found["VF-AGR-002"][1:3] == found["VF-AGR-004"][1:3] == (True, False)
        assert found["VF-AGR-002"][3] + found["VF-AGR-004"][3]
        assert undisturbed["rankings"][2] == [("organisations", "organisations-1", "promote")]
        assert before["rankings"][2] == []
        sent, files = undisturbed["letters"]
        assert [subject for _, subject, _ in sent] == ["Elenco seguito, novità (1): Tutte", "Novità su Abbina: 2"]
        assert ({state for _, _, state in sent}, files) == ({"sent"}, 2)

    def test_what_a_broker_decided_about_stays_as_seen(self, template: Place, undisturbed: dict[str, Any]) -> None:
        with build_application(template.settings) as application:
            before = state(application)
        decided = [row for row in before["suggestions"] if row[0] == CURATED and row[1] in before["decisions"]]
        assert len(decided) == 2
        assert [row for row in undisturbed["suggestions"] if row in decided] == decided


class TestOnSqlite(KilledNights):
    kind = "sqlite"
    moments = tuple(MOMENTS)


class TestOnPostgresql(KilledNights):
    kind = "postgresql"
    moments = IN_THE_DATABASE


def night_at(place: Place) -> dict[str, Any]:
    with build_application(place.settings) as application:
        Night(application).run()
        application.store.verify(application.store.current_id() or "none")
        assert not list(place.settings.index_dir.glob("building-*"))
        return state(application)


def states(application: Application) -> list[str]:
    with application.sessions() as session:
        return list(session.scalars(select(Run.state).where(Run.job == "nightly").order_by(Run.id)))


def state(application: Application) -> dict[str, Any]:
    """Everything that a night brings about, told by references: ids and moments may differ."""
    with application.sessions() as session:
        names = {("organisation", row.id): row.reference for row in session.scalars(select(Organisation))}
        names |= {("proposal", row.id): row.reference for row in session.scalars(select(Proposal))}
        return {
            "organisations": organisations(session),
            "proposals": proposals(session),
            "suggestions": suggestions(session, names),
            "decisions": decisions(session, names),
            "searches": saved_searches(session, names),
            "index": index(application, names),
            "rankings": rankings(application, session),
            "letters": letters(application, session),
        }


def organisations(session: Session) -> dict[str, Any]:
    options = selectinload(Organisation.competences), selectinload(Organisation.themes)
    return {
        row.reference: {
            "description": row.description,
            "competences": sorted((item.term, item.origin, round(item.weight, 6)) for item in row.competences),
            "themes": sorted((item.tree, item.code, item.origin, round(item.weight, 6)) for item in row.themes),
        }
        for row in session.scalars(select(Organisation).options(*options))
    }


def proposals(session: Session) -> dict[str, Any]:
    return {
        row.reference: {
            "state": row.state,
            "title": row.title,
            "description": row.description,
            "codes": sorted((item.tree, item.code, item.origin, round(item.weight, 6)) for item in row.codes),
        }
        for row in session.scalars(select(Proposal).options(selectinload(Proposal.codes)))
    }


def suggestions(session: Session, names: dict[tuple[str, int], str]) -> list[tuple[Any, ...]]:
    rows = []
    for row in session.scalars(select(Suggestion)):
        candidate = names[
            ("organisation", row.candidate_organisation_id)
            if row.candidate_organisation_id
            else ("proposal", row.candidate_proposal_id or 0)
        ]
        rows.append((names["proposal", row.proposal_id], candidate, row.rank, round(row.score, 4), row.band))
    return sorted(rows)


def saved_searches(session: Session, names: dict[tuple[str, int], str]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            names["proposal", row.proposal_id],
            row.closed_at is None,
            row.looked_at is None,
            sorted((names["organisation", hit.candidate_organisation_id or 0], hit.band) for hit in row.hits),
        )
        for row in session.scalars(select(SavedSearch))
    )


def letters(application: Application, session: Session) -> list[Any]:
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.subject))
    files = sorted(path.name for path in application.settings.letters_dir.glob("*.eml"))
    return [[(row.address, row.subject, row.state) for row in rows], len(files)]


def decisions(session: Session, names: dict[tuple[str, int], str]) -> list[str]:
    return sorted(
        names["organisation", row.candidate_organisation_id]
        for row in session.scalars(select(CurationDecision))
        if row.candidate_organisation_id
    )


def rankings(application: Application, session: Session) -> list[Any]:
    stored = session.scalars(select(RankerVersion).order_by(RankerVersion.id)).all()
    changes = session.scalars(select(RankerChange).order_by(RankerChange.id)).all()
    return [
        sorted(model.version for model in application.rankings.values()),
        [(row.version, row.digest) for row in stored],
        [(row.ranking, row.version and row.version.version, row.action) for row in changes],
    ]


def index(application: Application, names: dict[tuple[str, int], str]) -> dict[str, list[tuple[str, str]]]:
    generation = application.store.current(application.encoder())
    found = {}
    for name in generation.names:
        section = generation.section(name)
        kind = "organisation" if name.startswith("organisation") else "proposal"
        hashes = (bytes(value).hex() for value in section.text_hashes)
        found[name] = sorted(
            (names[kind, owner], text) for owner, text in zip(section.owners.tolist(), hashes, strict=True)
        )
    return found
