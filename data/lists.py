"""Lists for pages: filtered, sorted, counted and paged in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.corpus import OPEN_STATES, is_open
from data.models import Organisation, OrganisationTheme, Proposal, ProposalCode
from data.models.organisation import Evidence
from data.models.vocabulary import Origin, ProposalState, Tree
from data.queries import PLATFORM, TreeCode, state_in_force, today
from data.text_search import says, unicode_lower

PAGE_SIZE = 20
_EEN_TREES = (Tree.EEN_TECHNOLOGY.value, Tree.EEN_MARKET.value)

Row = TypeVar("Row")


class ProposalSort(StrEnum):
    """Orders of the list of proposals."""

    RECENT = "recent"
    EXPIRING = "expiring"
    TITLE = "title"


class OrganisationSort(StrEnum):
    """Orders of the list of organisations."""

    NAME = "name"
    EVIDENCE = "evidence"
    RECENT = "recent"


OPEN = "open"
"""Filter value: published and not expired, that is, matched today."""
ANY_STATE = "all"


PUBLIC_STATES = (
    ProposalState.PUBLISHED.value,
    ProposalState.FEEDBACK_RECEIVED.value,
    ProposalState.EXPIRED.value,
    ProposalState.CLOSED.value,
)
"""States in which anybody may read a proposal."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a list: staff see everything, others what is public and what their organisation or they wrote."""

    everything: bool = False
    organisation_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """What a list of proposals is narrowed to; None and empty narrow nothing. `state` is OPEN, ANY_STATE or a state."""

    text: str = ""
    source: str | None = None
    kind: str | None = None
    country: str | None = None
    theme: TreeCode | None = None
    state: str = OPEN
    sort: ProposalSort = ProposalSort.RECENT
    page: int = 1
    page_size: int = PAGE_SIZE
    reader: Reader = Reader()
    mine: bool = False
    """Only what the reader's organisation, or the reader for none, posted."""


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """What a list of organisations is narrowed to; None and empty narrow nothing."""

    text: str = ""
    kind: str | None = None
    country: str | None = None
    theme: TreeCode | None = None
    sort: OrganisationSort = OrganisationSort.NAME
    page: int = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. `page` counts from 1 and never lies beyond the last; `total` counts all that pass."""

    rows: tuple[Row, ...]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class ProposalListing:
    """A proposal as a list shows it. `state` is the one in force today: a published one past its date is expired."""

    id: int
    reference: str
    kind: str
    source: str
    state: str
    title: str
    summary: str | None
    language: str | None
    country: str | None
    organisation: str | None
    published: date | None
    expires: date | None
    second_language: str | None
    second_title: str | None
    second_summary: str | None
    themes: tuple[TreeCode, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationListing:
    """An organisation as a list shows it."""

    id: int
    reference: str
    name: str
    kind: str
    size: str | None
    country: str | None
    city: str | None
    description: str | None
    language: str | None
    evidence: int
    themes: tuple[TreeCode, ...] = ()


def list_proposals(session: Session, wanted: ProposalFilter, day: date | None = None) -> Page[ProposalListing]:
    """The page of proposals that pass the filter."""
    day = day or today()
    listed = (
        select(Proposal.id)
        .outerjoin(Organisation, Proposal.organisation_id == Organisation.id)
        .where(*_proposal_conditions(wanted, day))
        .order_by(*_proposal_order(wanted.sort))
    )
    ids, total, page = _page_of(session, listed, wanted.page, wanted.page_size)
    statement = (
        select(
            Proposal.id,
            Proposal.reference,
            Proposal.kind,
            Proposal.source,
            Proposal.state,
            Proposal.title,
            func.coalesce(Proposal.summary, Proposal.description),
            Proposal.language,
            Proposal.country,
            Organisation.name,
            Proposal.published,
            Proposal.expires,
            Proposal.second_language,
            Proposal.second_title,
            func.coalesce(Proposal.second_summary, Proposal.second_description),
        )
        .outerjoin(Organisation, Proposal.organisation_id == Organisation.id)
        .where(Proposal.id.in_(ids))
    )
    found = {row[0]: row for row in session.execute(statement)}
    themes = _codes_of(session, ProposalCode.proposal_id, ids)
    rows = (ProposalListing(*[*found[number], themes[number]]) for number in ids)
    shown = tuple(replace(row, state=state_in_force(row.state, row.expires, day)) for row in rows)
    return Page(shown, total, page, wanted.page_size)


def _page_of(session: Session, listed: Select[int], page: int, page_size: int) -> tuple[list[int], int, int]:
    """Ids of a page, how many there are in all, and the page, which never lies beyond the last.

    Ids first, their records after: sorting and skipping then need not carry long texts along.
    """
    numbered = listed.add_columns(func.count().over()).limit(page_size)
    found = session.execute(numbered.offset((page - 1) * page_size)).all()
    if not found and page > 1:
        total = session.execute(select(func.count()).select_from(listed.order_by(None).subquery())).scalar_one()
        page = max(1, -(-total // page_size))
        found = session.execute(numbered.offset((page - 1) * page_size)).all()
    return [row[0] for row in found], found[0][1] if found else 0, page


def _proposal_conditions(wanted: ProposalFilter, day: date) -> list[ColumnElement[bool]]:
    conditions = [_state_condition(wanted.state, day)] if wanted.state != ANY_STATE else []
    conditions += [or_(*_own(wanted.reader))] if wanted.mine else _readable(wanted.reader)
    equal = ((Proposal.source, wanted.source), (Proposal.kind, wanted.kind), (Proposal.country, wanted.country))
    conditions += [column == value for column, value in equal if value]
    if wanted.theme:
        conditions.append(Proposal.id.in_(_owners_of(ProposalCode.proposal_id, wanted.theme)))
    written = (Proposal.title, Proposal.summary, Proposal.description)
    second = (Proposal.second_title, Proposal.second_summary, Proposal.second_description)
    searched = (*written, *second, Proposal.reference, Organisation.name)
    return conditions + says(wanted.text, searched)


def _readable(reader: Reader) -> list[ColumnElement[bool]]:
    if reader.everything:
        return []
    return [or_(Proposal.state.in_(PUBLIC_STATES), *_own(reader))]


def _own(reader: Reader) -> list[ColumnElement[bool]]:
    """Conditions of which one holds for what is the reader's own; none does for a stranger."""
    own: list[ColumnElement[bool]] = [false()]
    if reader.organisation_id is not None:
        own.append(and_(Proposal.source == PLATFORM, Proposal.organisation_id == reader.organisation_id))
    if reader.account_id is not None:
        own.append(and_(Proposal.organisation_id.is_(None), Proposal.author_id == reader.account_id))
    return own


