"""The list that is shown: what people decided, near-duplicates, attention on the days before, one to be noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data.exposures import Showing, count_showings
from data.models import Organisation, Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.settings import Settings
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.diversity import SHOWN
from matching.drafts import Draft
from matching.exposure import WINDOW, ExposureMemory
from matching.retrieval import pool
from matching.shortlist import Circumstances, Exposures, Stage
from matching.types import Band, Match, Target
from tests.factories import organisation, proposal
from tests.matching.conftest import NEED, by_reference

DAY = date(2026, 5, 20)
OFFERED = NEED.replace("Cerchiamo", "Progettiamo")
_SUBJECTS = (
    "membrane per acque reflue di cartiera",
    "depurazione biologica delle acque reflue industriali",
    "rimozione di microplastiche dalle acque",
    "coloranti tessili e acque di scarico",
    "ultrafiltrazione di effluenti di cartiera",
    "ozono contro i coloranti nelle acque reflue",
    "fanghi e acque reflue della carta",
    "carboni attivi per acque di processo",
    "sensori per la qualità delle acque reflue",
    "riuso delle acque nelle cartiere",
    "flottazione di effluenti industriali",
    "elettrochimica per acque reflue colorate",
    "fotocatalisi per inquinanti nelle acque",
    "bioreattori a membrana per effluenti",
    "analisi di microplastiche in acque reflue",
)
_ELSEWHERE = (
    "Software gestionale e contabilità per negozi",
    "Mobili in legno massello e arredi su misura",
    "Droni per il rilievo fotografico dei campi",
    "Corsi di lingua e formazione aziendale",
    "Produzione di formaggi e salumi tipici",
    "Restauro di dipinti e sculture antiche",
    "Componenti elettronici e schede a microcontrollore",
    "Motori elettrici e batterie per biciclette",
)


@pytest.fixture
def crowd(settings: Settings, sessions: sessionmaker[Session]) -> Settings:
    """A need and fifteen organisations, all of which could answer it."""
    with sessions.begin() as session:
        proposal(session, reference="NEED-1", title="Acque reflue di cartiera", summary=NEED, kind="RDR")
        for number, subject in enumerate(_SUBJECTS):
            text = f"{OFFERED} Ci occupiamo di {subject}."
            organisation(session, reference=f"o{number}", name=f"Laboratorio {number}", description=text)
        for number, subject in enumerate(_ELSEWHERE * 4):
            text = f"{subject}, per clienti di tutta la regione numero {number}."
            organisation(session, reference=f"x{number}", name=f"Ditta {number}", description=text)
        organisation(session, reference="far", name="Forno Esempio", description="Pane, lievito madre e grissini.")
    return settings


@pytest.fixture
def application(crowd: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The application over that crowd, on a given day."""
    with build_application(crowd) as built:
        built.update_index()
        monkeypatch.setattr(built.service, "_today", lambda: DAY)
        yield built


def listed(application: Application, top: int = SHOWN) -> tuple[Match, ...]:
    return application.service.match_proposal("NEED-1", top=top).organisations


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.reference for match in matches]


def decided(application: Application, reference: str, action: DecisionAction, **more: Any) -> None:
    with application.sessions.begin() as session:
        decide(
            session,
            proposal_id=by_reference(session, Proposal, "NEED-1"),
            target=Target.ORGANISATIONS,
            candidate_id=by_reference(session, Organisation, reference),
            action=action,
            actor="desk",
            **more,
        )


def shown_on(application: Application, day: date, matches: tuple[Match, ...], times: int = 1) -> None:
    """The page was opened on a day."""
    with application.sessions() as session:
        need = by_reference(session, Proposal, "NEED-1")
    shown = [Showing(match.candidate_id, match.rank) for match in matches]
    for _ in range(times):
        count_showings(application.sessions, need, day, organisations=shown)


def test_the_crowd_are_partners_and_the_others_are_not(application: Application) -> None:
    found = listed(application, 60)
    assert {match.reference for match in found if match.band is not Band.WEAK} == {f"o{one}" for one in range(15)}
    assert [match.rank for match in found] == list(range(1, 49))


def test_a_pinned_one_stands_first_whatever_its_score(application: Application) -> None:
    decided(application, "far", DecisionAction.PIN)
    found = listed(application)
    assert (found[0].reference, found[0].rank, found[0].curated) == ("far", 1, "pin")
    assert found[0].score < found[1].score
    decided(application, "far", DecisionAction.UNDO)
    assert "far" not in names(listed(application))


@pytest.mark.parametrize("action", [DecisionAction.ACCEPT, DecisionAction.ADD])
def test_an_accepted_or_added_one_stays_among_the_shown(application: Application, action: DecisionAction) -> None:
    decided(application, "far", action)
    found = listed(application)
    assert (len(found), found[-1].reference, found[-1].curated) == (SHOWN, "far", action.value)


