"""Bulk reads of what is matched: stamps that tell what changed, whole records of chosen ids, columns for filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session, selectinload

from data.models import (
    Evidence,
    Organisation,
    OrganisationCompetence,
    OrganisationTheme,
    Proposal,
    ProposalCode,
)
from data.models.vocabulary import Origin, ProposalState, Tree

T = TypeVar("T")
CHUNK = 500
CARD_TEXT = 600
"""Characters of a description on a card."""
OPEN_STATES = (ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value)


class Stamp(NamedTuple):
    """A record's id and when it last changed; an index row made at another stamp is out of date."""

    id: int
    changed: datetime


class OrganisationColumns(NamedTuple):
    """What filters and features need of an organisation."""

    id: int
    kind: str
    size: str | None
    country: str | None
    evidence: int
    last_year: int | None


class OrganisationName(NamedTuple):
    """What tells an organisation from another."""

    id: int
    name: str
    website: str | None
    city: str | None


class ProposalColumns(NamedTuple):
    """What filters and features need of a proposal; kind and size are its organisation's."""

    id: int
    kind: str
    country: str | None
    organisation_id: int | None
    published: date | None
    expires: date | None
    partner_types: list[str]
    target_countries: list[str]
    stage: str | None
    organisation_kind: str | None
    organisation_size: str | None


class OrganisationCard(NamedTuple):
    """What a list shows of an organisation."""

    id: int
    reference: str
    name: str
    kind: str
    country: str | None
    region: str | None
    city: str | None
    description: str | None
    language: str | None
    updated_at: datetime


class ProposalCard(NamedTuple):
    """What a list shows of a proposal; `organisation` is a name."""

    id: int
    reference: str
    title: str
    kind: str
    state: str
    country: str | None
    summary: str | None
    description: str | None
    language: str | None
    updated_at: datetime
    organisation: str | None


class CodeRow(NamedTuple):
    """A code of a record; `origin` tells declared from derived."""

    owner: int
    tree: str
    code: str
    origin: str
    weight: float


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def is_open(today: date) -> ColumnElement[bool]:
    """Condition: the proposal is published and has not expired."""
    return and_(Proposal.state.in_(OPEN_STATES), or_(Proposal.expires.is_(None), Proposal.expires > today))


def open_proposal_stamps(session: Session, today: date) -> list[Stamp]:
    """Stamps of the proposals that may be matched, by id."""
    rows = session.execute(select(Proposal.id, Proposal.updated_at).where(is_open(today)).order_by(Proposal.id))
    return [Stamp(*row) for row in rows]


def organisation_stamps(session: Session) -> list[Stamp]:
    """Stamps of the organisations that may be matched, by id."""
    shown = Organisation.withdrawn_at.is_(None)
    rows = session.execute(select(Organisation.id, Organisation.updated_at).where(shown).order_by(Organisation.id))
    return [Stamp(*row) for row in rows]


def closed_since(session: Session, moment: datetime, today: date) -> set[int]:
    """Proposals changed since `moment` that may no longer be matched."""
    rows = session.scalars(select(Proposal.id).where(Proposal.updated_at >= moment, ~is_open(today)))
    return set(rows)


def withdrawn_since(session: Session, moment: datetime) -> set[int]:
    """Organisations withdrawn since `moment`."""
    gone = select(Organisation.id).where(Organisation.updated_at >= moment, Organisation.withdrawn_at.is_not(None))
    return set(session.scalars(gone))


def load_proposals(session: Session, ids: Sequence[int], *, texts_only: bool = False) -> list[Proposal]:
    """Whole proposals (or what their texts need), in the order of the ids; missing ids are left out."""
    query = select(Proposal)
    if not texts_only:
        query = query.options(selectinload(Proposal.codes), selectinload(Proposal.organisation))
    found: dict[int, Proposal] = {}
    for chunk in chunks(ids):
        found |= {record.id: record for record in session.scalars(query.where(Proposal.id.in_(chunk)))}
    return [found[number] for number in ids if number in found]


def load_organisations(session: Session, ids: Sequence[int], *, texts_only: bool = False) -> list[Organisation]:
    """Whole organisations (or what their texts need), in the order of the ids; missing ids are left out."""
    query = select(Organisation).options(selectinload(Organisation.competences), selectinload(Organisation.evidence))
    if not texts_only:
        query = query.options(selectinload(Organisation.themes))
    found: dict[int, Organisation] = {}
    for chunk in chunks(ids):
        found |= {record.id: record for record in session.scalars(query.where(Organisation.id.in_(chunk)))}
    return [found[number] for number in ids if number in found]


def _card_column(table: type[Organisation | Proposal], name: str) -> Any:
    """A column of a card; of a long text its beginning, since whole ones take most of the time of a list."""
    column = getattr(table, name)
    return func.substr(column, 1, CARD_TEXT) if name == "description" else column


def organisation_cards(session: Session, ids: Sequence[int]) -> dict[int, OrganisationCard]:
    """Cards of those organisations that are stored and not withdrawn, by id."""
    columns = [_card_column(Organisation, name) for name in OrganisationCard._fields]
    query = select(*columns).where(Organisation.id.in_(ids), Organisation.withdrawn_at.is_(None))
    return {row.id: OrganisationCard(*row) for row in session.execute(query)}


def proposal_cards(session: Session, ids: Sequence[int]) -> dict[int, ProposalCard]:
    """Cards of those proposals that are stored and neither closed nor withdrawn, by id."""
    columns = [_card_column(Proposal, name) for name in ProposalCard._fields if name != "organisation"]
    query = select(*columns, Organisation.name).outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
    # The state is judged here: in the query, SQLite would rather walk all open proposals than look up ten ids.
    cards = [ProposalCard._make(row) for row in session.execute(query.where(Proposal.id.in_(ids)))]
    return {card.id: card for card in cards if card.state in OPEN_STATES}


