"""Ways to reach somebody that stand in a text: mail, telephone, tax codes, addresses of all sorts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from data.models.vocabulary import QualityRule
from matching.brokerage.quality.findings import Span

_NAME = r"[\w.+-]{0,63}\w"
_ENDING = r"[A-Za-z]{2,}"
_EMAIL: Final = re.compile(
    rf"\b{_NAME} ?@ ?\w[\w-]*(?:(?:\.| \. )[\w-]+)*(?:\.| \. ){_ENDING}\b"
    rf"|\b{_NAME}\s?[\[({{<]\s?(?i:at|chiocciola|@)\s?[\])}}>]\s?\w[\w-]*"
    rf"(?:(?:\.|\s?[\[({{<]\s?(?i:dot|punto|\.)\s?[\])}}>]\s?|\s(?i:dot|punto)\s)[\w-]+)+"
    rf"|\b{_NAME}\s(?i:at|chiocciola)\s\w[\w-]*(?:\s(?i:dot|punto)\s[\w-]+)+"
    rf"|\b{_NAME}\s?(?i:chiocciola)\s?\w[\w-]*(?:\.[\w-]+)+"
)

_PHONES: Final = (
    re.compile(
        r"\b(?i:tel(?:efono|\.)?|phone|cell(?:ulare|\.)?|mobile|fax|whatsapp|numero verde)\s?"
        r"(?i:n\.?|no\.?|nr\.?|number)?\s?[:.]?\s?(?P<number>[+(]?\d[\d ./()-]{4,}\d)"
    ),
    re.compile(r"(?<![\w+])(?P<number>\+\(?[1-9]\d{0,14}\)?(?:[ ./()-]{1,3}\d{1,12}){0,6})(?!\w)"),
    re.compile(r"(?<![\w.,/-])(?P<number>00[1-9]\d{0,2}(?:[ ./-]\(?\d{1,8}\)?){2,6}|0039\d{8,11})(?![\w])"),
    re.compile(r"(?<![\w.,/-])(?P<number>0\d{1,3}(?:[ /-]?\d{5,8}|(?:[ ./-]\d{2,4}){2,4}))(?![\w-]|[.,]\d)"),
    re.compile(
        r"(?<![\w.,/-])(?P<number>3(?:[234678]\d|5[01]|9[0-3])[ ./-]?(?:\d{3}[ ./-]?\d{3,4}|\d{2} ?\d{2} ?\d{3}))"
        r"(?![\w-]|[.,]\d| ?[%€$]|\s(?:euro|EUR|USD|k?W|kg|t|pezzi|units|pieces)\b)"
    ),
    re.compile(r"(?<!\w)(?P<number>\(\d{3}\) ?\d{3}[ -]\d{4})(?!\w)"),
)
_LEAST_DIGITS: Final = (6, 9, 9, 8, 9, 10)
"""Fewest digits of each pattern's number."""
_MOST_DIGITS: Final = 15  # ITU-T E.164
_YEAR = r"(?:19|20)\d\d"
_NO_PHONE: Final = re.compile(
    r"(?:^|\D)000(?:\D|$)"  # an amount
    rf"|^\D*{_YEAR}\s*[-/–. ]\s*(?:{_YEAR}|\d\d)\b"  # years
    rf"|^\D*\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d)$"  # a date
    r"|^\d\d/\d\d-\d\d/\d\d$|^\d{8}$|^0+$"  # days of a period, a day in one piece, nothing
    r"|^\d{2,7}-\d\d-\d$"  # a CAS registry number
)

_TAX: Final = re.compile(
    r"\b(?i:p\.?\s?iva|partita\s+iva|vat(?:\s+(?:id|no|nr|number|code))?|codice\s+fiscale|c\.?\s?f\.|tax\s+(?:code|id))"
    r"[\s:.n°]*(?P<labelled>(?:[A-Z]{2}\s?)?\d[\dA-Z]{6,11}\b|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]\b)"
    r"|\b(?P<italian>IT\s?\d{11})\b"
    r"|\b(?P<person>(?i:[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]))\b"
    r"|(?<![\w.,/-])(?P<bare>\d{11})(?![\w/-]|[.,]\d)"
)

