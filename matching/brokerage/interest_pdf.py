"""An expression of interest as a PDF: an English part for the other side's node, an Italian one for the local node."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from matching.brokerage.interest_page import BOLD, MARGIN, PLAIN, MarkedPages, PartBegins, register_fonts
from matching.brokerage.interest_sheet import InterestedParty, InterestSheet
from matching.brokerage.interest_words import ENGLISH, ITALIAN, LANGUAGES, MONTHS, PRIVACY, Words

_INK, _QUIET, _LINE = HexColor("#1b1f24"), HexColor("#4a5560"), HexColor("#9aa5b1")
_LABELS = 48 * mm
_PADDING = 6  # points by which SimpleDocTemplate's frame is narrower than the margins say
_WITH_TEXT = 18 * mm
"""A heading does not stand at the foot of a page with less room than this."""
_BREAK = re.compile(r"\r\n?|\n")


def render(interest: InterestSheet, *, compress: bool = True) -> bytes:
    """The PDF: the same bytes for the same sheet. Nothing that a person wrote is read as markup, nothing is fetched."""
    register_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN - _PADDING,
        rightMargin=MARGIN - _PADDING,
        topMargin=MARGIN + 3 * mm,
        bottomMargin=MARGIN,
        title=_visible(f"{ENGLISH.heading} / {ITALIAN.heading} {interest.reference}"),
        author=_visible(interest.party.organisation),
        subject=_visible(f"{interest.proposal_reference} {interest.title.first('en')}"),
        creator="Abbina",
        producer="Abbina",
        lang="en",
        invariant=1,
        pageCompression=int(compress),
    )
    story = [*_part(interest, ENGLISH), PageBreak(), *_part(interest, ITALIAN)]
    document.build(story, canvasmaker=MarkedPages)
    return out.getvalue()


def _part(interest: InterestSheet, words: Words) -> Iterator[Flowable]:
    style = _styles()
    head = f"{interest.reference} · {_day(interest.sent, words)}"
    yield PartBegins(words, _visible(head))
    yield Paragraph(escape(words.part), style["quiet"])
    yield Paragraph(escape(words.heading), style["title"])
    yield from _section(words, "case")
    yield _table(_case(interest, words), words)
    yield from _section(words, "organisation")
    party = [(field.name, getattr(interest.party, field.name)) for field in fields(InterestedParty)]
    yield _table(party, words)
    yield from _section(words, "texts")
    if interest.language != words.language:
        language = LANGUAGES[words.language].get(interest.language, interest.language)
        yield Paragraph(_literal(words.other_language.format(language=language)), style["quiet"])
    for field in fields(interest.texts):
        yield CondPageBreak(_WITH_TEXT)
        yield Paragraph(escape(words.fields[field.name]), style["label"])
        yield Paragraph(_literal(getattr(interest.texts, field.name)) or escape(words.not_given), style["text"])


def _case(interest: InterestSheet, words: Words) -> list[tuple[str, str]]:
    accepted = _day(interest.privacy_accepted, words)
    return [
        ("reference", interest.reference),
        ("kind", words.kinds[interest.kind]),
        ("proposal_reference", interest.proposal_reference),
        ("title", interest.title.first(words.language)),
        ("sent", _day(interest.sent, words)),
        ("state", interest.state.first(words.language)),
        ("progress", interest.progress.first(words.language)),
        ("expert", interest.expert),
        ("office", interest.office),
        ("privacy", PRIVACY[words.language].format(version=interest.privacy_version, date=accepted)),
    ]


def _section(words: Words, name: str) -> Iterator[Flowable]:
    yield CondPageBreak(_WITH_TEXT)
    yield Paragraph(escape(words.sections[name]), _styles()["section"])


def _table(rows: list[tuple[str, str]], words: Words) -> Flowable:
    style = _styles()
    cells = [
        [
            Paragraph(escape(words.fields[name]), style["name"]),
            Paragraph(_literal(value) or escape(words.not_given), style["value"]),
        ]
        for name, value in rows
    ]
    table = Table(cells, colWidths=[_LABELS, A4[0] - 2 * MARGIN - _LABELS], splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, _LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def _literal(text: str) -> str:
    """Text of a person as paragraph markup that shows exactly that text, its line breaks kept."""
    return "<br/>".join(escape(_visible(line)) for line in _BREAK.split(text.strip()))


def _visible(text: str) -> str:
    """In NFC, so that accents are single glyphs; without control characters, which no font can show."""
    return "".join(
        character if character != "\t" else " "
        for character in unicodedata.normalize("NFC", text)
        if character == "\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def _day(day: date, words: Words) -> str:
    number = "1º" if words.language == "it" and day.day == 1 else str(day.day)
    return words.date.format(day=number, month=MONTHS[words.language][day.month - 1], year=day.year)


@cache
def _styles() -> dict[str, ParagraphStyle]:
    def style(name: str, font: str, size: float, **more: object) -> ParagraphStyle:
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.4, **{"textColor": _INK, **more})

    return {
        "title": style("title", BOLD, 18, spaceAfter=4),
        "section": style("section", BOLD, 11.5, spaceBefore=12, spaceAfter=4),
        "label": style("label", BOLD, 9.5, spaceBefore=8, spaceAfter=2),
        "text": style("text", PLAIN, 9.5, allowOrphans=0, allowWidows=0),
        "name": style("name", PLAIN, 9, textColor=_QUIET),
        "value": style("value", PLAIN, 9.5),
        "quiet": style("quiet", PLAIN, 9, textColor=_QUIET),
    }
