from __future__ import annotations

import pytest
from flask import Flask

from matching.types import Criterion, Judgement, Verdict
from web.explaining import outcome
from web.labels import CRITERIA, OUTCOMES
from web.presentation import is_shouted
from web.words import capitalised


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("rivestimenti", "Rivestimenti"),
        ("stampa 3D di metalli", "Stampa 3D di metalli"),
        ("èlite", "Èlite"),
        ("pH e sali", "pH e sali"),
        ("mRNA", "mRNA"),
        ("e-health", "E-health"),
        ("Materials Technology", "Materials Technology"),
        ("", ""),
    ],
)
def test_labels_begin_alike(label: str, shown: str) -> None:
    assert capitalised(label) == shown


def test_every_verdict_of_every_criterion_has_words(app: Flask) -> None:
    assert OUTCOMES.keys() == CRITERIA.keys() == {criterion.value for criterion in Criterion}
    with app.test_request_context("/"):
        for criterion in Criterion:
            said = [outcome(Judgement(criterion, verdict)) for verdict in Verdict]
            nothing = outcome(Judgement(criterion, Verdict.UNKNOWN, known=False))
            assert len({said[0], said[1], nothing}) == 3
            assert all(said)


@pytest.mark.parametrize(
    ("name", "shouted"), [("CNRS", False), ("UNIVERSITY OF WARWICK", True), ("Acme S.p.A.", False)]
)
def test_long_names_in_capitals_are_known(name: str, shouted: bool) -> None:
    assert is_shouted(name) is shouted
