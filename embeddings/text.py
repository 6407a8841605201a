"""Fields to text by role: what a proposal offers, what it seeks, what an organisation can do.

Need meets offer, so each proposal gives two texts. Where a profile has fields of its own for a role they are taken
(expertise sought, advantages, the partner's role); running text is read clause by clause (`embeddings.roles`).
Sentences that only say what every profile says ("the company is looking for partners for a commercial agreement") are
left out as long as something else remains. Neither text is ever without the proposal's topic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from embeddings.language import Language, detect
from embeddings.roles import clauses, content_words
from embeddings.sentences import split_sentences

TEXT_VERSION: Final = "1"  # raise it when a function here gives other texts: indexes are then rebuilt

_REQUESTS: Final = frozenset({"TR", "BR"})
_OFFERS: Final = frozenset({"TO", "BO"})
_KINDS: Final = _REQUESTS | _OFFERS | {"RDR"}
_LEAST_CONTENT: Final = 4  # words that tell something; below, a text also takes what the other role says
_TELLING: Final = 2  # words that tell something, below which a clause is boilerplate


@dataclass(frozen=True, slots=True)
class ProposalFields:
    """What is written in a proposal; `second_…` is the same in its other language. Empty and None mean the same."""

    kind: str
    title: str
    summary: str | None = None
    description: str | None = None
    advantages: str | None = None
    expertise_sought: str | None = None
    partner_role: str | None = None
    keywords: tuple[str, ...] = ()
    second_title: str | None = None
    second_summary: str | None = None
    second_description: str | None = None
    language: Language | None = None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(sorted(_KINDS))}.")


@dataclass(frozen=True, slots=True)
class EvidenceFields:
    """A project, product, patent or publication of an organisation."""

    title: str
    text: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationFields:
    """What is known of an organisation."""

    name: str
    description: str | None = None
    competences: tuple[str, ...] = ()
    evidence: tuple[EvidenceFields, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of an organisation: its profile (`evidence` is None) or the evidence at that position."""

    text: str
    language: Language
    evidence: int | None = None


def offered(fields: ProposalFields) -> str:
    """What the proposal offers, one sentence or clause a line.

    TO, BO: title, summary, description and advantages without the clauses that seek a partner. TR, BR: who asks and in
    which field. RDR: the topic, which is what both sides bring to the project.
    """
    if fields.kind in _OFFERS:
        own = _texts(fields.advantages) + list(fields.keywords)
        return _compose(fields, ("neutral", "offered"), own)
    if fields.kind in _REQUESTS:
        return _compose(fields, ("neutral", "offered"), list(fields.keywords))
    return _compose(fields, ("neutral", "offered", "sought"), list(fields.keywords))


def sought(fields: ProposalFields) -> str:
    """What the proposal seeks, one sentence or clause a line.

    TR, BR, RDR: everything, with the expertise sought and the partner's role. TO, BO: the partner's role and the
    clauses that seek a partner, after the title's topic.
    """
    if fields.kind in _OFFERS:
        return _offer_seeks(fields)
    own = _texts(fields.expertise_sought, fields.partner_role) + list(fields.keywords)
    return _compose(fields, ("neutral", "offered", "sought"), own)


def organisation_passages(fields: OrganisationFields) -> tuple[Passage, ...]:
    """The profile (name, description, competences) and one passage for each evidence, in its order.

    A name alone says little: it is a passage only where nothing else is known.
    """
    passages: list[Passage] = []
    if fields.description or fields.competences or not fields.evidence:
        text = _lines([fields.name, fields.description or "", ", ".join(fields.competences)])
        passages.append(Passage(text, detect(text)))
    for position, evidence in enumerate(fields.evidence):
        text = _lines([evidence.title, evidence.text or "", ", ".join(evidence.keywords)])
        if text:
            passages.append(Passage(text, detect(text), position))
    return tuple(passages)


def _texts(*texts: str | None) -> list[str]:
    return [text.strip() for text in texts if text and text.strip()]


def _running_text(fields: ProposalFields) -> list[str]:
    return _texts(
        fields.title,
        fields.second_title,
        fields.summary,
        fields.second_summary,
        fields.description,
        fields.second_description,
    )


def _lines(texts: Iterable[str]) -> str:
    """Each text once, a line each."""
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _compose(fields: ProposalFields, roles: tuple[str, ...], own: list[str]) -> str:
    language = _language(fields)
    wanted: list[str] = []
    others: list[str] = []
    for text in _running_text(fields):
        for sentence in split_sentences(text):
            for role, words in clauses(sentence):
                (wanted if role in roles else others).append(words)
    chosen = _telling(wanted, language) + own
    if content_words(" ".join(chosen), language) < _LEAST_CONTENT:
        chosen = _telling(wanted, language) + _telling(others, language) + own
    return _lines(chosen) or _lines(wanted + others)


def _offer_seeks(fields: ProposalFields) -> str:
    language = _language(fields)
    topic = [_topic(title) for title in _texts(fields.title, fields.second_title)]
    partner: list[str] = []
    for text in _running_text(fields):
        for sentence in split_sentences(text):
            partner.extend(words for role, words in clauses(sentence) if role == "sought")
    chosen = topic + _telling(partner, language) + _texts(fields.partner_role, fields.expertise_sought)
    if content_words(" ".join(chosen), language) < _LEAST_CONTENT:
        chosen += _telling(_texts(fields.summary, fields.second_summary), language)
    return _lines(chosen)


def _topic(title: str) -> str:
    """The title without the clause that seeks, or whole where that leaves nothing to tell."""
    kept = " ".join(
        words for sentence in split_sentences(title) for role, words in clauses(sentence) if role != "sought"
    )
    return kept if content_words(kept, detect(title)) >= 1 else title


def _language(fields: ProposalFields) -> Language:
    return fields.language or detect(f"{fields.title}. {fields.summary or fields.description or ''}")


def _telling(texts: list[str], language: Language) -> list[str]:
    """Without those that only say what every profile says."""
    return [text for text in texts if content_words(text, language) >= _TELLING]
