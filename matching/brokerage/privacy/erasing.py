"""Erasure: an account is emptied at its owner's wish or by an administrator; logs keep its number alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, Organisation, Proposal, now
from data.models.vocabulary import CaseKind, ProposalState, Role
from data.queries import PLATFORM
from matching.brokerage.accounts import take_invitations_back
from matching.brokerage.cases import open_cases
from matching.brokerage.events import record
from matching.brokerage.people import Person, members_of
from matching.brokerage.privacy.errors import ErasureRefusedError
from matching.brokerage.privacy.parts import PARTS
from matching.brokerage.privacy.texts import texts_of
from matching.forgetting import Gone

_ENDED = (ProposalState.WITHDRAWN.value, ProposalState.CLOSED.value, ProposalState.ARCHIVED.value)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: changed rows by part; `texts` have to leave the cache of vectors, `gone` the index."""

    counts: dict[str, int]
    organisation: str | None = None
    proposals: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    gone: Gone = field(default_factory=Gone)


def erase(session: Session, account_id: int, by: Person, *, with_organisation: bool = False) -> Erased:
    """Empty an account, the person's own or as an administrator. The caller commits, then has the index forget it.

    With `with_organisation` its organisation and proposals are withdrawn, where it is the only member; from then on no
    query finds them. Raises NotFoundError for an account that is not there (any more), ErasureRefusedError where a rule
    forbids it.
    """
    _hold_administrators(session)
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update(of=Account))
    if account is None or account.erased_at is not None:
        raise NotFoundError(f"no account has the number {account_id}")
    require_erasable(session, account, by)
    organisation = sole_organisation(session, account) if with_organisation else None
    withdrawal = _withdraw(session, organisation, account, by) if organisation is not None else Erased({})
    take_invitations_back(session, account.id, actor=by.actor)
    counts = {part.name: part.erase(session, account) for part in PARTS}
    record(session, CaseKind.ACCOUNT, account.id, "erased", actor=by.actor)
    session.flush()
    return replace(withdrawal, counts=counts)


def require_erasable(session: Session, account: Account, by: Person) -> None:
    """Raises ErasureRefusedError: another's account, the last administrator, or cases that nobody would see to."""
    if by.account_id != account.id and not by.is_administrator:
        raise ErasureRefusedError("not_theirs", f"account {account.id} is another person's")
    if account.role == Role.ADMINISTRATOR.value and not _other_administrators(session, account):
        raise ErasureRefusedError("last_administrator", f"account {account.id} is the last administrator")
    count = open_cases(session, account.id)
    if count:
        raise ErasureRefusedError("open_cases", f"account {account.id} has {count} open cases: hand them over first")


def sole_organisation(session: Session, account: Account) -> Organisation | None:
    """The organisation of which the account is the only confirmed member; None where there is none."""
    if account.organisation is None or account.organisation.withdrawn_at is not None:
        return None
    return (
        account.organisation
        if [item.id for item in members_of(session, account.organisation.id)] == [account.id]
        else None
    )


def _withdraw(session: Session, organisation: Organisation, account: Account, by: Person) -> Erased:
    own = Proposal.organisation_id == organisation.id, Proposal.source == PLATFORM
    every = session.scalars(select(Proposal).where(*own)).all()
    proposals = [item for item in every if item.state not in _ENDED]
    texts = texts_of(organisation, every)
    moment = now()
    for proposal in proposals:
        before, proposal.state, proposal.updated_at = proposal.state, ProposalState.WITHDRAWN.value, moment
        record(
            session, CaseKind.PROPOSAL, proposal.id, "withdrawn", actor=by.actor, before=before, after=proposal.state
        )
    organisation.withdrawn_at = organisation.updated_at = moment
    record(session, CaseKind.ORGANISATION, organisation.id, "withdrawn", actor=by.actor)
    gone = Gone(organisations=(organisation.id,), proposals=tuple(item.id for item in every))
    return Erased({}, organisation.reference, tuple(item.reference for item in proposals), texts, gone)


def _hold_administrators(session: Session) -> None:
    """Of two administrators who erase each other at the same moment, the second waits and sees the first's outcome."""
    administrators = select(Account.id).where(Account.role == Role.ADMINISTRATOR.value)
    session.execute(administrators.order_by(Account.id).with_for_update())


def _other_administrators(session: Session, account: Account) -> int:
    others = select(func.count(Account.id)).where(
        Account.role == Role.ADMINISTRATOR.value,
        Account.active.is_(True),
        Account.erased_at.is_(None),
        Account.confirmed_at.is_not(None),
        Account.id != account.id,
    )
    return session.scalar(others) or 0
