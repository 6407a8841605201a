"""Named reads for lists and pages: filtered, sorted, counted and paged in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from data.errors import NotFoundError
from data.models import Organisation, OrganisationTheme, Proposal, ProposalCode
from data.models.organisation import Evidence
from data.models.vocabulary import Origin, ProposalState, Tree

PAGE_SIZE = 20
PLATFORM = "platform"
_MOST_WORDS = 8
_EEN_TREES = (Tree.EEN_TECHNOLOGY.value, Tree.EEN_MARKET.value)

Row = TypeVar("Row")
TreeCode = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class Facets:
    """The values in use, for the choices of a filter."""

    countries: tuple[str, ...]
    themes: tuple[TreeCode, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored."""

    own: int = 0
    network: int = 0
    organisations: int = 0
    countries: int = 0
    drafts: int = 0


def today() -> date:
    """The present day in UTC."""
    return datetime.now(UTC).date()


def state_in_force(state: str, expires: date | None, day: date) -> str:
    """The state that holds on `day`: a published proposal whose date has come counts as expired at once."""
    if state == ProposalState.PUBLISHED.value and expires is not None and expires <= day:
        return ProposalState.EXPIRED.value
    return state


def is_open(day: date) -> ColumnElement[bool]:
    """Condition: published and not expired on `day`."""
    return and_(
        Proposal.state == ProposalState.PUBLISHED.value, or_(Proposal.expires.is_(None), Proposal.expires > day)
    )


def list_proposals(session: Session, wanted: ProposalFilter, day: date | None = None) -> Page[ProposalListing]:
    """The page of proposals that pass the filter."""
    day = day or today()
    columns: tuple[Any, ...] = (
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
    )
    conditions = _proposal_conditions(wanted, day)
    total, page = _counted(session, _joined(select(func.count(Proposal.id))), conditions, wanted.page, wanted.page_size)
    statement = _joined(select(*columns)).where(*conditions).order_by(*_proposal_order(wanted.sort))
    found = session.execute(statement.limit(wanted.page_size).offset((page - 1) * wanted.page_size)).all()
    themes = _codes_of(session, ProposalCode.proposal_id, [row[0] for row in found])
    rows = (ProposalListing(*[*row, themes[row[0]]]) for row in found)
    shown = tuple(replace(row, state=state_in_force(row.state, row.expires, day)) for row in rows)
    return Page(shown, total, page, wanted.page_size)


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.select_from(Proposal).outerjoin(Organisation, Proposal.organisation_id == Organisation.id)


