"""From the log of decisions to a version that serves, on both databases, over a real index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine, unit_of_work
from data.models import CurationDecision, Exposure, Organisation, Proposal, RankerChange
from data.models.vocabulary import DecisionAction, RejectReason
from data.settings import Settings
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.learning import refitting
from matching.learning.lesson import Lesson, Verdict, learn
from matching.learning.materials import Gathering
from matching.learning.opinions import Opinion, Signal
from matching.learning.refitting import Outcome, Refitter
from matching.learning.sources import SOURCES, CurationLog, seen_by_candidates, sightings
from matching.learning.versions import roll_back
from matching.types import Target
from tests.databases import Templates, taxonomies
from tests.factories import organisation, proposal

TOPICS = ("acque reflue di cartiera", "pane a lievito madre", "droni per il rilievo dei campi")


@pytest.fixture
def engine(database_url: str, templates: Templates) -> Iterator[Engine]:
    templates.fill(database_url, "taxonomies", taxonomies)
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def application(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[Application]:
    with sessions.begin() as session:
        for number, topic in enumerate(TOPICS * 2):
            organisation(session, reference=f"org-{number}", description=f"Esperti di {topic}.")
        for number, topic in enumerate(TOPICS):
            proposal(session, reference=f"NEED-{number}", title=topic, summary=f"Cerchiamo esperti di {topic}.")
    with build_application(settings) as built:
        built.update_index()
        yield built


def decided(application: Application, need: str, candidate: str, action: DecisionAction, **given: object) -> int:
    with unit_of_work(application.sessions) as session:
        return decide(
            session,
            proposal_id=session.scalars(select(Proposal.id).where(Proposal.reference == need)).one(),
            target=Target.ORGANISATIONS,
            candidate_id=session.scalars(select(Organisation.id).where(Organisation.reference == candidate)).one(),
            action=action,
            actor="broker",
            **given,  # type: ignore[arg-type]
        ).id


def rejected(application: Application, need: str, candidate: str, reason: RejectReason) -> int:
    return decided(application, need, candidate, DecisionAction.REJECT, reason=reason)


def refitter(application: Application) -> Refitter:
    return Refitter(application.sessions, application.service, application.rankings)


@pytest.fixture
def three_decisions(application: Application) -> Application:
    decided(application, "NEED-0", "org-1", DecisionAction.ACCEPT, seen={"rank": 3})
    rejected(application, "NEED-0", "org-0", RejectReason.WRONG_COMPETENCE)
    rejected(application, "NEED-0", "org-3", RejectReason.COMPETITOR)
    return application


class TestReading:
    def test_decisions_become_opinions(self, three_decisions: Application) -> None:
        with three_decisions.sessions() as session:
            found = CurationLog().opinions(session)
        assert [(item.signal, item.reason, item.rank) for item in found] == [
            (Signal.ACCEPT, None, 3),
            (Signal.REJECT, "wrong_competence", None),
            (Signal.REJECT, "competitor", None),
        ]

    def test_undone_decisions_and_notes_do_not_count(self, application: Application) -> None:
        decided(application, "NEED-0", "org-1", DecisionAction.ACCEPT)
        decided(application, "NEED-0", "org-1", DecisionAction.NOTE, note="chiamare lunedì")
        decided(application, "NEED-0", "org-1", DecisionAction.UNDO)
        with application.sessions() as session:
            assert CurationLog().opinions(session) == []

    def test_a_new_decision_changes_the_mark(self, application: Application) -> None:
        marks = []
        for action in (DecisionAction.ACCEPT, DecisionAction.UNDO):
            decided(application, "NEED-0", "org-1", action)
            with application.sessions() as session:
                marks.append(CurationLog().mark(session))
        assert len(set(marks)) == 2

    def test_what_was_shown_is_read_for_the_proposals_asked_for(self, application: Application) -> None:
        with unit_of_work(application.sessions) as session:
            first, second = session.scalars(select(Proposal).order_by(Proposal.id).limit(2))
            partner = session.scalars(select(Organisation)).first()
            assert partner is not None
            for need in (first, second):
                session.add(
                    Exposure(
                        day=date(2026, 3, 1),
                        proposal_id=need.id,
                        candidate_organisation_id=partner.id,
                        times=2,
                        rank=4,
                        discount=0.9,
                    )
                )
            session.flush()
            [seen] = sightings(session, [first.id])
        assert (seen.query, seen.candidate, seen.rank, seen.target) == (first.id, partner.id, 4, Target.ORGANISATIONS)

    def test_organisations_see_the_same_decisions_from_their_side(self) -> None:
        day = date(2026, 3, 1)
        about = Opinion(1, Target.ORGANISATIONS, 9, Signal.ACCEPT, day, rank=2)
        between = Opinion(1, Target.PROPOSALS, 4, Signal.ACCEPT, day)
        assert seen_by_candidates([about, between]) == [Opinion(9, Target.PROPOSALS, 1, Signal.ACCEPT, day)]


class TestGathering:
    def gathering(self, application: Application) -> Gathering:
        return Gathering(application.service, application.sessions, SOURCES)

    def test_a_query_comes_with_all_that_was_decided_about(self, three_decisions: Application) -> None:
        [found] = self.gathering(three_decisions).materials()["organisations"]
        assert found.name == "NEED-0"
        told = {item.candidate for item in found.known if item.strength}
        assert told <= set(found.ids.tolist())
        assert set(found.features.names) == set(three_decisions.rankings.shipped["organisations"].weights)

    def test_the_list_of_opportunities_learns_from_organisations_that_fit_one_and_not_another(
        self, three_decisions: Application
    ) -> None:
        rejected(three_decisions, "NEED-2", "org-1", RejectReason.WRONG_THEME)
        [found] = self.gathering(three_decisions).materials()["opportunities"]
        assert found.name == "org-1"
        assert len({item.candidate for item in found.known} & set(found.ids.tolist())) == 2

    def test_interests_and_agreements_can_come_from_elsewhere(self, three_decisions: Application) -> None:
        with three_decisions.sessions() as session:
            known = CurationLog().opinions(session)

        class Agreements:
            def opinions(self, session: Session) -> Iterable[Opinion]:
                return [
                    Opinion(known[0].query, Target.ORGANISATIONS, known[2].candidate, Signal.AGREEMENT, known[0].day)
                ]

            def mark(self, session: Session) -> str:
                return "1"

        sources = (*SOURCES, Agreements())
        [found] = Gathering(three_decisions.service, three_decisions.sessions, sources).materials()["organisations"]
        assert max(item.strength for item in found.known) == 4.0


class TestRefit:
    @pytest.fixture
    def sure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Three decisions are no evidence; here every lesson counts as better."""

        def better(*given: object) -> Lesson:
            lesson = learn(*given)  # type: ignore[arg-type]
            if lesson.model is not None and lesson.verdict is not Verdict.NOTHING:
                object.__setattr__(lesson, "verdict", Verdict.BETTER)
            return lesson

        monkeypatch.setattr(refitting, "learn", better)

    def outcome(self, application: Application, **given: object) -> Outcome:
        report = refitter(application).run(actor="test", **given)  # type: ignore[arg-type]
        return report.lists[0].outcome

    def test_few_decisions_are_kept_but_not_promoted(self, three_decisions: Application) -> None:
        report = refitter(three_decisions).run(actor="test")
        organisations, proposals, _ = report.lists
        assert (organisations.outcome, organisations.version) == (Outcome.TOO_FEW, "organisations-1")
        assert proposals.outcome is Outcome.NOTHING
        assert three_decisions.rankings["organisations"].version != "organisations-1"

    def test_without_news_nothing_is_calculated(
        self, three_decisions: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mark = refitter(three_decisions).run(actor="test").mark
        monkeypatch.setattr(Gathering, "materials", lambda _: pytest.fail("nothing is new"))
        assert not refitter(three_decisions).run(actor="test", last_mark=mark).news

    def test_a_new_decision_is_news(self, three_decisions: Application) -> None:
        mark = refitter(three_decisions).run(actor="test").mark
        rejected(three_decisions, "NEED-0", "org-4", RejectReason.WRONG_THEME)
        assert refitter(three_decisions).run(actor="test", last_mark=mark).news

    @pytest.mark.usefixtures("sure")
    def test_what_is_better_serves_at_once(self, three_decisions: Application) -> None:
        before = three_decisions.service.match_proposal("NEED-0").organisations
        assert self.outcome(three_decisions) is Outcome.PROMOTED
        after = three_decisions.service.match_proposal("NEED-0").organisations
        assert three_decisions.rankings["organisations"].version == "organisations-1"
        assert [match.score for match in after] != [match.score for match in before]

    @pytest.mark.usefixtures("sure")
    def test_running_again_ends_in_the_same_place(self, three_decisions: Application) -> None:
        self.outcome(three_decisions)
        assert self.outcome(three_decisions) is Outcome.SAME
        with three_decisions.sessions() as session:
            assert len(session.scalars(select(RankerChange)).all()) == 1

    @pytest.mark.usefixtures("sure")
    def test_after_a_roll_back_nights_promote_nothing(self, three_decisions: Application) -> None:
        self.outcome(three_decisions)
        with unit_of_work(three_decisions.sessions) as session:
            roll_back(session, "organisations", actor="test", reason="worse")
        assert self.outcome(three_decisions) is Outcome.HELD
        assert self.outcome(three_decisions, force=True) is Outcome.PROMOTED

    def test_somebody_may_promote_what_is_not_shown_to_be_better(self, three_decisions: Application) -> None:
        assert self.outcome(three_decisions, force=True) is Outcome.FORCED
        assert three_decisions.rankings["organisations"].version == "organisations-1"

    @pytest.mark.usefixtures("sure")
    @pytest.mark.parametrize("moment", ["keep", "promote"])
    def test_stopped_in_the_middle_nothing_of_the_list_is_left(
        self, three_decisions: Application, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        original = getattr(refitting, moment)

        def stop(*given: object, **named: object) -> None:
            original(*given, **named)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(refitting, moment, stop)
            with pytest.raises(KeyboardInterrupt):
                self.outcome(three_decisions)
        assert three_decisions.rankings["organisations"] == three_decisions.rankings.shipped["organisations"]
        assert self.outcome(three_decisions) is Outcome.PROMOTED

    def test_decisions_stay_as_they_are(self, three_decisions: Application) -> None:
        self.outcome(three_decisions)
        with three_decisions.sessions() as session:
            assert len(session.scalars(select(CurationDecision)).all()) == 3
