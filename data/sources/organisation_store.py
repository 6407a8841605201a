"""Organisations: validated, told apart by reference, external id or tax code, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from data.models import Evidence, ExternalId, Organisation, OrganisationCompetence, OrganisationTheme, now
from data.models.vocabulary import Origin
from data.sources.codes import CodeBook
from data.sources.fields import Reading
from data.sources.mapping import OrganisationRow, organisation_row
from data.sources.proposal_store import REFERENCE_SCHEME, organisation_ids
from data.sources.records import OrganisationRecord, RowError, parse_organisation
from data.sources.report import Notices
from data.sources.rows import Closure, RawRow
from data.sources.upsert import Identity, Outcome

IMPORTED_BY = "job:import"
"""Who verified an organisation that came with an import: the agency vouches for what it loads."""


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    reference: str
    content_hash: str
    tax_code: str | None
    withdrawn_at: datetime | None


@dataclass
class _Known:
    """Stored organisations that the rows of a batch may be."""

    by_reference: dict[str, int] = field(default_factory=dict)
    by_tax_code: dict[str, int] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], int] = field(default_factory=dict)
    stored: dict[int, _Stored] = field(default_factory=dict)

    def matches(self, record: OrganisationRecord) -> dict[int, str]:
        """Ids of the organisations that the record is, each with the field that says so."""
        found: dict[int, str] = {}
        if record.id in self.by_reference:
            found[self.by_reference[record.id]] = "id"
        for pair in record.external_ids.items():
            if pair in self.by_external_id:
                found.setdefault(self.by_external_id[pair], "external_ids")
        if record.tax_code in self.by_tax_code:
            found.setdefault(self.by_tax_code[record.tax_code], "tax_code")
        return found


@dataclass
class _Changes:
    added: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, OrganisationRow] = field(default_factory=dict)
    aliases: list[dict[str, Any]] = field(default_factory=list)


class OrganisationStore:
    """Upsert of organisations."""

    def row(self, item: RawRow, session: Session, how: Reading, book: CodeBook) -> OrganisationRow:
        """The validated row. Raises RowError."""
        return organisation_row(parse_organisation(item.values, how), item.position, book, how.notices)

    def closure(self, item: Closure) -> OrganisationRow:
        """Organisations are never closed by another network: raises RowError."""
        raise RowError("reference", "limited records are of proposals, not of organisations")

    def position(self, row: OrganisationRow) -> str:
        """Where the row stands in its file."""
        return row.position

    def identity(self, row: OrganisationRow) -> Identity:
        """An organisation is told by its reference, its external ids and its tax code."""
        record = row.record
        keys = [f"id:{record.id}", *(f"{scheme}={value}" for scheme, value in record.external_ids.items())]
        if record.tax_code:
            keys.append(f"tax:{record.tax_code}")
        return Identity(record.id, tuple(keys), row.columns["content_hash"])

    def write(self, session: Session, rows: Sequence[OrganisationRow], notices: Notices) -> list[Outcome | RowError]:
        """Store organisations with what belongs to them; returns one outcome for each."""
        known = _known(session, [row.record for row in rows])
        changes = _Changes()
        outcomes = [_put(row, known, changes) for row in rows]
        _apply(session, changes)
        return outcomes


def _known(session: Session, records: Sequence[OrganisationRecord]) -> _Known:
    known = _Known(organisation_ids(session, [record.id for record in records]))
    codes = [record.tax_code for record in records if record.tax_code]
    if codes:
        found = session.execute(select(Organisation.tax_code, Organisation.id).where(Organisation.tax_code.in_(codes)))
        known.by_tax_code = {str(code): number for code, number in found.all()}
    pairs = [pair for record in records for pair in record.external_ids.items()]
    for start in range(0, len(pairs), 300):
        known.by_external_id.update(_by_external_id(session, pairs[start : start + 300]))
    ids = {*known.by_reference.values(), *known.by_tax_code.values(), *known.by_external_id.values()}
    columns = (Organisation.reference, Organisation.content_hash, Organisation.tax_code, Organisation.withdrawn_at)
    rows = session.execute(select(Organisation.id, *columns).where(Organisation.id.in_(ids))).all() if ids else []
    known.stored = {row.id: _Stored(*row) for row in rows}
    return known


def _by_external_id(session: Session, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    wanted = tuple_(ExternalId.scheme, ExternalId.value).in_(pairs)
    found = session.execute(select(ExternalId.scheme, ExternalId.value, ExternalId.organisation_id).where(wanted))
    return {(scheme, value): number for scheme, value, number in found.all()}


def _put(row: OrganisationRow, known: _Known, changes: _Changes) -> Outcome | RowError:
    matches = known.matches(row.record)
    if len(matches) > 1:
        names = " and ".join(known.stored[number].reference for number in matches)
        return RowError(list(matches.values())[-1], f"points to several stored organisations: {names}")
    moment = now()
    columns = dict(row.columns, updated_at=moment)
    if not matches:
        columns["withdrawn_at"] = moment if row.record.withdrawn else None
        changes.added.append(dict(columns, created_at=moment, verified_at=moment, verified_by=IMPORTED_BY))
        changes.rows[row.record.id] = row
        return Outcome.ADDED
    return _change(row, known.stored[next(iter(matches))], row.record.id in known.by_reference, columns, changes)


def _change(row: OrganisationRow, stored: _Stored, named: bool, columns: dict[str, Any], changes: _Changes) -> Outcome:
    if not named:
        alias = {"organisation_id": stored.id, "scheme": REFERENCE_SCHEME, "value": row.record.id}
        changes.aliases.append(alias)
    elif columns["content_hash"] == stored.content_hash:
        return Outcome.UNCHANGED
    columns["tax_code"] = columns["tax_code"] or stored.tax_code
    # Only an explicit yes or no moves it: who withdrew here does not come back with the next file.
    withdrawn_at = stored.withdrawn_at
    if row.record.withdrawn is not None:
        withdrawn_at = (stored.withdrawn_at or columns["updated_at"]) if row.record.withdrawn else None
    columns |= {"id": stored.id, "reference": stored.reference, "withdrawn_at": withdrawn_at}
    changes.updated.append(columns)
    changes.rows[stored.reference] = row
    return Outcome.CLOSED if withdrawn_at and not stored.withdrawn_at else Outcome.UPDATED


def _apply(session: Session, changes: _Changes) -> None:
    if changes.added:
        session.execute(insert(Organisation), changes.added)
    if changes.updated:
        session.execute(update(Organisation), changes.updated)
        _clear(session, [columns["id"] for columns in changes.updated], changes)
    if changes.aliases:
        session.execute(insert(ExternalId), changes.aliases)
    ids = organisation_ids(session, list(changes.rows))
    owned = [(ids[reference], row) for reference, row in changes.rows.items()]
    _insert(session, Evidence, (entry | {"organisation_id": n} for n, row in owned for entry in row.evidence))
    competences = ({"organisation_id": n, "term": t, "code": c} for n, row in owned for t, c in row.competences)
    _insert(session, OrganisationCompetence, competences)
    themes = ({"organisation_id": n, "tree": tree, "code": code} for n, row in owned for tree, code in row.themes)
    _insert(session, OrganisationTheme, themes)
    external = (
        {"organisation_id": n, "scheme": scheme, "value": value}
        for n, row in owned
        for scheme, value in row.record.external_ids.items()
    )
    _insert(session, ExternalId, external)


def _clear(session: Session, ids: Sequence[int], changes: _Changes) -> None:
    """Remove what a new version of these organisations replaces; what people or calculations added stays."""
    quiet = {"synchronize_session": False}
    session.execute(delete(Evidence).where(Evidence.organisation_id.in_(ids)), execution_options=quiet)
    for model in (OrganisationCompetence, OrganisationTheme):
        declared = model.origin == Origin.DECLARED.value
        session.execute(delete(model).where(model.organisation_id.in_(ids), declared), execution_options=quiet)
    schemes = {
        columns["id"]: set(changes.rows[columns["reference"]].record.external_ids) for columns in changes.updated
    }
    stored = session.execute(
        select(ExternalId.id, ExternalId.organisation_id, ExternalId.scheme).where(ExternalId.organisation_id.in_(ids))
    ).all()
    replaced = [number for number, owner, scheme in stored if scheme in schemes[owner]]
    if replaced:
        session.execute(delete(ExternalId).where(ExternalId.id.in_(replaced)), execution_options=quiet)


def _insert(session: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        session.execute(insert(model), values)
