"""A proposal and a candidate side by side: both texts in full, the pairs of sentences that fit numbered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from data.corpus import load_organisations, load_proposals
from data.models import Organisation, Proposal
from data.queries import proposal_by_reference
from matching.brokerage.client_notes import notes_for_company
from matching.brokerage.curation import candidate_of, history, last_decisions, standing
from matching.errors import MatchingError
from matching.explanation import MOST_PAIRS
from matching.types import Band, Match, SentencePair, Suggestions, Target
from web.access import Audience, open_to
from web.candidates import Candidate, matches_of, suggestions_now
from web.context import application, reading
from web.desk import pages
from web.explaining import reason
from web.labels import REJECT_REASONS, Label
from web.language import translate

_ASKED_FOR = 2 * MOST_PAIRS
"""Some pairs are of texts that the page does not show, such as an organisation's competences."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text; `pair` is the number of the pair that its sentence belongs to, 0 for none.

    `first` tells the first place of a sentence that the text repeats: links lead there.
    """

    text: str
    pair: int = 0
    first: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading with its text in parts."""

    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """The suggestions before and after the one that is read, in its list, and its place in it from 1."""

    before: Match | None
    after: Match | None
    place: int
    of: int


Texts = Sequence[tuple[str, str]]
"""Headings with their texts."""


@pages.get("/proposals/<path:reference>/read/<any(organisations, proposals):target>/<int:number>")
@open_to(Audience.STAFF)
def read(reference: str, target: str, number: int) -> str:
    """Both texts, and what can be decided about the candidate."""
    session = reading()
    proposal = proposal_by_reference(session, reference)
    candidate = (Target(target), number)
    record = _candidate(session, candidate)
    suggestions = suggestions_now(reference)
    match = matches_of(suggestions, [candidate]).get(candidate)
    why = reason(match) if match else None
    ours, theirs = _texts(proposal), _texts(record)
    own, other = numbered(_pairs(reference, candidate), ours, theirs)
    decisions = history(session, proposal.id)
    return render_template(
        "desk/read.html",
        proposal=proposal,
        record=record,
        target=target,
        number=number,
        name=record.name if isinstance(record, Organisation) else record.title,
        why=why,
        ours=_passages(ours, own),
        theirs=_passages(theirs, other),
        pairs=len(own),
        standing=standing(session, proposal.id).get(candidate),
        last=last_decisions(decisions).get(candidate, 0),
        notes=[row for row in decisions if row.note and candidate_of(row) == candidate],
        client_note=notes_for_company(session, proposal.id).get(candidate),
        beside=_beside(suggestions, candidate),
        reject_reasons=list[tuple[str, Label]](REJECT_REASONS.items()),
    )


def _candidate(session: Session, candidate: Candidate) -> Organisation | Proposal:
    target, number = candidate
    found: Organisation | Proposal | None
    if target is Target.ORGANISATIONS:
        found = next(iter(load_organisations(session, [number])), None)
        if found is not None and found.withdrawn_at is not None:
            found = None
    else:
        found = next(iter(load_proposals(session, [number])), None)
    if found is None:
        raise NotFound
    return found


def _beside(found: Suggestions | None, candidate: Candidate) -> Beside | None:
    """Where the candidate stands among those worth a look; None where it is not among them."""
    target, number = candidate
    every = () if found is None else found.organisations if target is Target.ORGANISATIONS else found.proposals
    good = [match for match in every if match.band is not Band.WEAK or match.curated]
    here = next((place for place, match in enumerate(good) if match.candidate_id == number), None)
    if here is None:
        return None
    before, after = good[here - 1] if here else None, good[here + 1] if here + 1 < len(good) else None
    return Beside(before, after, here + 1, len(good))


def _pairs(reference: str, candidate: Candidate) -> tuple[SentencePair, ...]:
    try:
        return application().service.pairs_of(reference, *candidate, most=_ASKED_FOR)
    except MatchingError:
        return ()


def numbered(
    pairs: Iterable[SentencePair], ours: Texts, theirs: Texts, most: int = MOST_PAIRS
) -> tuple[dict[str, int], dict[str, int]]:
    """Sentences of ours and of theirs with the number of their pair, from 1 for the best that both texts show."""
    own: dict[str, int] = {}
    other: dict[str, int] = {}
    for pair in pairs:
        mine, candidates = (pair.offered, pair.sought) if pair.candidate_seeks else (pair.sought, pair.offered)
        if len(own) < most and _is_shown(mine, ours) and _is_shown(candidates, theirs):
            own[mine] = other[candidates] = len(own) + 1
    return own, other


def _is_shown(sentence: str, texts: Texts) -> bool:
    wanted = _pattern(sentence)
    return any(wanted.search(text) for _, text in texts)


def _pattern(sentence: str) -> re.Pattern[str]:
    """Finds a sentence whatever its white space."""
    return re.compile(r"\s+".join(re.escape(word) for word in sentence.split()) or r"(?!)")


def _passages(texts: Texts, numbers: Mapping[str, int]) -> tuple[Passage, ...]:
    passages = []
    met: set[int] = set()
    for heading, text in texts:
        parts = parts_of(text, numbers, met)
        met |= {part.pair for part in parts}
        passages.append(Passage(heading, parts))
    return tuple(passages)


def parts_of(text: str, numbers: Mapping[str, int], met: Iterable[int] = ()) -> tuple[Part, ...]:
    """A text with the sentences numbered that occur in it; those that overlap are one. `met` are numbers of before."""
    spans = [
        (*match.span(), number) for sentence, number in numbers.items() for match in _pattern(sentence).finditer(text)
    ]
    parts, place, known = [], 0, set(met)
    for start, end, number in sorted(spans):
        if start < place:
            continue
        parts += [Part(text[place:start]), Part(text[start:end], number, number not in known)]
        known.add(number)
        place = end
    return tuple(part for part in (*parts, Part(text[place:])) if part.text)


def _texts(record: Organisation | Proposal) -> Texts:
    return [(heading, text) for heading, text in _written(record) if text]


def _written(record: Organisation | Proposal) -> Iterable[tuple[str, str | None]]:
    if isinstance(record, Organisation):
        yield translate("What it says of itself"), record.description
        for item in record.evidence:
            yield item.title + (f" ({item.year})" if item.year else ""), item.text
        return
    yield translate("Short summary"), record.summary
    yield translate("Description"), record.description
    yield translate("Expertise sought"), record.expertise_sought
    yield translate("Advantages and innovation"), record.advantages
    yield translate("What the partner should do"), record.partner_role
    yield translate("Keywords"), ", ".join(record.keywords)