def _counted(
    session: Session, count: Select[Any], conditions: Sequence[ColumnElement[bool]], page: int, page_size: int
) -> tuple[int, int]:
    total = session.execute(count.where(*conditions)).scalar_one()
    return total, max(1, min(page, -(-total // page_size)))


def _proposal_conditions(wanted: ProposalFilter, day: date) -> list[ColumnElement[bool]]:
    conditions = [_state_condition(wanted.state, day)] if wanted.state != ANY_STATE else []
    equal = ((Proposal.source, wanted.source), (Proposal.kind, wanted.kind), (Proposal.country, wanted.country))
    conditions += [column == value for column, value in equal if value]
    if wanted.theme:
        conditions.append(_has_code(ProposalCode, ProposalCode.proposal_id == Proposal.id, wanted.theme))
    searched = (Proposal.title, Proposal.summary, Proposal.description, Proposal.reference, Organisation.name)
    return conditions + _says(wanted.text, searched)


def _state_condition(state: str, day: date) -> ColumnElement[bool]:
    if state in (OPEN, ProposalState.PUBLISHED.value):
        return is_open(day)
    if state == ProposalState.EXPIRED.value:
        due = and_(Proposal.state == ProposalState.PUBLISHED.value, Proposal.expires <= day)
        return or_(Proposal.state == state, due)
    return Proposal.state == state


def _proposal_order(sort: ProposalSort) -> tuple[ColumnElement[Any], ...]:
    if sort is ProposalSort.TITLE:
        return func.lower(Proposal.title).asc(), Proposal.id.asc()
    if sort is ProposalSort.EXPIRING:
        return Proposal.expires.asc().nulls_last(), Proposal.id.desc()
    return Proposal.published.desc().nulls_last(), Proposal.id.desc()


def _has_code(
    table: type[ProposalCode] | type[OrganisationTheme], same: ColumnElement[bool], theme: TreeCode
) -> ColumnElement[bool]:
    tree, code = theme
    # An EEN code of a higher level stands for all below it.
    matches = table.code.startswith(code, autoescape=True) if tree in _EEN_TREES else table.code == code
    return exists().where(same, table.tree == tree, matches, table.origin != Origin.REMOVED.value)


def _says(text: str, columns: Iterable[InstrumentedAttribute[Any]]) -> list[ColumnElement[bool]]:
    columns = tuple(columns)
    words = text.split()[:_MOST_WORDS]
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]


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
    conditions = _organisation_conditions(wanted)
    count = select(func.count(Organisation.id))
    total, page = _counted(session, count, conditions, wanted.page, wanted.page_size)
    orders: dict[OrganisationSort, tuple[ColumnElement[Any], ...]] = {
        OrganisationSort.NAME: (func.lower(Organisation.name).asc(), Organisation.id.asc()),
        OrganisationSort.EVIDENCE: (evidence.desc(), func.lower(Organisation.name).asc(), Organisation.id.asc()),
        OrganisationSort.RECENT: (Organisation.updated_at.desc(), Organisation.id.desc()),
    }
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
    ).where(*conditions)
    statement = statement.order_by(*orders[wanted.sort]).limit(wanted.page_size).offset((page - 1) * wanted.page_size)
    found = session.execute(statement).all()
    themes = _codes_of(session, OrganisationTheme.organisation_id, [row[0] for row in found])
    rows = tuple(OrganisationListing(*[*row, themes[row[0]]]) for row in found)
    return Page(rows, total, page, wanted.page_size)


def _organisation_conditions(wanted: OrganisationFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Organisation.withdrawn_at.is_(None)]
    equal = ((Organisation.kind, wanted.kind), (Organisation.country, wanted.country))
    conditions += [column == value for column, value in equal if value]
    if wanted.theme:
        same = OrganisationTheme.organisation_id == Organisation.id
        conditions.append(_has_code(OrganisationTheme, same, wanted.theme))
    searched = (Organisation.name, Organisation.description, Organisation.city, Organisation.reference)
    return conditions + _says(wanted.text, searched)


def proposal_by_reference(session: Session, reference: str) -> Proposal:
    """A proposal with its codes and organisation. Raises NotFoundError."""
    options = (selectinload(Proposal.codes), selectinload(Proposal.organisation))
    found = session.scalar(select(Proposal).where(Proposal.reference == reference).options(*options))
    if found is None:
        raise NotFoundError(f"no proposal has the reference {reference!r}")
    return found


def organisation_by_reference(session: Session, reference: str) -> Organisation:
    """An organisation with competences, themes and evidence. Raises NotFoundError, for a withdrawn one too."""
    options = (
        selectinload(Organisation.competences),
        selectinload(Organisation.themes),
        selectinload(Organisation.evidence),
    )
    found = session.scalar(select(Organisation).where(Organisation.reference == reference).options(*options))
    if found is None or found.withdrawn_at is not None:
        raise NotFoundError(f"no organisation has the reference {reference!r}")
    return found


def organisations_named(session: Session, name: str, limit: int = 5) -> Sequence[Organisation]:
    """Organisations whose reference is `name` or whose name is, whatever the case; at most `limit`."""
    same = or_(Organisation.reference == name, func.lower(Organisation.name) == func.lower(name))
    statement = select(Organisation).where(Organisation.withdrawn_at.is_(None), same)
    return session.scalars(statement.order_by(Organisation.id).limit(limit)).all()


def names_of(
    session: Session, organisation_ids: Sequence[int], proposal_ids: Sequence[int]
) -> dict[tuple[str, int], tuple[str, str]]:
    """(reference, name or title) by (`organisations` or `proposals`, id), of those that are stored."""
    organisations = select(Organisation.id, Organisation.reference, Organisation.name)
    proposals = select(Proposal.id, Proposal.reference, Proposal.title)
    found = {
        ("organisations", row[0]): (row[1], row[2])
        for row in session.execute(organisations.where(Organisation.id.in_(organisation_ids)))
    }
    found |= {
        ("proposals", row[0]): (row[1], row[2])
        for row in session.execute(proposals.where(Proposal.id.in_(proposal_ids)))
    }
    return found


def proposals_of(session: Session, organisation_id: int, limit: int = 10, day: date | None = None) -> list[Proposal]:
    """The open proposals that an organisation posted itself, latest first."""
    statement = select(Proposal).where(Proposal.organisation_id == organisation_id, is_open(day or today()))
    return list(session.scalars(statement.order_by(*_proposal_order(ProposalSort.RECENT)).limit(limit)))


def proposal_facets(session: Session) -> Facets:
    """Countries, themes and sources of the proposals stored."""
    return Facets(
        countries=_distinct(session, Proposal.country),
        themes=_themes(session, ProposalCode),
        sources=_distinct(session, Proposal.source),
    )


def organisation_facets(session: Session) -> Facets:
    """Countries and themes of the organisations stored."""
    present = Organisation.withdrawn_at.is_(None)
    return Facets(_distinct(session, Organisation.country, present), _themes(session, OrganisationTheme))


def _distinct(
    session: Session, column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> tuple[str, ...]:
    statement = select(column).where(column.is_not(None), *conditions).distinct().order_by(column)
    return tuple(session.scalars(statement))


def _themes(session: Session, table: type[ProposalCode] | type[OrganisationTheme]) -> tuple[TreeCode, ...]:
    found = session.execute(
        select(table.tree, table.code)
        .where(table.origin != Origin.REMOVED.value)
        .group_by(table.tree, table.code)
        .order_by(table.tree, table.code)
    )
    return tuple((tree, code) for tree, code in found)


def counts(session: Session, day: date | None = None) -> Counts:
    """Open proposals of the platform and of networks, drafts, organisations, and countries that either come from."""
    live = is_open(day or today())
    own = func.count(Proposal.id).filter(live, Proposal.source == PLATFORM)
    network = func.count(Proposal.id).filter(live, Proposal.source != PLATFORM)
    drafts = func.count(Proposal.id).filter(Proposal.state == ProposalState.DRAFT.value)
    numbers = session.execute(select(own, network, drafts)).one()
    present = Organisation.withdrawn_at.is_(None)
    organisations = session.execute(select(func.count(Organisation.id)).where(present)).scalar_one()
    places = {*_distinct(session, Proposal.country, live), *_distinct(session, Organisation.country, present)}
    return Counts(numbers[0], numbers[1], organisations, len(places), numbers[2])
