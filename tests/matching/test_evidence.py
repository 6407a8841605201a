"""The sentence that is shown is the best of all that may be shown, however many there are and wherever it stands."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import select

from data.models import Evidence, Organisation, Proposal, now
from embeddings.encoder import Role
from matching import presentation
from matching.bootstrap import Application
from matching.quoting import quotable_sentences
from matching.types import Match
from tests.matching.conftest import NEED

BEST = "Impianto pilota che depura acque reflue di cartiera da microplastiche e coloranti."
FILLING = "La scheda numero {number} parla di aratura, trebbiatura e semina di campi lontani."


def shown(application: Application, reference: str) -> Match:
    found = application.service.match_proposal("NEED-1", top=100)
    return next(match for match in (*found.organisations, *found.proposals) if match.reference == reference)


def rewrite(application: Application, pieces: list[str], description: str | None = None) -> None:
    with application.sessions.begin() as session:
        record = session.scalars(select(Organisation).where(Organisation.reference == "drones")).one()
        record.description = description
        record.evidence = [
            Evidence(position=place, kind="project", title=f"Progetto {place}", text=text, year=2020)
            for place, text in enumerate(pieces)
        ]
        record.updated_at = now()
    application.update_index()


def filling(count: int) -> list[str]:
    return [FILLING.format(number=number) for number in range(count)]


@pytest.mark.parametrize("before", [5, 90, 197])
def test_the_last_project_of_many_is_quoted_where_it_is_the_best(application: Application, before: int) -> None:
    rewrite(application, [*filling(before), f"{FILLING.format(number=0)} {BEST}"])
    pair = shown(application, "drones").explanation.sentences
    assert pair is not None
    assert (pair.offered, pair.evidence_title) == (BEST, f"Progetto {before}")


def test_the_last_sentence_of_a_long_description_is_quoted(application: Application) -> None:
    rewrite(application, [], " ".join([*filling(120), BEST]))
    pair = shown(application, "drones").explanation.sentences
    assert pair is not None
    assert pair.offered == BEST


def test_the_last_sentence_of_a_long_need_is_quoted(application: Application) -> None:
    with application.sessions.begin() as session:
        record = session.scalars(select(Proposal).where(Proposal.reference == "NEED-1")).one()
        record.title, record.summary = "Scheda di prova sui campi", " ".join([*filling(60), NEED])
    pair = shown(application, "OFFER-WATER").explanation.sentences
    assert pair is not None
    assert pair.sought == NEED


def test_the_pair_is_the_best_by_the_measure_over_all_sentences(application: Application) -> None:
    pieces = [f"{BEST} Prova {number} con fibre e filtri." for number in range(30)]
    rewrite(application, [*pieces, "Microplastiche e coloranti delle cartiere: depuriamo ogni acqua reflua."])
    pair = shown(application, "drones").explanation.sentences
    assert pair is not None
    engine = application.service.engine()
    with application.sessions() as session:
        record = session.scalars(select(Proposal).where(Proposal.reference == "NEED-1")).one()
        query = engine.builder.of_proposal(record)
    texts = [text for piece in pieces for text in quotable_sentences(piece, "it")]
    texts.append("Microplastiche e coloranti delle cartiere: depuriamo ogni acqua reflua.")
    own = quotable_sentences(query.sought.text, query.language)
    encoder = application.encoder()
    mine, theirs = encoder.encode(own, Role.SOUGHT), encoder.encode(texts, Role.OFFERED)
    measure = mine @ theirs.T + theirs @ query.sought.vector
    said = measure[own.index(pair.sought), texts.index(pair.offered)]
    assert said == pytest.approx(float(np.max(measure)), abs=1e-5)


def test_persons_are_not_quoted_even_where_their_sentence_is_the_best(application: Application) -> None:
    rewrite(application, [f"{BEST[:-1]}, scrivete ad anna.provetta@esempio.it."], "Aratura e semina di campi lontani.")
    pair = shown(application, "drones").explanation.sentences
    assert pair is None or "@" not in pair.offered


def test_a_bare_name_is_no_evidence(application: Application) -> None:
    assert shown(application, "mute").explanation.sentences is None


def test_words_in_common_are_marked_across_languages(application: Application) -> None:
    pair = shown(application, "OFFER-WATER").explanation.sentences
    assert pair is not None
    marked = [pair.offered[start:end] for start, end in pair.offered_marks]
    assert {"microplastics", "dyes"} <= set(marked)
    assert "microplastiche" in [pair.sought[start:end] for start, end in pair.sought_marks]


def test_of_very_many_passages_the_nearest_are_read(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentation, "MOST_PASSAGES", 3)
    rewrite(application, [*filling(40), BEST, *filling(9)])
    pair = shown(application, "drones").explanation.sentences
    assert pair is not None
    assert (pair.offered, pair.evidence_title) == (BEST, "Progetto 40")
