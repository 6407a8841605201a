"""The quality check of a proposal before it is published: what to mend, how grave it is, and in which sentence.

Pure: fields, known names and similar proposals are handed in;
`matching.brokerage.checking` gets them from the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

from data.models.vocabulary import QualityRule
from embeddings.language import detect
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.quality.contacts import contact_spans
from matching.brokerage.quality.duplicates import SAYS_THE_SAME, Similar, duplicate_findings
from matching.brokerage.quality.findings import Finding, Span, Text, in_order, without_overlaps
from matching.brokerage.quality.form import form_findings
from matching.brokerage.quality.marks import brand_spans, legal_form_spans, patent_spans
from matching.brokerage.quality.names import KnownName, NameBook
from matching.brokerage.quality.wording import language_findings, repeated_findings, title_findings, tone_spans

__all__ = ["SAYS_THE_SAME", "Finding", "KnownName", "NameBook", "Similar", "check", "texts_of"]

_FIRST_LANGUAGE = ("title", "summary", "description", "advantages", "expertise_sought", "ipr_notes", "partner_role")


def check(
    fields: ProposalFields,
    *,
    today: date,
    published_names: NameBook,
    similar: Sequence[Similar] = (),
    anonymous: bool = True,
) -> tuple[Finding, ...]:
    """Everything that is not in order with a proposal, worst first, then by field.

    `published_names` knows the organisations that a text must not name; `similar` are existing proposals of the same
    direction; a proposal that is not `anonymous` may name itself, others, brands and patents.
    """
    texts = texts_of(fields)
    return in_order(
        chain(
            form_findings(fields, today),
            chain.from_iterable(_text_findings(text, fields, published_names, anonymous) for text in texts),
            repeated_findings(texts),
            duplicate_findings(similar),
        )
    )


def texts_of(fields: ProposalFields) -> tuple[Text, ...]:
    """The texts of a proposal that are read, with the language that each is declared to be in; empty ones left out."""
    language = fields.language or None
    texts = [Text(name, getattr(fields, name), language) for name in _FIRST_LANGUAGE]
    texts.append(Text("keywords", ", ".join(fields.keywords), None, running=False))
    return tuple(text for text in texts if text.text.strip())


def _text_findings(text: Text, fields: ProposalFields, names: NameBook, anonymous: bool) -> Iterator[Finding]:
    spans = list(contact_spans(text.text, english=(text.language or detect(text.text)) == "en"))
    if anonymous:
        spans = [*_identifying(text.text, names, fields.organisation_id), *spans]
    yield from map(text.finding, without_overlaps(sorted(spans, key=_priority)))
    if text.running:
        yield from language_findings(text)
        yield from map(text.finding, tone_spans(text))
    if text.field in ("title", "second_title"):
        yield from title_findings(text)


def _identifying(text: str, names: NameBook, own: int | None) -> Iterator[Span]:
    """Words that give away whose proposal it is, or name others."""
    yield from patent_spans(text)
    yield from legal_form_spans(text, names.is_ordinary)
    for mention in names.mentions(text, own):
        rule = QualityRule.OWN_NAME if mention.organisation == own else QualityRule.OTHER_NAME
        yield Span(rule, mention.start, mention.end)
    yield from brand_spans(text, names.is_ordinary)


_PRIORITY = (
    QualityRule.PATENT_NUMBER,
    QualityRule.EMAIL,
    QualityRule.TAX_CODE,
    QualityRule.OWN_NAME,
    QualityRule.LEGAL_FORM,
    QualityRule.WEB_ADDRESS,
    QualityRule.PHONE,
)
"""Of two that share words the one with the better reason is told: a number of a patent is no telephone."""


def _priority(span: Span) -> int:
    return _PRIORITY.index(span.rule) if span.rule in _PRIORITY else len(_PRIORITY)