_DOMAINS = (
    "it|com|eu|org|net|info|biz|io|ai|tech|cloud|app|shop|online|edu|gov|de|fr|es|pt|nl|be|lu|at|ch|pl|cz|sk|hu|ro|bg|gr"
    "|hr|si|rs|dk|se|fi|no|ie|ee|lt|lv|uk|us|tr|il"
)
_WEB: Final = re.compile(
    r"(?i:\bhttps?://[^\s<>\"”»]*[\w/])"
    r"|(?i:\bwww\.[^\s<>\"”»]*[\w/])"
    rf"|(?<![\w@.])(?:[A-Za-z0-9][\w-]{{0,62}}\.){{1,6}}(?:{_DOMAINS})(?:/[^\s<>\"”»]*[\w/])?(?![\w.]*\w)"
)
_NO_WEB: Final = re.compile(
    r"(?i:(?:https?://)?(?:[\w-]+\.)*europa\.eu(?:/\S*)?)"  # the Union's own pages tell nothing of who writes
    r"|(?i:(?:asp|vb|ado|ml)\.net)|(?:[A-Za-z]\.)+\w+|\d+\.\w+"  # techniques, abbreviations, numbers with a unit
    r"|[a-zà-ý]+\.(?:no|se|si|us|be)"  # two words glued by a full stop, the second no country
)
_SOCIAL: Final = re.compile(
    r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}\b"
    r"|\b(?i:instagram|facebook|twitter|linkedin|telegram|skype|tiktok|youtube)\s?:\s?(?=\S*[@./_\d])@?[\w./-]*\w"
)

_OF = r"(?:d(?:i|ei|el|ella|elle|egli|ello|a)\s|d(?:ell)?['’])"
_STREET: Final = re.compile(
    r"\b(?P<kind>[Vv]ia(?:le)?|[Pp]iazz(?:a|ale|etta)|[Cc]orso|[Ll]argo|[Vv]icolo|[Ss]trada|[Cc]ontrada)\s"
    rf"(?:{_OF}|[IVXL]+\s)*[A-ZÀ-Ý][a-zà-ý'’.-]*(?:\s(?:{_OF}|e\s)?[A-ZÀ-Ý][a-zà-ý'’.-]*){{0,3}}"
    r",?\s(?:n\.?\s?|n°\s?)?\d{1,4}(?:\s?/\s?[A-Za-z]|[A-Za-z])?\b(?![.,]\d|\s?(?:%|V|GHz|MHz|Mbps|mm))"
    r"|\b\d{1,4}[A-Za-z]?,?\s(?:[A-Z][a-z'’-]+\s){1,3}(?:Street|Avenue|Road|Lane|Boulevard)\b"
    r"|\b\d{1,4},?\s(?:bis\s)?(?:rue|avenue|boulevard)\s(?:de\s|du\s|des\s|la\s|l['’])*[A-ZÀ-Ý]\w+"
    r"|\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.)\s\d{1,4}\b"
)
_NO_STREET: Final = re.compile(
    r"(?i:\b(?:bluetooth|wi-?fi|ethernet|internet|zigbee|modbus|zoom|teams|usb|web|windows|microsoft|office|google|android|horizon|industry)\b)"
)


def contact_spans(text: str, *, english: bool = False) -> Iterator[Span]:
    """Everything in a text by which somebody can be reached, the surest first; `english` tells how to read "via"."""
    yield from (Span(QualityRule.EMAIL, *found.span()) for found in _EMAIL.finditer(text))
    yield from _tax_codes(text)
    yield from _phones(text)
    for found in _WEB.finditer(text):
        if not _NO_WEB.fullmatch(found.group()):
            yield Span(QualityRule.WEB_ADDRESS, *found.span())
    yield from (Span(QualityRule.SOCIAL_HANDLE, *found.span()) for found in _SOCIAL.finditer(text))
    for found in _STREET.finditer(text):
        by_way_of = english and found["kind"] == "via" and "," not in found.group()  # "via Sigfox 868"
        if not by_way_of and not _NO_STREET.search(found.group()):
            yield Span(QualityRule.STREET_ADDRESS, *found.span())


def _phones(text: str) -> Iterator[Span]:
    for pattern, least in zip(_PHONES, _LEAST_DIGITS, strict=True):
        for found in pattern.finditer(text):
            number = found["number"]
            digits = sum(map(str.isdigit, number))
            if least <= digits <= _MOST_DIGITS and not _NO_PHONE.search(number):
                yield Span(QualityRule.PHONE, *found.span("number"))


def _tax_codes(text: str) -> Iterator[Span]:
    for found in _TAX.finditer(text):
        if found["bare"] is None or is_vat_number(found["bare"]):
            yield Span(QualityRule.TAX_CODE, *found.span(str(found.lastgroup)))


def is_vat_number(digits: str) -> bool:
    """Whether eleven digits are an Italian VAT number by their check digit (Luhn; D.M. 23 December 1976)."""
    if len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[1:10:2])
    total = sum(map(int, digits[0:10:2])) + sum(doubled)
    return (10 - total % 10) % 10 == int(digits[10])
