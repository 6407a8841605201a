"""Named reads: single records, the values in use, counts. Lists are in `data.lists`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from data.corpus import OPEN_STATES, is_open
from data.errors import NotFoundError
from data.models import Organisation, OrganisationTheme, Proposal, ProposalCode
from data.models.vocabulary import Origin, ProposalState
from data.text_search import unicode_lower

PLATFORM = "platform"

TreeCode = tuple[str, str]


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
    if state in OPEN_STATES and expires is not None and expires <= day:
        return ProposalState.EXPIRED.value
    return state


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


def organisations_named(
    session: Session, name: str, limit: int = 5, *, withdrawn: bool = False
) -> Sequence[Organisation]:
    """Organisations whose reference is `name` or whose name is, whatever the case; at most `limit`.

    Those that have withdrawn are among them only where they are asked for.
    """
    same = or_(Organisation.reference == name, unicode_lower(Organisation.name) == name.lower())
    statement = select(Organisation).where(same)
    if not withdrawn:
        statement = statement.where(Organisation.withdrawn_at.is_(None))
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
    latest = statement.order_by(Proposal.published.desc().nulls_last(), Proposal.id.desc())
    return list(session.scalars(latest.limit(limit)))


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
