"""What must be found in a text, and what looks like it and must not be."""

from __future__ import annotations

import pytest

from data.models.vocabulary import QualityRule
from matching.brokerage.quality.contacts import contact_spans, is_vat_number
from matching.brokerage.quality.marks import brand_spans, legal_form_spans, patent_spans

ORDINARY = frozenset({"rossi", "argento", "silver", "remote", "standard", "model", "energy"})


def contacts(text: str, *, english: bool = False) -> list[tuple[str, str]]:
    return [(span.rule.value, text[span.start : span.end]) for span in contact_spans(text, english=english)]


def found(text: str, rule: QualityRule) -> list[str]:
    """The words that a rule of names or patents finds."""
    rules = (
        *patent_spans(text),
        *legal_form_spans(text, lambda word: word.lower() in ORDINARY),
        *brand_spans(text, lambda word: word.lower() in ORDINARY),
    )
    return [text[span.start : span.end] for span in rules if span.rule is rule]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Scrivere a mario.rossi@esempio.it per informazioni.", "mario.rossi@esempio.it"),
        ("Write to info @ example.co.uk today.", "info @ example.co.uk"),
        ("Contatto: info [at] esempio [dot] it", "info [at] esempio [dot] it"),
        ("Contatto: info(at)esempio.it", "info(at)esempio.it"),
        ("Contatto: info chiocciola esempio punto it", "info chiocciola esempio punto it"),
        ("Contact sales at example dot com now", "sales at example dot com"),
        ("Contatto: vendite chiocciola esempio.it", "vendite chiocciola esempio.it"),
    ],
)
def test_addresses_of_mail_are_found_even_disguised(text: str, address: str) -> None:
    assert ("email", address) in contacts(text)


@pytest.mark.parametrize(
    "number",
    [
        "+39 02 12345678",
        "+39 333 1234567",
        "+390212345678",
        "+44 (0)20 7946 0958",
        "+49-30-901820",
        "+33 1 23 45 67 89",
        "0039 035 123456",
        "02 1234567",
        "035/123456",
        "0342-123456",
        "02 12 34 56 78",
        "333 1234567",
        "347 123 4567",
        "3331234567",
        "(816) 234-7724",
    ],
)
def test_telephone_numbers_are_found(number: str) -> None:
    assert ("phone", number) in contacts(f"Chiamare il {number} di mattina.")


def test_a_labelled_number_is_a_telephone_number_whatever_its_form() -> None:
    assert contacts("Tel. 123 456") == [("phone", "123 456")]
    assert contacts("Phone: 555.1234") == [("phone", "555.1234")]


@pytest.mark.parametrize(
    "text",
    [
        "Certificata ISO 9001:2015, ISO 14001 ed EN 10204 3.1.2.",
        "Certificates: EN ISO 3834-2:2021, IATF 16949, AS9100D and EN 1090-2.",
        "Rivestimenti PVD da 10-20 mm, spessore 0,012345 mm, tolleranza ±0.005.",
        "Tra il 03/04/2025 e il 05.04.2025, consegna 2025-03-04, periodo 2019-2027.",
        "Nel periodo 04/07-07/07 e dal 01/10-31/10.",
        "Un bilancio di 1.250.000,00 euro, 350.000.000 pezzi, 320 000 000 units, +100 000 000 €.",
        "Revenues of EUR 2,500,000 and 300 000 pieces a year.",
        "Formaldehyde (CAS 50-00-0), bisphenol A (80-05-7) and 7732-18-5.",
        "Il cuscinetto 6205-2RS, la lega 1.4404 e il codice 3204-BD-XL-2Z-TVH.",
        "Codici NACE 28.99 e 62.01.0, CPV 42990000-2, HS 8479.89.97.",
        "A share of 99.95 %, between 350 and 3800 °C, at 1064 nm @ 20 kHz.",
        "TRL 5-6, Industry 4.0, 5G at 3.5 GHz, WiFi 802.11ac and USB 3.0.",
        "Lavora 24/7, 365 giorni, con 0,5-1,5 bar e pH 6.5-7.5.",
        "We aim at e.g. node.js, ASP.NET, vers. 2.0.1 and data (i.e. images).",
        "Fornitura di 12.000 pezzi/anno.Si richiede qualità.no difetti",
        "The project HORIZON-CL4-2025-01-TWIN-TRANSITION-05 ends in 2028; EIC 101099999.",
    ],
)
def test_technical_text_reaches_nobody(text: str) -> None:
    for english in (False, True):
        assert contacts(text, english=english) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P.IVA 01234567897", "01234567897"),
        ("partita IVA: IT01234567897", "IT01234567897"),
        ("VAT number DE123456789", "DE123456789"),
        ("IT 01234567897", "IT 01234567897"),
        ("con codice 01234567897.", "01234567897"),
        ("codice fiscale RSSMRA80A01F205X", "RSSMRA80A01F205X"),
        ("di RSSMRA80A01F205X", "RSSMRA80A01F205X"),
    ],
)
def test_tax_codes_are_found(text: str, code: str) -> None:
    assert ("tax_code", code) in contacts(text)


