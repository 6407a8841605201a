"""The quality check of a proposal: each rule finds what it is for, with its severity, sentence and place."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data.models.vocabulary import ProposalKind, QualityRule, Severity
from matching.brokerage.proposal_rules import Fault, ProposalFields
from matching.brokerage.quality import SAYS_THE_SAME, Finding, KnownName, NameBook, Similar, check, texts_of
from matching.brokerage.quality.findings import SEVERITIES
from matching.brokerage.quality.wording import PRAISE
from matching.identity import NEARLY_IDENTICAL

TODAY = date(2026, 5, 4)
OWN = 7
BOOK = NameBook.of([KnownName(OWN, "Zorbini Stampi S.r.l."), KnownName(8, "Femtozorb GmbH")], frozenset({"stampi"}))
_NEED = (
    "Gli stampi per la pressofusione dell'alluminio si consumano dopo ventimila colpi e vanno rifatti con costi alti. "
    "Serve un rivestimento duro, aderente e che resista agli urti termici tra 350 e 600 °C. "
)
GOOD = ProposalFields(
    kind=ProposalKind.TR,
    title="Rivestimento antiusura per stampi di pressofusione",
    summary="Cerchiamo un rivestimento PVD o CVD che resista all'usura su stampi per leghe di alluminio, con "
    "spessori di 3-5 µm e durezza oltre 2.500 HV.",
    description=_NEED
    + "".join(
        f"La prova {n} si svolge su un provino di acciaio 1.2343 secondo la norma ISO {6507 + n} in laboratorio. "
        for n in range(9)
    ),
    expertise_sought="Deposizione fisica da vapore su acciai da utensili, misura di adesione e tensione residua.",
    partner_role="Il partner prepara i provini, li prova con noi per sei mesi e poi fornisce il trattamento in serie.",
    partnership_types=("Investment agreement",),
    partner_types=("SME 11-49",),
    country="IT",
    language="it",
    organisation_id=OWN,
    codes={"een_technology": ("02007",), "een_market": ("08",), "sdg": ("09",)},
)


def findings(*, anonymous: bool = True, similar: tuple[Similar, ...] = (), **given: Any) -> tuple[Finding, ...]:
    fields = replace(GOOD, **given)
    return check(fields, today=TODAY, published_names=BOOK, similar=similar, anonymous=anonymous)


def one(rule: QualityRule, **given: Any) -> Finding:
    """The only finding, which is of this rule."""
    found = findings(**given)
    assert [item.rule for item in found] == [rule]
    return found[0]


def test_a_good_proposal_has_no_findings() -> None:
    assert findings() == ()


def test_every_fault_of_the_form_is_a_rule_that_blocks() -> None:
    for fault in Fault:
        assert SEVERITIES[QualityRule(fault.value)] is Severity.BLOCKER
    assert set(SEVERITIES) == set(QualityRule)


def test_what_is_missing_too_long_or_not_allowed_blocks() -> None:
    missing = one(QualityRule.MISSING, partner_role="")
    assert (missing.severity, missing.field, missing.sentence) == (Severity.BLOCKER, "partner_role", None)
    long = one(QualityRule.TOO_LONG, summary=GOOD.summary + " Si chiede puntualità." * 30)
    assert (long.limit, long.found) == (500, str(len(GOOD.summary) + 22 * 30))
    assert one(QualityRule.NOT_ALLOWED, partner_types=("Anybody",)).found == "Anybody"


def test_long_texts_that_say_little_are_told() -> None:
    short = one(QualityRule.TOO_SHORT, description=_NEED)
    assert (short.severity, short.field, short.limit, short.found) == (
        Severity.MINOR,
        "description",
        1000,
        str(len(_NEED.strip())),
    )
    assert one(QualityRule.TOO_SHORT, advantages="Durata doppia e costi minori.").limit == 500


def test_a_finding_has_its_sentence_and_its_place() -> None:
    text = GOOD.description + "Per domande  scrivere a\nvendite@esempio.it entro maggio."
    found = one(QualityRule.EMAIL, description=text)
    assert found.severity is Severity.BLOCKER
    assert found.found == "vendite@esempio.it"
    assert text[found.start : found.end] == "vendite@esempio.it"
    assert found.sentence == "vendite@esempio.it entro maggio."


@pytest.mark.parametrize(
    ("sentence", "rule", "severity"),
    [
        ("La Zorbini produce stampi dal 1980.", QualityRule.OWN_NAME, Severity.BLOCKER),
        ("Il nostro fornitore è la Muster Technik GmbH di Ulm.", QualityRule.LEGAL_FORM, Severity.BLOCKER),
        ("Il metodo è protetto da EP1234567 in Europa.", QualityRule.PATENT_NUMBER, Severity.BLOCKER),
        ("Chiamare il +39 02 12345678 per una visita.", QualityRule.PHONE, Severity.BLOCKER),
        ("La partita IVA è 01234567897 da sempre.", QualityRule.TAX_CODE, Severity.BLOCKER),
        ("Le prove si fanno con Femtozorb da un anno.", QualityRule.OTHER_NAME, Severity.MAJOR),
        ("Lo strato di Zorbix® resiste a lungo.", QualityRule.BRAND, Severity.MAJOR),
        ("Si veda il sito www.esempio.it per le foto.", QualityRule.WEB_ADDRESS, Severity.MAJOR),
        ("Lo stabilimento è in via Roma 12 a Lecco.", QualityRule.STREET_ADDRESS, Severity.MAJOR),
        ("Le foto sono su Instagram: zorb.stampi da anni.", QualityRule.SOCIAL_HANDLE, Severity.MAJOR),
        ("Siamo leader di mercato negli stampi.", QualityRule.PROMOTIONAL, Severity.MINOR),
        ("Il reparto lavora senza fermate!!", QualityRule.SHOUTING, Severity.MINOR),
    ],
)
def test_what_a_text_must_not_say(sentence: str, rule: QualityRule, severity: Severity) -> None:
    found = one(rule, partner_role=f"{GOOD.partner_role} {sentence}")
    assert (found.severity, found.field, found.sentence) == (severity, "partner_role", sentence)


def test_a_proposal_that_is_not_anonymous_may_name_itself_but_not_its_telephone() -> None:
    said = "La Zorbini Stampi S.r.l. usa Zorbix® (EP1234567) con Femtozorb, tel. 02 1234567."
    assert {item.rule for item in findings(partner_role=f"{GOOD.partner_role} {said}", anonymous=False)} == {
        QualityRule.PHONE
    }


def test_keywords_are_read_too() -> None:
    found = one(QualityRule.OWN_NAME, keywords=("stampi", "Zorbini"))
    assert (found.field, found.start) == ("keywords", 8)


def test_the_same_words_are_told_once_in_each_field() -> None:
    said = f"{GOOD.partner_role} La Zorbini prova, la Zorbini paga."
    rules = Counter(item.field for item in findings(partner_role=said, expertise_sought=said))
    assert rules["partner_role"] - 1 == rules["expertise_sought"] == 1  # and that one field repeats the other


def test_another_language_than_the_declared_is_told() -> None:
    english = "The partner prepares the samples and tests them with us for half a year before the series begins."
    wrong = one(QualityRule.WRONG_LANGUAGE, partner_role=english)
    assert (wrong.severity, wrong.sentence) == (Severity.MAJOR, english)
    mixed = one(QualityRule.MIXED_LANGUAGES, partner_role=f"{GOOD.partner_role} {GOOD.expertise_sought} {english}")
    assert mixed.sentence == english
    assert one(QualityRule.WRONG_LANGUAGE, title="A coating against wear that is made for the dies of our foundry")


@pytest.mark.parametrize(
    "text",
    [
        "Machine learning, edge computing e digital twin per la manutenzione predittiva di stampi e presse.",
        "Il progetto Farm of the Future cerca PMI europee per innovazioni in agricoltura sostenibile.",
        "PVD, CVD, HiPIMS, DLC, ta-C, TiN, AlTiN, CrN.",
    ],
)
def test_foreign_terms_are_no_other_language(text: str) -> None:
    assert findings(partner_role=f"{GOOD.partner_role} {text}") == ()
    assert findings(partner_role=text) == ()


def test_a_language_that_cannot_be_read_is_not_judged() -> None:
    french = "Le partenaire prépare les échantillons et les essaie avec nous pendant six mois avant la série."
    assert QualityRule.WRONG_LANGUAGE not in {item.rule for item in findings(language="fr", partner_role=french)}


def test_a_field_that_only_repeats_another_is_told() -> None:
    found = one(QualityRule.REPEATED, expertise_sought=GOOD.summary)
    assert (found.severity, found.field, found.found) == (Severity.MINOR, "expertise_sought", "summary")
    inside = one(QualityRule.REPEATED, description=f"{GOOD.summary} {GOOD.description}")
    assert (inside.field, inside.sentence) == ("description", GOOD.summary)


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Azienda italiana cerca partner", QualityRule.TITLE_GENERAL),
        ("Company looking for partners", QualityRule.TITLE_GENERAL),
        ("RIVESTIMENTO ANTIUSURA PER STAMPI", QualityRule.TITLE_CAPITALS),
        ("Rivestimento antiusura per stampi.", QualityRule.TITLE_FULL_STOP),
    ],
)
def test_titles_that_are_not_good(title: str, rule: QualityRule) -> None:
    assert one(rule, title=title).severity is Severity.MINOR


@pytest.mark.parametrize(
    "title", ["Rivestimento PVD per stampi", "Provini di acciai, leghe ecc.", "Prove NDT, CND e RX su stampi"]
)
def test_titles_that_are_good(title: str) -> None:
    assert findings(title=title) == ()


@pytest.mark.parametrize(
    ("text", "praises"),
    [
        ("Our best in class valves", True),
        ("a world-leading supplier", True),
        ("azienda leader nel settore", True),
        ("prestazioni eccezionali", True),
        ("the team leader of work package 2", False),
        ("trasporto di carichi eccezionali", False),
        ("la soluzione migliore per il caso in esame", False),
        ("best practices and the best available technique", False),
    ],
)
def test_praise_is_told_from_plain_words(text: str, praises: bool) -> None:
    assert bool(PRAISE.search(text)) is praises


def test_an_existing_proposal_that_says_the_same_is_told() -> None:
    other = Similar("TRDE20260101001", "Coating", SAYS_THE_SAME, same_organisation=False)
    found = one(QualityRule.DUPLICATE, similar=(other,))
    assert (found.severity, found.found) == (Severity.MAJOR, "TRDE20260101001")
    again = replace(other, likeness=NEARLY_IDENTICAL, same_organisation=True)
    assert one(QualityRule.DUPLICATE_OWN, similar=(again,)).severity is Severity.BLOCKER


def test_one_of_a_series_of_the_own_organisation_does_not_block() -> None:
    series = Similar("AB-2026-0000-0001", "Rivestimento", 0.96, same_organisation=True)
    assert one(QualityRule.DUPLICATE, similar=(series,)).severity is Severity.MAJOR
    assert findings(similar=(replace(series, likeness=SAYS_THE_SAME - 0.01),)) == ()


def test_findings_stand_worst_first_and_then_in_the_order_of_the_form() -> None:
    found = findings(title="Stampi.", summary="Siamo leader di mercato, www.esempio.it.", partner_role="", stage="?")
    order = [(item.severity, item.field) for item in found]
    assert order[:3] == [
        (Severity.BLOCKER, "stage"),
        (Severity.BLOCKER, "partner_role"),
        (Severity.MAJOR, "summary"),
    ]
    assert [field for severity, field in order if severity is Severity.MINOR] == ["title", "title", "summary"]


def test_each_sentence_is_found_at_its_place() -> None:
    text = "Primo  punto.\n\n• Secondo punto qui\n- Terzo: si veda S.r.l. di prova. Quarto!"
    (read,) = texts_of(ProposalFields(kind=ProposalKind.TR, description=text))
    assert [" ".join(text[start:end].split()) for start, end, _ in read.sentences] == [s for _, _, s in read.sentences]
    assert len(read.sentences) >= 4


@pytest.mark.parametrize(
    "hostile",
    [
        "1",
        "+1",
        "+39 1",
        "a.",
        "A&",
        "a-",
        "A ",
        "via A",
        "info at a dot ",
        "S.r.l. ",
        "brevetto n. ",
        "1 1",
        "WO",
        "www.",
        "@a",
        "a@b.it ",
        "x.it ",
    ],
)
def test_no_text_keeps_the_check_busy(hostile: str) -> None:
    start = time.perf_counter()
    findings(description=hostile * (20_000 // len(hostile)))
    assert time.perf_counter() - start < 3.0
