from __future__ import annotations

import re

from sqlalchemy.orm import Session

from matching.types import Band, Contribution, Criterion, Explanation, Target
from tests.factories import form_of, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, match
from web.proposals.advice import unknown_criteria


def test_what_is_known_of_nobody_is_what_is_missing() -> None:
    matches = [
        match(Target.PROPOSALS, 1, explanation=Explanation(parts, ()))
        for parts in (
            (
                Contribution("stage", None, 2.0, 0.0),
                Contribution("country", None, 0.0, 0.0),
                Contribution("theme", None, 3.0, 0.0),
            ),
            (Contribution("stage", None, 2.0, 0.0), Contribution("theme", 0.4, 3.0, 0.1)),
        )
    ]
    assert unknown_criteria(matches) == {Criterion.STAGE: 2.0}


def test_the_fields_that_would_help_this_very_search_come_first(
    client: Browser, service: FakeService, session: Session
) -> None:
    record = proposal(session, description=None, stage=None, partner_types=[])
    session.commit()
    parts = (
        Contribution("partner_type", None, 0.5, 0.0),
        Contribution("stage", None, 2.0, 0.0),
        Contribution("competence", 0.1, 2.0, -1.0),
    )
    service.proposals = [match(Target.PROPOSALS, 1, band=Band.WEAK, explanation=Explanation(parts, ()))]
    page = client.get(f"/proposals/{record.reference}").text
    box = page[page.index('aria-labelledby="list-proposals"') :]
    items = re.findall(r"<li>(.*?)</li>", box[: box.index("</ul>")])
    assert items[:2] == ["the stage of development", "the types and sizes of partner that you look for"]
    assert items.index("more about the situation, the problem or the product, with figures") == 2
    organisations = page[page.index('aria-labelledby="list-organisations"') : page.index("list-proposals")]
    assert "the stage of development" not in organisations


def test_in_the_form_each_addition_leads_to_its_field(client: Browser, service: FakeService) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1, band=Band.WEAK)]
    form = form_of("TR", keywords="", expertise_sought="")
    page = client.send("/proposals/new/TR", form | {"action": "preview"}).text
    links = re.findall(r'<li><a href="#(\w+)">', page)
    assert {"keywords", "expertise_sought"} <= set(links)
    for field in links:
        assert f'id="{field}"' in page
