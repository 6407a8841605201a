"""Existing proposals that say the same: the copy, the paraphrase, the translation, and what only resembles them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sqlalchemy.orm import Session, sessionmaker

from data.demo import FOLDER
from data.models import Proposal
from data.models.vocabulary import ProposalKind, QualityRule, Severity
from data.queries import proposal_by_reference, today
from data.settings import Settings
from matching.bootstrap import Application, build_application
from matching.brokerage.checking import QualityReport, check_proposal
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.quality import SAYS_THE_SAME, Similar
from matching.errors import NotIndexedError
from matching.similar import similar_proposals
from tests.factories import organisation, proposal
from tests.matching.conftest import NEED, OFFER
from tests.matching.reworded import IN_ENGLISH, IN_OTHER_WORDS, Reworded

WRITTEN = ProposalFields(
    kind=ProposalKind.TR, title="Acque reflue di cartiera", summary=NEED, country="IT", language="it"
)


def likest(application: Application, asked: str | ProposalFields, top: int = 5) -> dict[str, Similar]:
    with application.sessions() as session:
        return {one.reference: one for one in similar_proposals(application.service, session, asked, top=top)}


def report_of(application: Application, reference: str) -> QualityReport:
    with application.sessions() as session:
        return check_proposal(session, application.service, reference, today=today())


def test_what_is_written_finds_the_same_need_but_no_counterpart(application: Application) -> None:
    found = likest(application, WRITTEN)
    assert set(found) >= {"NEED-1", "SAME-DIRECTION"}
    assert not set(found) & {"OFFER-WATER", "OWN-OFFER", "EXPIRED", "DRAFT", "ELSEWHERE"}
    assert found["NEED-1"].likeness > SAYS_THE_SAME
    assert not found["NEED-1"].same_organisation


def test_a_stored_proposal_never_finds_itself(application: Application) -> None:
    assert set(likest(application, "NEED-1")) == {"SAME-DIRECTION"}


def test_an_offer_finds_offers(application: Application) -> None:
    offer = ProposalFields(kind=ProposalKind.BO, title="Filtration", summary=OFFER, language="en")
    assert set(likest(application, offer)) >= {"OFFER-WATER", "OWN-OFFER"}
    assert not set(likest(application, offer)) & {"NEED-1", "SAME-DIRECTION"}


def test_the_own_organisation_is_told_and_its_second_post_blocks(application: Application) -> None:
    with application.sessions.begin() as session:
        own = proposal_by_reference(session, "NEED-1").organisation_id
        title = "Acque reflue di cartiera"
        proposal(session, reference="AGAIN", state="draft", title=title, summary=NEED, organisation_id=own)
    report = report_of(application, "AGAIN")
    assert {one.reference: one.same_organisation for one in report.similar}["NEED-1"]
    assert [item.found for item in report.findings if item.rule is QualityRule.DUPLICATE_OWN] == ["NEED-1"]
    assert [item.found for item in report.findings if item.rule is QualityRule.DUPLICATE] == ["SAME-DIRECTION"]
    assert report.blocked
    assert not report.similar_unknown
    assert report.counts[Severity.BLOCKER] == sum(item.severity is Severity.BLOCKER for item in report.findings) > 0


def test_what_waits_or_came_out_since_the_index_was_built_is_found_and_a_draft_is_not(application: Application) -> None:
    with application.sessions.begin() as session:
        same = {"title": "Acque reflue di cartiera", "summary": NEED}
        own = organisation(session, reference="twice").id
        for reference in ("WAITING", "SECOND"):
            proposal(session, reference=reference, state="to_validate", organisation_id=own, **same)
        proposal(session, reference="FRESH", **same)
        proposal(session, reference="MY-DRAFT", state="draft", **same)
        proposal(session, reference="OTHER-WAY", kind="TO", state="to_validate", title="Acque reflue", summary=NEED)
    found = likest(application, "WAITING", top=9)
    assert set(found) == {"NEED-1", "SAME-DIRECTION", "SECOND", "FRESH"}
    assert found["FRESH"].likeness == pytest.approx(1, abs=0.01)
    assert {name for name, one in found.items() if one.same_organisation} == {"SECOND"}


def test_what_was_closed_since_the_index_was_built_is_not_similar(application: Application) -> None:
    with application.sessions.begin() as session:
        proposal_by_reference(session, "NEED-1").state = "closed"
    assert "NEED-1" not in likest(application, WRITTEN)


def test_without_an_index_the_rest_is_still_checked(region: Settings) -> None:
    with build_application(region) as application:
        report = report_of(application, "NEED-1")
        assert report.similar_unknown
        assert report.similar == ()
        assert report.blocked
        with pytest.raises(NotIndexedError):
            likest(application, WRITTEN)


def test_the_book_of_names_follows_the_organisations(application: Application) -> None:
    with application.sessions.begin() as session:
        text = "Il reparto lavora da anni con Zorbinia su questi impianti."
        proposal(session, reference="NAMING", state="draft", description=text)
    before = [item for item in report_of(application, "NAMING").findings if item.rule is QualityRule.OTHER_NAME]
    assert before == []
    with application.sessions.begin() as session:
        organisation(session, reference="new", name="Zorbinia srl")
    [named] = [item for item in report_of(application, "NAMING").findings if item.rule is QualityRule.OTHER_NAME]
    assert named.found == "Zorbinia"


@pytest.fixture
def demo(settings: Settings, sessions: sessionmaker[Session]) -> Application:
    """All proposals of the demo region, indexed."""
    kept = ("reference", "kind", "title", "summary", "description", "advantages", "expertise_sought", "partner_role")
    with sessions.begin() as session:
        for path in sorted(FOLDER.glob("*/pro*s.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                proposal(session, **{name: record.get(name) for name in (*kept, "language")}, source=record["source"])
    application = build_application(settings)
    application.update_index()
    return application


def written(text: Reworded) -> ProposalFields:
    return ProposalFields(
        kind=ProposalKind(text.kind), title=text.title, summary=text.summary, description=text.description
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_limit_tells_the_same_in_other_words_from_what_only_resembles_it(demo: Application) -> None:
    for text in IN_OTHER_WORDS:
        found = likest(demo, written(text))
        assert next(iter(found)) == text.reference
        assert found[text.reference].likeness >= SAYS_THE_SAME
        assert max(one.likeness for one in found.values() if one.reference != text.reference) < SAYS_THE_SAME
    for text in IN_ENGLISH:  # a translation comes first, though it mostly stays below the limit
        assert next(iter(likest(demo, written(text)))) == text.reference
    with demo.sessions() as session:
        references = [row[0] for row in session.query(Proposal.reference)]
    nearest = [max((one.likeness for one in likest(demo, name, 1).values()), default=0.0) for name in references]
    assert np.max(nearest) < SAYS_THE_SAME