def organisation_columns(session: Session) -> list[OrganisationColumns]:
    """Columns of the organisations that may be matched, by id."""
    pieces = (
        select(Evidence.organisation_id, func.count().label("pieces"), func.max(Evidence.year).label("last"))
        .group_by(Evidence.organisation_id)
        .subquery()
    )
    query = (
        select(
            Organisation.id,
            Organisation.kind,
            Organisation.size,
            Organisation.country,
            func.coalesce(pieces.c.pieces, 0),
            pieces.c.last,
        )
        .outerjoin(pieces, pieces.c.organisation_id == Organisation.id)
        .where(Organisation.withdrawn_at.is_(None))
        .order_by(Organisation.id)
    )
    return [OrganisationColumns(*row) for row in session.execute(query)]


def organisation_names(session: Session) -> list[OrganisationName]:
    """Names, websites and cities of the organisations that may be matched, by id."""
    columns = [getattr(Organisation, name) for name in OrganisationName._fields]
    query = select(*columns).where(Organisation.withdrawn_at.is_(None)).order_by(Organisation.id)
    return [OrganisationName(*row) for row in session.execute(query)]


def proposal_columns(session: Session, today: date) -> list[ProposalColumns]:
    """Columns of the proposals that may be matched, by id."""
    query = (
        select(
            Proposal.id,
            Proposal.kind,
            Proposal.country,
            Proposal.organisation_id,
            Proposal.published,
            Proposal.expires,
            Proposal.partner_types,
            Proposal.target_countries,
            Proposal.stage,
            Organisation.kind,
            Organisation.size,
        )
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(is_open(today))
        .order_by(Proposal.id)
    )
    return [ProposalColumns(*row) for row in session.execute(query)]


def proposal_codes(session: Session) -> list[CodeRow]:
    """Codes of all proposals, by proposal."""
    table = ProposalCode
    query = select(table.proposal_id, table.tree, table.code, table.origin, table.weight).order_by(
        table.proposal_id, table.id
    )
    return [CodeRow(*row) for row in session.execute(query)]


def organisation_codes(session: Session) -> list[CodeRow]:
    """Competences that are concepts, and themes, of all organisations, by organisation."""
    competence, theme = OrganisationCompetence, OrganisationTheme
    coded = select(competence.organisation_id, competence.code, competence.origin, competence.weight).where(
        competence.code.is_not(None)
    )
    rows = [
        CodeRow(owner, Tree.COMPETENCE.value, code or "", origin, weight)
        for owner, code, origin, weight in session.execute(coded)
    ]
    themes = select(theme.organisation_id, theme.tree, theme.code, theme.origin, theme.weight)
    return sorted(rows + [CodeRow(*row) for row in session.execute(themes)], key=lambda row: row.owner)


def replace_derived_proposal_codes(session: Session, codes: dict[int, list[tuple[str, str, float]]]) -> None:
    """Store the derived codes (tree, code, weight) of the given proposals in place of the earlier derived ones.

    What people declared, confirmed or removed is not derived beside it.
    """
    table = ProposalCode
    for chunk in chunks(codes):
        derived = table.origin == Origin.DERIVED.value
        session.execute(delete(table).where(table.proposal_id.in_(chunk), derived))
        said = _said(
            session.execute(select(table.proposal_id, table.tree, table.code).where(table.proposal_id.in_(chunk)))
        )
        rows = [
            {"proposal_id": owner, "tree": tree, "code": code, "origin": Origin.DERIVED.value, "weight": weight}
            for owner in chunk
            for tree, code, weight in codes[owner]
            if (owner, tree, code) not in said
        ]
        if rows:
            session.execute(insert(table), rows)


def replace_derived_organisation_codes(
    session: Session, codes: dict[int, list[tuple[str, str, float]]], labels: dict[str, str]
) -> None:
    """The same for organisations; `labels` names each competence code."""
    for chunk in chunks(codes):
        for table in (OrganisationCompetence, OrganisationTheme):
            derived = table.origin == Origin.DERIVED.value
            session.execute(delete(table).where(table.organisation_id.in_(chunk), derived))
        said = _said_of_organisations(session, chunk)
        rows = [
            {"organisation_id": owner, "tree": tree, "code": code, "origin": Origin.DERIVED.value, "weight": weight}
            for owner in chunk
            for tree, code, weight in codes[owner]
            if (owner, tree, code) not in said
        ]
        competences = [_as_competence(row, labels) for row in rows if row["tree"] == Tree.COMPETENCE.value]
        themes = [row for row in rows if row["tree"] != Tree.COMPETENCE.value]
        if competences:
            session.execute(insert(OrganisationCompetence), competences)
        if themes:
            session.execute(insert(OrganisationTheme), themes)


def _said(rows: Iterable[Any]) -> set[tuple[int, str, str]]:
    return {(owner, tree, code) for owner, tree, code in rows}


def _said_of_organisations(session: Session, ids: Sequence[int]) -> set[tuple[int, str, str]]:
    """The (organisation, tree, code) that stand whatever is derived."""
    competence, theme = OrganisationCompetence, OrganisationTheme
    named = select(competence.organisation_id, competence.code).where(
        competence.organisation_id.in_(ids), competence.code.is_not(None)
    )
    found = {(owner, Tree.COMPETENCE.value, code or "") for owner, code in session.execute(named)}
    themes = select(theme.organisation_id, theme.tree, theme.code).where(theme.organisation_id.in_(ids))
    return found | _said(session.execute(themes))


def _as_competence(row: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {**{name: value for name, value in row.items() if name != "tree"}, "term": labels[row["code"]]}
