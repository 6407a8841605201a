from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data.models import OrganisationCompetence, ProposalCode
from data.settings import Settings
from embeddings.encoder import Encoder
from matching.bootstrap import Application, build_application
from matching.concepts import ConceptIndex
from matching.tagging import learning
from matching.tagging.examples import read_said
from matching.tagging.learning import forget, learn, right_share
from matching.tagging.tagger import TextTagger
from matching.tagging.weights import FILE, shipped, weights_for
from tests.factories import organisation, proposal

STRANGE = (
    "Campane di bronzo fuse per torri e carillon",
    "Restauro di campane e orologi di torre",
    "Fonderia di campane, battagli e carillon da torre",
    "Carillon elettronici e campane per piazze",
    "Motori e ceppi per campane di torre",
    "Campanelle e carillon di bronzo su misura",
)
"""A subject whose area nobody would guess, so that it must be learnt."""


@pytest.fixture
def database(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """A database with the taxonomies."""
    return sessions


def say(sessions: sessionmaker[Session], origin: str, code: str = "SUSTAINABLE_MOBILITY") -> None:
    with sessions.begin() as session:
        for text in STRANGE:
            record = proposal(session, title=text, summary=text)
            record.codes.append(ProposalCode(tree="s3_2014", code=code, origin=origin))


def area(home: Path, encoder: Encoder, concepts: ConceptIndex, text: str) -> str | None:
    tagger = TextTagger(concepts, encoder, weights_for(home, encoder.fingerprint))
    return next((tag.code.code for tag in tagger.tag(text, "it") if tag.code.tree == "s3_2014"), None)


def lead(home: Path, encoder: Encoder, concepts: ConceptIndex, text: str, code: str) -> float:
    """Log odds of an area for a text."""
    tagger = TextTagger(concepts, encoder, weights_for(home, encoder.fingerprint))
    prototypes = tagger.scorer.prototypes
    leads = tagger.scorer.leads(prototypes.centred(tagger.encode([text]), ["it"]), tagger.scorer.votes([[]]))
    return float(leads[0, prototypes.numbers.index(concepts.number("s3_2014", code) or 0)])


def test_confirmed_codes_teach_and_leave_the_rest_alone(
    database: sessionmaker[Session], tmp_path: Path, shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    text = "Cerchiamo un campanaro: campane per la torre"
    assert area(tmp_path, shipped_encoder, shipped_concepts, text) != "SUSTAINABLE_MOBILITY"
    say(database, "confirmed")
    report = learn(database, tmp_path, shipped_encoder, shipped_concepts)
    assert (report.outcome, report.decided, report.declared) == ("learnt", 6, 0)
    assert area(tmp_path, shipped_encoder, shipped_concepts, text) == "SUSTAINABLE_MOBILITY"
    before = right_share(shipped(), shipped_encoder, shipped_concepts)
    after = right_share(weights_for(tmp_path, shipped_encoder.fingerprint), shipped_encoder, shipped_concepts)
    assert after >= before - 0.02


def test_removed_codes_teach_what_a_text_is_not(
    database: sessionmaker[Session], tmp_path: Path, shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    text = STRANGE[1]
    guessed = area(tmp_path, shipped_encoder, shipped_concepts, text)
    assert guessed is not None
    say(database, "removed", guessed)
    before = lead(tmp_path, shipped_encoder, shipped_concepts, text, guessed)
    assert learn(database, tmp_path, shipped_encoder, shipped_concepts).outcome == "learnt"
    assert lead(tmp_path, shipped_encoder, shipped_concepts, text, guessed) < before - 0.3


def test_learning_twice_from_the_same_changes_nothing(
    database: sessionmaker[Session], tmp_path: Path, shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    say(database, "confirmed")
    learn(database, tmp_path, shipped_encoder, shipped_concepts)
    first = (tmp_path / FILE).read_bytes()
    assert learn(database, tmp_path, shipped_encoder, shipped_concepts).outcome == "not_due"
    assert learn(database, tmp_path, shipped_encoder, shipped_concepts, force=True).outcome == "learnt"
    assert (tmp_path / FILE).read_bytes() == first


def test_little_that_is_new_waits(
    database: sessionmaker[Session], tmp_path: Path, shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    with database.begin() as session:
        proposal(session, codes=[("s3_2014", "AEROSPACE")])
    assert learn(database, tmp_path, shipped_encoder, shipped_concepts).outcome == "not_due"
    assert not (tmp_path / FILE).exists()


def test_what_makes_known_texts_worse_is_not_taken(
    database: sessionmaker[Session],
    tmp_path: Path,
    shipped_encoder: Encoder,
    shipped_concepts: ConceptIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(database, "confirmed")
    shares = iter((0.9, 0.8))
    monkeypatch.setattr(learning, "right_share", lambda *_: next(shares))
    report = learn(database, tmp_path, shipped_encoder, shipped_concepts)
    assert (report.outcome, report.right_before, report.right_after) == ("worse", 0.9, 0.8)
    assert not (tmp_path / FILE).exists()


def test_a_competence_that_is_often_removed_becomes_less_sure(
    database: sessionmaker[Session], tmp_path: Path, shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    with database.begin() as session:
        for _ in range(9):
            record = organisation(session)
            record.competences.append(OrganisationCompetence(term="x", code="coatings", origin="removed"))
    learn(database, tmp_path, shipped_encoder, shipped_concepts)
    weights = weights_for(tmp_path, shipped_encoder.fingerprint)
    assert weights.reliability == {"coatings": 0.25}
    text = "rivestimenti protettivi, rivestimenti funzionali, rivestimenti"
    before = TextTagger(shipped_concepts, shipped_encoder).phrases(text, "it")[0].confidence
    assert before > 0.5
    assert TextTagger(shipped_concepts, shipped_encoder, weights).phrases(text, "it") == []


def test_codes_of_a_lower_level_teach_the_level_that_is_learnt(
    database: sessionmaker[Session], shipped_concepts: ConceptIndex
) -> None:
    with database.begin() as session:
        record = proposal(session, codes=[("een_technology", "02007001"), ("een_technology", "99")])
        session.flush()
        said = read_said(session, shipped_concepts)
        assert said.codes == {("proposal", record.id): (("een_technology", "02007", "declared"),)}


def test_what_was_learnt_can_be_forgotten(tmp_path: Path) -> None:
    shipped().save(tmp_path / FILE)
    assert forget(tmp_path)
    assert not forget(tmp_path)


@pytest.fixture
def indexed(settings: Settings, database: sessionmaker[Session]) -> Iterator[Application]:
    """An application over a region without codes, indexed."""
    with database.begin() as session:
        for text in STRANGE:
            proposal(session, title=text, summary=text)
    with build_application(settings) as application:
        application.update_index()
        yield application


def test_records_are_tagged_again_after_learning_a_part_at_a_time(
    indexed: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not indexed.update_index().built
    say(indexed.sessions, "confirmed")
    indexed.update_index()
    assert indexed.learn_tags().outcome == "learnt"
    monkeypatch.setattr("matching.indexing.MOST_RETAGGED", 8)
    first, second, third = (indexed.update_index() for _ in range(3))
    assert (first.retagged, second.retagged, third.built) == (8, 4, False)
    assert (first.encoded, second.encoded) == (0, 0)
    with indexed.sessions() as session:
        found = session.query(ProposalCode).filter_by(origin="derived", code="SUSTAINABLE_MOBILITY").count()
    assert found >= len(STRANGE) - 1
