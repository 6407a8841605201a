"""The quality check's words: none missing, none left over, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from data.models.vocabulary import QualityRule, Severity
from web.quality_labels import QUALITY_RULES, SEVERITIES


def test_every_rule_and_severity_has_its_words() -> None:
    assert set(QUALITY_RULES) == {rule.value for rule in QualityRule}
    assert set(SEVERITIES) == {severity.value for severity in Severity}


@pytest.mark.parametrize("language", ["it", "en"])
def test_each_rule_says_what_is_wrong_and_what_to_do_in_one_sentence(app: Flask, language: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        said = [str(text) for advice in QUALITY_RULES.values() for text in (advice.wrong, advice.remedy)]
    assert all(text.endswith(".") and text.count(". ") == 0 for text in said)
    wrong = said[::2]
    assert len(set(wrong)) == len(wrong)
