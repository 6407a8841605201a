"""On profiles that nodes of the network have checked, the quality check marks next to nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data.models.vocabulary import OrganisationKind, ProposalKind, QualityRule
from data.queries import today
from matching.brokerage.known_names import ordinary_words
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.quality import KnownName, NameBook, check

IDENTIFYING = (
    {QualityRule.OWN_NAME, QualityRule.OTHER_NAME, QualityRule.LEGAL_FORM, QualityRule.BRAND, QualityRule.PATENT_NUMBER}
    | {QualityRule.EMAIL, QualityRule.PHONE, QualityRule.TAX_CODE, QualityRule.WEB_ADDRESS, QualityRule.STREET_ADDRESS}
    | {QualityRule.SOCIAL_HANDLE, QualityRule.WRONG_LANGUAGE, QualityRule.MIXED_LANGUAGES}
)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["profiles.it.jsonl", "requests.en.jsonl"])
def test_profiles_that_were_checked_before_raise_hardly_an_alarm(real_data: Path, name: str) -> None:
    organisations = records(real_data / "cordis" / "organisations.jsonl")
    public = OrganisationKind.PUBLIC_BODY.value
    known = (KnownName(at, row["name"], (), row["kind"] == public) for at, row in enumerate(organisations))
    book = NameBook.of(known, ordinary_words())
    profiles = records(real_data / "een" / name)
    texts = ("title", "summary", "description", "expertise_sought", "language")
    found: Counter[QualityRule] = Counter()
    for row in profiles:
        said: dict[str, Any] = {key: row.get(key) or "" for key in texts}
        fields = ProposalFields(kind=ProposalKind(row["kind"]), **said)
        found.update(item.rule for item in check(fields, today=today(), published_names=book))
    alarms = sum(found[rule] for rule in IDENTIFYING)
    assert alarms <= len(profiles) * 0.01, found