def _state_condition(state: str, day: date) -> ColumnElement[bool]:
    if state == OPEN:
        return is_open(day)
    if state in OPEN_STATES:
        return and_(Proposal.state == state, is_open(day))
    if state == ProposalState.EXPIRED.value:
        return or_(Proposal.state == state, and_(Proposal.state.in_(OPEN_STATES), Proposal.expires <= day))
    return Proposal.state == state


def _proposal_order(sort: ProposalSort) -> tuple[ColumnElement[Any], ...]:
    if sort is ProposalSort.TITLE:
        return unicode_lower(Proposal.title).asc(), Proposal.id.asc()
    if sort is ProposalSort.EXPIRING:
        return Proposal.expires.asc().nulls_last(), Proposal.id.desc()
    return Proposal.published.desc().nulls_last(), Proposal.id.desc()


def _owners_of(owner: InstrumentedAttribute[int], theme: TreeCode) -> Select[int]:
    table, (tree, code) = owner.class_, theme
    # An EEN code of a higher level stands for all below it.
    matches = table.code.startswith(code, autoescape=True) if tree in _EEN_TREES else table.code == code
    return select(owner).where(table.tree == tree, matches, table.origin != Origin.REMOVED.value)


def _codes_of(
    session: Session, owner: InstrumentedAttribute[int], ids: Sequence[int]
) -> defaultdict[int, tuple[TreeCode, ...]]:
    table = owner.class_
    codes: defaultdict[int, tuple[TreeCode, ...]] = defaultdict(tuple)
    if not ids:
        return codes
    statement = select(owner, table.tree, table.code).where(owner.in_(ids), table.origin != Origin.REMOVED.value)
    for owner_id, tree, code in session.execute(statement.order_by(table.id)):
        if (tree, code) not in codes[owner_id]:
            codes[owner_id] += ((tree, code),)
    return codes


def list_organisations(session: Session, wanted: OrganisationFilter) -> Page[OrganisationListing]:
    """The page of organisations that pass the filter; withdrawn ones never do."""
    evidence = select(func.count(Evidence.id)).where(Evidence.organisation_id == Organisation.id).scalar_subquery()
    by_name = (unicode_lower(Organisation.name).asc(), Organisation.id.asc())
    orders: dict[OrganisationSort, tuple[ColumnElement[Any], ...]] = {
        OrganisationSort.NAME: by_name,
        OrganisationSort.EVIDENCE: (evidence.desc(), *by_name),
        OrganisationSort.RECENT: (Organisation.updated_at.desc(), Organisation.id.desc()),
    }
    listed = select(Organisation.id).where(*_organisation_conditions(wanted)).order_by(*orders[wanted.sort])
    ids, total, page = _page_of(session, listed, wanted.page, wanted.page_size)
    statement = select(
        Organisation.id,
        Organisation.reference,
        Organisation.name,
        Organisation.kind,
        Organisation.size,
        Organisation.country,
        Organisation.city,
        Organisation.description,
        Organisation.language,
        evidence,
    ).where(Organisation.id.in_(ids))
    found = {row[0]: row for row in session.execute(statement)}
    themes = _codes_of(session, OrganisationTheme.organisation_id, ids)
    rows = tuple(OrganisationListing(*[*found[number], themes[number]]) for number in ids)
    return Page(rows, total, page, wanted.page_size)


def _organisation_conditions(wanted: OrganisationFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Organisation.withdrawn_at.is_(None)]
    equal = ((Organisation.kind, wanted.kind), (Organisation.country, wanted.country))
    conditions += [column == value for column, value in equal if value]
    if wanted.theme:
        conditions.append(Organisation.id.in_(_owners_of(OrganisationTheme.organisation_id, wanted.theme)))
    searched = (Organisation.name, Organisation.description, Organisation.city, Organisation.reference)
    return conditions + says(wanted.text, searched)


def new_proposals(session: Session, wanted: ProposalFilter, after: int, since: date, day: date) -> list[int]:
    """Ids of the proposals that pass the filter and came in after the id `after`, or were published from `since` on."""
    new = or_(Proposal.id > after, Proposal.published >= since)
    query = select(Proposal.id).outerjoin(Organisation, Proposal.organisation_id == Organisation.id)
    return list(session.scalars(query.where(*_proposal_conditions(wanted, day), new).order_by(Proposal.id)))


def new_organisations(session: Session, wanted: OrganisationFilter, after: int) -> list[int]:
    """Ids of the organisations that pass the filter and came in after the id `after`."""
    query = select(Organisation.id).where(*_organisation_conditions(wanted), Organisation.id > after)
    return list(session.scalars(query.order_by(Organisation.id)))
