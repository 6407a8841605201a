from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import CurationDecision
from data.models.vocabulary import RejectReason
from matching.types import Target
from tests.factories import organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, match


@pytest.fixture
def ids(session: Session, service: FakeService) -> tuple[str, int]:
    """A proposal's reference and the id of an organisation that is suggested for it."""
    need = proposal(session)
    candidate = organisation(session, name="Officina di prova")
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, candidate.id, title=candidate.name)]
    return need.reference, candidate.id


def decision(candidate: int, action: str, **more: Any) -> dict[str, Any]:
    return {"target": "organisations", "candidate": candidate, "action": action, **more}


def stored(sessions: sessionmaker[Session]) -> list[CurationDecision]:
    with sessions() as session:
        return list(session.scalars(select(CurationDecision).order_by(CurationDecision.id)))


def test_a_rejected_suggestion_is_gone_and_listed(
    client: Browser, sessions: sessionmaker[Session], ids: tuple[str, int]
) -> None:
    need, candidate = ids
    form = decision(candidate, "reject", reason="wrong_competence", note="Fa altro.")
    answer = client.send(f"/proposals/{need}/decisions", form, follow_redirects=True)
    assert answer.status_code == 200
    assert f'id="organisations-{candidate}"' not in answer.text
    shown = answer.text.split('id="decisions"')[1]
    assert "Set aside" in shown
    assert "Officina di prova" in shown
    assert "Not the competence that is needed" in shown
    assert "Fa altro." in shown
    [kept] = stored(sessions)
    assert (kept.action, kept.reason, kept.note, kept.actor) == ("reject", "wrong_competence", "Fa altro.", "account:1")


def test_a_decision_keeps_what_was_seen(client: Browser, sessions: sessionmaker[Session], ids: tuple[str, int]) -> None:
    need, candidate = ids
    client.send(f"/proposals/{need}/decisions", decision(candidate, "accept"))
    [kept] = stored(sessions)
    assert kept.seen is not None
    assert kept.seen["score"] == 1.25
    assert kept.seen["band"] == "good"
    assert kept.seen["generation"] == "generation-1"
    assert sum(part["points"] for part in kept.seen["contributions"]) == pytest.approx(1.25)


def test_a_rejection_without_a_reason_is_asked_again_and_keeps_the_note(
    client: Browser, sessions: sessionmaker[Session], ids: tuple[str, int]
) -> None:
    need, candidate = ids
    answer = client.send(f"/proposals/{need}/decisions", decision(candidate, "reject", note="Non va perché…"))
    assert answer.status_code == 422
    assert "Choose why this suggestion is not a fit" in answer.text
    assert "Non va perché…</textarea>" in answer.text
    assert "<details open>" in answer.text
    assert stored(sessions) == []


@pytest.mark.parametrize("reason", [reason.value for reason in RejectReason])
def test_every_reason_can_be_chosen(client: Browser, ids: tuple[str, int], reason: str) -> None:
    need, candidate = ids
    assert f'<option value="{reason}">' in client.get(f"/proposals/{need}").text
    answer = client.send(f"/proposals/{need}/decisions", decision(candidate, "reject", reason=reason))
    assert answer.status_code == 302


def test_a_withdrawn_decision_brings_the_suggestion_back(client: Browser, ids: tuple[str, int]) -> None:
    need, candidate = ids
    client.send(f"/proposals/{need}/decisions", decision(candidate, "reject", reason="other"))
    page = client.send(f"/proposals/{need}/decisions", decision(candidate, "undo"), follow_redirects=True).text
    assert f'id="organisations-{candidate}"' in page
    assert 'id="decisions"' not in page


def test_nothing_to_withdraw_is_a_conflict(client: Browser, ids: tuple[str, int]) -> None:
    need, candidate = ids
    answer = client.send(f"/proposals/{need}/decisions", decision(candidate, "undo"))
    assert answer.status_code == 409
    assert "This step is not possible now" in answer.text


def test_a_note_stands_with_its_suggestion(client: Browser, ids: tuple[str, int]) -> None:
    need, candidate = ids
    form = decision(candidate, "note", note="Sentito al telefono <b>oggi</b>")
    page = client.send(f"/proposals/{need}/decisions", form, follow_redirects=True).text
    assert "Sentito al telefono &lt;b&gt;oggi&lt;/b&gt;" in page
    assert f'id="organisations-{candidate}"' in page


@pytest.mark.parametrize(
    ("note", "words"), [("  ", "Write something into the note"), ("x" * 2001, "at most 2000 are kept")]
)
def test_bad_notes_are_asked_again(client: Browser, ids: tuple[str, int], note: str, words: str) -> None:
    need, candidate = ids
    answer = client.send(f"/proposals/{need}/decisions", decision(candidate, "note", note=note))
    assert answer.status_code == 422
    assert words in answer.text


def test_a_counterpart_proposal_can_be_accepted(
    client: Browser, service: FakeService, session: Session, ids: tuple[str, int]
) -> None:
    need, _ = ids
    other = proposal(session, kind="TO", title="Offerta lontana")
    session.commit()
    service.proposals = [match(Target.PROPOSALS, other.id)]
    form = {"target": "proposals", "candidate": other.id, "action": "accept"}
    page = client.send(f"/proposals/{need}/decisions", form, follow_redirects=True).text
    shown = page.split('id="decisions"')[1]
    assert "Accepted" in shown
    assert "Offerta lontana" in shown


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"target": "organisations", "candidate": "1"},
        {"target": "nobody", "candidate": "1", "action": "accept"},
        {"target": "organisations", "candidate": "one", "action": "accept"},
        {"target": "organisations", "candidate": "99999999999999", "action": "accept"},
        {"target": "organisations", "candidate": "-1", "action": "accept"},
        {"target": "organisations", "candidate": "1", "action": "delete"},
    ],
)
def test_forged_decisions_are_refused(
    client: Browser, sessions: sessionmaker[Session], ids: tuple[str, int], form: dict[str, str]
) -> None:
    assert client.send(f"/proposals/{ids[0]}/decisions", form).status_code == 400
    assert stored(sessions) == []


def test_unknown_candidates_and_proposals_are_not_found(client: Browser, ids: tuple[str, int]) -> None:
    assert client.send(f"/proposals/{ids[0]}/decisions", decision(987654, "accept")).status_code == 404
    assert client.send("/proposals/NOPE/decisions", decision(ids[1], "accept")).status_code == 404


def test_a_decision_needs_the_token(client: Browser, sessions: sessionmaker[Session], ids: tuple[str, int]) -> None:
    answer = client.post(f"/proposals/{ids[0]}/decisions", data=decision(ids[1], "accept"))
    assert answer.status_code == 400
    assert "This form has been open for too long" in answer.text
    assert stored(sessions) == []
