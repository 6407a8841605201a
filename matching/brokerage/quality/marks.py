"""What gives away whose proposal it is, beside names: legal forms behind a name, brands, numbers of patents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from data.models.vocabulary import QualityRule
from embeddings.language import fold
from embeddings.stopwords import STOP_WORDS
from matching.brokerage.quality.findings import Span

_YEAR = r"(?:19|20)\d\d"
_PATENT: Final = re.compile(
    r"\bEP[ -]?\d{7}(?:\s?[AB]\d?)?\b|\bEP\s\d\s\d{3}\s\d{3}\b"
    rf"|\bWO[ -]?{_YEAR}(?:\s?/\s?\d{{5,6}}|\d{{6}})\b"
    r"|\bPCT\s?/\s?[A-Z]{2}\s?(?:\d{2}|\d{4})\s?/\s?\d{5,6}\b"
    rf"|\bIT[ -]?10{_YEAR}\d{{9}}\b|\b10{_YEAR}0000\d{{5}}\b"
    rf"|\bUS(?:\d\d,\d{{3}},\d{{3}}(?:\s?[AB]\d)?|[ -]?\d{{1,2}},\d{{3}},\d{{3}}\s?[AB]\d)\b"
    rf"|\bUS[ -]?(?:{_YEAR}\s?/?\s?\d{{7}}|\d{{7,8}}\s?[AB]\d)\b"
    r"|\b(?:CN|KR|JP|DE|FR|GB|ES|RU)[ -]?\d{7,12}\s?[A-Z]\d?\b"
    rf"|\bDE\s?10\s?{_YEAR}\s?\d{{3}}\s?\d{{3}}\b"
    r"|\b(?i:brevett[oi]|patents?|domand[ae] di brevetto|patent applications?)\s"
    r"(?i:(?:(?:europe[oai]n?|italian[oi]?|german|us|n\.?|no\.?|nr\.?|num(?:ber|ero)|n°|application)\s?)*)[:°]?\s?"
    r"(?P<number>[A-Z]{0,2}\s?\d[\d./ -]{4,}\d)"
)
_YEARS: Final = re.compile(rf"^{_YEAR}(?:\s*[-–/. ]\s*(?:{_YEAR}|\d\d))?$")

_CLEAR = (
    r"[sS]\.?\s?[rR]\.?\s?[lL]\.?(?:\s?[sS]\.?)?|S\.\s?[pP]\.\s?[aA]\.?|SpA|S\.n\.c\.|S\.a\.s\.|[Ss]\.?c\.?a\.?r\.?l\.?"
    r"|GmbH|mbH|UG|B\.V\.|N\.V\.|S\.A\.S\.|S\.A\.|S\.L\.U?\.?|SARL|S\.à\sr\.l\.|ApS|A/S|Oyj?|[dD]\.o\.o\.|[sS]\.r\.o\."
    r"|[Ss]p\.?\sz\.?\s?o\.?\s?o\.?|Kft\.?|Zrt\.?|Lda\.?|OÜ|UAB|EOOD|OOD"
)
_AFTER_A_COMMA = r"Ltd\.?|LTD\.?|LLC|L\.L\.C\.|Inc\.|Corp\.|PLC|plc"
_DOUBTFUL = r"SPA|Spa|AG|KG|AB|AS|SA|SAS|SL|NV|BV|SE|SNC|Limited|Inc|AD|EAD|SIA"
_PART = r"[A-ZÀ-Ý0-9&][\w&.'’+-]{0,39}"
_LEGAL: Final = re.compile(
    rf"(?<![\w.])(?P<name>{_PART}(?:\s(?:(?:&|e|and|di|of|de|und)\s)?{_PART}){{0,4}})"
    rf"(?:\s(?:{_CLEAR}|(?P<doubtful>{_DOUBTFUL}))|,?\s(?:{_AFTER_A_COMMA}))(?![\w/&]|\s?\d)"
)
_WORD: Final = re.compile(r"[^\W\d_][\w&'’+-]*")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_NO_NAME: Final = (
    STOP_WORDS["it"]
    | STOP_WORDS["en"]
    | frozenset(
        """
    a an the una un uno la il lo le gli our nostra nostro this questa societa azienda impresa startup start-up pmi sme
    company companies firm enterprise family family-owned small medium young innovative innovativa based leading as our
    italian italiana german tedesca french francese spanish spagnola polish polacca austrian austriaca swiss svizzera
    dutch olandese belgian belga portuguese portoghese greek greca romanian rumena bulgarian bulgara croatian croata
    serbian serba slovenian slovena slovak slovacca czech ceca hungarian ungherese lithuanian lituana latvian lettone
    estonian estone finnish finlandese swedish svedese danish danese norwegian norvegese irish irlandese british
    britannica english turkish turca israeli israeliana ukrainian ucraina maltese cypriot cipriota european europea
    forma giuridica legal form tipo type costituita registered e and or o le piccole medie imprese
    """.split()  # noqa: SIM905 - a list of words reads best as text
    )
)
"""Words before a legal form that name nobody: "una S.r.l.", "German GmbH"."""

_MARKED: Final = re.compile(r"(?P<name>[^\W_][\w+.'’-]{0,39})\s?(?:(?P<sign>[®™℠])|\((?:R|TM)\))")
_KNOWN_TECHNIQUES: Final = frozenset(
    """
    bluetooth lora lorawan wi-fi wifi zigbee windows android linux usb hdmi java python matlab kevlar teflon
    oeko-tex fsc pefc
    """.split()  # noqa: SIM905 - a list of words reads best as text
)
"""Marks of techniques and certificates that everybody uses: they tell nothing of who writes."""
_INTRODUCED: Final = re.compile(
    r"\b(?i:marchi[oa]?|marca|brand(?:\sname)?|denominat[oaie]|chiamat[oaie]|battezzat[oa]|called|named|known\sas|branded(?:\sas)?"
    r"|under\sthe\s(?:brand|name|trade\s?mark)|con\sil\snome(?:\sdi)?|commercializzat[oaie]\scome|marketed\sas)\s"
    r"(?:[\"“«'‘](?P<quoted>[A-ZÀ-Ý0-9][^\"”»'’\n]{1,40})[\"”»'’]|(?P<plain>[A-ZÀ-Ý][\w-]*[a-zà-ý][\w-]*)(?![\w’']))"
)


def patent_spans(text: str) -> Iterator[Span]:
    """Numbers of patents and of applications for them."""
    for found in _PATENT.finditer(text):
        number = found["number"]
        if number is None:
            yield Span(QualityRule.PATENT_NUMBER, *found.span())
        elif sum(map(str.isdigit, number)) >= 6 and not _YEARS.match(number.strip()):
            yield Span(QualityRule.PATENT_NUMBER, *found.span("number"))


def legal_form_spans(text: str, is_ordinary: Callable[[str], bool]) -> Iterator[Span]:
    """Names with a legal form behind them. Forms that are also other things ("AG", "SPA") need an unusual name."""
    for found in _LEGAL.finditer(text):
        words = [word for word in _WORD.finditer(found["name"]) if fold(word.group()) not in _NO_NAME]
        if not words:
            continue
        if found["doubtful"] and all(is_ordinary(word.group()) or word.group().isupper() for word in words[-1:]):
            continue
        yield Span(QualityRule.LEGAL_FORM, found.start("name") + words[0].start(), found.end())


def brand_spans(text: str, is_ordinary: Callable[[str], bool]) -> Iterator[Span]:
    """Words with a trade mark's sign, and names that are introduced as such: of the brand, called, marketed as …"""
    for found in _MARKED.finditer(text):
        abbreviates = not found["sign"] and is_ordinary(found["name"])  # "remote (R) and local (L)"
        if not abbreviates and fold(found["name"]) not in _KNOWN_TECHNIQUES:
            yield Span(QualityRule.BRAND, *found.span())
    for found in _INTRODUCED.finditer(text):
        group = "quoted" if found["quoted"] else "plain"
        if not all(is_ordinary(word) for word in _LETTERS.findall(found[group])):
            yield Span(QualityRule.BRAND, *found.span(group))
