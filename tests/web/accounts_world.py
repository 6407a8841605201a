"""Accounts, claims and invitations for the matrix of permissions: `owner` and `colleague` decide about their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy.orm import Session

from data.models import Account, Organisation
from data.models.vocabulary import Role
from matching.brokerage import invitations
from matching.brokerage.consents import NOTICE_VERSION
from matching.brokerage.memberships import version_of
from tests import factories

if TYPE_CHECKING:
    from tests.web.world import World

Values = dict[str, Any]


def _home(world: World) -> Organisation:
    """The owner's organisation."""
    found = world.accounts["owner"].organisation
    assert found is not None
    return found


def _waiting(session: Session, organisation: Organisation) -> Account:
    return factories.account(session, organisation_id=organisation.id, membership="pending")


def _claim(session: Session, organisation: Organisation) -> Values:
    return {"number": organisation.id, "account": _waiting(session, organisation).id}


def _invited(session: Session, email: str, role: Role, home: Organisation | None = None) -> tuple[int, str]:
    """The number of an invitation, and its token."""
    given: Values = {"language": "it", "actor": "account:1", "address": "", "organisation": home}
    made, url = invitations.invite(session, email=email, role=role, **given)
    return made.id, url.rpartition("/")[2]


def _new_address() -> str:
    return f"{uuid4().hex}@example.org"


OBJECTS: dict[str, Callable[[Session, Any], Values]] = {
    # for the administration
    "one-broker": lambda session, world: {"number": world.accounts["broker"].id},
    "one-administrator": lambda session, world: {"number": world.accounts["administrator"].id},
    "suspended-account": lambda session, world: {"number": world.accounts["suspended"].id},
    "with-second-factor": lambda session, world: {
        "number": factories.account(session, tf_primary_method="authenticator", tf_totp_secret="{}").id
    },
    # for organisations at the desk
    "organisation-with-claim": lambda session, world: _claim(session, _home(world)),
    "unverified-organisation": lambda session, world: _claim(session, factories.organisation(session)),
    # for one's own organisation
    "claimant": lambda session, world: {"number": _waiting(session, _home(world)).id},
    "no-claimant": lambda session, world: {"number": world.accounts["member"].id},
    "colleague-to-be": lambda session, world: {
        "number": _invited(session, _new_address(), Role.MEMBER, _home(world))[0]
    },
    "broker-to-be": lambda session, world: {"number": _invited(session, _new_address(), Role.BROKER)[0]},
    # for who opens the letter
    "invitation": lambda session, world: {"token": _invited(session, _new_address(), Role.MEMBER, _home(world))[1]},
    "invitation-of-member": lambda session, world: {
        "token": _invited(session, world.accounts["member"].email, Role.MEMBER, _home(world))[1]
    },
    "invitation-of-broker": lambda session, world: {"token": _invited(session, _new_address(), Role.BROKER)[1]},
    "no-invitation": lambda session, world: {"token": "nothing"},
}
ACCOUNT_PAGES = tuple(
    f"administration.{name}"
    for name in (
        "show",
        "change_role",
        "suspend",
        "reactivate",
        "unlock",
        "reset_second_factor",
        "end_membership",
        "send_password_letter",
    )
)
_CLAIMS = ("membership.confirm", "membership.decline")
_INVITATIONS = ("membership.revoke", "administration.revoke")
ONLY_FOR: dict[str, str | tuple[str, ...]] = {
    "one-broker": ACCOUNT_PAGES,
    "one-administrator": ACCOUNT_PAGES,
    "suspended-account": ACCOUNT_PAGES,
    "with-second-factor": "administration.reset_second_factor",
    "organisation-with-claim": "verification.",
    "unverified-organisation": "verification.",
    "claimant": _CLAIMS,
    "no-claimant": _CLAIMS,
    "colleague-to-be": _INVITATIONS,
    "broker-to-be": _INVITATIONS,
    "invitation": "invitation.",
    "invitation-of-member": "invitation.",
    "invitation-of-broker": "invitation.",
    "no-invitation": "invitation.",
}
_ORGANISATION = {"name": "Officine Nuove", "kind": "company", "country": "IT", "city": "Borgofinto"}
_REASON = {"reason": "Non risulta."}
_PERSON = {"name": "Nuova Persona", "language": "it", "notice": "y", "notice_version": NOTICE_VERSION}
FORMS: dict[str, Callable[[Any], Values]] = {
    "account.change": lambda world: {"name": "Altro Nome", "language": "it"},
    "membership.establish": lambda world: _ORGANISATION,
    "membership.claim": lambda world: {"organisation": _home(world).reference},
    "membership.update": lambda world: {**_ORGANISATION, "version": version_of(_home(world))},
    "membership.invite": lambda world: {"email": "collega@example.org", "language": "it"},
    "membership.decline": lambda world: _REASON,
    "verification.decline": lambda world: _REASON,
    "verification.withdraw": lambda world: _REASON,
    "invitation.accept": lambda world: {**_PERSON, "password": factories.PASSWORD},
    "administration.invite": lambda world: {"email": "collega@example.org", "role": "broker", "language": "it"},
    "administration.change_role": lambda world: {"role": "broker", "seen": "member"},
    "administration.change_role one-broker": lambda world: {"role": "member", "seen": "broker"},
    "administration.change_role one-administrator": lambda world: {"role": "broker", "seen": "administrator"},
    "administration.suspend": lambda world: _REASON,
    "privacy.erase_own": lambda world: {"sure": "y", "password": factories.PASSWORD},
    "privacy.erase_other": lambda world: {"sure": "y"},
    "security.register": lambda world: {
        **_PERSON,
        "email": "nuova@example.org",
        "password": factories.PASSWORD,
        "password_confirm": factories.PASSWORD,
    },
}
