"""A proposal and a candidate side by side: both texts in full, the sentences that fit best marked in both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from data.corpus import load_organisations, load_proposals
from data.models import Organisation, Proposal
from data.queries import proposal_by_reference
from matching.brokerage.client_notes import notes_for_company
from matching.brokerage.curation import candidate_of, history, last_decisions, standing
from matching.types import Spans, Target
from web.access import Audience, open_to
from web.candidates import Candidate, matches_of, suggestions_now
from web.context import reading
from web.desk import pages
from web.explaining import Reason, reason
from web.labels import REJECT_REASONS, Label
from web.language import translate
from web.quotes import Piece


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading with its text in pieces; marked pieces belong to the sentences that fit best."""

    heading: str
    pieces: tuple[Piece, ...]


@pages.get("/proposals/<path:reference>/read/<any(organisations, proposals):target>/<int:number>")
@open_to(Audience.STAFF)
def read(reference: str, target: str, number: int) -> str:
    """Both texts, and what can be decided about the candidate."""
    session = reading()
    proposal = proposal_by_reference(session, reference)
    candidate = (Target(target), number)
    record = _candidate(session, candidate)
    match = matches_of(suggestions_now(reference), [candidate]).get(candidate)
    why = reason(match) if match else None
    ours, theirs = _sentences(why)
    decisions = history(session, proposal.id)
    own_passages, other_passages = _passages(proposal, ours), _passages(record, theirs)
    return render_template(
        "desk/read.html",
        proposal=proposal,
        record=record,
        target=target,
        number=number,
        name=record.name if isinstance(record, Organisation) else record.title,
        why=why,
        ours=own_passages,
        theirs=other_passages,
        marked=any(piece.marked for passage in (*own_passages, *other_passages) for piece in passage.pieces),
        standing=standing(session, proposal.id).get(candidate),
        last=last_decisions(decisions).get(candidate, 0),
        notes=[row for row in decisions if row.note and candidate_of(row) == candidate],
        client_note=notes_for_company(session, proposal.id).get(candidate),
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


def _sentences(why: Reason | None) -> tuple[dict[str, Spans], dict[str, Spans]]:
    """The sentence of ours and of theirs that fit best, each with the words that both have."""
    pair = why.quote.pair if why and why.quote else None
    if pair is None:
        return {}, {}
    sought, offered = {pair.sought: pair.sought_marks}, {pair.offered: pair.offered_marks}
    return (offered, sought) if pair.candidate_seeks else (sought, offered)


def _passages(record: Organisation | Proposal, sentences: dict[str, Spans]) -> tuple[Passage, ...]:
    return tuple(Passage(heading, pieces_of(text, sentences)) for heading, text in _texts(record) if text)


def _texts(record: Organisation | Proposal) -> Iterable[tuple[str, str | None]]:
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


def pieces_of(text: str, sentences: Iterable[str]) -> tuple[Piece, ...]:
    """A text with the sentences marked that occur in it, whatever its white space; those that overlap are one."""
    spans: list[tuple[int, int]] = []
    for sentence in sentences:
        words = r"\s+".join(re.escape(word) for word in sentence.split())
        spans += [match.span() for match in re.finditer(words, text)] if words else []
    pieces, place = [], 0
    for start, end in sorted(spans):
        if start < place:
            continue
        pieces += [Piece(text[place:start]), Piece(text[start:end], marked=True)]
        place = end
    return tuple(piece for piece in (*pieces, Piece(text[place:])) if piece.text)