def test_an_added_one_has_its_real_features_though_retrieval_does_not_find_it(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    [real] = [match for match in listed(application, 60) if match.reference == "far"]
    monkeypatch.setattr("matching.gathering.pool", lambda *given: pool(*given)[:3])
    assert "far" not in names(listed(application))
    decided(application, "far", DecisionAction.ADD)
    [added] = [match for match in listed(application) if match.reference == "far"]
    assert added.score == pytest.approx(real.score)
    assert added.explanation.contributions == real.explanation.contributions


def test_a_day_shows_the_same_list_however_often_it_is_opened(application: Application) -> None:
    before = names(listed(application))
    shown_on(application, DAY, listed(application), times=9)
    assert names(listed(application)) == before
    with build_application(application.settings) as elsewhere:
        elsewhere.service._today = lambda: DAY
        assert names(listed(elsewhere)) == before
    assert names(listed(application, 3)) == before[:3]
    assert names(listed(application, 20))[:SHOWN] == before


def test_one_that_nobody_was_shown_lately_gets_the_last_place(application: Application) -> None:
    plain = listed(application, 15)
    assert not any(match.exploratory for match in plain), "nobody was shown yet"
    shown_on(application, DAY - timedelta(days=1), plain[:13])
    application.service._exposure = ExposureMemory()
    found = listed(application)
    assert [match.exploratory for match in found] == [False] * (SHOWN - 1) + [True]
    assert found[-1].reference in names(plain[13:])
    assert found[-1].band is not Band.WEAK


def test_another_day_tries_out_another(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_on(application, DAY - timedelta(days=1), listed(application))
    tried = set()
    for day in range(1, 13):
        monkeypatch.setattr(application.service, "_today", lambda day=day: DAY + timedelta(days=day))
        tried |= {match.reference for match in listed(application) if match.exploratory}
    assert len(tried) > 2


def test_attention_of_long_ago_is_forgotten(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_on(application, DAY - timedelta(days=1), listed(application))
    for day, tried in ((WINDOW - 1, 1), (WINDOW, 0)):
        monkeypatch.setattr(application.service, "_today", lambda day=day: DAY + timedelta(days=day))
        assert sum(match.exploratory for match in listed(application)) == tried


def test_drafts_and_short_lists_try_nobody_out(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_on(application, DAY - timedelta(days=1), listed(application))
    monkeypatch.setattr(application.service, "_today", lambda: DAY + timedelta(days=1))
    assert listed(application)[-1].exploratory
    draft = Draft(kind="RDR", title="Acque reflue di cartiera", description=NEED)
    assert not any(match.exploratory for match in application.service.match_draft(draft, top=20).organisations)
    assert not any(match.exploratory for match in listed(application, SHOWN - 1))


def test_who_was_shown_far_more_often_lets_nearly_equals_pass(application: Application) -> None:
    found = application.service.candidates_of("NEED-1", Target.ORGANISATIONS)
    assert found is not None
    candidates = found[1]
    plain = application.service.arranged(candidates, Target.ORGANISATIONS, Circumstances(stages=Stage.PLAIN)).places
    often = {int(candidates.ids[place]): 200.0 for place in plain[3:10]}
    fair = Circumstances(exposures=Exposures.of(often), stages=Stage.FAIRNESS)
    arranged = application.service.arranged(candidates, Target.ORGANISATIONS, fair).places
    assert set(arranged[:3].tolist()) == set(plain[:3].tolist())
    assert arranged.tolist() != plain.tolist()
    assert sorted(arranged.tolist()) == sorted(plain.tolist())


def test_one_organisation_under_two_names_is_shown_once_and_both_are_named(application: Application) -> None:
    text = f"{OFFERED} Ci occupiamo di {_SUBJECTS[0]}."
    with application.sessions.begin() as session:
        first = {"description": text, "website": "https://www.depura.example/it"}
        organisation(session, reference="twin-1", name="Depura Ricerche", **first)
        organisation(session, reference="twin-2", name="Depura Ricerche S.r.l.", **first)
    application.update_index()
    found = [match for match in listed(application, 20) if match.reference.startswith("twin")]
    assert len(found) == 1
    [hidden] = found[0].twins
    assert {found[0].reference, hidden.reference} == {"twin-1", "twin-2"}
    assert hidden.title.startswith("Depura Ricerche")
    decided(application, hidden.reference, DecisionAction.ACCEPT)
    [stands] = [match for match in listed(application, 20) if match.reference.startswith("twin")]
    assert stands.reference == hidden.reference
    decided(application, stands.reference, DecisionAction.REJECT, reason=RejectReason.NOT_AVAILABLE)
    [left] = [match for match in listed(application, 20) if match.reference.startswith("twin")]
    assert (left.reference, left.twins) == (found[0].reference, ())


def test_judgements_are_about_the_ranking_alone(application: Application) -> None:
    ranking = application.service.rank_references("NEED-1", Target.ORGANISATIONS, top=20)
    assert ranking is not None
    assert [score for _, score in ranking] == sorted((score for _, score in ranking), reverse=True)
    shown_on(application, DAY - timedelta(days=1), listed(application), times=50)
    decided(application, "far", DecisionAction.PIN)
    assert application.service.rank_references("NEED-1", Target.ORGANISATIONS, top=20) == ranking
    shown = application.service.shown_references("NEED-1", Target.ORGANISATIONS, top=20)
    assert shown is not None
    assert sorted(shown) == sorted(ranking)
    assert application.service.shown_references("nothing", Target.ORGANISATIONS, top=5) is None
