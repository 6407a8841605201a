"""Fields to text by role: what a proposal offers, what it seeks, what an organisation can do.

Need meets offer, so each proposal gives two texts. Both carry its topic (title and summary): profiles are short, and a
text cut down to the words of one role finds markedly less (nDCG@10 0.50 instead of 0.60 on judged profiles). What tells
the roles apart is added or left out: the expertise sought, the partner's role and the advantages by their fields, the
partner searched for in an offer's running text by its clauses (`embeddings.roles`). Sentences that only say what every
profile says ("the company is looking for partners for a commercial agreement") are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from embeddings.language import Language, detect
from embeddings.roles import clauses, content_words
from embeddings.sentences import split_sentences

TEXT_VERSION: Final = "1"  # raise it when a function here gives other texts: indexes are then rebuilt

_OFFERS: Final = frozenset({"TO", "BO"})
_KINDS: Final = _OFFERS | {"TR", "BR", "RDR"}
_LEAST_CONTENT: Final = 3  # words that tell something, fewer of which are no topic
_SURELY_TELLING: Final = 120  # characters of a sentence that is not mere boilerplate, without looking


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

    TO, BO: title, summary, description and advantages without the clauses that seek a partner. TR, BR, RDR: the topic
    (title, summary, description), which is what the one who asks works on.
    """
    running = _running_text(fields)
    if fields.kind in _OFFERS:
        parts = [_topic(title) for title in _texts(fields.title, fields.second_title)]
        parts += [words for text in running for words in _clauses(text, sought_ones=False)]
        parts += _texts(fields.advantages)
    else:
        parts = _texts(fields.title, fields.second_title) + [
            words for text in running for words in split_sentences(text)
        ]
    return _composed(fields, parts + list(fields.keywords))


def sought(fields: ProposalFields) -> str:
    """What the proposal seeks, one sentence or clause a line.

    TR, BR, RDR: everything, with the expertise sought and the partner's role. TO, BO: the topic (title, summary), the
    partner's role and, from the description, the clauses that seek a partner.
    """
    own = _texts(fields.expertise_sought, fields.partner_role)
    titles = _texts(fields.title, fields.second_title)
    if fields.kind in _OFFERS:
        summaries = _texts(fields.summary, fields.second_summary)
        parts = titles + [words for text in summaries for words in split_sentences(text)]
        for text in _texts(fields.description, fields.second_description):
            parts += _clauses(text, sought_ones=True)
        return _composed(fields, parts + own)
    parts = titles + [words for text in _running_text(fields) for words in split_sentences(text)]
    return _composed(fields, parts + own + list(fields.keywords))


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
    return _texts(fields.summary, fields.second_summary, fields.description, fields.second_description)


def _clauses(text: str, *, sought_ones: bool) -> list[str]:
    """The clauses of `text` that seek a partner, or all others."""
    return [
        words
        for sentence in split_sentences(text)
        for role, words in clauses(sentence)
        if (role == "sought") is sought_ones
    ]


def _topic(title: str) -> str:
    """The title without the clause that seeks, or whole where that leaves too little to tell."""
    parts = clauses(title)
    if all(role != "sought" for role, _ in parts):
        return title
    kept = " ".join(words for role, words in parts if role != "sought")
    return kept if content_words(kept, detect(title)) >= _LEAST_CONTENT else title


def _composed(fields: ProposalFields, parts: list[str]) -> str:
    language = fields.language or detect(f"{fields.title}. {fields.summary or fields.description or ''}")
    telling = [part for part in parts if len(part) > _SURELY_TELLING or content_words(part, language)]
    return _lines(telling) or _lines(parts)


def _lines(texts: Iterable[str]) -> str:
    """Each text once, a line each."""
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
