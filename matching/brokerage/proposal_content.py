"""What a platform proposal says: between the stored row and the fields that a person writes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import date, timedelta
from typing import Any

from data.models import Proposal, ProposalCode, now
from data.models.vocabulary import Origin, ProposalKind, Tree
from matching.brokerage.proposal_rules import SECOND_TEXTS, CallFields, ProposalFields

LIFETIME = timedelta(days=365)
"""EEN quality guidelines: a profile is shown for 365 days; a search for research partners follows its call."""

_CALL_NAMES = frozenset(item.name for item in dataclass_fields(CallFields))
_CALL_DAYS = frozenset({"eoi_deadline", "deadline"})
_TEXTS = ("summary", "description", "advantages", "expertise_sought", "partner_role", "ipr_notes", "stage", "ipr")
_OTHER_LANGUAGE = {"it": "en", "en": "it"}


def says(proposal: Proposal, fields: ProposalFields) -> bool:
    """Whether the proposal, as it was last written, says just this."""
    return proposal.content_hash == hash_of(fields)


def version_of(proposal: Proposal) -> str:
    """The version of a proposal, its state and content: for finding out whether somebody else changed it."""
    return f"{proposal.state}_{proposal.content_hash}"


def fields_of(proposal: Proposal) -> ProposalFields:
    """What a stored proposal says, as a person would write it."""
    codes: dict[str, tuple[str, ...]] = {}
    for code in proposal.codes:
        if code.origin == Origin.DECLARED.value:
            codes[code.tree] = (*codes.get(code.tree, ()), code.code)
    texts = {name: getattr(proposal, name) or "" for name in (*_TEXTS, *SECOND_TEXTS)}
    return ProposalFields(
        kind=ProposalKind(proposal.kind),
        title=proposal.title,
        country=proposal.country or "",
        language=proposal.language or "",
        partnership_types=tuple(proposal.partnership_types),
        partner_types=tuple(proposal.partner_types),
        target_countries=tuple(proposal.target_countries),
        keywords=tuple(proposal.keywords),
        organisation_id=proposal.organisation_id,
        codes=codes,
        call=_call_of(proposal),
        **texts,
    )


def write(proposal: Proposal, fields: ProposalFields) -> None:
    """Store what the fields say."""
    proposal.kind = fields.kind.value
    proposal.title = fields.title.strip()
    for name in (*_TEXTS, *SECOND_TEXTS):
        setattr(proposal, name, getattr(fields, name).strip() or None)
    proposal.country = fields.country or None
    proposal.language = fields.language or None
    second = any(getattr(proposal, name) for name in SECOND_TEXTS)
    proposal.second_language = _OTHER_LANGUAGE.get(fields.language or "it", "it") if second else None
    proposal.organisation_id = fields.organisation_id
    proposal.partnership_types = list(fields.partnership_types)
    proposal.partner_types = list(fields.partner_types)
    proposal.target_countries = list(fields.target_countries)
    proposal.keywords = list(fields.keywords)
    proposal.call = _stored_call(fields.call)
    _write_codes(proposal, fields)
    proposal.content_hash = hash_of(fields)
    proposal.updated_at = now()


def _write_codes(proposal: Proposal, fields: ProposalFields) -> None:
    wanted = {(tree, code) for tree, codes in fields.codes.items() for code in codes}
    declared = {(code.tree, code.code): code for code in proposal.codes if code.origin == Origin.DECLARED.value}
    for key, row in declared.items():
        if key not in wanted:
            proposal.codes.remove(row)
    for tree, code in sorted(wanted - declared.keys()):
        proposal.codes.append(ProposalCode(tree=Tree(tree).value, code=code, origin=Origin.DECLARED.value))


def _stored_call(call: CallFields | None) -> dict[str, Any] | None:
    if call is None:
        return None
    stored = {name: value for name, value in asdict(call).items() if value not in (None, "")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in stored.items()} or None


def _call_of(proposal: Proposal) -> CallFields | None:
    if proposal.kind != ProposalKind.RDR.value:
        return None
    stored: dict[str, Any] = {name: value for name, value in (proposal.call or {}).items() if name in _CALL_NAMES}
    for name in _CALL_DAYS & stored.keys():
        stored[name] = date.fromisoformat(stored[name])
    return CallFields(**stored)


def hash_of(fields: ProposalFields) -> str:
    """Digest of all that is written. A second language counts only where it is given: older digests stay valid."""
    said = asdict(fields)
    for name in SECOND_TEXTS:
        if not said[name]:
            del said[name]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def expiry_of(fields: ProposalFields, day: date) -> date:
    """The first day without matches of a proposal that is published on `day`."""
    if fields.kind is ProposalKind.RDR and fields.call is not None and fields.call.eoi_deadline is not None:
        # `expires` is the first day without matches; on the day of the deadline a partner may still answer.
        return fields.call.eoi_deadline + timedelta(days=1)
    return day + LIFETIME