def test_eleven_digits_are_a_tax_code_only_by_their_check_digit() -> None:
    assert is_vat_number("01234567897")
    assert not is_vat_number("01234567890")
    assert not is_vat_number("00000000000")
    assert contacts("Il lotto 11234567890 è pronto.") == []


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("Si veda www.esempio.it/prodotti.", "web_address", "www.esempio.it/prodotti"),
        ("See https://example.com/a?b=1.", "web_address", "https://example.com/a?b=1"),
        ("Il sito esempio-group.com lo mostra.", "web_address", "esempio-group.com"),
        ("Seguire @esempio_spa.", "social_handle", "@esempio_spa"),
        ("Instagram: esempio.group", "social_handle", "Instagram: esempio.group"),
        ("Sede in via Roma 12 a Lecco.", "street_address", "via Roma 12"),
        ("Sede in Via Giuseppe Verdi, 5/A.", "street_address", "Via Giuseppe Verdi, 5/A"),
        ("Sede in piazza della Repubblica n. 3.", "street_address", "piazza della Repubblica n. 3"),
        ("Offices at 221 Baker Street.", "street_address", "221 Baker Street"),
        ("Sitz: Hauptstraße 12.", "street_address", "Hauptstraße 12"),
    ],
)
def test_other_ways_to_reach_somebody_are_found(text: str, rule: str, words: str) -> None:
    assert (rule, words) in contacts(text)


def test_what_goes_by_way_of_something_is_no_street() -> None:
    assert contacts("Data are sent via Modbus 485 or via Sigfox 868.", english=True) == []
    assert contacts("I dati passano via Bluetooth 5 o via API REST 2.", english=False) == []
    assert contacts("Si veda https://commission.europa.eu/energy_en sui regolamenti.") == []


@pytest.mark.parametrize(
    "number",
    [
        "EP1234567",
        "EP 1234567 B1",
        "EP 1 234 567",
        "WO2019/123456",
        "WO 2019/123456",
        "PCT/IT2019/050123",
        "IT102018000001234",
        "US10,123,456 B2",
        "US2019/0123456",
        "CN109876543A",
    ],
)
def test_numbers_of_patents_are_found(number: str) -> None:
    assert found(f"La tecnologia ({number}) è pronta.", QualityRule.PATENT_NUMBER) == [number]


def test_a_number_behind_the_word_patent_is_one() -> None:
    assert found("Italian patent no. 0001412345.", QualityRule.PATENT_NUMBER) == ["0001412345"]
    assert found("Brevetto italiano n. 102020000012345", QualityRule.PATENT_NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        "Brevetti 2018-2022 in Europa; patents 2019, three patent applications 2021/22.",
        "EN 10204, ISO 13485, IP67, EP 2000, WO3, US 1,200,000 dollars spent, DE 80, FR4 laminate.",
        "Patent pending; brevetto concesso in 12 Paesi.",
    ],
)
def test_other_numbers_are_no_patents(text: str) -> None:
    assert found(text, QualityRule.PATENT_NUMBER) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("La Rossi S.r.l. cerca partner.", "Rossi S.r.l."),
        ("La Officine Rossi S.p.A. produce.", "Officine Rossi S.p.A."),
        ("Per Rossi & Bianchi srl di Lecco.", "Rossi & Bianchi srl"),
        ("By Muster Maschinenbau GmbH in Ulm.", "Muster Maschinenbau GmbH"),
        ("Made by Acme Ltd of York.", "Acme Ltd"),
        ("Litware, Inc. makes it.", "Litware, Inc."),
        ("By Zorgtech B.V. in Delft.", "Zorgtech B.V."),
        ("Da Kowalski Sp. z o.o. di Lodz.", "Kowalski Sp. z o.o."),
        ("By Musterwerk AG in Bern.", "Musterwerk AG"),
    ],
)
def test_names_with_a_legal_form_are_found(text: str, name: str) -> None:
    assert found(text, QualityRule.LEGAL_FORM) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "L'azienda è una S.r.l. con 20 addetti.",
        "An Italian Ltd. and a German GmbH look for partners.",
        "Una PMI S.p.A. italiana; Società S.r.l. innovativa.",
        "Levels TRL, BRL, SRL 4 and TRL and SRL.",
        "Argento AG 999, Silver AG, 10 KG, in AS di progetto, wellness e SPA.",
        "Sensore SA 12 e classe AB.",
    ],
)
def test_a_legal_form_without_a_name_names_nobody(text: str) -> None:
    assert found(text, QualityRule.LEGAL_FORM) == []


def test_brands_are_found_by_their_sign_or_their_introduction() -> None:
    assert found("Il gel AquaFix® e Zorbix(TM) durano.", QualityRule.BRAND) == ["AquaFix®", "Zorbix(TM)"]
    assert found("Un prodotto denominato “AquaPure Plus” dura.", QualityRule.BRAND) == ["AquaPure Plus"]
    assert found("Sold under the brand Zorbix in Italy.", QualityRule.BRAND) == ["Zorbix"]


def test_techniques_and_abbreviations_are_no_brands() -> None:
    text = "Bluetooth® e OEKO-TEX®; the Standard Model (SM), remote (R); a work package called 'Energy'; marchio CE."
    assert found(text, QualityRule.BRAND) == []
